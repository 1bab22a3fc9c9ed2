"""What staff read, and what they added, goes with the conversation once it is too old; what is held stays everywhere."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from bot.retention import Purged, purge, report
from bot.review.database import lock, migrate
from bot.review.tables import (
    Conversation,
    DailyFigure,
    GapTurn,
    Judgement,
    Note,
    Proposal,
    Tag,
    Turn,
    TurnSubject,
    Work,
)
from bot.web.tables import DailyCount, Deletion, FailedTurn, Feedback, Message, Reply
from tests.bot.web.conftest import AWAY
from tests.review.filling import EVENTS, conversation, failure, rated, recorded, said, turn
from tests.review.stores import Stores

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LIMIT = NOW - timedelta(days=28)
SECOND = timedelta(seconds=1)
OLD, RECENT = LIMIT - SECOND, LIMIT + SECOND
PROJECTED = (Conversation, Turn, TurnSubject)
ADDED = (Judgement, Note, Tag, Work, Proposal, GapTurn)
RECORDED = (Message, Feedback, FailedTurn)


def fill(stores: Stores, name: str, at: datetime, hold: str | None = None) -> None:
    """A conversation with one of everything, also in Rasa's store."""
    said(stores.events, name, f"turn-{name}", at=at)
    migrate(stores.review)
    with Session(stores.review) as session, session.begin():
        own = turn(id=f"turn-{name}", text=f"woorden {name}", at=at)
        conversation(session, [own], id=name)
        session.add_all(
            [
                Work(conversation=name, state="later", reviewer="anna", hold=hold, at=at),
                Judgement(turn=own.id, conversation=name, verdict="ignore", value=None, by="anna", at=at),
                Tag(tag="klacht", conversation=name, at=at),
                Note(conversation=name, turn=None, text=f"note {name}", by="anna", at=at),
                Proposal(turn=own.id, kind="example", payload={"text": name}, status="confirmed", by="anna", at=at),
                GapTurn(gap=1, turn=own.id, similarity=0.9),
                Reply(session=name, client_message="1", at=at, body={}),
            ]
        )
        recorded(session, name, f"message-{name}", at)
        rated(session, f"message-{name}", at, comment=f"comment {name}")
        failure(session, name, at)


def left(stores: Stores, *kinds: type) -> list[int]:
    with Session(stores.review) as session:
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def senders(stores: Stores) -> set[str]:
    with stores.events.connect() as connection:
        return set(connection.scalars(select(EVENTS.c.sender_id)))


def counts(purged: list[Purged]) -> dict[str, dict[str, int]]:
    return {part.store: {kind: count for kind, count in part.counts.items() if count} for part in purged}


OF_ONE = {
    "conversations": {"conversations": 1, "events": 4},
    "review": {
        "review_conversations": 1, "turns": 1, "turn_subjects": 1, "judgements": 1, "notes": 1, "tags": 1, "work": 1,
        "proposals": 1, "gap_turns": 1, "messages": 1, "feedback": 1, "failed_turns": 1, "replies": 1,
    },
}  # fmt: skip


def test_what_is_old_goes_with_all_that_hangs_on_it(stores: Stores) -> None:
    fill(stores, "old", OLD)
    fill(stores, "recent", RECENT)
    assert counts(purge(stores.settings, now=NOW)) == OF_ONE
    assert left(stores, *PROJECTED, *ADDED, *RECORDED, Reply) == [1] * 13
    assert senders(stores) == {"recent"}
    with Session(stores.review) as session:
        assert session.scalars(select(Turn.id)).all() == ["turn-recent"]
        assert {row.kind: row.count for row in session.scalars(select(Deletion))} == OF_ONE["conversations"] | OF_ONE[
            "review"
        ]


def test_a_dry_run_says_the_same_and_changes_nothing(stores: Stores) -> None:
    fill(stores, "old", OLD)
    fill(stores, "held", OLD, hold="klacht")
    fill(stores, "recent", RECENT)
    found = counts(purge(stores.settings, now=NOW, dry_run=True))
    assert found == OF_ONE | {"review": OF_ONE["review"] | {"replies": 2}}  # a reply for a resend is never held
    assert left(stores, *PROJECTED, *ADDED, *RECORDED, Deletion, DailyFigure) == [3] * 12 + [0, 0]
    assert senders(stores) == {"old", "held", "recent"}


def test_what_is_held_stays_in_every_store_until_it_is_let_go(stores: Stores) -> None:
    fill(stores, "held", OLD, hold="klacht")
    assert counts(purge(stores.settings, now=NOW)) == {"conversations": {}, "review": {"replies": 1}}
    assert left(stores, *PROJECTED, *ADDED, *RECORDED) == [1] * 12
    assert senders(stores) == {"held"}
    with Session(stores.review) as session, session.begin():
        session.get_one(Work, "held").hold = None
    purge(stores.settings, now=NOW)
    assert left(stores, *PROJECTED, *ADDED, *RECORDED) == [0] * 12
    assert senders(stores) == set()


def test_a_conversation_that_went_on_stays_whole(stores: Stores) -> None:
    migrate(stores.review)
    with Session(stores.review) as session, session.begin():
        conversation(session, [turn(id="first", at=OLD), turn(id="last", at=RECENT)], id="mine")
        session.add(Judgement(turn="first", conversation="mine", verdict="ignore", value=None, by="anna", at=OLD))
    purge(stores.settings, now=NOW)
    assert left(stores, Conversation, Turn, Judgement) == [1, 2, 1]


def test_what_hangs_on_a_conversation_that_is_not_there_goes_when_it_is_old(stores: Stores) -> None:
    for name, at, hold in (("old", OLD, None), ("held", OLD, "klacht"), ("recent", RECENT, None)):
        fill(stores, name, at, hold)
    with Session(stores.review) as session, session.begin():
        session.execute(delete(Conversation))
        session.execute(delete(Turn))
    purge(stores.settings, now=NOW)
    assert left(stores, Judgement, Note, Tag, Work) == [2] * 4


def test_the_figures_of_the_days_stay(stores: Stores) -> None:
    fill(stores, "old", OLD)
    fill(stores, "recent", RECENT)
    purge(stores.settings, now=NOW)
    with Session(stores.review) as session:
        figures = select(DailyFigure.value, DailyFigure.count).where(DailyFigure.measure == "outcome")
        assert session.execute(figures).all() == [("answered", 2)]
        assert [(row.outcome, row.count) for row in session.scalars(select(DailyCount))] == [("answered", 1)]


def test_many_go_in_several_transactions(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.retention.BATCH", 2)
    for number in range(5):
        fill(stores, f"old-{number}", OLD)
    assert counts(purge(stores.settings, now=NOW)) == {
        store: {kind: count * 5 for kind, count in kinds.items()} for store, kinds in OF_ONE.items()
    }
    assert left(stores, *PROJECTED, *ADDED, *RECORDED) == [0] * 12


def test_a_turn_that_is_written_meanwhile_is_not_lost(stores: Stores) -> None:
    """A projection under way adds a recent turn to an old conversation."""
    if not stores.on_postgresql:
        pytest.skip("SQLite has one writer at a time")
    fill(stores, "mine", OLD)
    done: Counter[str] = Counter()

    def purging() -> None:
        done.update(purge(stores.settings, now=NOW)[1].counts)

    with Session(stores.review) as session, session.begin():
        lock(session)
        session.add(turn(id="new", conversation="mine", number=2, at=RECENT))
        session.get_one(Conversation, "mine").last_at = RECENT
        session.flush()
        thread = threading.Thread(target=purging)
        thread.start()
        thread.join(1)
        assert thread.is_alive()
    thread.join(20)
    assert left(stores, Conversation, Turn) == [1, 2]
    assert done["review_conversations"] == 0


def test_while_the_review_store_is_away_nothing_is_deleted_as_what_is_held_is_not_known(stores: Stores) -> None:
    fill(stores, "old", OLD)
    purged = purge(replace(stores.settings, review_url=AWAY), now=NOW)
    assert senders(stores) == {"old"}
    assert report(purged, dry_run=False) == [
        "conversations: nothing deleted; which ones are held is not known (OperationalError): try again later",
        "review: nothing deleted; the store is away (OperationalError): try again later",
    ]


def test_nothing_of_it_is_left_in_the_index_of_words(stores: Stores) -> None:
    if stores.on_postgresql:
        pytest.skip("PostgreSQL has its own vacuum")
    fill(stores, "old", OLD)
    with Session(stores.review) as session, session.begin():
        session.get_one(Turn, "turn-old").text = "xylofoon"
    purge(stores.settings, now=NOW)
    with stores.review.connect() as connection:
        assert b"ylofoon" not in b"".join(connection.scalars(text("SELECT block FROM turns_fts_data")))
