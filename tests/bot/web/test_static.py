"""The pages' own files: small, safe, and in step with the texts, the theme and the licences."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.languages import LANGUAGES
from bot.web.vendor_css import COMPONENTS, READ, STATIC, THEME, TOKEN, used_rules, used_tokens
from bot.web.wording import other, texts
from tests.conftest import ROOT

MODULES = sorted(STATIC.glob("*.js"))
SCRIPT = "".join(path.read_text() for path in MODULES)
TEMPLATES = STATIC.parent / "templates"
LARGEST = 20_000
"""Bytes, compressed, of all that the widget loads."""
MOST_LINES = 540
"""Lines of the scripts together that are neither blank nor comment."""
BLANK_OR_COMMENT = re.compile(r"\s*(//.*|/?\*.*)?")


def _theme() -> tuple[str, list[str]]:
    """The theme's class and style sheets, as the widget has them."""
    text = (STATIC / "theme.js").read_text()
    name, sheets = re.search(r'name: "(.+?)", sheets: \[(.+?)\]', text).groups()  # type: ignore[union-attr]
    return name, re.findall(r'"(.+?)"', sheets)


def test_the_widget_with_its_styles_is_small() -> None:
    loaded = [*MODULES, STATIC / "assistant.css", STATIC / "vendor" / "components.css"]
    loaded += [STATIC / sheet for sheet in _theme()[1]]
    assert sum(len(gzip.compress(path.read_bytes())) for path in loaded) < LARGEST


def test_the_scripts_are_few_lines_that_fit_a_screen() -> None:
    lines = SCRIPT.splitlines()
    assert len([line for line in lines if not BLANK_OR_COMMENT.fullmatch(line)]) <= MOST_LINES
    assert [line for line in lines if len(line) > 120] == []


def test_the_pages_and_the_widget_wear_the_same_theme() -> None:
    name, sheets = _theme()
    base = (TEMPLATES / "base.html").read_text()
    assert f'set theme = "{name}"' in base
    assert re.findall(r'"(.+?)"', re.search(r"set theme_sheets = \[(.+?)\]", base).group(1)) == sheets  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "danger",
    ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "localStorage", "cookie", "http://"],
)
def test_no_script_makes_markup_of_text_or_keeps_more_than_the_tab_does(danger: str) -> None:
    assert danger not in SCRIPT.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_a_script_or_template_names_is_there(language: str) -> None:
    templates = "".join((TEMPLATES / name).read_text() for name in ("base.html", "chat.html"))
    named = set(re.findall(r"\btexts\.(\w+)", SCRIPT)) | set(re.findall(r"\bt\.(\w+)", templates))
    named |= {"offline", "busy", "away", "unreadable", "copy", "download", "delete", "up", "down"}
    named |= {f"{kind}{day}" for kind in ("checked", "published") for day in ("", "_day")}
    assert named - set(texts(language)) == {"language", "other"} & named
    assert set(texts(language)["personal_kinds"]) == set(re.findall(r'^  \["(\w+)",', SCRIPT, re.MULTILINE))
    assert len(texts(language)["months"]) == 12


@pytest.mark.parametrize(
    "sheet", [*sorted(STATIC.glob("*.css")), STATIC / "vendor" / "components.css"], ids=lambda p: p.name
)
def test_every_token_that_a_sheet_reads_is_in_the_theme_or_has_a_stand_in(sheet: Path) -> None:
    css = sheet.read_text()
    theme = "".join((STATIC / name).read_text() for name in _theme()[1])
    known = set(dict(TOKEN.findall(theme))) | set(
        re.findall(r"(--[\w-]+):", css + (STATIC / "assistant.css").read_text())
    )
    read = set(re.findall(r"var\(\s*(--(?:basis|enschede)[\w-]+)\s*\)", css))
    assert read - known == set()


def test_what_is_vendored_is_named_with_version_and_licence() -> None:
    notice = (ROOT / "NOTICE").read_text()
    heads = "".join((STATIC / "vendor" / name).read_text() for name in ("components.css", "voorbeeld-theme.css"))
    for name, version, _ in (*COMPONENTS, THEME):
        assert f"{name} {version}" in notice
        assert f"{name}@{version}" in heads
    assert "EUPL-1.2" in heads


def test_used_rules_leave_out_variants_that_no_page_uses() -> None:
    css = "/* a */ .b{color:red} .b--positive{x:y} .c,.c--busy:is(.d, .e){x: y} @media print{.b{a:b}.b--pressed{c:d}}"
    assert used_rules(css) == ".b{color:red}\n.c{x: y}\n@media print{.b{a:b}}"


def test_used_tokens_follow_what_a_token_reads() -> None:
    theme = ".t {\n  --a: var(--b);\n  --b: 1px; /* why */\n  --c: 2px;\n}"
    assert used_tokens(theme, "x { y: var(--a, 0) }") == {"--a": "var(--b)", "--b": "1px"}
    assert READ.findall("var( --a) var(--b, 1)") == ["--a", "--b"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_widget_gets_its_texts_without_those_of_the_pages_to_read(client: TestClient, language: str) -> None:
    answer = client.get(f"/v1/texts/{language}")
    got: dict[str, Any] = answer.json()
    assert got["send"] == texts(language)["send"]
    assert "reading" not in got
    assert (got["language"], got["other"]) == (language, other(language))
    assert got["other_answer"] != client.get(f"/v1/texts/{other(language)}").json()["other_answer"]
    assert client.get("/v1/texts/de").status_code == 404
