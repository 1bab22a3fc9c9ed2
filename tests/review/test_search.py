"""Full-text search finds words as people type them, in what was said and what was answered, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.orm import Session, aliased

from bot.review.database import migrate
from bot.review.search import clear_words, matching
from bot.review.tables import Turn
from tests.review.filling import turn
from tests.review.stores import Stores


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    """A store with three turns."""
    migrate(stores.review)
    with Session(stores.review) as session:
        session.add_all(
            [
                turn(
                    id="munster", text="Sinds wanneer is Münster partnerstad?", reply="Sinds 2021, zegt de EU-pagina."
                ),
                turn(id="mail", text="Hoe mail ik?", reply="Mail info-internationaal@enschede.nl (14 053)."),
                turn(id="train", text="ÉÉN trein naar Osnabrück, a.u.b.", reply="De bron noemt geen dienstregeling."),
            ]
        )
        session.commit()
        yield session


def found(session: Session, words: str) -> set[str]:
    return set(session.scalars(select(Turn.id).where(matching(session.get_bind().dialect.name, words))))


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("munster", {"munster"}),
        ("MÜNSTER", {"munster"}),
        ("Mu\u0308nster", {"munster"}),
        ("partnerst", {"munster"}),
        ("sinds 2021", {"munster"}),
        ("2021 wanneer", {"munster"}),
        ("eu-pagina", {"munster"}),
        ("een trein", {"train"}),
        ("osnabru", {"train"}),
        ("mail", {"mail"}),
        ("info-internationaal@enschede.nl", {"mail"}),
        ("enschede", {"mail"}),
        ("14 053", {"mail"}),
        ("sinds trein", set()),
        ("nster", set()),
        ("wann is", set()),
        ("de", {"munster", "train"}),
        ("", set()),
        ("?!", set()),
    ],
)
def test_words_find_the_turns_that_hold_them_all(session: Session, words: str, ids: set[str]) -> None:
    assert found(session, words) == ids


@pytest.mark.parametrize(
    "words",
    [
        *(
            '"',
            "'",
            "munster'",
            'munster"',
            "munster*",
            "(munster",
            "munster)",
            "text:munster",
            "^munster",
            "munster:*",
        ),
        *("munster\\", "munster\x00", "-munster", "munster%", "munster;--", "+munster", "{munster}"),
    ],
)
def test_signs_of_query_languages_are_not_part_of_a_word(session: Session, words: str) -> None:
    assert found(session, words) == ({"munster"} if "munster" in words and "text" not in words else set())


@pytest.mark.parametrize("words", ["munster OR trein", "NOT munster", "munster | trein", "munster NEAR partnerstad"])
def test_words_of_query_languages_are_words(session: Session, words: str) -> None:
    assert found(session, words) == set()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=60))
def test_no_text_is_an_error(session: Session, words: str) -> None:
    found(session, words)


def test_it_follows_what_is_changed_and_deleted(session: Session) -> None:
    session.execute(update(Turn).where(Turn.id == "munster").values(reply="Palo Alto"))
    session.execute(delete(Turn).where(Turn.id == "mail"))
    session.commit()
    assert found(session, "palo") == {"munster"}
    assert found(session, "2021") == set()
    assert found(session, "mail") == set()
    assert found(session, "munster") == {"munster"}


def test_it_holds_of_an_alias_in_a_query_of_its_own(session: Session) -> None:
    other = aliased(Turn)
    match = matching(session.get_bind().dialect.name, "trein")
    there = exists().where(other.id == Turn.id, match).correlate(Turn)
    assert session.scalars(select(Turn.id).where(there)).all() == ["train"]


def test_clearing_leaves_no_deleted_word_in_sqlites_table(session: Session, stores: Stores) -> None:
    if stores.on_postgresql:
        pytest.skip("PostgreSQL has its own vacuum")
    session.execute(delete(Turn).where(Turn.id == "train"))
    session.commit()
    session.close()
    clear_words(stores.review)
    with stores.review.connect() as connection:
        words = b"".join(connection.scalars(text("SELECT block FROM turns_fts_data")))
        connection.execute(text("INSERT INTO turns_fts (turns_fts) VALUES ('integrity-check')"))
    assert b"osnabruck" not in words
    assert b"unster" in words


def test_tidying_the_file_changes_nothing(session: Session, stores: Stores) -> None:
    session.execute(delete(Turn).where(Turn.id == "munster"))
    session.commit()
    with stores.review.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))
    assert found(session, "trein") == {"train"}
    assert found(session, "mail") == {"mail"}
