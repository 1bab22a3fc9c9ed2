"""Look-ups in the facts database, on the small folder."""

from __future__ import annotations

import pytest

from actions.facts import queries
from actions.facts.schema import parse


def test_the_version_is_the_digest_of_the_folder(small, folder):
    assert queries.version(small) == parse(folder.path).digest


def test_a_statement_is_found_by_its_id(small):
    found = queries.statement(small, "munster.about")

    assert (found.text_en, found.year, found.yes) == (
        "Münster has been an official partner city of Enschede since 2021.", 2021, True,
    )  # fmt: skip


def test_an_unknown_id_finds_nothing(small):
    assert queries.statement(small, "munster.weather") is None
    assert queries.subject(small, "gronau") is None
    assert queries.partnership(small, "euregio") is None
    assert queries.role(small, "munster") is None
    assert queries.event(small, "munster") is None


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("munster", ["munster.about", "munster.location", "munster.topics"]),
        ("safety", []),
        (None, ["dalian.about", "euregio.members", "munster.about", "munster.location", "munster.topics"]),
    ],
)
def test_statements_come_in_the_order_of_their_ids(small, subject, expected):
    assert [s.id for s in queries.statements(small, subject)] == expected


def test_statements_that_mention_a_subject_are_found_unless_they_are_its_own(small):
    assert [s.id for s in queries.statements_mentioning(small, "germany")] == ["munster.location"]
    assert queries.statements_mentioning(small, "munster") == []


def test_subjects_can_be_had_of_one_kind(small):
    assert [s.slug for s in queries.subjects(small, "country")] == ["china", "germany"]
    assert len(queries.subjects(small)) == 11


def test_names_hold_both_languages_and_the_aliases(small):
    names = queries.names(small)

    assert [n for n in names if n.subject in ("germany", "munster")] == [
        queries.Name("germany", "nl", "Duitsland"),
        queries.Name("germany", "en", "Germany"),
        queries.Name("munster", "nl", "Münster"),
        queries.Name("munster", "en", "Münster"),
        queries.Name("munster", "both", "Munster"),
        queries.Name("germany", "nl", "Duitse"),
        queries.Name("germany", "en", "German"),
    ]


def test_sources_come_with_the_most_cited_first(small):
    assert [s.id for s in queries.sources(small, ["dalian.about", "munster.about", "munster.topics"])] == [
        "page", "report",
    ]  # fmt: skip
    assert [s.id for s in queries.sources(small, ["dalian.about", "role:mayor", "munster.about"])] == ["report", "page"]
    assert queries.sources(small, []) == []


def test_partnerships_come_with_the_oldest_first(small):
    assert [(p.city, p.since) for p in queries.partnerships(small)] == [("dalian", 2009), ("munster", 2021)]


@pytest.mark.parametrize(
    ("body", "country", "expected"),
    [
        ("euregio", None, ["munster", "enschede"]),
        ("euregio", "germany", ["munster"]),
        ("euregio", "china", []),
        ("munster", None, []),
    ],
)
def test_members_come_in_the_order_of_the_source_and_by_country(small, body, country, expected):
    assert [m.member for m in queries.members(small, body, country)] == expected


def test_relations_of_one_subject_are_found(small):
    assert [c.theme for c in queries.cooperations(small, "munster")] == ["safety", "economy"]
    assert [p.project for p in queries.projects(small)] == ["stream"]
    assert [p.participant for p in queries.participants(small, "visit")] == ["mayor"]
    assert queries.participants(small, "visit", "host") == []
    assert queries.role(small, "mayor").position_nl == "burgemeester"
    assert (queries.event(small, "visit").date, queries.event(small, "visit").place) == ("2017-07", "dalian")
