"""Makes answers of facts: the text a visitor reads, the rows it came from and their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.rows import Row, fill, name, tie
from actions.facts.tables import Statement
from actions.facts.verification import Claims, verify
from actions.facts.wording import capital

YES = {"nl": "Ja.", "en": "Yes."}
NO = {"nl": "Nee.", "en": "No."}
LONGEST = 700
"""Characters in a reply; what does not fit comes when the visitor asks for more."""


@dataclass(frozen=True)
class Answer:
    """A told fact. `facts` are statement ids and the ids of rows that were computed from."""

    text: str
    facts: tuple[str, ...]
    sources: tuple[dict[str, str | None], ...] = ()
    listed: tuple[str, ...] = ()
    """Subjects that the answer lists, in order: "the second one" picks from them."""
    statements: tuple[Statement, ...] = field(default=(), compare=False)
    """The statements among the facts, in order. To be read while the session is open."""
    verdict: bool | None = field(default=None, compare=False)


class NoSuchFact(LookupError):
    """The facts database does not hold what was asked."""


def answer(session: Session, statement_ids: Sequence[str], language: str, claims: Claims | None = None) -> Answer:
    """Tells one statement, or two that belong together. With `claims`, a yes/no question is answered with yes or no.

    Raises NoSuchFact when none of the statements is in the database.
    """
    found = [s for s in (queries.statement(session, each) for each in statement_ids) if s is not None]
    if not found:
        raise NoSuchFact(", ".join(statement_ids))
    told = [_tell(session, statement, language) for statement in found]
    first_text, first_rows = told[0]
    verdict = verify(claims, found[0], first_text, first_rows) if claims else None
    texts = [first_text]
    for text, _ in told[1:]:
        if sum(map(len, texts)) + len(text) < LONGEST - 20 and text not in texts:
            texts.append(text)
    if verdict is not None:
        texts[0] = f"{(YES if verdict else NO)[language]} {texts[0]}"
    facts = _facts(found[: len(texts)], told)
    listed, stated = _listed(told[: len(texts)]), tuple(found[: len(texts)])
    return Answer("\n".join(texts), facts, cite(session, facts, language), listed, stated, verdict)


def compare(session: Session, slugs: Sequence[str], language: str) -> Answer:
    """Sets two subjects side by side: their ties and since when, or else what is known of each.

    Raises NoSuchFact when one of them has no fact.
    """
    ties = [queries.partnership(session, slug) for slug in slugs]
    lines, facts, stated = [], [], []
    for slug, partnership in zip(slugs, ties, strict=True):
        about = _first_statement(session, slug)
        if partnership is None and about is None:
            raise NoSuchFact(slug)
        if partnership is not None:
            facts += [partnership.id, *(c.id for c in queries.cooperations(session, slug))]
            themes = _themes(session, slug, language)
            lines.append(f"• {capital(name(session, slug, language))}: {tie(partnership, language)}.{themes}")
        elif about is not None:
            facts.append(about.id)
            stated.append(about)
            lines.append(f"• {_tell(session, about, language)[0]}")
    if len(ties) == 2 and ties[0] and ties[1]:
        lines.append(_years_between(session, ties[0], ties[1], language))
    return Answer("\n".join(lines), tuple(facts), cite(session, facts, language), tuple(slugs), tuple(stated))


def cite(session: Session, rows: Sequence[str], language: str) -> tuple[dict[str, str | None], ...]:
    """The sources behind rows, as the chat API gives them: id, title, url, as_of and what that date means."""
    return tuple(
        {
            "id": source.id,
            "title": source.title_nl if language == "nl" else source.title_en,
            "url": source.url,
            "as_of": source.as_of,
            "dated": source.dated,
            "note": source.note_nl if language == "nl" else source.note_en,
        }
        for source in queries.sources(session, rows)
    )


def _tell(session: Session, statement: Statement, language: str) -> tuple[str, tuple[Row, ...]]:
    text = statement.text_nl if language == "nl" else statement.text_en
    if statement.computed is None:
        return text, ()
    filling = fill(session, statement.computed, language)
    return capital(
        text.format(**filling.places).replace("\n. ", "\n").replace("\n.", "").replace(" \n", "\n").strip()
    ), filling.rows


def _facts(found: Sequence[Statement], told: Sequence[tuple[str, tuple[Row, ...]]]) -> tuple[str, ...]:
    ids = [
        each
        for statement, (_, rows) in zip(found, told, strict=False)
        for each in (statement.id, *(r.id for r in rows))
    ]
    return tuple(dict.fromkeys(ids))


def _listed(told: Sequence[tuple[str, tuple[Row, ...]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.subject for _, rows in told for row in rows))


def _first_statement(session: Session, slug: str) -> Statement | None:
    found = queries.statements(session, slug)
    preferred = [s for aspect in ("about", "members", "topics", "activities") for s in found if s.aspect == aspect]
    return next(iter([*preferred, *found]), None)


def _themes(session: Session, slug: str, language: str) -> str:
    themes = [name(session, c.theme, language) for c in queries.cooperations(session, slug)]
    label = {"nl": "Onderwerpen", "en": "Topics"}[language]
    return f" {label}: {', '.join(themes)}." if themes else ""


def _years_between(session: Session, one: object, other: object, language: str) -> str:
    first, second = sorted((one, other), key=lambda p: p.since)  # type: ignore[attr-defined]
    years = second.since - first.since  # type: ignore[attr-defined]
    older = name(session, first.city, language)  # type: ignore[attr-defined]
    if years == 0:
        return {"nl": "Beide banden zijn even oud.", "en": "Both ties are equally old."}[language]
    return {
        "nl": f"De band met {older} is {years} jaar ouder.",
        "en": f"The tie with {older} is {years} years older.",
    }[language]
