"""A conversation that is deleted is gone from the whole review store, and no other is touched."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from bot.review import vectors
from bot.review.database import Database, migrate
from bot.review.deletion import OnHold, delete_conversation, refuse_held
from bot.review.search import matching
from bot.review.tables import (
    Conversation,
    GapTurn,
    Judgement,
    LogEntry,
    Note,
    Proposal,
    Tag,
    TextVector,
    Turn,
    TurnSubject,
    Work,
)  # fmt: skip
from bot.web.store import ReviewStore
from bot.web.tables import Base, Deletion, FailedTurn, Feedback, Message, Reply
from tests.review.filling import AT, EVENTS, conversation, failure, rated, recorded, said, turn
from tests.review.stores import Stores

MINE, OTHER = "mine-12345678", "other-1234567"
NOWHERE = "http://127.0.0.1:1"
OF_A_CONVERSATION = (
    *(Conversation, Turn, TurnSubject, Work, Judgement, Tag, Note, Proposal, GapTurn, TextVector),
    *(Message, Feedback, FailedTurn, Reply),
)
KEPT = {"daily_figures", "daily_counts", "deletions", "review_log", "accounts", "saved_views", "projection_cursor"}
"""Tables in which nothing is a conversation's."""


def fill(stores: Stores, *names: str, hold: str | None = None) -> None:
    """One row in every table for each conversation."""
    migrate(stores.review)
    with Session(stores.review) as session, session.begin():
        for number, name in enumerate(names):
            own = turn(id=f"turn-{name}", text=f"woorden {name}", reply=f"antwoord {name}", comment=f"comment {name}")
            conversation(session, [own], id=name)
            session.add_all(
                [
                    Work(conversation=name, state="later", reviewer="anna", hold=hold, at=AT),
                    Judgement(turn=own.id, conversation=name, verdict="ignore", value=None, by="anna", at=AT),
                    Tag(tag="klacht", conversation=name, at=AT),
                    Note(conversation=name, turn=own.id, text=f"note {name}", by="anna", at=AT),
                    Proposal(turn=own.id, kind="example", payload={"text": name}, status="exported", by="anna", at=AT),
                    GapTurn(gap=number, turn=own.id, similarity=0.9),
                    TextVector(digest=vectors.digest(own.text), vector=b"\0\0"),
                    Reply(session=name, client_message="1", at=AT, body={}),
                    LogEntry(at=AT, by="anna", action="judge", object=name, before=None, after={"verdict": "ignore"}),
                ]
            )
            recorded(session, name, f"message-{number}", AT)
            rated(session, f"message-{number}", AT, comment=f"comment {name}")
            failure(session, name, AT, text=f"woorden {name}")


def rows(stores: Stores) -> dict[str, int]:
    with Session(stores.review) as session:
        return {
            kind.__tablename__: session.scalar(select(func.count()).select_from(kind)) or 0
            for kind in OF_A_CONVERSATION
        }


def test_every_table_either_is_of_a_conversation_or_holds_nobodys_words() -> None:
    of_a_conversation: set[str] = {kind.__tablename__ for kind in OF_A_CONVERSATION}
    assert {*Base.metadata.tables} - of_a_conversation - KEPT == {"gaps", "gap_runs", "content_changes"}


def test_everything_of_it_goes_and_nothing_of_another(stores: Stores) -> None:
    fill(stores, MINE, OTHER)
    assert set(rows(stores).values()) == {2}
    ReviewStore(Database(stores.settings.review_url)).forget(MINE)
    assert rows(stores) == dict.fromkeys(rows(stores), 1)
    with Session(stores.review) as session:
        assert session.scalars(select(Turn.conversation)).all() == [OTHER]
        found = select(Turn.id).where(matching(stores.review.dialect.name, "woorden"))
        assert session.scalars(found).all() == [f"turn-{OTHER}"]


def test_nothing_of_it_is_left_in_sqlites_files(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/review.db"
    stores: Any = type("Stores", (), {"review": create_engine(url)})
    fill(stores, MINE, OTHER)
    with Session(stores.review) as session, session.begin():
        for name, word in ((MINE, "xylofoon"), (OTHER, "quarantaine")):
            session.execute(update(Turn).where(Turn.conversation == name).values(reply=f"antwoord {name} {word}"))
    stores.review.dispose()
    ReviewStore(Database(url)).forget(MINE)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("review.db*"))
    for word in (b"turn-%s", b"woorden %s", b"antwoord %s", b"comment %s", b"note %s"):
        assert word % MINE.encode() not in stored
        assert word % OTHER.encode() in stored
    # The index of words leaves out the letters that a word shares with the one before it.
    assert b"ylofoon" not in stored
    assert b"uarantaine" in stored


def test_the_log_of_deletions_says_how_many_rows_of_each_kind(stores: Stores) -> None:
    fill(stores, MINE)
    ReviewStore(Database(stores.settings.review_url)).forget(MINE)
    with Session(stores.review) as session:
        logged = {row.kind: row.count for row in session.scalars(select(Deletion))}
        assert session.scalars(select(LogEntry.action)).all() == ["judge"]
    assert logged == dict.fromkeys(
        {kind.__tablename__ for kind in OF_A_CONVERSATION} - {"conversations", "text_vectors"}
        | {"review_conversations"},
        1,
    )


def test_a_verdict_that_is_given_meanwhile_goes_too(stores: Stores) -> None:
    if not stores.on_postgresql:
        pytest.skip("SQLite has one writer at a time")
    fill(stores, MINE)
    with Session(stores.review) as session, session.begin():
        session.execute(update(Conversation).where(Conversation.id == MINE).values(state="done"))
        session.add(Tag(tag="laat", conversation=MINE, at=AT))
        session.flush()
        forgetting = threading.Thread(target=ReviewStore(Database(stores.settings.review_url)).forget, args=(MINE,))
        forgetting.start()
        forgetting.join(0.5)
        assert forgetting.is_alive()
    forgetting.join(10)
    assert set(rows(stores).values()) == {0}


def test_what_is_held_is_refused_to_staff(stores: Stores) -> None:
    fill(stores, MINE, hold="klacht 12")
    fill_before = rows(stores)
    with Session(stores.review) as session, pytest.raises(OnHold, match="klacht 12"):
        refuse_held(session, MINE)
    with pytest.raises(OnHold):
        delete_conversation(stores.settings, MINE, NOWHERE)
    assert rows(stores) == fill_before


def test_from_the_command_line_it_goes_from_both_stores_also_while_rasa_is_not_running(stores: Stores) -> None:
    fill(stores, MINE, OTHER)
    for name in (MINE, OTHER):
        said(stores.events, name, f"m-{name}")
    delete_conversation(stores.settings, MINE, NOWHERE)
    assert set(rows(stores).values()) == {1}
    with stores.events.connect() as connection:
        assert set(connection.scalars(select(EVENTS.c.sender_id))) == {OTHER}
    delete_conversation(stores.settings, "never-seen-before", NOWHERE)
