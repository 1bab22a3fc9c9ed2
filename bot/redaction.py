"""Takes personal data out of a text, before any store, log or other process sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, luhn
from stdnum.nl import bsn

EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ .-]?[A-Za-z0-9]){11,30}\b")
DIGITS = re.compile(r"(?<!\w)\d(?:[ .-]?\d){7,18}(?!\w)")
# "1980 of 2021" has the shape of a postcode with a house number: small words are no postcode letters.
ADDRESS = re.compile(
    r"\b[1-9]\d{3} ?(?!(?:of|en|or|in|to|is|na|op|at|by|om|tm) )[A-Za-z]{2}"
    r"[ ,]{1,3}(?:nr\.? ?|huisnummer ?)?\d{1,5} ?[A-Za-z]?\b"
)
OWN_EMAIL = re.compile(r"@(?:[\w-]+\.)*enschede\.nl$", re.IGNORECASE)


@dataclass(frozen=True)
class Redaction:
    """A text without personal data, and the kinds of data that were in it."""

    text: str
    kinds: tuple[str, ...]


def redact(text: str) -> Redaction:
    """Masks e-mail addresses, IBANs, BSNs, payment cards, phone numbers, and postcodes with a house number.

    The municipality's own addresses stay. Names are not recognised. Never raises.
    """
    spans: list[tuple[int, int, str]] = []
    for start, end, kind in _found(text):
        if all(end <= s or start >= e for s, e, _ in spans):
            spans.append((start, end, kind))
    for start, end, kind in sorted(spans, reverse=True):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return Redaction(text, tuple(dict.fromkeys(kind for _, _, kind in sorted(spans))))


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    for match in EMAIL.finditer(text):
        if not OWN_EMAIL.search(match.group()):
            yield match.start(), match.end(), "e-mail"
    for match in IBAN.finditer(text):
        if (end := _iban_end(match.group())) is not None:
            yield match.start(), match.start() + end, "IBAN"
    for match in DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) in (8, 9) and bsn.is_valid(digits.zfill(9)):
            yield match.start(), match.end(), "BSN"
        elif 13 <= len(digits) <= 19 and luhn.is_valid(digits):
            yield match.start(), match.end(), "card"
    for match in ADDRESS.finditer(text):
        yield match.start(), match.end(), "address"
    for number in phonenumbers.PhoneNumberMatcher(text, "NL", leniency=phonenumbers.Leniency.VALID):
        yield number.start, number.end, "tel"


def _iban_end(candidate: str) -> int | None:
    """Where a valid IBAN at the beginning of a candidate ends: words may follow it without a clear border."""
    for end in range(len(candidate), 14, -1):
        if candidate[end - 1].isalnum() and iban.is_valid(re.sub(r"[ .-]", "", candidate[:end]), check_country=False):
            return end
    return None
