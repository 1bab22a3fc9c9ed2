"""What visitors would read after a change: made by the very code that answers them, on facts in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.database import connect
from actions.facts.documents import Documents, to_content
from actions.facts.earlier import earlier
from actions.facts.insertion import insert
from actions.facts.layer import Clash, Put, apply
from actions.facts.schema import FactsError
from actions.facts.tables import Base
from bot.languages import LANGUAGES
from bot.web.dates import in_words


@dataclass(frozen=True)
class Answer:
    """A statement as it is told in a language. `before` is what "was it different before?" gets; may be empty."""

    question: str
    text: str
    sources: tuple[tuple[str, str, str], ...]
    """Title, what its date is of (published or checked), and the date in words."""
    before: str


@dataclass(frozen=True)
class Preview:
    """A statement in each language."""

    statement: str
    answers: dict[str, Answer]


def preview(documents: Documents, puts: Sequence[Put]) -> list[Preview]:
    """The statements that a change adds or changes, as they would be told; none when the facts would be wrong."""
    ids = [put.place.partition("/")[2] for put in puts if put.place.startswith("statements/") and put.after]
    ids = ids or list(_of_others(documents, puts))
    if not ids:
        return []
    try:
        changed = apply(documents, puts)
        with in_memory(changed) as session:
            return [_told(session, id) for id in ids if id in changed["statements"]]
    except (Clash, FactsError):
        return []


def _of_others(documents: Documents, puts: Iterable[Put]) -> Iterator[str]:
    """Where no statement changes: one that rests on what does."""
    for put in puts:
        part, _, id = put.place.partition("/")
        for statement, value in documents["statements"].items():
            if (part in ("subjects", "partnerships") and statement.startswith(f"{id}.")) or (
                part == "sources" and id in value["source"]
            ):
                yield statement
                break


@contextmanager
def in_memory(documents: Documents) -> Iterator[Session]:
    """A facts database of its own. Raises FactsError when the facts are wrong."""
    content = to_content(documents)
    engine = connect("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        insert(session, content, "")
        yield session
    engine.dispose()


def _told(session: Session, id: str) -> Preview:
    return Preview(id, {language: _answer(session, id, language) for language in LANGUAGES})


def _answer(session: Session, id: str, language: str) -> Answer:
    answer = compose.answer(session, [id], language)
    statement = queries.statement(session, id)
    assert statement is not None
    sources = tuple(
        (str(source["title"]), str(source["dated"]), in_words(str(source["as_of"]), language))
        for source in answer.sources
    )
    before = earlier(session, [id], language).text if queries.earlier(session, id) else ""
    question = statement.question_nl if language == "nl" else statement.question_en
    return Answer(question, answer.text, sources, before)
