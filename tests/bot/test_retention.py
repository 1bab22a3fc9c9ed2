"""What is older than the limit goes from every store; counts stay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from bot.__main__ import main
from bot.retention import Purged, oldest_kept, purge, report
from bot.review.database import migrate
from bot.settings import Settings
from bot.stores import StrictTrackerStore
from bot.web import daily_purge
from bot.web.app import create_app
from bot.web.daily_purge import purge_daily
from bot.web.tables import DailyCount, Deletion, FailedTurn, Feedback, Message, Reply
from bot.web.transcripts import Transcripts
from tests.bot.web.conftest import AWAY
from tests.bot.web.fake_rasa import FakeRasa
from tests.conftest import ROOT

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LIMIT = NOW - timedelta(days=28)
SECOND = timedelta(seconds=1)
OLD, RECENT = LIMIT - SECOND, LIMIT + SECOND
NOTHING = {"conversations": {}, "review": {}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        conversations_url=f"sqlite:///{tmp_path}/conversations.db", review_url=f"sqlite:///{tmp_path}/review.db"
    )


@pytest.fixture
def conversations(settings: Settings) -> Engine:
    """Rasa's store without any conversation."""
    engine = create_engine(settings.conversations_url)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR, timestamp FLOAT, data TEXT)")
        )
    return engine


@pytest.fixture
def review(settings: Settings) -> Engine:
    engine = create_engine(settings.review_url)
    migrate(engine)
    return engine


def converse(engine: Engine, sender: str, *times: datetime) -> None:
    """A conversation with an event at each of these times."""
    insert = text("INSERT INTO events (sender_id, timestamp, data) VALUES (:sender, :at, :data)")
    with engine.begin() as connection:
        for at in times:
            values = {"sender": sender, "at": at.timestamp(), "data": f"words of {sender}"}
            connection.execute(insert, values)


def senders(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT sender_id FROM events ORDER BY id")))


def turn(engine: Engine, name: str, at: datetime, outcome: str = "answered", rated: bool = False) -> None:
    with Session(engine) as session, session.begin():
        session.add(Message(id=name, session=f"session-{name}", at=at, outcome=outcome))
        session.flush()
        if rated:
            session.add(Feedback(message=name, rating="down", comment=f"comment {name}", at=at + SECOND))


def failed_turn(engine: Engine, name: str, at: datetime) -> None:
    with Session(engine) as session, session.begin():
        session.add(FailedTurn(session=f"session-{name}", at=at, text=f"words {name}", reason="away"))


def remembered(engine: Engine, name: str, at: datetime) -> None:
    with Session(engine) as session, session.begin():
        session.add(Reply(session=f"session-{name}", client_message="1", at=at, body={"text": name}))


def left(engine: Engine, kind: Callable[..., Any]) -> list[Any]:
    with Session(engine) as session:
        return list(session.scalars(select(kind)))


def day_counts(engine: Engine) -> dict[tuple[date, str], int]:
    return {(row.day, row.outcome): row.count for row in left(engine, DailyCount)}


def deletions(engine: Engine) -> dict[str, int]:
    return {row.kind: row.count for row in left(engine, Deletion)}


def counts(purged: list[Purged]) -> dict[str, dict[str, int]]:
    """What was deleted, by store and kind, without zeros."""
    return {part.store: {kind: count for kind, count in part.counts.items() if count} for part in purged}


def fill(conversations: Engine, review: Engine) -> None:
    """One old and one recent thing of each kind."""
    for name, at in (("old", OLD), ("recent", RECENT)):
        converse(conversations, name, at - SECOND, at)
        turn(review, name, at, rated=True)
        failed_turn(review, name, at)
        remembered(review, name, at)


OF_THE_FILLING = {
    "conversations": {"conversations": 1, "events": 2},
    "review": {"messages": 1, "feedback": 1, "failed_turns": 1, "replies": 1},
}


def test_what_is_old_goes_and_what_is_recent_stays(settings: Settings, conversations: Engine, review: Engine) -> None:
    fill(conversations, review)
    assert counts(purge(settings, now=NOW)) == OF_THE_FILLING
    assert senders(conversations) == ["recent", "recent"]
    assert [row.id for row in left(review, Message)] == ["recent"]
    assert [row.comment for row in left(review, Feedback)] == ["comment recent"]
    assert [row.text for row in left(review, FailedTurn)] == ["words recent"]
    assert [row.body for row in left(review, Reply)] == [{"text": "recent"}]


def test_nothing_of_it_is_left_in_the_files(
    settings: Settings, conversations: Engine, review: Engine, tmp_path: Path
) -> None:
    fill(conversations, review)
    conversations.dispose()
    review.dispose()
    purge(settings, now=NOW)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    for said in (b"words of %s", b"comment %s", b"words %s", b"session-%s"):
        assert said % b"old" not in stored
        assert said % b"recent" in stored


@pytest.mark.parametrize(("newest", "stays"), [(LIMIT - SECOND, False), (LIMIT, True), (LIMIT + SECOND, True)])
def test_a_conversation_goes_once_its_newest_event_is_older_than_the_limit(
    settings: Settings, conversations: Engine, newest: datetime, stays: bool
) -> None:
    converse(conversations, "mine", newest, LIMIT - timedelta(days=100))
    purge(settings, now=NOW)
    assert senders(conversations) == (["mine", "mine"] if stays else [])


@pytest.mark.parametrize(("at", "stays"), [(LIMIT - SECOND, False), (LIMIT, True), (LIMIT + SECOND, True)])
def test_a_record_goes_once_it_is_older_than_the_limit(
    settings: Settings, review: Engine, at: datetime, stays: bool
) -> None:
    turn(review, "mine", at)
    failed_turn(review, "mine", at)
    remembered(review, "mine", at)
    purge(settings, now=NOW)
    assert [len(left(review, kind)) for kind in (Message, FailedTurn, Reply)] == [int(stays)] * 3


def test_the_days_may_be_others_than_those_of_the_settings(settings: Settings, conversations: Engine) -> None:
    converse(conversations, "mine", NOW - timedelta(days=3))
    assert counts(purge(settings, days=4, now=NOW)) == NOTHING
    assert counts(purge(settings, days=2, now=NOW))["conversations"] == {"conversations": 1, "events": 1}


@pytest.mark.parametrize("days", [-1, 0, 36501, 10**12])
def test_days_that_make_no_limit_delete_nothing(
    settings: Settings, conversations: Engine, review: Engine, days: int
) -> None:
    fill(conversations, review)
    with pytest.raises(ValueError, match=str(days)):
        purge(settings, days=days, now=NOW)
    assert len(senders(conversations)) == 4


def test_a_dry_run_says_the_same_and_changes_nothing(settings: Settings, conversations: Engine, review: Engine) -> None:
    fill(conversations, review)
    before = [list(engine.raw_connection().driver_connection.iterdump()) for engine in (conversations, review)]
    assert counts(purge(settings, dry_run=True, now=NOW)) == OF_THE_FILLING
    after = [list(engine.raw_connection().driver_connection.iterdump()) for engine in (conversations, review)]
    assert after == before


def test_a_second_time_changes_nothing(settings: Settings, conversations: Engine, review: Engine) -> None:
    fill(conversations, review)
    purge(settings, now=NOW)
    before = (senders(conversations), day_counts(review), deletions(review))
    assert counts(purge(settings, now=NOW)) == NOTHING
    assert (senders(conversations), day_counts(review), deletions(review)) == before


def test_turns_stay_as_counts_by_day_and_outcome(settings: Settings, review: Engine) -> None:
    first, second = datetime(2026, 10, 1, 23, 59, 59, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)
    turn(review, "a", first)
    turn(review, "b", first)
    turn(review, "c", first, "clarify")
    turn(review, "d", second)
    turn(review, "recent", RECENT)
    purge(settings, now=NOW)
    assert day_counts(review) == {
        (date(2026, 10, 1), "answered"): 2,
        (date(2026, 10, 1), "clarify"): 1,
        (date(2026, 10, 2), "answered"): 1,
    }


def test_a_day_that_goes_in_two_parts_is_counted_as_one(settings: Settings, review: Engine) -> None:
    turn(review, "morning", LIMIT - timedelta(hours=3))
    turn(review, "evening", LIMIT + timedelta(hours=3))
    purge(settings, now=NOW)
    assert day_counts(review) == {(LIMIT.date(), "answered"): 1}
    purge(settings, now=NOW + timedelta(days=1))
    assert day_counts(review) == {(LIMIT.date(), "answered"): 2}


def test_many_go_in_several_transactions_and_are_counted_once(
    settings: Settings, conversations: Engine, review: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retention.BATCH", 2)
    for number in range(5):
        converse(conversations, f"sender-{number}", OLD)
        turn(review, f"message-{number}", OLD, rated=True)
    assert counts(purge(settings, now=NOW)) == {
        "conversations": {"conversations": 5, "events": 5},
        "review": {"messages": 5, "feedback": 5},
    }
    assert (senders(conversations), left(review, Message)) == ([], [])
    assert day_counts(review) == {(OLD.date(), "answered"): 5}


def test_the_log_of_deletions_says_when_and_how_many(settings: Settings, conversations: Engine, review: Engine) -> None:
    fill(conversations, review)
    purge(settings, now=NOW)
    assert deletions(review) == OF_THE_FILLING["conversations"] | OF_THE_FILLING["review"]
    assert {row.at.replace(tzinfo=UTC) for row in left(review, Deletion)} == {NOW}
    assert set(Deletion.__table__.columns.keys()) == {"id", "at", "kind", "count"}
    assert set(DailyCount.__table__.columns.keys()) == {"day", "outcome", "count"}


@pytest.mark.parametrize("dry_run", [True, False])
def test_stores_without_tables_have_nothing_to_delete(settings: Settings, dry_run: bool) -> None:
    purged = purge(settings, dry_run=dry_run, now=NOW)
    assert counts(purged) == NOTHING
    assert [part.away for part in purged] == [None, None]


@pytest.mark.parametrize(
    ("away", "done"),
    [("conversations", {"review": OF_THE_FILLING["review"]}), ("review", {})],  # review knows what is held
)
def test_a_store_that_is_away_stops_what_it_must_and_is_logged_without_ids(
    settings: Settings,
    conversations: Engine,
    review: Engine,
    away: str,
    done: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill(conversations, review)
    urls = {"conversations_url": settings.conversations_url, "review_url": settings.review_url, f"{away}_url": AWAY}
    purged = purge(Settings(**urls), now=NOW)  # type: ignore[arg-type]
    assert counts(purged) == NOTHING | done
    assert {part.store: part.away for part in purged if not part.unsure and part.away} == {away: "OperationalError"}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"the store {away} is away" in caplog.text
    assert counts(purge(settings, now=NOW)) == OF_THE_FILLING | {store: {} for store in done}


def test_the_table_is_the_one_that_rasa_writes(settings: Settings) -> None:
    store = StrictTrackerStore(Domain.empty(), host=settings.conversations_url)

    def said(at: datetime) -> UserUttered:
        return UserUttered("hallo", timestamp=at.timestamp())

    for sender, events in {"old": [said(OLD)], "resumed": [said(OLD), said(RECENT)]}.items():
        asyncio.run(store.save(DialogueStateTracker.from_events(sender, events)))
    assert counts(purge(settings, now=NOW))["conversations"] == {"conversations": 1, "events": 1}
    assert asyncio.run(store.retrieve("old")) is None
    resumed = asyncio.run(store.retrieve("resumed"))
    assert resumed is not None
    assert len(resumed.events) == 2


def test_the_report_has_a_line_for_each_store() -> None:
    purged = [Purged("conversations"), Purged("review", away="OperationalError")]
    purged[0].counts.update(conversations=2, events=31)
    assert report(purged, dry_run=True) == [
        "conversations: 2 conversations, 31 events would be deleted",
        "review: nothing would be deleted; the store is away (OperationalError): try again later",
    ]
    assert report(purged, dry_run=False)[0] == "conversations: 2 conversations, 31 events deleted"


@pytest.mark.parametrize(
    ("options", "said", "kept"),
    [
        (["--dry-run"], "1 conversations, 1 events would be deleted", 1),
        (["--days", "300"], "nothing deleted", 1),
        ([], "1 conversations, 1 events deleted", 0),
    ],
)
def test_the_command_says_what_it_does(
    settings: Settings,
    conversations: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    said: str,
    kept: int,
) -> None:
    converse(conversations, "mine", datetime.now(UTC) - timedelta(days=29))
    monkeypatch.setenv("CONVERSATIONS_URL", settings.conversations_url)
    monkeypatch.setenv("REVIEW_URL", settings.review_url)
    monkeypatch.delenv("RETENTION_DAYS", raising=False)
    assert main(["purge", *options]) == 0
    assert said in capsys.readouterr().out
    assert len(senders(conversations)) == kept


def test_the_command_fails_when_a_store_is_away_or_the_days_make_no_limit(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONVERSATIONS_URL", AWAY)
    monkeypatch.setenv("REVIEW_URL", settings.review_url)
    assert main(["purge"]) == 1
    assert "conversations: nothing deleted; the store is away" in capsys.readouterr().out
    assert main(["purge", "--days", "0"]) == 1
    assert "0 days is no limit" in capsys.readouterr().err


def test_the_web_process_purges_soon_after_its_start(
    settings: Settings, conversations: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    converse(conversations, "mine", datetime.now(UTC) - timedelta(days=29))
    done: list[list[Purged]] = []

    def noted(given: Settings) -> list[Purged]:
        done.append(purge(given))
        return done[-1]

    monkeypatch.setattr(daily_purge, "FIRST", 0.0)
    monkeypatch.setattr(daily_purge, "purge", noted)
    with TestClient(create_app(settings, FakeRasa())) as client:
        _wait_for(lambda: client.get("/health/live").status_code == 200 and bool(done))
    assert senders(conversations) == []
    assert len(done) == 1


def _wait_for(happened: Callable[[], bool]) -> None:
    end = datetime.now(UTC) + timedelta(seconds=20)
    while not happened():
        assert datetime.now(UTC) < end, "it did not happen within 20 seconds"


def test_it_goes_on_the_next_day_whatever_went_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[Settings] = []

    def broken(given: Settings) -> list[Purged]:
        tried.append(given)
        raise RuntimeError("words of a visitor")

    monkeypatch.setattr(daily_purge, "FIRST", 0.0)
    monkeypatch.setattr(daily_purge, "EVERY", 0.01)
    monkeypatch.setattr(daily_purge, "purge", broken)

    async def some_days() -> None:
        task = asyncio.create_task(purge_daily(Settings(), Transcripts()))
        while len(tried) < 3:
            await asyncio.sleep(0.01)
            assert not task.done()
        task.cancel()

    with caplog.at_level(logging.ERROR):
        asyncio.run(asyncio.wait_for(some_days(), 20))
    assert "RuntimeError" in caplog.text
    assert "visitor" not in caplog.text


def test_what_the_page_without_javascript_remembers_goes_too() -> None:
    transcripts = Transcripts()
    for session in ("old-session", "resumed-session"):
        transcripts.add(session, "hallo", {"message_id": session})
        transcripts.of(session)[0]["at"] = OLD
    transcripts.add("resumed-session", "nog een vraag", {"message_id": "2"})
    transcripts.forget_before(oldest_kept(28, NOW))
    assert transcripts.of("old-session") == []
    assert len(transcripts.of("resumed-session")) == 2


@pytest.mark.parametrize(
    ("language", "page"), [("nl", "pagina over deze assistent"), ("en", "page about this assistant")]
)
def test_the_assistant_says_where_the_days_are_told_and_no_number_itself(language: str, page: str) -> None:
    said = yaml.safe_load((ROOT / "data" / "responses" / f"{language}.yml").read_text(encoding="utf-8"))["privacy"]
    assert page in said.lower()
    assert not any(letter.isdigit() for letter in said)
