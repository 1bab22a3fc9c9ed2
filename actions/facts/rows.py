"""What fills the places in a computed statement: rows of a relation, worded in a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.tables import Partnership
from actions.facts.wording import KINDS, REPORTED, SINCE, bullets, join


@dataclass(frozen=True)
class Row:
    """One row of a relation: its id, the subject it is about, and what a list says of it."""

    id: str
    subject: str
    text: str


@dataclass(frozen=True)
class Filling:
    """The rows a computed statement rests on, and the words for the places in its text."""

    rows: tuple[Row, ...]
    places: dict[str, str]


def fill(session: Session, computed: dict[str, Any], language: str) -> Filling:
    """Looks up the rows that `computed` names (see `content.Computed`) and words them."""
    build = _BUILDERS[computed["relation"]]
    rows = tuple(build(session, computed, language))
    return Filling(rows, _FORMS.get(computed["form"], _plain)(session, rows, language, computed))


def name(session: Session, slug: str, language: str) -> str:
    """A subject's name in a language."""
    row = queries.subject(session, slug)
    if row is None:
        raise LookupError(f"no subject {slug!r}")
    return row.name_nl if language == "nl" else row.name_en


def tie(partnership: Partnership, language: str) -> str:
    """A partnership in words: "zusterstad sinds 1980"."""
    words = f"{KINDS[partnership.kind][language]} {SINCE[language]} {partnership.since}"
    return f"{words}, {REPORTED[language]}" if partnership.status == "reported" else words


def _partnerships(session: Session, computed: dict[str, Any], language: str) -> list[Row]:
    detailed = computed["form"] in ("detailed", "oldest", "newest")
    current = [p for p in queries.partnerships(session) if p.until is None]
    queries.fetch_subjects(session, (p.city for p in current))
    return [
        Row(
            p.id,
            p.city,
            f"{name(session, p.city, language)} ({tie(p, language)})" if detailed else name(session, p.city, language),
        )
        for p in current
    ]


def _memberships(session: Session, computed: dict[str, Any], language: str) -> list[Row]:
    rows = queries.members(session, computed["of"], computed["country"])
    queries.fetch_subjects(session, (m.member for m in rows))
    return [Row(m.id, m.member, name(session, m.member, language)) for m in rows]


def _projects(session: Session, computed: dict[str, Any], language: str) -> list[Row]:
    return [Row(p.id, p.project, p.summary_nl if language == "nl" else p.summary_en) for p in queries.projects(session)]


def _cooperations(session: Session, computed: dict[str, Any], language: str) -> list[Row]:
    rows = queries.cooperations(session, computed["of"])
    queries.fetch_subjects(session, (c.theme for c in rows))
    return [Row(c.id, c.theme, name(session, c.theme, language)) for c in rows]


def _participations(session: Session, computed: dict[str, Any], language: str) -> list[Row]:
    rows = []
    participations = queries.participants(session, computed["of"], computed["role"])
    queries.fetch_subjects(session, (p.participant for p in participations))
    for p in participations:
        text = name(session, p.participant, language)
        role = queries.role(session, p.participant) if computed["form"] == "detailed" else None
        if role is not None:
            text = f"{text} ({role.position_nl if language == 'nl' else role.position_en})"
        rows.append(Row(p.id, p.participant, text))
    return rows


def _plain(session: Session, rows: tuple[Row, ...], language: str, computed: dict[str, Any]) -> dict[str, str]:
    texts = [row.text for row in rows]
    # Long items read better below one another.
    long = computed["relation"] in ("partnership", "project") and computed["form"] == "detailed"
    return {"items": bullets(texts) + "\n" if long else join(texts, language), "count": str(len(rows))}


def _oldest(session: Session, rows: tuple[Row, ...], language: str, _computed: dict[str, Any]) -> dict[str, str]:
    first, *others = [row.text for row in rows] or [""]
    return {"first": first, "others": join(others, language), "count": str(len(rows))}


def _newest(session: Session, rows: tuple[Row, ...], language: str, computed: dict[str, Any]) -> dict[str, str]:
    return _oldest(session, rows[::-1], language, computed)


def _countries(session: Session, rows: tuple[Row, ...], language: str, _computed: dict[str, Any]) -> dict[str, str]:
    cities: dict[str, list[str]] = {}
    for row in rows:
        cities.setdefault(_country(session, row.subject), []).append(row.text)
    items = [
        f"{name(session, country, language)} ({join(texts, language)})" for country, texts in cities.items() if country
    ]
    return {"items": join(items, language), "count": str(len(items))}


def _continents(session: Session, rows: tuple[Row, ...], language: str, _computed: dict[str, Any]) -> dict[str, str]:
    inside: list[str] = []
    outside: list[str] = []
    for row in rows:
        country = queries.subject(session, _country(session, row.subject))
        if country is not None:
            place = f"{row.text} ({name(session, country.slug, language)})"
            (inside if country.continent == "europe" else outside).append(place)
    return {"items": join(inside, language), "others": join(outside, language), "count": str(len(inside))}


def _country(session: Session, city: str) -> str:
    row = queries.subject(session, city)
    return (row.country if row else None) or ""


_BUILDERS = {
    "partnership": _partnerships,
    "membership": _memberships,
    "project": _projects,
    "cooperation": _cooperations,
    "participation": _participations,
}
_FORMS = {"oldest": _oldest, "newest": _newest, "countries": _countries, "continents": _continents}
