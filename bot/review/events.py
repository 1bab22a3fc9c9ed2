"""Rasa's table of events, as far as review reads it. What a conversation is made of, in the order it was stored in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, column, func, inspect, select, table

EVENTS = table(
    "events", column("id"), column("sender_id"), column("type_name"), column("timestamp"), column("data", Text)
)
"""`sender_id` is the conversation, `timestamp` seconds since 1970, `data` the event in JSON."""
SAID = ("user", "bot")
"""The events that make turns. Restarts, new sessions, slots and actions do not matter to who reads."""
PAGE = 2000
"""Rows that one query gives at most."""
KEYS = 400
"""Ids that one query names at most."""


class Place(NamedTuple):
    """An event by its id and its time. SQLite gives the ids of deleted rows away again: the time tells them apart."""

    id: int
    stamp: float


START = Place(0, 0.0)


@dataclass(frozen=True)
class Event:
    """What somebody said."""

    place: Place
    conversation: str
    of_visitor: bool
    data: dict[str, Any]


class Found(NamedTuple):
    """A row that may have to be read."""

    place: Place
    conversation: str
    of_visitor: bool


def there(connection: Connection) -> bool:
    """Whether Rasa has made its table yet, which it does at its first start."""
    return inspect(connection).has_table(EVENTS.name)


def still(connection: Connection, place: Place) -> Place:
    """The place, when its event is still there; else that of the newest event that was there before it."""
    if place == START:
        return START
    columns = select(EVENTS.c.id, EVENTS.c.timestamp)
    row = connection.execute(columns.where(EVENTS.c.id == place.id)).one_or_none()
    if row is not None and row.timestamp == place.stamp:
        return place
    before = columns.where(EVENTS.c.id <= place.id, EVENTS.c.timestamp <= place.stamp)
    row = connection.execute(before.order_by(EVENTS.c.id.desc()).limit(1)).one_or_none()
    return START if row is None else Place(row.id, row.timestamp)


def after(connection: Connection, id: int) -> Iterator[Found]:
    """What was said after an event, without reading what it was."""
    columns = select(EVENTS.c.id, EVENTS.c.sender_id, EVENTS.c.type_name, EVENTS.c.timestamp)
    said = columns.where(EVENTS.c.type_name.in_(SAID)).order_by(EVENTS.c.id).limit(PAGE)
    while True:
        rows = connection.execute(said.where(EVENTS.c.id > id)).all()
        for row in rows:
            yield Found(Place(row.id, row.timestamp or 0.0), row.sender_id, row.type_name == "user")
        if len(rows) < PAGE:
            return
        id = rows[-1].id


def read(connection: Connection, ids: Sequence[int]) -> list[Event]:
    """These events in their order; what is no longer there is left out."""
    found: list[Event] = []
    for start in range(0, len(ids), KEYS):
        found += _read(connection, _whole().where(EVENTS.c.id.in_(ids[start : start + KEYS])))
    return found


def begun(connection: Connection, conversation: str, id: int) -> list[Event]:
    """The turn in which an event falls: what was said from the visitor's last message before it."""
    own = EVENTS.c.sender_id == conversation
    last = select(func.max(EVENTS.c.id)).where(own, EVENTS.c.type_name == "user", EVENTS.c.id < id)
    return _read(connection, _whole().where(own, EVENTS.c.id >= last.scalar_subquery(), EVENTS.c.id < id))


def rest(connection: Connection, conversation: str, id: int) -> list[Event]:
    """The turn that a visitor's message begins, without that message; and the visitor's next message, if any."""
    later = _whole().where(EVENTS.c.sender_id == conversation, EVENTS.c.id > id)
    found: list[Event] = []
    for event in _read(connection, later.limit(KEYS)):
        found.append(event)
        if event.of_visitor:
            break
    return found


def newest(connection: Connection, conversations: Iterable[str]) -> dict[str, float]:
    """The time of the last event of each conversation."""
    times = select(EVENTS.c.sender_id, func.max(EVENTS.c.timestamp)).group_by(EVENTS.c.sender_id)
    rows = connection.execute(times.where(EVENTS.c.sender_id.in_(list(conversations))))
    return {conversation: stamp or 0.0 for conversation, stamp in rows}


def _whole() -> Select[Any]:
    return select(EVENTS).where(EVENTS.c.type_name.in_(SAID)).order_by(EVENTS.c.id)


def _read(connection: Connection, query: Select[Any]) -> list[Event]:
    rows = connection.execute(query)
    return [
        Event(Place(row.id, row.timestamp or 0.0), row.sender_id, row.type_name == "user", _data(row.data))
        for row in rows
    ]


def _data(stored: str | None) -> dict[str, Any]:
    """The event; empty for what cannot be read, so that at least its place in the conversation is known."""
    try:
        data = json.loads(stored or "")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
