"""The inbox on SQLite and PostgreSQL, against the same questions answered in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.review import counts as counting
from bot.review import database as store
from bot.review import inbox, terms
from bot.review.counts import Count, Counts, counts
from bot.review.database import Database, limited
from bot.review.filters import OUTCOMES, SEVERAL_IN_ORDER, Filter, Sort, parse
from bot.review.inbox import BadKey, Page, Row, neighbours, page, read_key
from bot.review.inbox_export import records
from bot.review.tables import Conversation, Judgement, State, Tag, Turn, Verdict
from bot.review.times import utc
from tests.review.filling import conversation, turn
from tests.review.stores import on_postgresql, on_sqlite

TODAY = date(2026, 11, 26)
NEWEST = datetime(2026, 11, 26, 20, tzinfo=UTC)
CONVERSATIONS = 150
WORDS = ("stad", "brug", "fiets", "plein", "haven")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store with conversations of all kinds."""
    if request.param == "sqlite":
        opened = on_sqlite(tmp_path_factory.mktemp("inbox"))
    else:
        opened = on_postgresql(request.getfixturevalue("postgresql_server"))
    with opened as stores:
        made = Database(str(stores.review.url.render_as_string(hide_password=False)))
        with made.session() as session:
            fill(session, random.Random(7))
            session.commit()
        yield made
        made.engine.dispose()


def fill(session: Session, chance: random.Random) -> None:
    for number in range(CONVERSATIONS):
        # Some end at the very same moment.
        end = NEWEST - timedelta(hours=5 * (number // 2 if number < 10 else number))
        length = chance.randint(1, 5)
        turns = [some_turn(chance, end - timedelta(minutes=length - place - 1)) for place in range(length)]
        state = chance.choices(list(State), [6, 2, 1, 1])[0]
        made = conversation(
            session,
            turns,
            id=f"c{number:04}",
            state=state,
            reviewer=chance.choice(["anna", "bo"]) if state != "new" else None,
        )
        for tag in chance.sample(["klacht", "kort", "engels"], chance.choice([0, 0, 0, 1, 2])):
            session.add(Tag(tag=tag, conversation=made.id, at=end))
        for each in turns:
            if chance.random() < 0.2:
                verdict = chance.choice(list(Verdict))
                session.add(
                    Judgement(turn=each.id, conversation=made.id, verdict=verdict, value=None, by="anna", at=end)
                )


def some_turn(chance: random.Random, at: datetime) -> Turn:
    outcome = chance.choices(OUTCOMES, [60, 10, 10, 8, 5, 4, 2, 1])[0]
    return turn(
        at=at,
        text=f"Waar is de {chance.choice(WORDS)}?",
        reply="" if outcome == "failed" else f"Bij de {chance.choice(WORDS)}.",
        language=chance.choice(["nl", "nl", "en"]),
        outcome=outcome,
        reason=chance.choice(["ranked", "declined", "several fit"]),
        intent=chance.choice(["since", "about", "unknown/population", None]),
        confidence=chance.choice([None, 0.05, 0.3, 0.39999, 0.4, 0.55, 0.9, 1.0]),
        subjects=chance.sample(["munster", "dalian", "euregio"], chance.choice([0, 1, 1, 2])),
        model=chance.choice(["m1", "m2"]),
        rating=chance.choice([None, None, None, "up", "down"]),
    )


@pytest.fixture(scope="module")
def oracle(database: Database) -> Oracle:
    with database.session() as session:
        return Oracle(session)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "today", lambda: TODAY)
    monkeypatch.setattr("bot.review.inbox_export.today", lambda: TODAY)


@pytest.fixture(params=["few", "many"])
def amount(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once as if all that fits a term could be sorted at once, and once as if it were too much."""
    if request.param == "many":
        for kind in (terms.Term, terms.VerdictTerm):
            monkeypatch.setattr(kind, "few", 3)


class Oracle:
    """All rows in memory, filtered by hand."""

    def __init__(self, session: Session) -> None:
        self.turns = list(session.query(Turn))
        self.conversations = {each.id: each for each in session.query(Conversation)}
        self.verdicts = {each.turn: each.verdict for each in session.query(Judgement)}
        self.tags = {(each.conversation, each.tag) for each in session.query(Tag)}

    def matching(self, filter: Filter) -> list[Turn]:
        return [each for each in self.turns if self._fits(each, filter)]

    def rows(self, filter: Filter) -> list[tuple[str, str]]:
        newest: dict[str, Turn] = {}
        for each in sorted(self.matching(filter), key=lambda turn: (turn.at, turn.id)):
            newest[each.conversation] = each
        only_conversations = filter.sort and not self._asks_of_turns(filter)
        ordered = sorted(
            newest.values(),
            key=lambda turn: (turn.at, turn.conversation if only_conversations else turn.id),
            reverse=filter.sort is Sort.NEWEST,
        )
        return [(each.conversation, each.id) for each in ordered]

    def _asks_of_turns(self, filter: Filter) -> bool:
        own = {"period", "from", "state", "reviewer", "tag", "sort"}
        return any(name not in own for name, _ in filter.pairs())

    def _fits(self, turn: Turn, filter: Filter) -> bool:
        start, end = filter.bounds(TODAY)
        own = self.conversations[turn.conversation]
        percent = None if turn.confidence is None else turn.confidence * 100
        asks_confidence = filter.confidence_from is not None or filter.confidence_below is not None
        verdict = self.verdicts.get(turn.id, "none")
        words = f"{turn.text} {turn.reply}".lower()
        return (
            (start is None or utc(turn.at) >= start)
            and (end is None or utc(turn.at) < end)
            and (not filter.outcome or turn.outcome in filter.outcome)
            and (not filter.language or turn.language in filter.language)
            and (not filter.feedback or turn.rating in filter.feedback)
            and (not filter.state or own.state in filter.state)
            and (not filter.reviewer or own.reviewer == filter.reviewer)
            and (not filter.tag or (own.id, filter.tag) in self.tags)
            and (not filter.intent or turn.intent == filter.intent)
            and (not filter.reason or turn.reason == filter.reason)
            and (not filter.model or turn.model == filter.model)
            and (not filter.subject or filter.subject in turn.subjects)
            and (not filter.verdict or verdict == filter.verdict)
            and (not filter.words or all(word in words for word in filter.words.lower().split()))
            and (not asks_confidence or (percent is not None and _between(percent, filter)))
        )


def _between(percent: float, filter: Filter) -> bool:
    below = 101 if filter.confidence_below in (None, 100) else filter.confidence_below
    return (filter.confidence_from or 0) <= percent < below


FILTERS = [
    "",
    "sort=oldest",
    "period=today",
    "period=week&sort=oldest",
    "from=2026-11-10&to=2026-11-12",
    "to=2026-11-10",
    "language=en",
    "outcome=failed",
    "outcome=failed&outcome=not_in_sources&outcome=out_of_scope",
    "reason=several+fit&sort=oldest",
    "intent=unknown%2Fpopulation",
    "subject=dalian",
    "confidence_below=40",
    "confidence_from=40",
    "confidence_from=30&confidence_below=50&sort=oldest",
    "confidence_from=90&confidence_below=100",
    "feedback=down",
    "feedback=up&feedback=down",
    "state=new",
    "state=later&state=wont_fix&sort=oldest",
    "reviewer=bo",
    "tag=klacht",
    "verdict=none",
    "verdict=right&sort=oldest",
    "model=m2",
    "q=brug",
    "q=brug+haven",
    # combined
    "outcome=answered&subject=munster&language=nl",
    "state=done&outcome=answered",
    "state=done&outcome=answered&sort=oldest",
    "tag=kort&verdict=none",
    "tag=kort&state=new",
    "tag=kort&reviewer=anna&period=month",
    "reviewer=anna&to=2026-11-20",
    "q=fiets&state=new&feedback=up",
    "q=fiets&subject=euregio&verdict=none",
    "verdict=ignore&language=en",
    "period=week&from=2026-11-22&confidence_from=50&outcome=answered&outcome=clarify",
    # nothing
    "outcome=failed&intent=nothing",
    "tag=nothing",
    "q=nothing",
    "q=%22",
]
EACH = pytest.mark.parametrize("address", FILTERS)


def filter_of(address: str) -> Filter:
    filter, wrong = parse(parse_qsl(address))
    assert wrong == ()
    return filter


def walk(session: Session, filter: Filter, size: int) -> Iterator[Page]:
    """All pages, from the first by their links to the next."""
    after: str | None = None
    while True:
        found = page(session, filter, after=after, size=size)
        yield found
        if found.after is None:
            return
        after = found.after


def places(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row.conversation.id, row.turn.id) for row in rows]


@EACH
@pytest.mark.usefixtures("amount")
def test_the_pages_show_each_conversation_that_fits_once_with_its_newest_turn_that_fits(
    database: Database, oracle: Oracle, address: str
) -> None:
    filter = filter_of(address)
    with database.session() as session:
        shown = [row for each in walk(session, filter, 11) for row in each.rows]
        assert places(shown) == oracle.rows(filter)


@EACH
def test_one_goes_back_by_the_pages_that_one_came_by(database: Database, address: str) -> None:
    filter = filter_of(address)
    with database.session() as session:
        pages = list(walk(session, filter, 11))
        assert pages[0].before is None
        back = pages[-1]
        for earlier in reversed(pages[:-1]):
            back = page(session, filter, before=back.before, size=11)
            assert places(list(back.rows)) == places(list(earlier.rows))
        if len(pages) > 1:
            assert back.after is not None


@EACH
def test_neighbours_are_the_rows_beside_a_row(database: Database, oracle: Oracle, address: str) -> None:
    filter = filter_of(address)
    with database.session() as session:
        rows = oracle.rows(filter)
        for at in {0, 1, len(rows) // 2, len(rows) - 1} & set(range(len(rows))):
            before = rows[at - 1] if at else None
            after = rows[at + 1] if at + 1 < len(rows) else None
            assert neighbours(session, filter, rows[at][1]) == (before, after)


def test_a_turn_that_ceased_to_fit_keeps_its_place(database: Database, oracle: Oracle) -> None:
    filter = Filter(verdict="none")
    with database.session() as session:
        rows = oracle.rows(filter)
        own, shown = rows[5]
        session.add(Judgement(turn=shown, conversation=own, verdict="right", value=None, by="bo", at=NEWEST))
        session.flush()
        assert neighbours(session, filter, shown) == (rows[4], rows[6])
        session.rollback()


def test_a_turn_that_is_not_there_has_no_neighbours(database: Database) -> None:
    with database.session() as session:
        assert neighbours(session, Filter(), "gone") == (None, None)


ENDLESS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000000) SELECT max(x) FROM n"


@EACH
@pytest.mark.usefixtures("amount")
def test_the_counts_are_those_of_the_filter_with_each_value_alone(
    database: Database, oracle: Oracle, address: str
) -> None:
    filter = filter_of(address)
    with database.session() as session:
        assert counts(session, filter, TODAY) == expected(oracle, filter)


def expected(oracle: Oracle, filter: Filter) -> Counts:
    def number(field: str, value: str) -> Count:
        fit = oracle.matching(filter.with_only(field, value))
        return Count(len({each.conversation for each in fit}) if field == "state" else len(fit), False)

    values = {field: {value: number(field, value) for value in known} for field, known in SEVERAL_IN_ORDER.items()}
    return Counts(Count(len(oracle.rows(filter)), False), values)


@EACH
@pytest.mark.usefixtures("amount")
def test_a_count_that_looked_at_too_little_says_so(
    database: Database, oracle: Oracle, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "AMONG", 20)
    monkeypatch.setattr(counting, "MOST", 12)
    filter = filter_of(address)
    with database.session() as session:
        found, right = counts(session, filter, TODAY), expected(oracle, filter)
    pairs = [(found.total, right.total)]
    pairs += [
        (found.values[field][value], right.values[field][value])
        for field in found.values
        for value in found.values[field]
    ]
    for count, whole in pairs:
        assert count.number <= 12
        assert count.number <= whole.number
        assert count.more or count.number == whole.number


@EACH
@pytest.mark.usefixtures("amount")
def test_who_waits_gets_exact_counts(
    database: Database, oracle: Oracle, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "AMONG", 20)
    filter = filter_of(address)
    with database.session() as session:
        assert counts(session, filter, TODAY, exact=True) == expected(oracle, filter)
        assert not counts(session, filter, TODAY, exact=True).at_least


def test_counting_that_takes_too_long_is_broken_off(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SOMETIMES", 1)
    with database.session() as session:
        limited(session, 0 if database.engine.dialect.name == "sqlite" else 1)
        slow = "SELECT pg_sleep(5)" if database.engine.dialect.name == "postgresql" else ENDLESS
        with pytest.raises(OperationalError):
            session.execute(text(slow)).all()
    with database.session() as session:
        assert counts(session, Filter(), TODAY).total.number > 0


def test_the_queries_for_the_counts_are_few_whatever_the_filter(database: Database) -> None:
    filter = filter_of("outcome=failed&language=nl&feedback=up&state=new&q=brug")
    with database.session() as session, statements(session) as seen:
        counts(session, filter, TODAY)
    assert 0 < len(seen) <= 8


@contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Collects what is asked of a session's database, with the values."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        seen.append((statement, values))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


@EACH
@pytest.mark.usefixtures("amount")
def test_the_export_has_every_turn_that_fits_and_no_other(database: Database, oracle: Oracle, address: str) -> None:
    filter = filter_of(address)
    found = [each["turn"] for batch in records(database.session, filter, batch=13) for each in batch]
    ordered = sorted(oracle.matching(filter), key=lambda turn: (turn.at, turn.id), reverse=filter.sort is Sort.NEWEST)
    assert found == [each.id for each in ordered]


def test_a_row_has_the_verdict_of_its_turn_and_the_tags_of_its_conversation(database: Database, oracle: Oracle) -> None:
    with database.session() as session:
        for row in page(session, Filter(verdict="right"), size=200).rows:
            assert row.verdict == "right"
            assert row.tags == tuple(sorted(tag for own, tag in oracle.tags if own == row.conversation.id))


@pytest.mark.parametrize(
    "key", ["x", "2026-11-26", "~", "2026-11-26T10:00:00+01:00~a", "yesterday~a", "2026-11-26~a\x00"]
)
def test_what_names_no_place_is_refused(key: str) -> None:
    with pytest.raises(BadKey):
        read_key(key)


def test_a_page_before_the_first_row_is_the_first_page(database: Database) -> None:
    with database.session() as session:
        first = page(session, Filter(), size=5)
        again = page(session, Filter(), before="2999-01-01T00:00:00~x", size=5)
        assert places(list(again.rows)) == places(list(first.rows))


def test_an_empty_store_has_an_empty_page(tmp_path: Path) -> None:
    with on_sqlite(tmp_path) as stores, Database(str(stores.review.url)).session() as session:
        assert page(session, Filter()) == Page([])
        assert counts(session, Filter(), TODAY).total == Count(0, False)
