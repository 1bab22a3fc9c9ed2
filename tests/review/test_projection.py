"""Every message gets where staff read it, exactly once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Restarted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import delete, event, insert, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.review import projection as module
from bot.review.database import Database, lock
from bot.review.projection import HORIZON, Projection
from bot.review.tables import Conversation, Cursor, DailyFigure, Turn, TurnSubject, Work
from bot.stores import StrictTrackerStore
from bot.web.store import ReviewStore
from tests.bot.web.conftest import AWAY
from tests.review.filling import EVENTS, bot_event, failure, other_event, rated, recorded, said, store, user_event
from tests.review.stores import Stores

MINE, OTHER = "mine-12345678", "other-1234567"
SECOND = timedelta(seconds=1)


@pytest.fixture
def projection(stores: Stores) -> Iterator[Projection]:
    made = Projection(stores.settings)
    yield made
    made.close()


@pytest.fixture
def session(stores: Stores, projection: Projection) -> Iterator[Session]:
    """What is read, and written, beside the projection."""
    with projection.database.session() as session:
        yield session


def now() -> datetime:
    return datetime.now(UTC)


def read(projection: Projection) -> None:
    """Reads on until nothing is waiting."""
    while projection.poll():
        pass


def turns(stores: Stores, conversation: str = MINE) -> list[Turn]:
    """The turns of a conversation as staff read them, the earliest first."""
    with Session(stores.review, expire_on_commit=False) as session:
        own = select(Turn).where(Turn.conversation == conversation)
        return list(session.scalars(own.order_by(Turn.at, Turn.id)))


def ids(stores: Stores, conversation: str = MINE) -> list[str]:
    return [turn.id for turn in turns(stores, conversation)]


def of(stores: Stores, kind: type[Any]) -> list[Any]:
    with Session(stores.review, expire_on_commit=False) as session:
        return list(session.scalars(select(kind)))


# Turns and conversations


def test_a_message_and_its_answer_are_a_turn(stores: Stores, projection: Projection) -> None:
    at = now()
    said(stores.events, MINE, "m1", "Munster: sinds wanneer?", at=at)
    read(projection)
    (turn,) = turns(stores)
    assert (turn.id, turn.text, turn.reply, turn.outcome) == (
        "m1",
        "Munster: sinds wanneer?",
        "Sinds 2021.",
        "answered",
    )
    assert (turn.number, turn.intent, turn.confidence_band, turn.subjects) == (1, "since", 9, ["munster"])
    assert [(row.subject, row.turn) for row in of(stores, TurnSubject)] == [("munster", "m1")]


def test_a_conversation_spans_its_turns(stores: Stores, projection: Projection) -> None:
    first, last = now() - 3 * SECOND, now() - SECOND
    said(stores.events, MINE, "m1", at=first)
    said(stores.events, MINE, "m2", at=last, language="en")
    said(stores.events, OTHER, "m3")
    read(projection)
    conversation = next(each for each in of(stores, Conversation) if each.id == MINE)
    assert (conversation.turns, conversation.language, conversation.state) == (2, "en", "new")
    times = [at if at.tzinfo else at.replace(tzinfo=UTC) for at in (conversation.started_at, conversation.last_at)]
    assert times == [first, last]
    assert [turn.number for turn in turns(stores)] == [1, 2]


def test_a_restart_and_a_new_session_split_no_conversation(stores: Stores, projection: Projection) -> None:
    said(stores.events, MINE, "m1", at=now() - 2 * SECOND)
    store(stores.events, MINE, other_event("session_started", now()), other_event("restart", now()))
    said(stores.events, MINE, "m2")
    read(projection)
    assert [(turn.id, turn.number) for turn in turns(stores)] == [("m1", 1), ("m2", 2)]
    assert len(of(stores, Conversation)) == 1


def test_what_rasa_itself_writes_is_read(stores: Stores, projection: Projection) -> None:
    rasa = StrictTrackerStore(Domain.empty(), host=stores.settings.conversations_url)
    custom = bot_event(at=now())["data"]["custom"]
    events = [
        *(ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")),
        UserUttered("hallo", parse_data=user_event("m1", "hallo", at=now())["parse_data"], message_id="m1"),
        BotUttered("Hallo!", data={"custom": custom}),
        Restarted(),
        UserUttered("nog iets", message_id="m2"),
        BotUttered("Ja?", data={"custom": custom | {"outcome": "smalltalk"}}),
    ]
    asyncio.run(rasa.save(DialogueStateTracker.from_events(MINE, events)))
    read(projection)
    assert [(turn.id, turn.outcome, turn.text) for turn in turns(stores)] == [
        ("m1", "answered", "hallo"),
        ("m2", "smalltalk", "nog iets"),
    ]


def test_a_store_without_rasas_table_has_nothing_to_read(stores: Stores, projection: Projection) -> None:
    assert projection.poll() is False
    said(stores.events, MINE, "m1")
    read(projection)
    assert ids(stores) == ["m1"]


def test_an_event_that_cannot_be_read_stops_no_other(stores: Stores, projection: Projection) -> None:
    said(stores.events, MINE, "m1", at=now() - 2 * SECOND)
    at = now().timestamp()
    broken = [
        {"sender_id": sender, "type_name": kind, "timestamp": at, "data": data}
        for sender in (MINE, "x" * 200)
        for kind in ("user", "bot")
        for data in ("{", "null", "[]", '{"text": 5}', None)
    ]
    with stores.events.begin() as connection:
        connection.execute(insert(EVENTS), broken)
    said(stores.events, MINE, "m2")
    read(projection)
    assert [(turn.id, turn.reply) for turn in turns(stores)] == [("m1", "Sinds 2021."), ("m2", "Sinds 2021.")]


# Once, and none missed


def test_what_is_read_again_is_there_once(stores: Stores, projection: Projection) -> None:
    for number in range(3):
        said(stores.events, MINE, f"m{number}", at=now() + number * SECOND)
    for _ in range(3):
        read(Projection(stores.settings))
    read(projection)
    assert ids(stores) == ["m0", "m1", "m2"]
    assert len(of(stores, TurnSubject)) == 3
    assert of(stores, Conversation)[0].turns == 3


def test_an_event_that_is_committed_late_is_found(stores: Stores, projection: Projection) -> None:
    store(stores.events, OTHER, user_event("m2", at=now()), bot_event(at=now()), first_id=12)
    read(projection)
    store(stores.events, MINE, user_event("m1", at=now()), bot_event(at=now()), first_id=10)
    read(projection)
    assert (ids(stores, MINE), ids(stores, OTHER)) == (["m1"], ["m2"])


def test_a_transaction_that_overtakes_another_hides_nothing_of_it(stores: Stores, projection: Projection) -> None:
    if not stores.on_postgresql:
        pytest.skip("SQLite has one writer at a time")
    EVENTS.metadata.create_all(stores.events)
    rows = [
        {"sender_id": MINE, "type_name": each["event"], "timestamp": each["timestamp"], "data": each["text"]}
        for each in (user_event("m1", at=now()), bot_event(at=now()))
    ]
    with stores.events.connect() as slow, slow.begin():
        slow.execute(insert(EVENTS), [row | {"data": '{"text": "hallo", "message_id": "m1"}'} for row in rows])
        said(stores.events, OTHER, "m2")
        read(projection)
        assert (ids(stores, MINE), ids(stores, OTHER)) == ([], ["m2"])
    read(projection)
    assert ids(stores, MINE) == ["m1"]


def test_old_events_are_passed_for_good_and_new_ones_remembered(stores: Stores, projection: Projection) -> None:
    said(stores.events, MINE, "m1", at=now() - 2 * HORIZON)
    said(stores.events, MINE, "m2")
    read(projection)
    (cursor,) = of(stores, Cursor)
    with stores.events.connect() as connection:
        last_of_first = connection.scalar(select(EVENTS.c.id).where(EVENTS.c.type_name == "bot").order_by(EVENTS.c.id))
    assert cursor.event == last_of_first
    assert len(projection._seen) == 2


def test_ids_that_are_given_away_again_hide_nothing(stores: Stores, projection: Projection) -> None:
    """SQLite numbers rows from the highest that is left."""
    said(stores.events, MINE, "m1", at=now() - 3 * HORIZON)
    said(stores.events, OTHER, "m2", at=now() - 2 * HORIZON)
    read(projection)
    for sender, message in ((OTHER, "m3"), (MINE, "m4")):
        with stores.events.begin() as connection:
            connection.execute(delete(EVENTS).where(EVENTS.c.sender_id == sender))
        said(stores.events, "third-1234567", message)
        said(stores.events, "third-1234567", f"{message}-again", at=now() + SECOND)
        read(projection)
        assert {message, f"{message}-again"} <= set(ids(stores, "third-1234567"))


def test_ids_that_are_given_away_again_at_once_hide_nothing(stores: Stores, projection: Projection) -> None:
    said(stores.events, MINE, "m1")
    read(projection)
    with stores.events.begin() as connection:
        connection.execute(delete(EVENTS))
    store(stores.events, OTHER, user_event("m2", at=now()), bot_event(at=now()), first_id=1)
    read(projection)
    assert ids(stores, OTHER) == ["m2"]


def test_a_backlog_is_worked_off_in_bounded_transactions(
    stores: Stores, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 7)
    long_ago = now() - timedelta(days=2)
    for number in range(20):
        conversation = f"conversation-{number % 3}"
        said(stores.events, conversation, f"m{number}", at=long_ago + number * SECOND)
    sizes = []
    while projection.poll():
        sizes.append(len(of(stores, Turn)))
    assert len(of(stores, Turn)) == 20
    assert max(later - earlier for earlier, later in zip([0, *sizes], sizes, strict=False)) <= 7
    assert {turn.reply for turn in of(stores, Turn)} == {"Sinds 2021."}
    assert [turn.number for turn in turns(stores, "conversation-0")] == [1, 2, 3, 4, 5, 6, 7]


def test_a_crowd_within_the_horizon_hides_nothing_behind_it(
    stores: Stores, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 5)
    monkeypatch.setattr(module.events, "PAGE", 4)
    for number in range(25):
        said(stores.events, f"conversation-{number}", f"m{number}")
    read(projection)
    assert len(of(stores, Turn)) == 25


def test_several_that_read_at_once_write_each_turn_once(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    long_ago = now() - timedelta(days=1)
    for number in range(40):
        said(stores.events, f"conversation-{number % 4}", f"m{number}", at=long_ago + number * SECOND)
    projections = [Projection(stores.settings, patient=True) for _ in range(3)]
    errors: list[BaseException] = []

    def work(each: Projection) -> None:
        try:
            read(each)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in projections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(of(stores, Turn)) == 40
    assert [turn.number for turn in turns(stores, "conversation-1")] == list(range(1, 11))
    assert {each.turns for each in of(stores, Conversation)} == {10}


# Half a turn


def test_a_message_waits_for_its_answer(stores: Stores, projection: Projection) -> None:
    store(stores.events, MINE, user_event("m1", at=now()))
    said(stores.events, OTHER, "m2")
    read(projection)
    assert (ids(stores), ids(stores, OTHER)) == ([], ["m2"])
    store(stores.events, MINE, bot_event(at=now()))
    read(projection)
    assert [(turn.id, turn.outcome) for turn in turns(stores)] == [("m1", "answered")]


def test_a_message_that_gets_no_answer_failed(stores: Stores, projection: Projection) -> None:
    store(stores.events, MINE, user_event("m1", at=now() - HORIZON - SECOND))
    store(stores.events, OTHER, user_event("m2", at=now()))
    said(stores.events, OTHER, "m3", at=now() + SECOND)
    read(projection)
    assert [(turn.id, turn.outcome, turn.reply) for turn in turns(stores)] == [("m1", "failed", "")]
    assert [(turn.id, turn.outcome) for turn in turns(stores, OTHER)] == [("m2", "failed"), ("m3", "answered")]


def test_an_answer_in_parts_is_one_turn_also_over_batches(
    stores: Stores, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    at = now() - timedelta(days=1)
    store(stores.events, MINE, user_event("m1", at=at), bot_event("Even geduld.", at=at, outcome=None))
    said(stores.events, OTHER, "m2", at=at)
    read(projection)
    assert [(turn.outcome, turn.reply) for turn in turns(stores)] == [("failed", "Even geduld.")]
    store(stores.events, MINE, bot_event("Klaar.", at=at + SECOND))
    read(projection)
    assert [(turn.id, turn.outcome, turn.reply) for turn in turns(stores)] == [("m1", "answered", "Klaar.")]


def test_an_answer_without_a_message_is_no_turn(stores: Stores, projection: Projection) -> None:
    store(stores.events, MINE, bot_event("Welkom!", at=now()))
    read(projection)
    assert of(stores, Turn) == []


# What the web process recorded


@pytest.mark.parametrize("before", [True, False])
def test_response_time_and_feedback_join_before_and_after(
    stores: Stores, projection: Projection, session: Session, before: bool
) -> None:
    said(stores.events, MINE, "m1")
    if not before:
        read(projection)
    recorded(session, MINE, "m1", now(), 240)
    rated(session, "m1", now(), "down", "klopt niet")
    session.commit()
    read(projection)
    assert [(turn.latency_ms, turn.rating, turn.comment) for turn in turns(stores)] == [(240, "down", "klopt niet")]


def test_feedback_that_is_changed_changes_the_turn(stores: Stores, projection: Projection, session: Session) -> None:
    said(stores.events, MINE, "m1")
    recorded(session, MINE, "m1", now())
    for rating, comment in (("down", "nee"), ("up", None), ("up", "ja")):
        rated(session, "m1", now(), rating, comment)
        session.commit()
        read(projection)
        assert [(turn.rating, turn.comment) for turn in turns(stores)] == [(rating, comment)]


def test_feedback_days_later_changes_the_turn(stores: Stores, projection: Projection, session: Session) -> None:
    long_ago = now() - timedelta(days=3)
    said(stores.events, MINE, "m1", at=long_ago)
    recorded(session, MINE, "m1", long_ago)
    session.commit()
    read(projection)
    assert ReviewStore(Database(stores.settings.review_url)).rate("m1", "down", None)
    read(projection)
    assert [turn.rating for turn in turns(stores)] == ["down"]


def test_a_message_that_rasa_never_got_is_a_failed_turn(
    stores: Stores, projection: Projection, session: Session
) -> None:
    said(stores.events, MINE, "m1", at=now() - 2 * SECOND, language="en")
    read(projection)
    failure(session, MINE, now(), "m2")
    failure(session, OTHER, now())
    session.commit()
    for _ in range(2):
        read(projection)
        found = [(turn.id, turn.number, turn.outcome, turn.reason, turn.language) for turn in turns(stores)]
        assert found[1:] == [("m2", 2, "failed", "ReadTimeout", "en")]
        (other,) = turns(stores, OTHER)
        assert (other.id.partition("-")[0], other.text, other.reply, other.language) == (
            "failed",
            "Is er iemand?",
            "",
            "nl",
        )


@pytest.mark.parametrize("failure_first", [True, False])
def test_an_answer_that_came_too_late_is_a_failed_turn_with_its_understanding(
    stores: Stores, projection: Projection, session: Session, failure_first: bool
) -> None:
    def fails() -> None:
        failure(session, MINE, now(), "m1")
        session.commit()
        read(projection)

    if failure_first:
        fails()
    said(stores.events, MINE, "m1")
    read(projection)
    if not failure_first:
        fails()
    for _ in range(2):
        found = [(turn.id, turn.outcome, turn.reason, turn.reply, turn.intent, turn.facts) for turn in turns(stores)]
        assert found == [("m1", "failed", "ReadTimeout", "", "since", [])]
        read(Projection(stores.settings))


def test_an_apology_that_the_visitor_got_is_kept(stores: Stores, projection: Projection, session: Session) -> None:
    said(stores.events, MINE, "m1", outcome="failed", messages=[{"text": "Er ging iets mis."}])
    failure(session, MINE, now(), "m1", reason="failed")
    session.commit()
    read(projection)
    assert [(turn.id, turn.outcome, turn.reply) for turn in turns(stores)] == [("m1", "failed", "Er ging iets mis.")]


def test_a_turn_that_comes_between_others_is_numbered_so(
    stores: Stores, projection: Projection, session: Session
) -> None:
    start = now()
    said(stores.events, MINE, "m1", at=start)
    said(stores.events, MINE, "m3", at=start + 2 * SECOND)
    read(projection)
    failure(session, MINE, start + SECOND, "m2")
    session.commit()
    read(projection)
    assert [(turn.id, turn.number) for turn in turns(stores)] == [("m1", 1), ("m2", 2), ("m3", 3)]


def test_while_rasas_store_is_away_the_own_records_are_read(stores: Stores, session: Session) -> None:
    projection = Projection(replace(stores.settings, conversations_url=AWAY))
    failure(session, MINE, now(), "m1")
    session.commit()
    with pytest.raises(OperationalError):
        projection.poll()
    assert ids(stores) == ["m1"]
    projection.close()


# What staff added


def test_staffs_work_is_seen_on_the_conversation_and_stays(
    stores: Stores, projection: Projection, session: Session
) -> None:
    session.add(Work(conversation=MINE, state="later", reviewer="anna", hold=None, at=now()))
    session.commit()
    said(stores.events, MINE, "m1")
    read(projection)
    assert [(each.state, each.reviewer) for each in of(stores, Conversation)] == [("later", "anna")]
    conversation = session.get(Conversation, MINE)
    assert conversation is not None
    conversation.state = "done"
    session.commit()
    said(stores.events, MINE, "m2", at=now() + SECOND)
    read(projection)
    assert [(each.state, each.reviewer, each.turns) for each in of(stores, Conversation)] == [("done", "anna", 2)]


# Figures of the days


def day_figures(stores: Stores, measure: str) -> dict[tuple[str, str], int]:
    return {(row.day.isoformat(), row.value): row.count for row in of(stores, DailyFigure) if row.measure == measure}


def test_the_days_are_counted_again(stores: Stores, projection: Projection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNTED_EVERY", timedelta(0))
    monkeypatch.setattr(module, "COUNTING", 0)
    yesterday = (now() - timedelta(days=1)).replace(hour=12)
    said(stores.events, MINE, "m1", at=yesterday)
    read(projection)
    said(stores.events, MINE, "m2", at=yesterday + SECOND, outcome="clarify")
    read(projection)
    day = yesterday.date().isoformat()
    assert day_figures(stores, "outcome") == {(day, "answered"): 1, (day, "clarify"): 1}


def test_a_count_that_takes_long_is_seldom_done(
    stores: Stores, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COUNTED_EVERY", timedelta(0))
    counted: list[int] = []

    def slow(_session: Session, days: list[date]) -> int:
        counted.append(len(days))
        time.sleep(0.5)
        return len(days)

    monkeypatch.setattr(module.aggregates, "refresh", slow)
    for number in range(3):
        said(stores.events, MINE, f"m{number}", at=now() + number * SECOND)
        read(projection)
    assert len(counted) == 1
    assert len(ids(stores)) == 3


def test_days_that_were_not_counted_yet_are_counted_after_a_restart(stores: Stores, projection: Projection) -> None:
    at = now()
    said(stores.events, MINE, "m1", at=at)
    read(projection)
    said(stores.events, MINE, "m2", at=at + SECOND)
    read(projection)
    assert day_figures(stores, "turns") == {(at.date().isoformat(), ""): 1}
    read(Projection(stores.settings))
    assert day_figures(stores, "turns") == {(at.date().isoformat(), ""): 2}


# Deleting


def test_a_projection_under_way_brings_nothing_back(
    stores: Stores, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visitor deletes between the reading of the events and the writing of the turns."""
    said(stores.events, MINE, "m1")
    said(stores.events, OTHER, "m2")
    deleted = threading.Event()
    reading = module.events.read

    def forget() -> None:
        with stores.events.begin() as connection:
            connection.execute(delete(EVENTS).where(EVENTS.c.sender_id == MINE))
        ReviewStore(Database(stores.settings.review_url)).forget(MINE)
        deleted.set()

    def slow(*arguments: Any) -> Any:
        found = reading(*arguments)
        thread = threading.Thread(target=forget)
        thread.start()
        # It has to wait until the turns are written: then it deletes those too.
        assert not deleted.wait(0.5)
        return found

    monkeypatch.setattr(module.events, "read", slow)
    projection.poll()
    monkeypatch.setattr(module.events, "read", reading)
    assert deleted.wait(10)
    read(projection)
    read(Projection(stores.settings))
    assert (ids(stores, MINE), ids(stores, OTHER)) == ([], ["m2"])


def test_a_deletion_under_way_is_waited_for(stores: Stores, projection: Projection, session: Session) -> None:
    if not stores.on_postgresql:
        pytest.skip("SQLite has one writer at a time")
    said(stores.events, MINE, "m1")
    lock(session)
    assert projection.poll() is False
    assert of(stores, Turn) == []
    session.rollback()
    read(projection)
    assert ids(stores) == ["m1"]


def test_what_is_too_old_to_be_kept_is_not_read_unless_it_is_held(
    stores: Stores, projection: Projection, session: Session
) -> None:
    limit = now() - timedelta(days=stores.settings.retention_days)
    session.add(Work(conversation="held-1234567", state="new", reviewer=None, hold="klacht", at=now()))
    session.commit()
    for sender in (MINE, "held-1234567"):
        said(stores.events, sender, f"m-{sender}", at=limit - SECOND)
    said(stores.events, OTHER, "m2", at=limit - SECOND)
    said(stores.events, OTHER, "m3", at=limit + HORIZON)
    read(projection)
    assert (ids(stores, MINE), ids(stores, OTHER)) == ([], ["m2", "m3"])
    assert ids(stores, "held-1234567") == ["m-held-1234567"]


# Stores that are away


def test_what_fails_halfway_is_read_the_next_time(
    stores: Stores, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(stores.events, MINE, "m1")
    landing = module.land

    def broken(session: Session, found: Any) -> Any:
        landing(session, found)
        raise OperationalError("words of a visitor", {}, Exception())

    monkeypatch.setattr(module, "land", broken)
    with pytest.raises(SQLAlchemyError):
        read(projection)
    monkeypatch.setattr(module, "land", landing)
    assert of(stores, Turn) == []
    read(projection)
    assert ids(stores) == ["m1"]


def test_an_idle_look_writes_nothing(stores: Stores, projection: Projection) -> None:
    said(stores.events, MINE, "m1")
    read(projection)
    read(projection)
    written: list[str] = []

    @event.listens_for(projection.database.engine, "before_cursor_execute")
    def _watch(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    read(projection)
    assert written == []


def test_the_time_of_a_step_does_not_grow_with_what_was_read(stores: Stores, projection: Projection) -> None:
    """Only the newest events are looked at again."""
    for number in range(30):
        said(stores.events, f"conversation-{number}", f"m{number}", at=now() - 2 * HORIZON)
    read(projection)
    looked: list[str] = []

    @event.listens_for(projection.events, "before_cursor_execute")
    def _watch(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        looked.append(statement)

    projection.poll()
    assert len(looked) <= 3
    assert projection._seen == set()
