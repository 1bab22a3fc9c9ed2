"""Gaps: questions without an answer, together by meaning, at 20 turns and at very many."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from bot.review.clustering import Vectors
from bot.review.database import Database, lock
from bot.review.digests import digest
from bot.review.erasing import erase_review
from bot.review.gap_search import Found, Question, SearchRunning, search
from bot.review.gaps import ABANDONED, ON_A_PAGE, gap, last_failure, last_run, listing, running
from bot.review.period import Period
from bot.review.tables import Gap, GapRun, GapTurn, Judgement, Proposal, TextVector, Turn
from tests.bot.web.conftest import AWAY
from tests.review.filling import AT, conversation, turn
from tests.review.stores import Stores

PERIOD = Period((AT - timedelta(days=30)).date(), (AT + timedelta(days=30)).date())
BOUND = 60.0
"""Seconds of work in which 20,000 turns are searched; it takes some 5."""


class Meanings:
    """Stands in for the sentence encoder: texts mean the same that begin with the same word. Counts what it encodes."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32)

    def _vector(self, text: str) -> Vectors:
        made = _drawn(text.split()[0].casefold()) + 0.5 * _drawn(text)
        vector: Vectors = made / np.linalg.norm(made)
        return vector


def _drawn(text: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    drawn: Vectors = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return drawn / np.float32(np.linalg.norm(drawn))


@pytest.fixture
def database(stores: Stores) -> Iterator[Database]:
    made = Database(stores.settings.review_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def encode() -> Meanings:
    return Meanings()


def declined(id: str, text: str, **values: object) -> Turn:
    return turn(**{"id": id, "text": text, "outcome": "not_in_sources", "intent": "unknown/population"} | values)


@pytest.fixture
def filled(database: Database) -> Database:
    """Four questions about inhabitants in two languages, two about prices, one alone; and what does not count."""
    with database.session() as session, session.begin():
        for made in (
            declined("i1", "inwoners van Münster?", at=AT),
            declined("i2", "inwoners of Dalian", language="en", at=AT + timedelta(days=1)),
            declined("i3", "Inwoners van Munster!", at=AT + timedelta(days=2)),
            declined("i4", "inwoners in totaal", outcome="clarify", intent="nlu_fallback", at=AT + timedelta(days=3)),
            declined("p1", "price of a trip", outcome="out_of_scope", intent="out_of_scope"),
            declined("p2", "price for two", outcome="out_of_scope", intent="out_of_scope"),
            declined("x1", "alone in this"),
            declined("j1", "inwoners ignored"),
            declined("j2", "inwoners elsewhere"),
            declined("j3", "inwoners needed"),
            turn(id="ok", text="inwoners answered"),
            declined("f", "inwoners failed", outcome="failed"),
            declined("e", ""),
        ):
            conversation(session, [made], id=f"conversation-{made.id}")
        for id, verdict in (("j1", "ignore"), ("j2", "out_of_scope"), ("j3", "needs_content")):
            session.add(
                Judgement(turn=id, conversation=f"conversation-{id}", verdict=verdict, value=None, by="ria", at=AT)
            )
    return database


QUESTIONS = [
    Question("munster.population", "inwoners"),
    Question("trips.price", "price"),
    Question("a.b", "iets anders"),
]


def shown(database: Database, period: Period = PERIOD) -> list[tuple[int, set[str]]]:
    with database.session() as session:
        run = last_run(session)
        assert run is not None
        found = listing(session, run, period).gaps
        turns = select(GapTurn.turn)
        return [(each.count, set(session.scalars(turns.where(GapTurn.gap == each.id)))) for each in found]


def test_questions_that_mean_the_same_are_together_in_both_languages(filled: Database, encode: Meanings) -> None:
    assert search(filled, QUESTIONS, encode) == Found(turns=8, texts=10, gaps=3)
    assert shown(filled) == [(5, {"i1", "i2", "i3", "i4", "j3"}), (2, {"p1", "p2"}), (1, {"x1"})]


def test_a_gap_says_how_often_when_in_which_language_and_what_comes_near(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    with filled.session() as session:
        run = last_run(session)
        assert run is not None
        found = listing(session, run, PERIOD)
    first = found.gaps[0]
    assert (found.turns, found.grouped, found.more) == (8, 8, False)
    assert first.languages == {"nl": 4, "en": 1}
    assert (first.first, first.last) == (AT, AT + timedelta(days=3))
    assert first.intent == "unknown/population"
    assert first.statement == "munster.population"
    assert first.similarity is not None
    assert first.similarity > 0.65
    assert {each.language for each in first.examples} == {"nl", "en"}
    texts = [digest(each.text) for each in first.examples]
    assert len(texts) == len(set(texts)) <= 5


def test_only_the_turns_of_the_period_count(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    later = Period((AT + timedelta(days=1)).date(), (AT + timedelta(days=2)).date())
    assert [count for count, _ in shown(filled, later)] == [2]


def test_a_verdict_given_after_the_search_counts(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    with filled.session() as session, session.begin():
        session.add(Judgement(turn="x1", conversation="conversation-x1", verdict="ignore", value=None, by="ria", at=AT))
    assert [count for count, _ in shown(filled)] == [5, 2]


def test_a_conversation_that_is_deleted_leaves_nothing_behind(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    with filled.session() as session, session.begin():
        lock(session)
        erase_review(session, ["conversation-x1"])
    with filled.session() as session:
        assert session.get(TextVector, digest("alone in this")) is None
        assert session.scalars(select(GapTurn).where(GapTurn.turn == "x1")).first() is None


def test_a_text_is_encoded_once(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    assert len(encode.encoded) == 10
    assert len({digest(text) for text in encode.encoded}) == 10
    encode.encoded.clear()
    with filled.session() as session, session.begin():
        conversation(session, [declined("new", "price of three")], id="conversation-new")
    search(filled, QUESTIONS, encode)
    assert encode.encoded == ["price of three"]


def test_vectors_of_texts_that_are_gone_are_deleted(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    search(filled, [], encode)
    with filled.session() as session:
        kept = set(session.scalars(select(TextVector.digest)))
    assert digest("iets anders") not in kept
    assert digest("alone in this") in kept


def test_the_next_search_takes_the_place_of_the_one_before(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    before = shown(filled)
    search(filled, QUESTIONS, encode)
    assert shown(filled) == before
    with filled.session() as session:
        assert session.scalars(select(func.count()).select_from(Gap)).one() == 3
        assert session.scalars(select(func.count()).select_from(GapTurn)).one() == 8
        assert session.scalars(select(func.count()).select_from(GapRun)).one() == 1


def test_an_empty_store_has_no_gaps(database: Database, encode: Meanings) -> None:
    assert search(database, [], encode) == Found()
    assert shown(database) == []


def test_a_search_that_fails_leaves_the_one_before(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    before = shown(filled)
    with filled.session() as session, session.begin():
        conversation(session, [declined("new", "price of three")], id="conversation-new")

    def broken(texts: Sequence[str]) -> Vectors:
        raise MemoryError

    with pytest.raises(MemoryError):
        search(filled, QUESTIONS, broken)
    assert shown(filled) == before
    with filled.session() as session:
        assert last_failure(session) == "MemoryError"
        assert not running(session, datetime.now(UTC))


def test_one_search_at_a_time(filled: Database, encode: Meanings) -> None:
    with filled.session() as session, session.begin():
        session.add(GapRun(started_at=datetime.now(UTC), turns=0))
    with pytest.raises(SearchRunning):
        search(filled, QUESTIONS, encode)


def test_a_search_that_was_cut_off_does_not_stand_in_the_way(filled: Database, encode: Meanings) -> None:
    with filled.session() as session, session.begin():
        session.add(GapRun(started_at=datetime.now(UTC) - ABANDONED - timedelta(minutes=1), turns=0))
    assert search(filled, QUESTIONS, encode).gaps == 3


def test_a_store_that_is_away_is_said(encode: Meanings) -> None:
    with pytest.raises(SQLAlchemyError):
        search(Database(AWAY), QUESTIONS, encode)


def test_content_that_was_asked_for_is_known(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    with filled.session() as session, session.begin():
        session.add(Proposal(turn="p2", kind="content", payload={}, status="proposed", by="ria", at=AT))
        session.add(Proposal(turn="x1", kind="content", payload={}, status="refused", by="ria", at=AT))
    with filled.session() as session:
        run = last_run(session)
        assert run is not None
        assert [each.asked for each in listing(session, run, PERIOD).gaps] == [False, True, False]


def test_a_gap_that_is_not_there_is_none(filled: Database, encode: Meanings) -> None:
    search(filled, QUESTIONS, encode)
    with filled.session() as session:
        assert gap(session, 10**6, PERIOD) is None


def test_twenty_turns_are_enough(database: Database, encode: Meanings) -> None:
    with database.session() as session, session.begin():
        for number in range(20):
            made = declined(f"t{number}", f"{'abcde'[number % 5]} {number}")
            conversation(session, [made], id=f"conversation-{number}")
    assert search(database, [], encode).gaps == 5
    assert [count for count, _ in shown(database)] == [4, 4, 4, 4, 4]


def test_gaps_come_in_pages(database: Database, encode: Meanings) -> None:
    with database.session() as session, session.begin():
        for number in range(ON_A_PAGE + 5):
            conversation(session, [declined(f"t{number}", f"word{number} x")], id=f"conversation-{number}")
    search(database, [], encode)
    with database.session() as session:
        run = last_run(session)
        assert run is not None
        first, second = (listing(session, run, PERIOD, page) for page in (1, 2))
    assert (len(first.gaps), first.more, len(second.gaps), second.more) == (ON_A_PAGE, True, 5, False)
    assert not {each.id for each in first.gaps} & {each.id for each in second.gaps}


def test_twenty_thousand_turns_are_searched_in_a_minute(tmp_path: Path, encode: Meanings) -> None:
    """Of 40 meanings in all shades. `python -m tests.evaluation.gaps 200000` measures ten times as many."""
    rows = [
        {
            "id": f"t{number}", "conversation": f"c{number}", "number": 1, "at": AT + timedelta(seconds=number),
            "text": f"word{number % 40} {number // 400}", "reply": "", "language": "nl", "outcome": "not_in_sources",
            "ranking": [], "entities": [], "subjects": [], "facts": [], "sources": [],
        }
        for number in range(20_000)
    ]  # fmt: skip
    database = Database(f"sqlite:///{tmp_path}/review.db")
    with database.session() as session, session.begin():
        session.execute(insert(Turn), rows)
    began = time.process_time()
    found = search(database, [], encode)
    assert time.process_time() - began < BOUND
    assert (found.turns, found.texts, found.gaps) == (20_000, 2_000, 40)
    assert {count for count, _ in shown(database)} == {500}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Inwoners van Münster?", "inwoners   van munster", True),
        ("Inwoners van Münster?", "Inwoners van Dalian?", False),
        ("C++", "C", True),
        ("ß", "ss", True),
    ],
)
def test_texts_are_one_that_differ_in_writing_only(one: str, other: str, same: bool) -> None:
    assert (digest(one) == digest(other)) is same
