"""What the report on known vulnerabilities comes to. The report itself needs the network: `make audit`."""

from __future__ import annotations

from datetime import date

import pytest

from tests.audit import BLIND, FINE, FOUND, Excepted, judge, read_exceptions

TODAY = date(2026, 11, 26)
CLEAN = {"name": "httpx", "version": "0.28", "vulns": []}
WEAK = {"name": "aiohttp", "version": "3.9.5", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"]}]}
SKIPPED = {"name": "sanic", "skip_reason": "not found"}
ENTRY = Excepted("CVE-1", "aiohttp", "its server is not used", date(2026, 11, 1), date(2027, 5, 1))


def test_what_is_known_and_not_excepted_is_named() -> None:
    verdict = judge([CLEAN, WEAK], [], TODAY)
    assert (verdict.code, verdict.lines) == (FOUND, ("aiohttp 3.9.5: PYSEC-1, CVE-1",))


def test_a_reviewed_exception_holds_until_its_day_and_for_its_package_alone() -> None:
    assert judge([CLEAN, WEAK], [ENTRY], TODAY).code == FINE
    assert judge([CLEAN, WEAK], [ENTRY], date(2027, 5, 2)).code == FOUND
    other = Excepted("CVE-1", "httpx", ENTRY.reason, ENTRY.reviewed, ENTRY.until)
    assert judge([CLEAN, WEAK], [other], TODAY).code == FOUND


def test_an_exception_that_is_no_longer_needed_is_named() -> None:
    verdict = judge([CLEAN], [ENTRY], TODAY)
    assert verdict.code == FOUND
    assert "CVE-1" in verdict.lines[0]


@pytest.mark.parametrize("dependencies", [[], [SKIPPED], [CLEAN, SKIPPED]])
def test_what_could_not_be_looked_up_is_not_taken_for_well(dependencies: list[dict[str, object]]) -> None:
    assert judge(dependencies, [ENTRY], TODAY).code == BLIND


def test_each_exception_in_the_list_has_a_reason_and_an_end_within_a_year() -> None:
    for entry in read_exceptions():
        assert len(entry.reason) > 30
        assert entry.reviewed <= entry.until <= entry.reviewed.replace(year=entry.reviewed.year + 1)
