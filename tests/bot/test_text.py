"""Cleaning, redaction, language, form and linking: any Unicode in, never an exception."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from actions.facts import queries
from bot.languages import identify
from bot.linking import SubjectLinker, mask
from bot.question_form import read_form
from bot.redaction import redact
from bot.text import clean, fold
from tests.conftest import ROOT


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_cleaned_redacted_and_read(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert redact(redact(cleaned).text).text == redact(cleaned).text
    assert len(fold(cleaned)) == len(cleaned)
    assert identify(cleaned)[0] in ("nl", "en")
    read_form(cleaned)


@pytest.mark.parametrize(
    "text", ["\ud83d", "\ufdfa" * 20, "\u202eabc", "\u200b\u200b", "a" + "\u0301" * 10_000, "\x00\x01"]
)
def test_hostile_characters_do_no_harm(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert len(cleaned) <= 1000
    assert "\u202e" not in cleaned


@pytest.fixture(scope="module")
def linker(facts_url: str) -> SubjectLinker:
    from actions.facts.database import connect

    with Session(connect(facts_url)) as session:
        return SubjectLinker((name.subject, name.language, name.text) for name in queries.names(session))


LINKED = [
    ("Sinds wanneer is Münster partnerstad", ["munster", "partner_cities"]),
    ("munstr en palo alt", ["munster", "palo_alto"]),
    ("nieuws uit muenster", ["munster"]),
    ("osnabruk en linkoping", ["osnabruck", "linkoping"]),
    ("wat doet de UT", ["university_of_twente"]),
    ("staatverlichting", ["street_lighting"]),
    ("what a nice day", []),
]


@pytest.mark.parametrize(("text", "subjects"), LINKED)
def test_subjects_are_linked_with_accents_missing_and_letters_wrong(
    linker: SubjectLinker, text: str, subjects: list[str]
) -> None:
    assert [mention.subject for mention in linker.link(text, "nl")] == subjects


def test_vs_is_the_united_states_in_dutch_only(linker: SubjectLinker) -> None:
    assert [m.subject for m in linker.link("wat doet u in de VS", "nl")] == ["united_states"]
    assert [m.subject for m in linker.link("munster vs dalian", "en")] == ["munster", "dalian"]


def test_the_language_of_short_messages_is_told(linker: SubjectLinker) -> None:
    lines = (ROOT / "tests" / "questions" / "languages.jsonl").read_text(encoding="utf-8").splitlines()
    wrong = []
    for line in lines:
        item = json.loads(line)
        found, _ = identify(mask(item["text"], linker.link(item["text"])))
        if found != item["language"]:
            wrong.append(item)
    assert 1 - len(wrong) / len(lines) >= 0.97, wrong
