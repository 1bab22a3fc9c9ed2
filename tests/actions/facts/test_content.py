"""What the facts say: both languages alike, every paragraph of the sources carried, plain words."""

import re

import pytest
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.content import Content
from actions.facts.schema import parse
from tests.conftest import ROOT

IDS = sorted(parse(ROOT / "data" / "facts").statements)
NUMBER_WORDS = re.compile(r"\d+")
INFORMAL = re.compile(r"\b(je|jij|jou|jouw|jullie)\b", re.IGNORECASE)


@pytest.mark.parametrize("statement", IDS)
def test_a_statement_reads_the_same_in_both_languages(facts: Session, statement: str) -> None:
    told = {language: compose.answer(facts, [statement], language) for language in ("nl", "en")}
    numbers = [sorted(NUMBER_WORDS.findall(told[language].text)) for language in ("nl", "en")]
    assert numbers[0] == numbers[1]
    assert told["nl"].facts == told["en"].facts
    assert [source["id"] for source in told["nl"].sources] == [source["id"] for source in told["en"].sources]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("statement", IDS)
def test_an_answer_is_whole_short_and_sourced(facts: Session, statement: str, language: str) -> None:
    answer = compose.answer(facts, [statement], language)
    assert "{" not in answer.text
    assert 0 < len(answer.text) <= compose.LONGEST
    assert answer.facts[0] == statement
    assert all(source["as_of"] and source["title"] for source in answer.sources)
    assert answer.sources
    for sentence in re.split(r"[.:;!?]\s|\n", answer.text):
        assert len(sentence.split()) <= 25, sentence
    if language == "nl":
        assert not INFORMAL.search(answer.text)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_statement_has_a_question_of_its_own(facts: Session, language: str) -> None:
    questions = [getattr(s, f"question_{language}") for s in queries.statements(facts)]
    assert all(question.endswith("?") and len(question) <= 80 for question in questions)
    assert len(set(questions)) == len(questions)


def test_every_paragraph_of_the_sources_is_carried_by_a_statement(content: Content) -> None:
    carried = {reference for statement in content.statements.values() for reference in statement.evidence}
    for source in content.sources.values():
        for heading, (_title, paragraphs) in source.headings.items():
            for number in range(1, paragraphs + 1):
                assert f"{source.id}/{heading}/{number}" in carried


def test_the_coverage_list_is_up_to_date(content: Content) -> None:
    from actions.facts.__main__ import coverage

    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == coverage(content)[0]
