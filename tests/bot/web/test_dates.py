"""Dates in words."""

import pytest

from bot.web.dates import has_day, in_words


@pytest.mark.parametrize(
    ("iso", "nl", "en"),
    [
        ("2017", "2017", "2017"),
        ("2026-11", "november 2026", "November 2026"),
        ("2026-03-01", "1 maart 2026", "1 March 2026"),
        ("0980", "980", "980"),
    ],
)
def test_a_date_is_as_precise_as_it_was(iso: str, nl: str, en: str) -> None:
    assert (in_words(iso, "nl"), in_words(iso, "en")) == (nl, en)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-02-30", "spring", "2026-11-23-4", "<b>"])
def test_what_is_no_date_stays_as_it_is(text: str) -> None:
    assert in_words(text, "nl") == text


def test_only_a_whole_date_names_a_day() -> None:
    assert [has_day(iso) for iso in ("2017", "2017-07", "2017-07-12")] == [False, False, True]
