"""The turns that a filter leaves, as CSV or JSON, made batch by batch: never more than one batch is in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review.filters import Filter, Sort
from bot.review.listing import Key, listing
from bot.review.tables import Conversation, Judgement, Tag, Turn
from bot.review.times import local, today

BATCH = 500
"""Turns that are read at a time."""
COLUMNS = (
    "conversation", "turn", "number", "at", "language", "text", "reply", "outcome", "reason", "intent", "confidence",
    "subjects", "facts", "sources", "latency_ms", "model", "rating", "comment", "state", "reviewer", "tags", "verdict",
    "verdict_value", "verdict_by", "verdict_at",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
BOM = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""

Record = dict[str, Any]


def records(open_session: Callable[[], Session], filter: Filter, batch: int = BATCH) -> Iterator[list[Record]]:
    """Batches of all turns that fit, in the filter's order. Each batch has a session of its own, so that a slow reader
    holds no transaction. Raises SQLAlchemyError."""
    day, beyond = today(), None
    while True:
        with open_session() as session:
            listed = listing(session, filter, day, every_turn=True)
            rows = session.execute(listed.keys(batch, beyond, filter.sort is Sort.NEWEST)).all()
            found = _read(session, [id for _, id in rows])
        if found:
            yield found
        if len(rows) < batch:
            return
        beyond = Key(*rows[-1])


def as_csv(batches: Iterable[list[Record]]) -> Iterator[str]:
    """The file in pieces: semicolons, as spreadsheets in the Netherlands read them, and no cell that is a formula."""
    yield BOM + _lines([COLUMNS])
    for batch in batches:
        yield _lines([[_cell(record[name]) for name in COLUMNS] for record in batch])


def as_jsonl(batches: Iterable[list[Record]]) -> Iterator[str]:
    """The file in pieces: a JSON object a line."""
    for batch in batches:
        yield "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in batch)


def _read(session: Session, ids: list[str]) -> list[Record]:
    turns = {turn.id: turn for turn in session.scalars(select(Turn).where(Turn.id.in_(ids)))}
    own = {turn.conversation for turn in turns.values()}
    conversations = {each.id: each for each in session.scalars(select(Conversation).where(Conversation.id.in_(own)))}
    judgements = {each.turn: each for each in session.scalars(select(Judgement).where(Judgement.turn.in_(ids)))}
    tags: dict[str, list[str]] = {}
    for conversation, tag in session.execute(
        select(Tag.conversation, Tag.tag).where(Tag.conversation.in_(own)).order_by(Tag.tag)
    ):
        tags.setdefault(conversation, []).append(tag)
    return [
        _record(turn, conversations.get(turn.conversation), tags.get(turn.conversation, []), judgements.get(id))
        for id in ids
        if (turn := turns.get(id)) is not None
    ]


def _record(turn: Turn, conversation: Conversation | None, tags: list[str], judgement: Judgement | None) -> Record:
    return {
        "conversation": turn.conversation,
        "turn": turn.id,
        "number": turn.number,
        "at": local(turn.at).isoformat(timespec="seconds"),
        "language": turn.language,
        "text": turn.text,
        "reply": turn.reply,
        "outcome": turn.outcome,
        "reason": turn.reason,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "subjects": turn.subjects,
        "facts": turn.facts,
        "sources": turn.sources,
        "latency_ms": turn.latency_ms,
        "model": turn.model,
        "rating": turn.rating,
        "comment": turn.comment,
        "state": conversation.state if conversation else None,
        "reviewer": conversation.reviewer if conversation else None,
        "tags": tags,
        "verdict": judgement.verdict if judgement else None,
        "verdict_value": judgement.value if judgement else None,
        "verdict_by": judgement.by if judgement else None,
        "verdict_at": local(judgement.at).isoformat(timespec="seconds") if judgement else None,
    }


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = ", ".join(each["id"] if isinstance(each, dict) else str(each) for each in value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
