"""The pages to read in a real Chromium: accessible in both languages, light and dark, and on a narrow screen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage, violations

pytestmark = pytest.mark.browser
PAGES = ["about", "facts", "facts/partner_cities", "facts/nope"]


@pytest.mark.parametrize("colours", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible(
    open_page: OpenPage, base: str, page: str, language: str, colours: dict[str, str]
) -> None:
    assert violations(open_page(f"{base}/{language}/{page}", **colours)) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible_in_forced_colours(open_page: OpenPage, base: str, page: str) -> None:
    assert violations(open_page(f"{base}/nl/{page}", forced_colors="active")) == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_narrow_screen_needs_no_sideways_scrolling(open_page: OpenPage, base: str, page: str, language: str) -> None:
    shown = open_page(f"{base}/{language}/{page}", viewport={"width": 320, "height": 640})
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(shown) == []


def test_links_in_lists_are_large_enough_to_press(open_page: OpenPage, base: str) -> None:
    shown = open_page(f"{base}/nl/facts/partner_cities", viewport={"width": 320, "height": 640})
    heights = [link.bounding_box() for link in shown.locator(".related a, .ways a").all()]
    assert heights
    assert all(box is not None and box["height"] >= 44 for box in heights)


def test_one_reads_from_the_list_to_a_fact_and_on_in_the_other_language(open_page: OpenPage, base: str) -> None:
    shown = open_page(f"{base}/nl/facts", java_script_enabled=False)
    shown.get_by_role("link", name="Münster", exact=True).click()
    assert shown.get_by_role("heading", level=1).inner_text() == "Münster"
    shown.get_by_role("link", name="English").click()
    assert shown.url == f"{base}/en/facts/munster"
    shown.get_by_role("link", name="Germany").first.click()
    assert shown.get_by_role("heading", level=1).inner_text() == "Germany"


def test_an_anchor_leads_to_its_part_of_the_page(open_page: OpenPage, base: str) -> None:
    shown = open_page(f"{base}/en/about")
    shown.locator(".contents").get_by_role("link", name="Privacy").click()
    assert shown.url.endswith("#privacy")
    top = shown.locator("#privacy").bounding_box()
    assert top is not None
    assert top["y"] < 100


def test_print_shows_the_text_alone(open_page: OpenPage, base: str) -> None:
    shown = open_page(f"{base}/nl/about")
    shown.emulate_media(media="print")
    assert not shown.locator(".contents").is_visible()
    assert not shown.locator(".page-header nav").is_visible()
    assert shown.locator("#privacy").is_visible()
