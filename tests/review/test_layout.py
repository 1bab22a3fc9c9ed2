"""The frame of the staff pages: the theme, the texts in both languages, and what the sheets read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.languages import LANGUAGES
from bot.review.access import Role
from bot.review.layout import NAV
from bot.review.wording import FOLDER, texts
from bot.web.vendor_css import STAFF, TOKEN
from tests.conftest import ROOT
from tests.review.conftest import Staff

WEB = ROOT / "bot" / "web"
LAYOUT = ROOT / "bot" / "review" / "templates" / "layout.html"
THEME = re.compile(r"{% set (theme\w*) = (.+?) %}")


def test_staff_and_visitors_see_the_same_theme() -> None:
    assert THEME.findall(LAYOUT.read_text()) == THEME.findall((WEB / "templates" / "base.html").read_text())


def test_every_area_has_its_texts_in_both_languages() -> None:
    areas = {
        language: {path.name.partition(".")[0] for path in FOLDER.glob(f"*.{language}.yml")} for language in LANGUAGES
    }
    assert areas["nl"] == areas["en"] and {"layout", "accounts"} <= areas["nl"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.nl.yml")), ids=lambda path: path.name)
def test_both_languages_have_the_same_texts_with_the_same_places(path: Path) -> None:
    other = path.with_name(path.name.replace(".nl.", ".en."))
    dutch, english = (yaml.safe_load(each.read_text(encoding="utf-8")) for each in (path, other))
    assert places(dutch) == places(english)


def places(value: Any, path: str = "") -> dict[str, list[str]]:
    """By key: the names in braces in its text."""
    if isinstance(value, dict):
        return {key: found for name, each in value.items() for key, found in places(each, f"{path}/{name}").items()}
    if isinstance(value, list):
        return {
            key: found for place, each in enumerate(value) for key, found in places(each, f"{path}/{place}").items()
        }
    return {path: sorted(set(re.findall(r"\{(\w+)", str(value))))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_and_every_page_of_the_header_has_a_name(language: str) -> None:
    words = texts(language)["layout"]
    assert set(words["roles"]) == {role.key for role in Role} == set(texts(language)["accounts"]["accounts"]["may"])
    assert list(words["nav"]) == list(NAV)


@pytest.mark.parametrize("sheet", sorted(STAFF.glob("*.css")), ids=lambda path: path.name)
def test_every_token_that_a_sheet_reads_is_in_the_theme_or_has_a_stand_in(sheet: Path) -> None:
    css = sheet.read_text()
    static = WEB / "static"
    theme = (static / "vendor" / "voorbeeld-theme.css").read_text() + (static / "voorbeeld-additions.css").read_text()
    read = set(re.findall(r"var\(\s*(--(?:basis|enschede|nl|utrecht)[\w-]+)\s*\)", css))
    assert read - set(dict(TOKEN.findall(theme))) == set()


def test_a_sheet_is_sent_to_everybody_and_may_be_kept(staff: Staff, anyone: Any) -> None:
    answer = anyone.get("/static/review/review.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=3600")
    assert "/static/review/review.css" in staff(Role.READER).get("/review/password").text


def test_the_page_one_is_on_is_marked(staff: Staff) -> None:
    page = staff(Role.ADMIN).get("/review/log").text
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/review/log"]
