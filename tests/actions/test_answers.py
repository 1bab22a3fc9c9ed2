"""An answer is put together once for each version of the facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from actions import answers
from actions.facts import compose
from actions.facts.database import connect, reading
from actions.facts.load import load
from actions.facts.schema import parse
from actions.facts.verification import Claims
from tests.actions.facts.conftest import Folder, engine, folder

__all__ = ["engine", "folder"]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    answers._known.clear()
    yield
    answers._known.clear()


def test_the_second_time_it_asks_for_the_version_alone(facts_url: str) -> None:
    engine = connect(facts_url)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with reading(engine) as session:
        first = answers.answer(session, ["euregio.members", "euregio.about"], "nl")
    with reading(engine) as session:
        asked.clear()
        again = answers.answer(session, ["euregio.members", "euregio.about"], "nl")
        plain = compose.answer(session, ["euregio.members", "euregio.about"], "nl")
    assert again == first == plain
    assert [statement.aspect for statement in again.statements] == ["members", "about"]
    assert len(asked) > 4
    asked.clear()
    with reading(engine) as session:
        answers.answer(session, ["euregio.members", "euregio.about"], "nl")
    assert len(asked) == 2  # the beginning of the transaction, and the version


def test_what_is_claimed_and_the_language_are_answers_of_their_own(facts_url: str) -> None:
    with reading(connect(facts_url)) as session:
        told = [
            answers.answer(session, ["munster.since"], language, claims).text
            for language in ("nl", "en")
            for claims in (None, Claims(years=(2021,)), Claims(years=(1980,)))
        ]
        expected = [
            compose.answer(session, ["munster.since"], language, claims).text
            for language in ("nl", "en")
            for claims in (None, Claims(years=(2021,)), Claims(years=(1980,)))
        ]
    assert told == expected
    assert len(set(told)) == 6


def test_changed_facts_give_another_answer(folder: Folder, engine: Engine) -> None:
    load(engine, parse(folder.path))
    with reading(engine) as session:
        before = answers.answer(session, ["munster.about"], "nl").text
    path = folder.path / "subjects" / "munster.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, f"Vanaf nu geldt dit. {before}"), encoding="utf-8")
    load(engine, parse(folder.path))
    with reading(engine) as session:
        assert answers.answer(session, ["munster.about"], "nl").text == f"Vanaf nu geldt dit. {before}"


def test_there_is_an_end_to_what_is_kept(facts_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST", 3)
    with reading(connect(facts_url)) as session:
        for statement in ("munster.since", "dalian.since", "palo_alto.since", "euregio.about", "munster.about"):
            answers.answer(session, [statement], "nl")
            assert len(answers._known) <= 3
