"""What a form asks to be changed."""

from __future__ import annotations

from typing import Any

import pytest

from actions.facts.content import Content
from actions.facts.documents import Documents, of_content
from bot.review import content_drafts as drafts
from bot.review.content_findings import known_aspects, needs_training
from bot.review.content_names import id_of, mentions
from bot.review.content_view import statement_values
from bot.review.training_data import labels


@pytest.fixture(scope="module")
def documents(content: Content) -> Documents:
    return of_content(content)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("São Paulo", "sao_paulo"),
        ("Den Haag (NL)", "den_haag_nl"),
        ("2e Straße", "e_strasse"),
        ("大连", ""),
        ("x" * 99, "x" * 60),
    ],
)
def test_a_name_becomes_an_id(name: str, id: str) -> None:
    assert id_of(name) == id


def test_every_statement_stands_unchanged_in_its_own_form(documents: Documents) -> None:
    for id, known in documents["statements"].items():
        subject, _, aspect = id.partition(".")
        draft = drafts.statement(documents, subject, aspect, statement_values(known), {})
        assert (draft.puts, draft.found) == ((), ()), id


def test_what_is_newly_named_is_mentioned_and_what_is_no_longer_named_is_not(documents: Documents) -> None:
    before = documents["statements"]["munster.about"]
    assert "euregio" in before["mentions"]
    text = {"nl": "Münster werkt samen met Palo Alto.", "en": "Münster works with Palo Alto."}
    assert mentions(text, "munster", before, documents) == ["palo_alto"]
    one_sided = {"nl": "Münster werkt samen met Palo Alto.", "en": "Münster works with others."}
    assert "palo_alto" not in mentions(one_sided, "munster", before, documents)


def test_the_year_of_a_text_is_its_value(documents: Documents) -> None:
    known = statement_values(documents["statements"]["munster.since"])
    texts = {"text_nl": "Sinds 2019.", "text_en": "Since 2019."}
    put = drafts.statement(documents, "munster", "since", known | texts, {}).puts[0]
    assert put.after is not None and put.after["value"] == {"year": 2019}
    both = {"text_nl": "Van 2019 tot 2021.", "text_en": "From 2019 to 2021."}
    put = drafts.statement(documents, "munster", "since", known | both, {}).puts[0]
    assert put.after is not None and "value" not in put.after


@pytest.mark.parametrize(
    ("parts", "headings"),
    [
        ("", {"raadsbesluit": {"title": "Raadsbesluit", "paragraphs": 1}}),
        ("Deel A: 3\nBijlage", {"deel_a": {"title": "Deel A", "paragraphs": 3}, "bijlage": {"title": "Bijlage", "paragraphs": 1}}),
    ],
)  # fmt: skip
def test_the_parts_of_a_source_are_its_headings(documents: Documents, parts: str, headings: dict[str, Any]) -> None:
    form = {"title_nl": "Raadsbesluit", "title_en": "Decision", "language": "nl", "as_of": "2026", "dated": "published"}
    draft = drafts.source(documents, None, form | {"owner": "Bestuur", "review_by": "2028", "parts": parts})
    assert draft.puts[0].after is not None and draft.puts[0].after["headings"] == headings


def test_a_tie_that_ended_says_until_when_and_leaves_the_lists(documents: Documents) -> None:
    form = {
        "name_nl": "Münster",
        "name_en": "Münster",
        "tie_kind": "partner_city",
        "tie_since": "2021",
        "tie_until": "2026",
    }
    tie = next(put for put in drafts.subject(documents, "munster", form).puts if put.place == "partnerships/munster")
    assert tie.after is not None and (tie.after["status"], tie.after["until"]) == ("ended", 2026)


def test_training_is_needed_for_an_aspect_that_no_like_subject_has(documents: Documents) -> None:
    known = documents["subjects"] | {"ghent": {"kind": "city"}}
    with_city = {**documents, "subjects": known}
    assert not needs_training("ghent.since", with_city, labels())
    assert needs_training("ghent.hotels", with_city, labels())
    assert {"since", "location"} <= set(known_aspects("city", documents))
