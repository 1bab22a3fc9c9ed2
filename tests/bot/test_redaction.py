"""Personal data is masked; years, dates and the municipality's own addresses are not."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import redact

MASKED = [
    ("mail jan@voorbeeld.nl.", "mail [e-mail]."),
    ("x@enschede.nl.evil.com", "[e-mail]"),
    ("NL91 ABNA 0417 1643 00 is van mij", "[IBAN] is van mij"),
    ("nl91abna0417164300", "[IBAN]"),
    ("4111 1111 1111 1111 12/27", "[card] 12/27"),
    ("+31 6 12345678", "[tel]"),
    ("0612345678 en 053-4817181", "[tel] en [tel]"),
    ("06 12345678 111222333", "[tel] [BSN]"),
    ("bel 06 9996 7950 of +31 6 0000 0001, of 0031699967950", "bel [tel] of [tel], of [tel]"),
    ("bsn111222333", "bsn[BSN]"),
    ("111.222.333", "[BSN]"),
    ("12 111222333", "12 [BSN]"),
    ("111222333 12", "[BSN] 12"),
    ("in 2017 111222333 hoi", "in 2017 [BSN] hoi"),
    ("7511 AB 12", "[address]"),
    ("7511ab12a", "[address]"),
    ("7511 en 12", "[address]"),
    ("Langestraat 24, 7511 HB Enschede", "Langestraat [address] Enschede"),
    ("jan@x.nl 06-12345678 bsn 111222333, NL91ABNA0417164300", "[e-mail] [tel] bsn [BSN], [IBAN]"),
]
KEPT = [
    "info-internationaal@enschede.nl", "bel 14 053", "bel 14053", "14-053", "bsn 123456789", "2009-2017",
    "tussen 1980 en 2021", "1980 of 2021?", "sinds 2021 de 2 steden", "in 2017 it had 5", "04-11-2016", "20171102",
    "in 2016, 2017, 2018 en 2019", "2016 2017 2018 2019", "155.000 inwoners", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize("text", KEPT)
def test_what_is_not_personal_stays(text: str) -> None:
    assert redact(text).text == text
    assert redact(text).kinds == ()


def test_two_years_are_never_a_number_of_a_person() -> None:
    years = range(1975, 2030)
    assert [pair for pair in itertools.product(years, years) if "[" in redact("{} {}".format(*pair)).text] == []


def test_every_date_stays() -> None:
    days = itertools.product(range(2000, 2030), range(1, 13), (1, 9, 17, 28))
    shapes = ("{0}{1:02}{2:02}", "{2:02}-{1:02}-{0}", "{0}-{1:02}-{2:02}")
    texts = [shape.format(*day) for day in days for shape in shapes]
    assert [text for text in texts if redact(text).text != text] == []


@given(st.one_of(st.text(st.characters(), max_size=300), st.text("0123456789 +-.@NLabAB٣²１\ud800", max_size=80)))
def test_no_text_breaks_it_and_twice_changes_nothing(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once
