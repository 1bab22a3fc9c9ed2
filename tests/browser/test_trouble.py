"""What a visitor sees when a message does not arrive, or should not be sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, ask, violations
from tests.browser.stand_in import MUNSTER, StandIn

pytestmark = pytest.mark.browser


def _sent(page: Page) -> list[Any]:
    bodies: list[Any] = []
    page.on("request", lambda request: bodies.append(request.post_data_json) if "messages" in request.url else None)
    return bodies


def test_a_message_that_failed_can_be_sent_again_as_the_same_message(
    open_page: OpenPage, base: str, rasa: StandIn
) -> None:
    page = open_page(f"{base}/en")
    bodies = _sent(page)
    rasa.away = True
    log = ask(page, "Münster?")
    expect(log).to_contain_text("cannot be reached now")
    assert violations(page) == []
    rasa.away = False
    again = page.get_by_role("button", name="Send again")
    expect(again).not_to_have_attribute("aria-disabled", "true", timeout=10_000)
    again.click()
    expect(log).to_contain_text(MUNSTER["en"])
    expect(page.locator(".message--visitor")).to_have_count(1)
    expect(page.locator(".trouble")).to_have_count(0)
    assert len({body["client_message_id"] for body in bodies}) == 1
    assert len(bodies) == 2


def test_an_answer_lost_on_the_way_is_asked_only_once(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/en")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/v1/messages", lose)
    ask(page, "Münster?")
    expect(page.get_by_role("button", name="Send again")).to_be_visible()
    page.unroute("**/v1/messages")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("log")).to_contain_text(MUNSTER["en"])
    assert rasa.asked == ["Münster?"]


def test_a_message_that_failed_can_still_be_sent_after_a_reload(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/en")
    rasa.away = True
    ask(page, "Münster?")
    expect(page.locator(".trouble")).to_be_visible()
    rasa.away = False
    page.reload()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("log")).to_contain_text(MUNSTER["en"])


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_server_asks_for_is_said_and_kept(open_page: OpenPage, base: str, status: int) -> None:
    page = open_page(f"{base}/nl")
    page.route("**/v1/messages", lambda route: route.fulfill(status=status, headers={"Retry-After": "2"}, body="{}"))
    log = ask(page, "Münster?")
    expect(log).to_contain_text("over 2 seconden")
    expect(log).to_contain_text("veel vragen" if status == 429 else "niet bereikbaar")
    again = page.get_by_role("button", name="Stuur nog eens")
    expect(again).to_have_attribute("aria-disabled", "true")
    bodies = _sent(page)
    again.dispatch_event("click")
    assert bodies == []
    assert violations(page) == []
    expect(page.get_by_role("status")).to_have_text("U kunt uw vraag nu weer versturen.")
    expect(again).not_to_have_attribute("aria-disabled", "true")


def test_being_offline_and_online_again_is_said(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/nl")
    page.context.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text("geen internet")
    log = ask(page, "Münster?")
    expect(log).to_contain_text("geen internet")
    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("U hebt weer internet.")
    page.get_by_role("button", name="Stuur nog eens").click()
    expect(log).to_contain_text(MUNSTER["nl"])


def test_a_message_that_cannot_be_read_is_said_to_be_so(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/en")
    log = ask(page, "\u200b")
    expect(log).to_contain_text("cannot read this message")


def test_nothing_is_sent_when_nothing_was_typed(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/en")
    ask(page, "   ")
    expect(page.get_by_role("status")).to_have_text("Please type a question first.")
    expect(page.locator(".message")).to_have_count(1)


PERSONAL = [
    ("mijn bsn is 111222333", "een BSN"),
    ("bsn 1112.22.333", "een BSN"),
    ("betaal op NL91 ABNA 0417 1643 00 graag", "een rekeningnummer"),
    ("mail jan@voorbeeld.nl", "een e-mailadres"),
    ("bel 06-12345678", "een telefoonnummer"),
    ("bel +31 53 123 4567", "een telefoonnummer"),
    ("ik woon op 7511 AB 12", "een adres"),
    ("jan@voorbeeld.nl, 0612345678", "een e-mailadres, een telefoonnummer"),
]
HARMLESS = [
    "mail info-internationaal@enschede.nl",
    "bel 14 053",
    "nummer 111222334",
    "tussen 1980 en 2021",
    "de jaren 2016 2017 2018",
    "op 23-11-2026",
    "NL91ABNA0417164301",
    "7511 AB",
]


def test_personal_data_is_flagged_by_its_kind_before_it_is_sent(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/nl")
    for text, kinds in PERSONAL:
        ask(page, text)
        expect(page.get_by_role("alert")).to_contain_text(f"dit lijkt op {kinds}.")
    assert rasa.asked == []
    assert violations(page) == []
    page.get_by_role("button", name="Aanpassen").click()
    expect(page.get_by_role("textbox")).to_be_focused()
    expect(page.get_by_role("alert")).to_be_empty()
    ask(page, "bel 06-12345678")
    page.get_by_role("button", name="Toch versturen").click()
    expect(page.locator(".message--assistant")).to_have_count(2)
    assert rasa.asked == ["bel [tel]"]


def test_numbers_and_dates_that_are_nobodys_are_not_flagged(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl")
    found = page.evaluate(
        "async (texts) => { const { personalData } = await import('/static/personal.js'); return texts.map(personalData); }",
        HARMLESS,
    )
    assert dict(zip(HARMLESS, found, strict=True)) == {text: [] for text in HARMLESS}


def test_a_conversation_in_storage_holds_what_was_said_and_nothing_else(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl")
    ask(page, "Münster?")
    expect(page.locator(".message")).to_have_count(3)
    kept = json.loads(page.evaluate("sessionStorage.getItem('enschede-assistant')"))
    assert set(kept) == {"session", "entries", "open", "inUse"}
    assert page.evaluate("localStorage.length") == 0
    assert page.context.cookies() == []
