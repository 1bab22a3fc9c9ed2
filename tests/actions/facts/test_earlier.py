"""What a fact was before it changed, with its dates and sources."""

import pytest
from sqlalchemy import Engine

from actions.facts.compose import NoSuchFact
from actions.facts.database import reading
from actions.facts.earlier import earlier
from actions.facts.load import load
from actions.facts.schema import parse
from tests.actions.facts.conftest import Folder

HISTORY = """    history:
      - {until: "2026-11", nl: Het verslag noemt twee steden., en: The report names two cities., source: report, evidence: report/dalian/1}
      - {until: "2020", nl: Er was één stad., en: There was one city., source: page, evidence: page/euregio/1}
"""


@pytest.fixture
def changed(folder: Folder, engine: Engine) -> Engine:
    """The small facts, in which the members of the Euregio have changed twice."""
    path = folder.path / "subjects" / "euregio.yml"
    path.write_text(path.read_text(encoding="utf-8") + HISTORY, encoding="utf-8")
    load(engine, parse(folder.path))
    return engine


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Nu: In de Euregio zitten 2 steden: Münster en Enschede.\nTot november 2026: Het verslag noemt twee steden.\nTot 2020: Er was één stad."),
        ("en", "Now: There are 2 cities in the Euregio: Münster and Enschede.\nUntil November 2026: The report names two cities.\nUntil 2020: There was one city."),
    ],
)  # fmt: skip
def test_what_it_was_is_told_after_what_it_is(changed: Engine, language: str, text: str) -> None:
    with reading(changed) as session:
        answer = earlier(session, ["munster.about", "euregio.members"], language)
    assert answer.text == text
    assert answer.facts[-2:] == ("euregio.members@2026-11", "euregio.members@2020")
    assert {source["id"] for source in answer.sources} == {"page", "report"}


def test_a_fact_that_never_changed_has_nothing_earlier(changed: Engine) -> None:
    with reading(changed) as session, pytest.raises(NoSuchFact):
        earlier(session, ["munster.about"], "nl")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("één stad", "1 stad", "euregio.members: history until 2020: numbers differ: nl 1, en –"),
        ("page/euregio/1}\n", "page/euregio/9}\n", "euregio.members: history until 2020: evidence: 'page/euregio/9' names no paragraph"),
        ('"2020"', '"2027"', "subjects/euregio.yml:11: history: must have the latest first"),
        ('until: "2020", ', "", "until: is missing"),
        ("source: page, ", "", "source: is missing"),
    ],
)  # fmt: skip
def test_mistakes_in_a_history_are_found(changed: Engine, folder: Folder, old: str, new: str, problem: str) -> None:
    folder.replace("subjects/euregio.yml", old, new)
    assert any(problem in found for found in folder.problems()), folder.problems()
