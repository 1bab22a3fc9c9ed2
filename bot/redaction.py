"""Takes personal data out of a text, before any store, log or other process sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, luhn
from stdnum.nl import bsn

EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
OWN_EMAIL = re.compile(r"@(?:[\w-]+\.)*enschede\.nl$", re.IGNORECASE)
OWN_NUMBER = (31, 14053)
"""The municipality's own telephone number, 14 053: country and national number."""
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ .-]?[A-Za-z0-9]){11,30}")
CARD = re.compile(r"(?<![0-9])[0-9](?:[ .-]?[0-9]){12,18}")
PHONE = re.compile(r"(?<![0-9])(?:\+|0)[0-9(](?:[ ./()-]{0,2}[0-9]){7,14}")
MOBILE = re.compile(r"(?:(?:\+|00)31)?0?6[0-9]{8}")
"""A Dutch mobile number without its spaces, also one of a range that is not given out yet."""
BSN = re.compile(r"(?<![0-9])[0-9](?:[ .-]?[0-9]){8}")
YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
DATE = re.compile(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:19|20)[0-9]{2}(?![0-9])")
HOUSE = r"(?:nr\.? ?|huisnummer ?)?[0-9]{1,5}(?:[ -]?[A-Za-z](?![A-Za-z]))?(?![0-9])"
ADDRESS = re.compile(rf"(?<![0-9])([1-9][0-9]{{3}})( ?)([A-Za-z]{{2}})([ ,]{{0,3}}){HOUSE}")
STREET_FIRST = re.compile(r"(?<![0-9])[0-9]{1,5} ?[A-Za-z]?(?:, ?|\n)[1-9][0-9]{3} ?[A-Z]{2}(?![A-Za-z])")


@dataclass(frozen=True)
class Redaction:
    """A text without personal data, and the kinds of data that were in it."""

    text: str
    kinds: tuple[str, ...]


def redact(text: str) -> Redaction:
    """Masks e-mail addresses, IBANs, payment cards, phone numbers, BSNs, and postcodes with a house number.

    The municipality's own addresses and number stay. Names are not recognised. Never raises. One kind after another,
    so that what stands next to a masked number is read again without it.
    """
    kinds: list[str] = []
    for kind, mask in STEPS:
        masked = mask(text, f"[{kind}]")
        if masked != text:
            kinds.append(kind)
        text = masked
    return Redaction(text, tuple(dict.fromkeys(kinds)))


def _windows(pattern: re.Pattern[str], valid: Callable[[str], bool]) -> Callable[[str, str], str]:
    """Masks the longest valid beginning of each candidate: digits that follow do not hide a number."""

    def mask(text: str, marker: str) -> str:
        at = 0
        while match := pattern.search(text, at):
            end = _longest(match.group(), text[match.end() : match.end() + 1], valid)
            if end:
                text = f"{text[: match.start()]}{marker}{text[match.start() + end :]}"
                at = match.start() + len(marker)
            else:
                at = match.start() + 1
        return text

    return mask


def _longest(candidate: str, following: str, valid: Callable[[str], bool]) -> int:
    padded = candidate + following
    for end in range(len(candidate), 7, -1):
        # A number that goes on is another number.
        cut = padded[end - 1].isdigit() and padded[end : end + 1].isdigit()
        if padded[end - 1].isalnum() and not cut and valid(candidate[:end]):
            return end
    return 0


def _is_iban(candidate: str) -> bool:
    return bool(iban.is_valid(re.sub(r"[ .-]", "", candidate), check_country=False))


def _is_card(candidate: str) -> bool:
    digits = re.sub(r"[^0-9]", "", candidate)
    # "2016 2017 2018 2019" passes the card's check one time in ten.
    return 13 <= len(digits) <= 19 and bool(luhn.is_valid(digits)) and not YEAR.match(candidate)


def _is_bsn(candidate: str) -> bool:
    digits = re.sub(r"[^0-9]", "", candidate)
    # Years and dates pass the 11-proof one time in eleven.
    return len(digits) == 9 and not YEAR.search(candidate) and bool(bsn.is_valid(digits))


def _is_phone(candidate: str) -> bool:
    if DATE.match(candidate):
        return False
    if MOBILE.fullmatch(re.sub(r"[^0-9+]", "", candidate)):
        return True
    try:
        number = phonenumbers.parse(candidate, "NL")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and not _is_own(number)


def _is_own(number: phonenumbers.PhoneNumber) -> bool:
    return (number.country_code, number.national_number) == OWN_NUMBER


def _emails(text: str, marker: str) -> str:
    return EMAIL.sub(lambda match: match.group() if OWN_EMAIL.search(match.group()) else marker, text)


def _addresses(text: str, marker: str) -> str:
    def mask(match: re.Match[str]) -> str:
        digits, before, letters, after = match.groups()
        # "1980 en 2021", "2017 de 2 steden": a small word after a year, not the letters of a postcode.
        word = bool(before and after) and letters.islower() and bool(YEAR.fullmatch(digits))
        return match.group() if word else marker

    return ADDRESS.sub(mask, STREET_FIRST.sub(marker, text))


def _other_phones(text: str, marker: str) -> str:
    """Numbers that begin with neither 0 nor +, in the shapes that phonenumbers knows."""
    found = list(phonenumbers.PhoneNumberMatcher(text, "NL", leniency=phonenumbers.Leniency.VALID))
    for match in reversed(found):
        if not _is_own(match.number) and not DATE.match(match.raw_string):
            text = text[: match.start] + marker + text[match.end :]
    return text


# Cards before phones, phones before BSNs: the longer number holds the shapes of the shorter one.
STEPS: tuple[tuple[str, Callable[[str, str], str]], ...] = (
    ("e-mail", _emails),
    ("IBAN", _windows(IBAN, _is_iban)),
    ("card", _windows(CARD, _is_card)),
    ("tel", _windows(PHONE, _is_phone)),
    ("BSN", _windows(BSN, _is_bsn)),
    ("address", _addresses),
    ("tel", _other_phones),
)
