"""Yes/no questions: what the question claims, held against the fact."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.facts.rows import Row
from actions.facts.tables import Statement

YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class Claims:
    """What a yes/no question takes for true: the values in it, as found by the understanding of the message."""

    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    """Countries by slug where the facts have them, else by their ISO 3166 code in lower case."""
    cities: tuple[str, ...] = ()
    """Cities among the linked subjects."""
    negated: bool = False
    sure: bool = True
    """Whether the fact is surely the one asked about; otherwise nothing is affirmed, only corrected."""


def verify(claims: Claims, statement: Statement, text: str, rows: tuple[Row, ...]) -> bool | None:
    """Whether the fact bears the claims out: True, False, or None when that cannot be said.

    Silence is the safe answer: the fact itself is told in every case, only its "yes" or "no" is left out.
    """
    if claims.negated:
        return None
    verdicts = [
        _year(claims, statement, text),
        _month(claims, statement),
        _country(claims, statement),
        _member(claims, statement, rows),
        _number(claims, statement, rows),
    ]
    if False in verdicts:
        return False
    if not claims.sure:
        return None
    if True in verdicts:
        return True
    # A plain yes affirms the whole question, so nothing may be claimed in it that was not looked at.
    unseen = claims.years or claims.months or claims.numbers or claims.countries or _others(claims, statement)
    return True if statement.yes and not unseen else None


def _others(claims: Claims, statement: Statement) -> list[str]:
    known = {"enschede", statement.subject, *statement.mentions}
    return [city for city in claims.cities if city not in known]


def _year(claims: Claims, statement: Statement, text: str) -> bool | None:
    if not claims.years or statement.year is None:
        return None
    told = {int(year) for year in YEAR.findall(text)}
    if not told.intersection(claims.years):
        return False
    # With several years in one fact (Dalian: 2009 and 2017) only the reader can judge which one was meant.
    return True if len(told) == 1 else None


def _month(claims: Claims, statement: Statement) -> bool | None:
    if not claims.months or statement.month is None:
        return None
    return statement.month in claims.months


def _country(claims: Claims, statement: Statement) -> bool | None:
    if not claims.countries or statement.country is None:
        return None
    allowed = {statement.country, *statement.mentions}
    if any(country not in allowed and country != "netherlands" for country in claims.countries):
        return False
    # That the country fits says nothing about the rest of a claim, unless the question is where it is.
    return True if statement.country in claims.countries and statement.aspect == "location" else None


def _member(claims: Claims, statement: Statement, rows: tuple[Row, ...]) -> bool | None:
    if not rows or not (claimed := [city for city in claims.cities if city not in ("enschede", statement.subject)]):
        return None
    inside = [city in {row.subject for row in rows} for city in claimed]
    return all(inside) if all(inside) or not any(inside) else None


def _number(claims: Claims, statement: Statement, rows: tuple[Row, ...]) -> bool | None:
    """One claimed number against the counted rows, else against the statement's own number."""
    number = len(rows) or statement.number
    if len(claims.numbers) != 1 or not number:
        return None
    if claims.numbers[0] == number:
        return True
    # Of a list it is only known that it is counted wrong when the question is how long it is.
    return False if statement.aspect in ("count", "members", "nationalities") else None
