"""The random sample: reproducible, fair, and honest about how sure it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from fastapi import FastAPI
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.review.access import Role
from bot.review.aggregates import close
from bot.review.database import Database
from bot.review.period import Period
from bot.review.sampling import Wanted, draw
from bot.review.tables import Judgement, Turn
from bot.review.times import today
from bot.review.wording import texts
from tests.review.conftest import Staff
from tests.review.filling import AT, conversation, turn
from tests.review.stores import Stores

PERIOD = Period((AT - timedelta(days=1)).date(), (AT + timedelta(days=1)).date())
HERE = "/review/sample"


def fill(session: Session, count: int = 60, at: datetime = AT) -> None:
    """Turns in conversations of one, of which every fourth was not answered, and one of before."""
    for number in range(count):
        outcome = "not_in_sources" if number % 4 == 3 else "answered"
        conversation(session, [turn(id=f"t{number:04}", at=at, outcome=outcome)], id=f"conversation-{number}")
    conversation(session, [turn(id="before", at=at - timedelta(days=90))], id="conversation-before")


def judge(session: Session, turns: list[str], verdict: str) -> None:
    for each in turns:
        session.add(Judgement(turn=each, conversation="c", verdict=verdict, value=None, by="ria", at=AT))
    session.flush()


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    database = Database(stores.settings.review_url)
    with database.session() as session:
        fill(session)
        yield session
    database.engine.dispose()


def ids(session: Session, seed: int = 1, size: int = 20, answered: bool = False) -> list[str]:
    return [each.id for each in draw(session, Wanted(PERIOD, size, seed, answered)).turns]


def test_a_seed_gives_the_same_sample_and_another_seed_another(session: Session) -> None:
    assert ids(session, seed=1) == ids(session, seed=1)
    assert set(ids(session, seed=1)) != set(ids(session, seed=2))
    assert len(set(ids(session))) == 20


def test_the_sample_of_a_seed_is_the_same_on_every_database(session: Session) -> None:
    assert ids(session, seed=7, size=10)[:3] == ["t0030", "t0015", "t0031"]  # by sha256sum


def test_a_larger_sample_begins_with_the_smaller_one(session: Session) -> None:
    assert ids(session, size=40)[:20] == ids(session, size=20)


def test_only_turns_of_the_period_are_drawn(session: Session) -> None:
    drawn = draw(session, Wanted(PERIOD, 1000, 1, answered=False))
    assert (drawn.population, len(drawn.turns)) == (60, 60)
    assert "before" not in {each.id for each in drawn.turns}


def test_answered_turns_alone_can_be_drawn(session: Session) -> None:
    drawn = draw(session, Wanted(PERIOD, 1000, 1, answered=True))
    assert drawn.population == 45
    assert {each.outcome for each in drawn.turns} == {"answered"}


def test_when_a_turn_is_deleted_the_others_stay(session: Session) -> None:
    before = ids(session)
    session.execute(delete(Turn).where(Turn.id == before[0]))
    assert ids(session)[:19] == before[1:]


def test_every_turn_has_the_same_chance(session: Session) -> None:
    drawn = Counter(id for seed in range(300) for id in ids(session, seed=seed, size=10))
    # 300 draws of 10 out of 60: 50 each, give or take 6.5; of sixty, none beyond four times that.
    assert len(drawn) == 60
    assert all(24 <= count <= 76 for count in drawn.values())


def test_rates_are_of_the_judged_with_their_interval(session: Session) -> None:
    own = ids(session)
    judge(session, own[:8], "right")
    judge(session, own[8:10], "wrong_intent")
    judge(session, ["before"], "ignore")
    drawn = draw(session, Wanted(PERIOD, 20, 1, answered=False))
    assert drawn.judged == 10
    rates = {rate.verdict: rate for rate in drawn.rates()}
    right = rates["right"]
    assert (right.count, right.rate) == (8, 0.8)
    assert (right.low, right.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson by hand: 8 of 10
    assert (rates["ignore"].count, rates["ignore"].low) == (0, 0.0)
    assert len(rates) == 7


def test_nothing_judged_has_no_rates(session: Session) -> None:
    assert draw(session, Wanted(PERIOD, 20, 1, answered=False)).rates() == []


# The page

YESTERDAY = today() - timedelta(days=1)
QUERY = f"from={YESTERDAY}&to={YESTERDAY}&n=20&seed=5&of=all"


@pytest.fixture
def filled(app: FastAPI) -> FastAPI:
    with app.state.review.session() as session, session.begin():
        fill(session, at=datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, 12, tzinfo=UTC))
    return app


def test_the_form_comes_first_and_draws_nothing(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER).get(HERE).text
    assert f'name="seed" type="text" value="{today():%Y%m%d}"' in page
    assert f'value="{YESTERDAY}"' in page
    assert "<table" not in page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_sample_lists_its_turns_and_says_what_is_left(filled: FastAPI, staff: Staff, language: str) -> None:
    page = unescape(staff(Role.READER, language=language).get(f"{HERE}?{QUERY}").text)
    words = texts(language)["sample"]
    assert words["drawn"].format(size=20, population=60) in page
    assert words["judged"].format(judged=0, size=20) in page
    assert words["left"].format(left=20) in page
    assert words["rates"]["none"] in page
    links = re.findall(
        r'<th scope="row" class="no-print"><a class="nl-link" href="(/review/conversations/[^"]+)"', page
    )
    assert len(links) == 20
    assert page.count(words["list"]["open"]) == 20


def test_a_judged_sample_is_told_with_intervals(filled: FastAPI, staff: Staff) -> None:
    with filled.state.review.session() as session, session.begin():
        drawn = draw(session, Wanted(Period(YESTERDAY, YESTERDAY), 20, 5, answered=False))
        judge(session, [each.id for each in drawn.turns], "right")
    page = unescape(staff(Role.READER).get(f"{HERE}?{QUERY}").text)
    words = texts("en")["sample"]
    assert words["complete"] in page
    assert "100.0%" in page
    assert "83.9% – 100.0%" in page  # Wilson by hand: 20 of 20
    assert words["list"]["open"] not in page


def test_what_is_typed_by_visitors_is_not_printed(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER).get(f"{HERE}?{QUERY}").text
    for line in page.splitlines():
        if "Sinds wanneer is Münster" in line:
            assert 'class="no-print"' in line


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("n=9", "n"),
        ("n=1001", "n"),
        ("n=x", "n"),
        ("seed=-1", "seed"),
        ("seed=1234567890", "seed"),
        ("seed=" + "9" * 5000, "seed"),
        ("from=x", "from"),
        (f"from={today() + timedelta(days=3)}", "from"),
    ],
)
def test_what_cannot_be_drawn_is_said_beside_the_field(staff: Staff, change: str, field: str) -> None:
    name = change.partition("=")[0]
    query = "&".join([pair for pair in QUERY.split("&") if not pair.startswith(f"{name}=")] + [change])
    answer = staff(Role.READER).get(f"{HERE}?{query}")
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert "<table" not in answer.text


def test_a_period_that_is_not_over_or_was_deleted_is_warned_of(filled: FastAPI, staff: Staff) -> None:
    with filled.state.review.session() as session, session.begin():
        close(session, datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, 12, tzinfo=UTC))
    page = unescape(staff(Role.READER).get(f"{HERE}?{QUERY.replace(f'to={YESTERDAY}', f'to={today()}')}").text)
    assert texts("en")["sample"]["open_period"] in page
    assert "may have been deleted" in page


def test_an_empty_period_says_so(staff: Staff) -> None:
    page = staff(Role.READER).get(f"{HERE}?from=2020-01-01&to=2020-01-02&seed=1").text
    assert texts("en")["sample"]["empty"] in page
