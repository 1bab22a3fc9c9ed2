"""Any text, any Unicode: reading it never raises and takes no longer than a blink."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.database import connect
from bot import languages, parts, question_form, rewriting
from bot.linking import SubjectLinker, blank, mask
from bot.redaction import redact
from bot.text import LONGEST, clean, fold
from bot.web.callers import Callers
from tests.attacks.hostile import SURROGATES, TEXTS

BLINK = 1.0
"""Seconds of this process for a text of the greatest length; it takes some milliseconds."""
NASTY = "\ud83d\udc00\ufdfa\u202e\u200b\u0301\u20dd\x00\x1b\r\n\t\u2028İıſßŉΐﬃ㎖٣²１½Ⅷ𝟘😀\U000e0041/{}[]@.+-' \"?"
WORDS = [
    "Münster", "Palo Alto", "Enschede", "en", "and", "wat", "what", "sinds", "since", "de tweede", "the second one",
    "daar", "it", "2021", "november", "twee", "?", ". ", "\n", ", en wanneer ", " and who ", "in English please",
]  # fmt: skip
texts = st.one_of(
    st.text(st.characters(), max_size=200),
    st.text(st.sampled_from(NASTY), max_size=60),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(st.characters(), max_size=3)), max_size=30).map(" ".join),
    st.tuples(st.text(st.characters(), min_size=1, max_size=4), st.integers(1, 400)).map(lambda p: p[0] * p[1]),
    st.sampled_from([*TEXTS.values(), *SURROGATES]),
)
generated = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)


@pytest.fixture(scope="module")
def linker(facts_url: str) -> SubjectLinker:
    with Session(connect(facts_url)) as session:
        return SubjectLinker((name.subject, name.language, name.text) for name in queries.names(session))


def timed(read: Callable[[str], Any], text: str) -> Any:
    began = time.process_time()
    found = read(text)
    assert time.process_time() - began < BLINK
    return found


@generated
@given(texts)
@example("a" + "\u0301" * 10_000)
@example("\ufdfa" * 20_000)
@example("\U0001d7d8" * 30_000)
def test_cleaning_gives_text_that_can_be_stored_and_twice_changes_nothing(text: str) -> None:
    cleaned = timed(clean, text)
    cleaned.encode("utf-8")
    assert len(cleaned) <= LONGEST
    assert "\0" not in cleaned and "\u202e" not in cleaned
    assert len(timed(fold, cleaned)) == len(cleaned)


@generated
@given(texts)
@example("1" * 1000)
@example("a@" * 500)
@example("0 " * 500)
@example("NL91 " * 200)
@example("1234 AB 1, " * 90)
@example("+31 6 1234567 " * 70)
def test_redaction_is_total_and_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    once = timed(redact, cleaned).text
    assert redact(once).text == once


@generated
@given(texts, st.sampled_from(["nl", "en", None, "xx"]))
def test_the_language_of_any_text_is_one_of_the_two(text: str, prior: str | None) -> None:
    found, sure = timed(lambda each: languages.identify(each, prior), text)
    assert found in languages.LANGUAGES
    assert 0.5 <= sure <= 1
    asked = timed(languages.requested, text)
    assert asked is None or (asked[0] in languages.LANGUAGES and len(asked[1]) == len(text))


@generated
@given(texts)
def test_the_form_the_parts_and_the_readings_of_any_text_are_found(text: str) -> None:
    cleaned = clean(text)
    form = timed(question_form.read_form, cleaned)
    assert form.asks <= {"yesno", "count", "when", "date", "where", "who", "why"}
    assert len(timed(parts.split, cleaned)) in (0, 2)
    assert all(each in cleaned for each in timed(parts.questions, cleaned))
    assert isinstance(timed(rewriting.leans, cleaned), bool)
    place = timed(rewriting.ordinal, cleaned)
    assert place is None or -1 <= place <= 4
    assert rewriting.item(cleaned, ["munster"]) in (None, "munster")
    (reading,) = rewriting.about(cleaned, ["munster"], {"munster": "Münster"})
    assert reading.text == f"Münster {cleaned}"


@generated
@given(texts, st.sampled_from(["nl", "en", None]))
def test_the_subjects_of_any_text_are_found_where_they_stand(
    linker: SubjectLinker, text: str, language: str | None
) -> None:
    for each in (clean(text), text):
        mentions = timed(lambda given: linker.link(given, language), each)
        assert all(0 <= mention.start < mention.end <= len(each) for mention in mentions)
        assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)
        assert len(blank(each, mentions)) == len(mask(each, mentions)) == len(each)
        rewriting.rest(each, mentions)
        parts.split(each, mentions)
        question_form.read_form(each, mentions, ["united_states"])


@generated
@given(st.text(st.characters(codec="latin-1"), max_size=200), st.sampled_from(["x-forwarded-for", "forwarded"]))
def test_any_forwarding_header_is_read(value: str, header: str) -> None:
    scope = {"type": "http", "client": ("10.0.0.5", 1), "headers": [(header.encode(), value.encode("latin-1"))]}
    assert Callers(("10.0.0.5",), header).of(scope).address
