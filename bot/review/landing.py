"""Writes turns into the tables that staff read, each exactly once, however often it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.languages import DEFAULT
from bot.review.tables import Conversation, State, Turn, TurnSubject, Work
from bot.review.times import utc
from bot.review.turns import FAILED, Values
from bot.web.tables import FailedTurn, Feedback, Message


def land(session: Session, turns: Iterable[Values]) -> set[date]:
    """Writes turns with their conversations, and what the web process recorded of them; the days (UTC) they are of.

    `language` may be None: that of the conversation is taken. Ask `database.lock` before.
    """
    found = {turn["id"]: turn for turn in turns}
    if not found:
        return set()
    ordered = sorted(found.values(), key=lambda turn: (turn["at"], turn["id"]))
    own = sorted({turn["conversation"] for turn in ordered})
    known = {each.id: each for each in session.scalars(select(Conversation).where(Conversation.id.in_(own)))}
    _speak(ordered, known)
    _join_records(session, found)
    late = _number(session, ordered, known)
    _upsert(session, Turn, ordered)
    _put_subjects(session, ordered)
    if late:
        _renumber(session, late)
    _put_conversations(session, ordered, own, known)
    session.expire_all()
    return {turn["at"].date() for turn in ordered}


def fail(turn: Values, reason: str) -> None:
    """Makes a turn one that failed. An answer that came too late is left out: the visitor did not get it."""
    if turn["outcome"] != FAILED:
        turn.update(outcome=FAILED, reply="", facts=[], sources=[])
    turn["reason"] = reason


def _speak(turns: Iterable[Values], known: dict[str, Conversation]) -> None:
    """Gives a language to the turns that have none."""
    spoken: dict[str, str] = {id: conversation.language for id, conversation in known.items()}
    for turn in turns:
        language: str = turn["language"] or spoken.get(turn["conversation"], DEFAULT)
        turn["language"] = spoken[turn["conversation"]] = language


def _join_records(session: Session, turns: dict[str, Values]) -> None:
    ids = list(turns)
    for turn in turns.values():
        turn |= {"latency_ms": None, "rating": None, "comment": None}
    latencies = select(Message.id, Message.latency_ms).where(Message.id.in_(ids))
    for id, latency in session.execute(latencies):
        turns[id]["latency_ms"] = latency
    feedback = select(Feedback.message, Feedback.rating, Feedback.comment).where(Feedback.message.in_(ids))
    for id, rating, comment in session.execute(feedback):
        turns[id] |= {"rating": rating, "comment": comment}
    for failure in session.scalars(select(FailedTurn).where(FailedTurn.message.in_(ids))):
        fail(turns[str(failure.message)], failure.reason)


def _number(session: Session, turns: Sequence[Values], known: dict[str, Conversation]) -> list[str]:
    """Numbers turns that follow on the others of their conversation; the conversations in which some come between."""
    kept = select(Turn.id, Turn.number).where(Turn.id.in_([turn["id"] for turn in turns]))
    numbers = {row.id: row.number for row in session.execute(kept)}
    last = {id: (conversation.turns, utc(conversation.last_at)) for id, conversation in known.items()}
    late = []
    for turn in turns:
        conversation = turn["conversation"]
        if turn["id"] in numbers:
            turn["number"] = numbers[turn["id"]]
            continue
        count, at = last.get(conversation, (0, None))
        turn["number"] = count + 1
        last[conversation] = (count + 1, turn["at"])
        if at is not None and turn["at"] <= at:
            late.append(conversation)
    return sorted(set(late))


def _renumber(session: Session, conversations: Sequence[str]) -> None:
    place = func.row_number().over(partition_by=Turn.conversation, order_by=(Turn.at, Turn.id))
    right = select(Turn.id, place.label("place")).where(Turn.conversation.in_(conversations)).subquery()
    wrong = update(Turn).where(Turn.id == right.c.id, Turn.number != right.c.place).values(number=right.c.place)
    session.execute(wrong, execution_options={"synchronize_session": False})


def _put_subjects(session: Session, turns: Sequence[Values]) -> None:
    ids = [turn["id"] for turn in turns]
    session.execute(
        delete(TurnSubject).where(TurnSubject.turn.in_(ids)), execution_options={"synchronize_session": False}
    )
    rows = [
        {"subject": subject, "at": turn["at"], "turn": turn["id"]} for turn in turns for subject in turn["subjects"]
    ]
    if rows:
        _upsert(session, TurnSubject, rows)


def _put_conversations(
    session: Session, turns: Sequence[Values], own: Sequence[str], known: dict[str, Conversation]
) -> None:
    """The conversations as their turns make them. Their times only ever widen: a rebuild has not read all turns yet."""
    newest: dict[str, Values] = {turn["conversation"]: turn for turn in turns}
    columns = select(Turn.conversation, func.min(Turn.at), func.max(Turn.at), func.count())
    work = {each.conversation: each for each in session.scalars(select(Work).where(Work.conversation.in_(own)))}
    rows: defaultdict[str, Values] = defaultdict(dict)
    for id, first, last, count in session.execute(
        columns.where(Turn.conversation.in_(own)).group_by(Turn.conversation)
    ):
        before, latest = known.get(id), newest[id]
        spoken = before is None or latest["at"] >= utc(before.last_at)
        rows[id] = {
            "id": id,
            "started_at": min(utc(first), utc(before.started_at)) if before else utc(first),
            "last_at": max(utc(last), utc(before.last_at)) if before else utc(last),
            "turns": count,
            "language": latest["language"] if spoken or before is None else before.language,
            "state": work[id].state if id in work else State.NEW.value,
            "reviewer": work[id].reviewer if id in work else None,
        }
    _upsert(session, Conversation, [rows[id] for id in own], staying=("state", "reviewer"))


def _upsert(session: Session, kind: type[Any], rows: Sequence[Values], staying: Sequence[str] = ()) -> None:
    """Inserts rows, or overwrites those with the same key, but for the columns that stay."""
    table: Table = kind.__table__
    keys = [column.name for column in table.primary_key]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, *staying)}
    if changed:
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))
    else:
        session.execute(statement.on_conflict_do_nothing(), list(rows))
