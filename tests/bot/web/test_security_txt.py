"""/.well-known/security.txt."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from bot.checks import check
from bot.settings import SettingError, Settings
from tests.bot.web.conftest import Start

PATH = "/.well-known/security.txt"
CONTACT = {"SECURITY_CONTACT": "https://example.org/report", "SECURITY_EXPIRES": "2027-06-30"}


def test_without_a_contact_there_is_none(client: TestClient) -> None:
    assert client.get(PATH).status_code == 404


def test_it_has_what_the_standard_asks_for(start: Start) -> None:
    settings = Settings.from_env(CONTACT)
    client = TestClient(start(security_contact=settings.security_contact, security_expires=settings.security_expires))
    answer = client.get(PATH)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: https://example.org/report",
        "Expires: 2027-06-30T23:59:59Z",
        "Preferred-Languages: nl, en",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"SECURITY_CONTACT": "security@example.org"},
        {"SECURITY_CONTACT": "http://example.org"},
        {"SECURITY_CONTACT": "https://example.org\nContact: mailto:a@evil.example"},
        {"SECURITY_EXPIRES": "next year"},
        {"SECURITY_EXPIRES": ""},
        {"SECURITY_EXPIRES": "20270630"},
    ],
)
def test_a_contact_that_cannot_be_used_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="SECURITY_"):
        Settings.from_env(CONTACT | wrong)


def test_a_day_that_has_passed_is_found_by_the_check() -> None:
    settings = Settings.from_env(CONTACT | {"SECURITY_EXPIRES": "2020-01-01"})
    assert any("SECURITY_EXPIRES" in line for line in check(settings))
    far = Settings.from_env(CONTACT | {"SECURITY_EXPIRES": "2999-12-31"})
    assert not any("SECURITY_EXPIRES" in line for line in check(far))
