"""Answers "was it different before?": what a statement was, and until when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.compose import Answer, NoSuchFact
from actions.facts.dates import in_words
from actions.facts.tables import EarlierStatement

UNTIL = {"nl": "Tot {date}: {text}", "en": "Until {date}: {text}"}
NOW = {"nl": "Nu: {text}", "en": "Now: {text}"}


def earlier(session: Session, statement_ids: Sequence[str], language: str) -> Answer:
    """Tells what statements were, the latest first, and what they are now.

    Raises NoSuchFact when the facts hold nothing earlier of any of them.
    """
    ids = [id for id in statement_ids if queries.earlier(session, id)]
    if not ids:
        raise NoSuchFact(", ".join(statement_ids))
    now = compose.answer(session, ids[:1], language)
    lines, rows = [NOW[language].format(text=now.text)], []
    for row in queries.earlier(session, ids[0]):
        line = _line(row, language)
        if sum(map(len, lines)) + len(line) < compose.LONGEST - 20:
            lines.append(line)
            rows.append(row.id)
    facts = (*now.facts, *rows)
    return Answer("\n".join(lines), facts, compose.cite(session, facts, language), now.listed, now.statements)


def _line(row: EarlierStatement, language: str) -> str:
    text = row.text_nl if language == "nl" else row.text_en
    return UNTIL[language].format(date=in_words(row.until, language), text=text)
