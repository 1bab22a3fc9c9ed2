"""A page of the inbox: conversations with the newest turn that fits the filter, and the ways on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from bot.review.filters import Filter, Sort
from bot.review.listing import Key, Listing, listing
from bot.review.tables import Conversation, Judgement, Tag, Turn
from bot.review.times import today, utc

SIZE = 50
"""Rows of a page."""
LONGEST_KEY = 120


class BadKey(ValueError):
    """What should name a place in the list does not."""


class Place(NamedTuple):
    """A row by its ids."""

    conversation: str
    turn: str


@dataclass(frozen=True)
class Row:
    """A conversation with its newest turn that fits."""

    conversation: Conversation
    turn: Turn
    tags: tuple[str, ...]
    verdict: str | None
    """The verdict on the turn."""
    key: Key

    @property
    def place(self) -> Place:
        return Place(self.conversation.id, self.turn.id)


@dataclass(frozen=True)
class Page:
    """Some rows; `before` and `after` are the keys from which the pages before and after it go on, if there are any."""

    rows: Sequence[Row]
    before: str | None = None
    after: str | None = None


def page(
    session: Session, filter: Filter, *, after: str | None = None, before: str | None = None, size: int = SIZE
) -> Page:
    """The rows after a key, or before one, or the first. Raises BadKey for what is no key."""
    listed = listing(session, filter, today())
    downwards = before is None
    beyond = read_key(after if downwards else before)
    keys = _keys(session, listed, filter, beyond, downwards, size + 1)
    more, keys = len(keys) > size, keys[:size]
    if not downwards:
        if not more:
            # Less than a page is left: the first page is a full one.
            return page(session, filter, size=size)
        keys.reverse()
    rows = _rows(session, listed, keys)
    return Page(
        rows,
        write_key(keys[0]) if keys and (beyond is not None) else None,
        write_key(keys[-1]) if keys and (more or not downwards) else None,
    )


def neighbours(session: Session, filter: Filter, turn: str) -> tuple[Place | None, Place | None]:
    """The rows before and after the one that shows a turn, in the order of the list. None at its ends.

    The turn may have ceased to fit meanwhile, by being judged for example: it still marks its place. A row of the same
    conversation is none of its neighbours. Both are None for a turn that is not there.
    """
    shown = session.get(Turn, turn)
    conversation = session.get(Conversation, shown.conversation) if shown else None
    if shown is None or conversation is None:
        return None, None
    listed = listing(session, filter, today())
    key = Key(conversation.last_at, conversation.id) if listed.of_conversations else Key(shown.at, shown.id)

    def nearest(downwards: bool) -> Place | None:
        # One more than is needed: the first may be the same conversation, by another turn.
        keys = _keys(session, listed, filter, key, downwards, 2)
        places = (row.place for row in _rows(session, listed, keys))
        return next((place for place in places if place.conversation != conversation.id), None)

    return nearest(False), nearest(True)


def read_key(written: str | None) -> Key | None:
    """A key from an address. Raises BadKey."""
    if not written:
        return None
    at, mark, id = written.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise BadKey from None
    if not mark or not id.isprintable() or len(written) > LONGEST_KEY or moment.tzinfo is not None:
        raise BadKey
    return Key(moment.replace(tzinfo=UTC), id)


def write_key(key: Key) -> str:
    """A key for an address: the time (UTC) and the id."""
    return f"{utc(key.at).replace(tzinfo=None).isoformat()}~{key.id}"


def _keys(
    session: Session, listed: Listing, filter: Filter, beyond: Key | None, downwards: bool, limit: int
) -> list[Key]:
    newest_first = (filter.sort is Sort.NEWEST) is downwards
    return [Key(*row) for row in session.execute(listed.keys(limit, beyond, newest_first))]


def _rows(session: Session, listed: Listing, keys: Sequence[Key]) -> list[Row]:
    """What the rows with these keys show, in their order."""
    ids = [key.id for key in keys]
    if listed.of_conversations:
        later = aliased(Turn)
        after = tuple_(later.at, later.id) > tuple_(Turn.at, Turn.id)
        newest = ~exists().where(later.conversation == Turn.conversation, after).correlate(Turn)
        wanted = select(Turn).where(Turn.conversation.in_(ids), newest)
    else:
        wanted = select(Turn).where(Turn.id.in_(ids))
    turns = {turn.conversation if listed.of_conversations else turn.id: turn for turn in session.scalars(wanted)}
    shown = [turn.conversation for turn in turns.values()]
    found = session.scalars(select(Conversation).where(Conversation.id.in_(shown)))
    conversations = {conversation.id: conversation for conversation in found}
    tags = session.execute(select(Tag.conversation, Tag.tag).where(Tag.conversation.in_(shown)).order_by(Tag.tag)).all()
    judged = select(Judgement.turn, Judgement.verdict).where(Judgement.turn.in_([turn.id for turn in turns.values()]))
    verdicts = {row.turn: row.verdict for row in session.execute(judged)}
    return [
        Row(
            conversations[turn.conversation],
            turn,
            tuple(tag for conversation, tag in tags if conversation == turn.conversation),
            verdicts.get(turn.id),
            key,
        )
        for key in keys
        if (turn := turns.get(key.id)) is not None and turn.conversation in conversations
    ]
