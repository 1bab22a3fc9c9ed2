"""Who asked, as far as it can be believed."""

from __future__ import annotations

import pytest

from bot.web.callers import Caller, Callers

PROXY, VISITOR, LIAR = "10.0.0.5", "203.0.113.7", "198.51.100.9"


def caller(peer: str | None, *headers: tuple[str, str], trusted: tuple[str, ...] = (), header: str = "") -> Caller:
    scope = {
        "type": "http",
        "scheme": "http",
        "client": None if peer is None else (peer, 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    return Callers(trusted, header or "x-forwarded-for").of(scope)


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "127.8.8.8", None])
def test_a_program_on_this_machine_that_asks_directly_has_no_address(peer: str | None) -> None:
    assert caller(peer).address is None


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_behind_a_server_on_this_machine_that_is_not_trusted_all_have_its_address(name: str) -> None:
    assert caller("127.0.0.1", (name, LIAR)).address == "127.0.0.1"


def test_without_trusted_servers_nobody_is_believed() -> None:
    assert caller(VISITOR, ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")).address == VISITOR
    assert caller(VISITOR, ("X-Forwarded-Proto", "https")).scheme == "http"


CHAINS = [
    (VISITOR, VISITOR),
    (f"{LIAR}, {VISITOR}", VISITOR),
    (f"{LIAR}, {VISITOR}, 10.0.0.6", VISITOR),
    (f"127.0.0.1, {VISITOR}", VISITOR),
    (f"{VISITOR}:4711", VISITOR),
    (f"{LIAR}, unknown", PROXY),
    (f"{LIAR}, _hidden, 10.0.0.6", "10.0.0.6"),
    ("10.0.0.6, 10.0.0.7", "10.0.0.6"),
    ("", PROXY),
    (" , ,", PROXY),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
    (f"::ffff:{VISITOR}", VISITOR),
    ("fe80::1%eth0", "fe80::/64"),
    ("'; DROP TABLE visitors; --", PROXY),
    ("9" * 5000, PROXY),
]


@pytest.mark.parametrize(("value", "address"), CHAINS, ids=[value[:40] for value, _ in CHAINS])
def test_of_a_trusted_server_the_last_one_that_is_not_trusted_counts(value: str, address: str) -> None:
    assert caller(PROXY, ("X-Forwarded-For", value), trusted=("10.0.0.0/24",)).address == address


def test_several_headers_are_read_as_one() -> None:
    headers = (("X-Forwarded-For", LIAR), ("X-Forwarded-For", VISITOR))
    assert caller(PROXY, *headers, trusted=(PROXY,)).address == VISITOR


def test_only_the_header_that_was_chosen_is_read() -> None:
    headers = (("Forwarded", f'for="{LIAR}"'), ("X-Forwarded-For", VISITOR))
    assert caller(PROXY, *headers, trusted=(PROXY,)).address == VISITOR
    assert caller(PROXY, *headers, trusted=(PROXY,), header="forwarded").address == LIAR
    assert caller(PROXY, headers[0], trusted=(PROXY,)).address == PROXY


@pytest.mark.parametrize(
    ("value", "address", "scheme"),
    [
        (f"for={LIAR}, for={VISITOR};proto=https", VISITOR, "https"),
        ('for="[2001:db8::1]:80";proto=https;by=10.0.0.5', "2001:db8::/64", "https"),
        (f"FOR={VISITOR};Proto=ftp", VISITOR, "http"),
        ("secret", PROXY, "http"),
    ],
)
def test_the_standard_header_is_read(value: str, address: str, scheme: str) -> None:
    found = caller(PROXY, ("Forwarded", value), trusted=(PROXY,), header="forwarded")
    assert (found.address, found.scheme) == (address, scheme)


@pytest.mark.parametrize(("said", "scheme"), [("https", "https"), ("http, https", "https"), ("javascript", "http")])
def test_a_trusted_server_tells_the_scheme(said: str, scheme: str) -> None:
    headers = (("X-Forwarded-For", VISITOR), ("X-Forwarded-Proto", said))
    assert caller(PROXY, *headers, trusted=(PROXY,)).scheme == scheme


def test_the_addresses_of_one_connection_are_one() -> None:
    one, other = caller("2001:db8:1:2::1"), caller("2001:db8:1:2:ffff::1")
    assert one == other
    assert one != caller("2001:db8:1:3::1")
