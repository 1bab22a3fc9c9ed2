"""The inbox in a real Chromium: filtering by mouse and by keyboard alone, views, exports, narrow screens and no scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from bot.review.access import Role
from bot.review.tables import Tag
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import OpenPage, violations
from tests.browser.staff import Open, opener
from tests.browser.stand_in import StandIn, served
from tests.review.filling import conversation, turn

pytestmark = pytest.mark.browser
PAGES = ["", "?outcome=failed&language=nl&q=M%C3%BCnster&confidence_below=90", "?outcome=refused", "?outcome=x&after=y"]
LONG = "Wat doet de Euregio voor studenten die over de grens willen stage lopen, en is daar subsidie voor?"


@pytest.fixture(scope="module")
def staff_app(facts_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    review_url = f"sqlite:///{tmp_path_factory.mktemp('inbox')}/review.db"
    app = create_app(Settings(review_url=review_url, facts_url=facts_url, secret_key="k" * 32), StandIn())
    now = datetime.now(UTC)
    with app.state.review.session() as session, session.begin():
        for number in range(60):
            at = now - timedelta(hours=7 * number)
            outcome = ["answered", "answered", "not_in_sources", "clarify", "failed"][number % 5]
            made = [
                turn(at=at - timedelta(minutes=1), text=LONG, confidence=0.31),
                turn(
                    at=at,
                    outcome=outcome,
                    rating=["up", "down", None][number % 3],
                    language="en" if number % 4 == 0 else "nl",
                    text="Since when Münster?" if number % 4 == 0 else "Sinds wanneer Münster?",
                ),
            ]
            state = ["new", "new", "done", "later", "wont_fix"][number % 5]
            own = conversation(session, made, state=state, reviewer="anna" if state != "new" else None)
            if number % 6 == 0:
                session.add(Tag(tag="klacht", conversation=own.id, at=at))
    return app


@pytest.fixture(scope="module")
def base(staff_app: FastAPI) -> Iterator[str]:
    """The address of the web process: `open_page` watches that nothing is asked of another."""
    with served(staff_app) as address:
        yield address


@pytest.fixture
def open_as(staff_app: FastAPI, base: str, open_page: OpenPage) -> Open:
    """Opens a staff page as a reviewer of a language."""

    return opener(staff_app, base, open_page, Role.REVIEWER, "nl", viewport={"width": 1280, "height": 900})


@pytest.mark.parametrize("query", PAGES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_axe_findings(open_as: Open, language: str, query: str) -> None:
    page = open_as(f"/review{query}", language)
    assert page.locator("html").get_attribute("lang") == language
    page.locator("summary").evaluate_all("all => all.forEach(each => each.parentElement.open = true)")
    assert violations(page) == []
    page.evaluate("scrollTo(0, 500)")
    assert violations(page) == []


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"forced_colors": "active"}], ids=["dark", "forced"])
def test_no_axe_findings_in_other_colours(open_as: Open, options: dict[str, str]) -> None:
    page = open_as("/review?state=done&tag=klacht", **options)
    expect(page.locator("tbody tr").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("hash", ["", "#filter-form"], ids=["rows", "filter"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_fits_a_narrow_screen_and_so_400_per_cent(open_as: Open, language: str, hash: str) -> None:
    """A screen of 1280 pixels at 400 per cent has 320 to show."""
    page = open_as(f"/review?feedback=down{hash}", language, viewport={"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []


@pytest.mark.parametrize("width", [500, 800, 1024, 1100, 1366, 1920])
def test_no_width_scrolls_sideways(open_as: Open, width: int) -> None:
    page = open_as("/review?tag=klacht", viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_filters_by_mouse_and_the_address_keeps_it(open_as: Open) -> None:
    page = open_as("/review")
    page.get_by_label("Mislukt").check()
    page.get_by_label("Niet in de bronnen").check()
    page.get_by_role("button", name="Toon gesprekken").last.click()
    assert page.url.endswith("/review?outcome=not_in_sources&outcome=failed")
    expect(page.get_by_role("heading", name="24 gesprekken")).to_be_visible()
    assert set(page.locator("tbody .badge").all_inner_texts()) == {"Mislukt", "Niet in de bronnen"}
    page.reload()
    expect(page.get_by_label("Mislukt")).to_be_checked()
    page.get_by_role("link", name="Uitkomst: Mislukt").click()
    expect(page.get_by_role("heading", name="12 gesprekken")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="24 gesprekken")).to_be_visible()
    page.get_by_role("link", name="Wis alle filters").click()
    assert page.url.endswith("/review")


def test_one_filters_by_keyboard_alone(open_as: Open) -> None:
    page = open_as("/review")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    reach(page, "f-q").type("since")
    check = page.get_by_label("Teruggevraagd")
    reach(page, check)
    page.keyboard.press("Space")
    expect(check).to_be_checked()
    reach(page, page.locator(".inbox-filter summary"))
    page.keyboard.press("Enter")
    reach(page, "f-tag")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("button", name="Toon gesprekken").last)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review?q=since&outcome=clarify**")
    expect(page.locator(".inbox-filter details")).to_have_attribute("open", "")


def reach(page: Page, target: object) -> object:
    """Goes on by Tab to an element, or to the one with an id; gives the keyboard."""
    locator = page.locator(f"#{target}") if isinstance(target, str) else target
    for _ in range(60):
        if locator.evaluate("element => element === document.activeElement"):  # type: ignore[attr-defined]
            box = locator.bounding_box()  # type: ignore[attr-defined]
            assert box is not None and box["width"] > 0
            return page.keyboard
        page.keyboard.press("Tab")
    raise AssertionError("Tab does not lead there")


def test_the_whole_works_without_scripts(open_as: Open) -> None:
    page = open_as("/review", java_script_enabled=False)
    page.get_by_label("Periode").select_option("week")
    page.get_by_label("Niet nuttig").check()
    page.get_by_role("button", name="Toon gesprekken").last.click()
    assert page.url.endswith("/review?period=week&feedback=down")
    page.locator("summary", has_text="Bewaar dit filter").click()
    page.get_by_label("Naam van de lijst").fill("Klachten van de week")
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_role("status")).to_have_text("De lijst is bewaard.")
    page.get_by_role("link", name="Alle gesprekken").click()
    page.get_by_role("link", name="Klachten van de week").click()
    assert page.url.endswith("/review?period=week&feedback=down")
    expect(page.get_by_role("link", name="Klachten van de week")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Verwijder lijst Klachten van de week").click()
    expect(page.get_by_role("status")).to_have_text("De lijst is verwijderd.")
    expect(page.get_by_role("link", name="Klachten van de week")).to_have_count(0)


def test_on_a_narrow_screen_the_filter_opens_at_its_link_without_scripts(open_as: Open) -> None:
    page = open_as("/review", viewport={"width": 320, "height": 640}, java_script_enabled=False)
    expect(page.get_by_label("Periode")).to_be_hidden()
    page.get_by_role("link", name="Toon het filter").click()
    expect(page.get_by_label("Periode")).to_be_visible()
    page.get_by_label("Mislukt").check()
    page.get_by_role("button", name="Toon gesprekken").last.click()
    expect(page.get_by_label("Periode")).to_be_hidden()
    expect(page.get_by_role("heading", name="12 gesprekken")).to_be_visible()
    page.get_by_role("link", name="Toon het filter").click()
    page.get_by_role("link", name="Verberg het filter").click()
    expect(page.get_by_label("Periode")).to_be_hidden()


def test_pages_lead_on_and_back(open_as: Open) -> None:
    page = open_as("/review?sort=oldest")
    first = page.locator("tbody time").first.get_attribute("datetime")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Volgende bladzijde").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    assert "sort=oldest" in page.url
    page.get_by_role("link", name="Vorige bladzijde").click()
    assert page.locator("tbody time").first.get_attribute("datetime") == first


def test_a_row_leads_to_its_conversation_and_the_filter_comes_along(open_as: Open) -> None:
    page = open_as("/review?state=later&language=nl")
    page.locator("tbody a").first.click()
    assert page.url.partition("/review/conversations/")[2].partition("?")[2].startswith("language=nl&state=later&turn=")
    page.get_by_role("link", name="Terug naar de gesprekken").click()
    assert page.url.endswith("/review?language=nl&state=later")


def test_the_export_is_downloaded(open_as: Open, tmp_path: Path) -> None:
    page = open_as("/review?outcome=failed")
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Als JSON").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 12
    assert {line["outcome"] for line in lines} == {"failed"}


def test_links_and_boxes_are_large_enough_to_press(open_as: Open) -> None:
    page = open_as("/review?tag=klacht", viewport={"width": 320, "height": 640})
    for found in (".views a", ".chip", ".jump--show"):
        boxes = [each.bounding_box() for each in page.locator(found).all()]
        assert boxes
        assert all(box is not None and box["height"] >= 24 for box in boxes)


def test_in_print_the_rows_stay_alone(open_as: Open) -> None:
    page = open_as("/review")
    page.emulate_media(media="print")
    expect(page.locator(".inbox-filter")).to_be_hidden()
    expect(page.locator("tbody tr").first).to_be_visible()
