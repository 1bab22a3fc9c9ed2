"""What staff read can be made again at any time; what they added stays, and what was purged does not come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.__main__ import main
from bot.retention import purge
from bot.review import projection, rebuilding
from bot.review.database import Database
from bot.review.projection import Projection
from bot.review.rebuilding import rebuild
from bot.review.search import matching
from bot.review.tables import Conversation, DailyFigure, Judgement, Note, Tag, Turn, TurnSubject, Work
from bot.web.store import ReviewStore
from tests.bot.web.conftest import AWAY
from tests.review.filling import AT, EVENTS, failure, rated, recorded, said
from tests.review.stores import Stores

MINE, OTHER = "mine-12345678", "other-1234567"


def now() -> datetime:
    return datetime.now(UTC)


def quiet(_line: str) -> None:
    pass


def read(stores: Stores) -> None:
    made = Projection(stores.settings)
    while made.poll():
        pass
    made.close()


def projected(stores: Stores) -> list[list[dict[str, object]]]:
    """Every projected row, by table."""
    with Session(stores.review) as session:
        return [
            [
                {column.name: getattr(row, column.name) for column in kind.__table__.columns}
                for row in session.scalars(select(kind).order_by(*kind.__table__.primary_key))
            ]
            for kind in (Turn, TurnSubject, Conversation)
        ]


def fill(stores: Stores) -> None:
    """Two conversations with all that may hang on them, as staff read them."""
    for number in range(5):
        at = now() - timedelta(days=2, seconds=-number)
        said(stores.events, MINE, f"m{number}", f"vraag {number}", at=at)
    said(stores.events, OTHER, "other", at=now())
    read(stores)
    with Session(stores.review) as session, session.begin():
        recorded(session, MINE, "m0", now())
        rated(session, "m0", now(), "down", "klopt niet")
        failure(session, MINE, now(), "m9")
        session.add(Work(conversation=MINE, state="later", reviewer="anna", hold=None, at=AT))
        session.add(Judgement(turn="m1", conversation=MINE, verdict="ignore", value=None, by="anna", at=AT))
        session.add(Tag(tag="klacht", conversation=MINE, at=AT))
        session.add(Note(conversation=MINE, turn="m1", text="let op", by="anna", at=AT))
        session.execute(update(Conversation).where(Conversation.id == MINE).values(state="later", reviewer="anna"))
    read(stores)


def staff(stores: Stores) -> list[int]:
    with Session(stores.review) as session:
        return [len(session.scalars(select(kind)).all()) for kind in (Work, Judgement, Tag, Note)]


def test_it_makes_the_same_again(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 3)
    monkeypatch.setattr(projection, "BATCH", 3)
    fill(stores)
    before = projected(stores)
    assert [len(rows) for rows in before] == [7, 6, 2]
    lines: list[str] = []
    assert rebuild(stores.settings, lines.append) == 7
    assert projected(stores) == before
    assert staff(stores) == [1, 1, 1, 1]
    assert lines[:3] == ["4 turns left to delete", "1 turns left to delete", "0 turns left to delete"]
    assert any("turns, up to event" in line for line in lines)


def test_what_was_wrong_is_right_again(stores: Stores) -> None:
    fill(stores)
    before = projected(stores)
    with Session(stores.review) as session, session.begin():
        session.execute(update(Turn).values(text="bedorven", outcome="clarify", number=99))
        session.execute(delete(TurnSubject))
        session.add(TurnSubject(subject="nergens", at=AT, turn="m0"))
        session.execute(update(Conversation).values(turns=1000))
    rebuild(stores.settings, quiet)
    assert projected(stores)[:2] == before[:2]
    assert [row["turns"] for row in projected(stores)[2]] == [6, 1]
    with Session(stores.review) as session:
        assert session.scalars(select(Turn.id).where(matching(stores.review.dialect.name, "bedorven"))).all() == []
        assert session.scalars(select(Turn.id).where(matching(stores.review.dialect.name, "vraag 3"))).all() == ["m3"]


def test_a_web_process_that_runs_meanwhile_misses_nothing(stores: Stores) -> None:
    web = Projection(stores.settings)
    fill(stores)
    web.poll()
    before = projected(stores)

    def also(_line: str) -> None:
        web.poll()

    rebuild(stores.settings, also)
    assert projected(stores) == before
    said(stores.events, OTHER, "later", at=now())
    web.poll()
    assert len(projected(stores)[0]) == 8


def test_what_was_deleted_or_purged_does_not_come_back(stores: Stores) -> None:
    fill(stores)
    with stores.events.begin() as connection:
        connection.execute(delete(EVENTS).where(EVENTS.c.sender_id == OTHER))
    ReviewStore(Database(stores.settings.review_url)).forget(OTHER)
    rebuild(stores.settings, quiet)
    assert [row["id"] for row in projected(stores)[2]] == [MINE]
    purge(stores.settings, days=1, now=now() + timedelta(days=2))
    rebuild(stores.settings, quiet)
    assert projected(stores) == [[], [], []]
    assert staff(stores) == [0, 0, 0, 0]


def test_a_conversation_that_is_gone_from_rasa_goes(stores: Stores) -> None:
    fill(stores)
    with stores.events.begin() as connection:
        connection.execute(delete(EVENTS).where(EVENTS.c.sender_id == OTHER))
    rebuild(stores.settings, quiet)
    assert [row["id"] for row in projected(stores)[2]] == [MINE]


def test_the_figures_of_closed_days_stay_and_those_of_open_days_are_counted(stores: Stores) -> None:
    fill(stores)
    later = now() + timedelta(days=2)
    said(stores.events, "third-1234567", "m20", at=now())
    read(stores)
    purge(stores.settings, days=3, now=later)
    day = (now() - timedelta(days=2)).date()

    def counted() -> list[int]:
        with Session(stores.review) as session:
            figures = select(DailyFigure.count).where(DailyFigure.day == day, DailyFigure.measure == "turns")
            return list(session.scalars(figures))

    assert counted() == [5]
    rebuild(stores.settings, quiet)
    assert counted() == [5]


def test_the_command_says_how_many_turns_there_are(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(stores)
    monkeypatch.setenv("CONVERSATIONS_URL", stores.settings.conversations_url)
    monkeypatch.setenv("REVIEW_URL", stores.settings.review_url)
    assert main(["review", "rebuild"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "7 turns."


def test_the_command_to_delete_says_what_it_did_or_why_not(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(stores)
    monkeypatch.setenv("CONVERSATIONS_URL", stores.settings.conversations_url)
    monkeypatch.setenv("REVIEW_URL", stores.settings.review_url)
    monkeypatch.setenv("RASA_URL", "http://127.0.0.1:1")
    assert main(["review", "delete", OTHER]) == 0
    assert capsys.readouterr().out == "Deleted.\n"
    assert [row["id"] for row in projected(stores)[2]] == [MINE]
    with Session(stores.review) as session, session.begin():
        session.execute(update(Work).values(hold="klacht 12"))
    assert main(["review", "delete", MINE]) == 1
    assert "is held: klacht 12" in capsys.readouterr().err
    assert main(["review", "delete", "no id"]) == 1
    assert "no session id" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["rebuild"], ["delete", MINE]])
def test_the_commands_say_when_a_store_is_away(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONVERSATIONS_URL", AWAY)
    monkeypatch.setenv("REVIEW_URL", AWAY)
    assert main(["review", *command]) == 1
    assert "a store is away (OperationalError)" in capsys.readouterr().err
