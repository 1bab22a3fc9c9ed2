"""Checks over all facts at once: names resolve, sources exist, both languages say the same."""

from __future__ import annotations

import pytest

MUNSTER = "subjects/munster.yml"
MISTAKES = [
    pytest.param("partnerships.yml", "city: dalian", "city: beijing",
                 "partnerships.yml row 2: 'beijing' is no subject; add it to subjects/ or terms.yml",
                 id="unknown city of a partnership"),
    pytest.param("memberships.yml", "member: munster", "member: gronau",
                 "memberships.yml row 1: 'gronau' is no subject; add it to subjects/ or terms.yml", id="unknown member"),
    pytest.param("projects.yml", "funding: euregio", "funding: lottery",
                 "projects.yml row 1: 'lottery' is no subject; add it to subjects/ or terms.yml", id="unknown funder"),
    pytest.param("cooperations.yml", "themes: [safety", "themes: [fun",
                 "cooperations.yml row 1: 'fun' is no subject; add it to subjects/ or terms.yml", id="unknown theme"),
    pytest.param("events.yml", "place: dalian", "place: beijing",
                 "events.yml row 1: 'beijing' is no subject; add it to subjects/ or terms.yml", id="unknown place"),
    pytest.param("events.yml", "guest: [mayor]", "guest: [nobody]",
                 "events.yml row 1: 'nobody' is no subject; add it to subjects/ or terms.yml", id="unknown participant"),
    pytest.param("roles.yml", "organisation: enschede", "organisation: province",
                 "roles.yml row 1: 'province' is no subject; add it to subjects/ or terms.yml", id="unknown organisation"),
    pytest.param("subjects/dalian.yml", "country: china", "country: japan",
                 "dalian: country: 'japan' is no subject; add it to subjects/ or terms.yml", id="unknown country"),
    pytest.param(MUNSTER, "value: {country: germany}", "value: {country: austria}",
                 "munster.location: value.country: 'austria' is no subject; add it to subjects/ or terms.yml",
                 id="unknown country of a value"),
    pytest.param(MUNSTER, "of: munster", "of: gronau",
                 "munster.topics: computed: 'gronau' is no subject; add it to subjects/ or terms.yml",
                 id="unknown subject of a computed statement"),
    pytest.param("subjects/dalian.yml", "source: report", "source: [report, rumour]",
                 "dalian.about: 'rumour' is no source; add it to sources.yml", id="unknown source"),
    pytest.param("subjects/dalian.yml", "source: report", "source: []",
                 "dalian.about: source: nothing may be told without a source", id="no source"),
    pytest.param("roles.yml", "source: [report]", "source: []",
                 "roles.yml row 1: source: nothing may be told without a source", id="row without a source"),
    pytest.param("subjects/dalian.yml", "sister city of Enschede since 2009", "sister city of Enschede since 2019",
                 "dalian.about: numbers differ: nl 2009, en 2019", id="numbers differ"),
    pytest.param(MUNSTER, "Email munster@enschede.nl", "Email muenster@enschede.nl",
                 "munster.location: addresses differ: nl munster@enschede.nl, en muenster@enschede.nl",
                 id="addresses differ"),
    pytest.param(MUNSTER, "on {count} topics: {items}", "on many topics: {items}",
                 "munster.topics: places differ: nl {count} {items}, en {items}", id="places differ"),
    pytest.param(MUNSTER, "Münster is in Germany.", "Münster is abroad.",
                 "munster.location: names germany in only one language (nl: True, en: False)",
                 id="name in one language only"),
    pytest.param("terms.yml", "china: {kind: country, continent: asia,",
                 "china: {kind: country, continent: asia, aliases: {en: [Germany]},",
                 "alias 'germany' (en) stands for china and germany", id="alias of two subjects"),
    pytest.param("terms.yml", "mayor: {kind: person,", "mayor: {kind: person, aliases: {both: [EUREGIO]},",
                 "alias 'euregio' (nl) stands for euregio and mayor", id="alias that differs in case and article only"),
    pytest.param("subjects/dalian.yml", "report/dalian/1", "report/shanghai/1",
                 "dalian.about: evidence: 'report/shanghai/1' names no heading of a source", id="unknown heading"),
    pytest.param("subjects/dalian.yml", "report/dalian/1", "report/dalian/3",
                 "dalian.about: evidence: 'report/dalian/3' names no paragraph under that heading", id="no paragraph 3"),
    pytest.param("subjects/dalian.yml", "report/dalian/1", "report/dalian/0",
                 "dalian.about: evidence: 'report/dalian/0' names no paragraph under that heading", id="no paragraph 0"),
    pytest.param("subjects/dalian.yml", "report/dalian/1", "report/dalian",
                 "dalian.about: evidence: 'report/dalian' names no paragraph under that heading", id="no paragraph"),
    pytest.param("subjects/dalian.yml", "report/dalian/1", "page/munster/1",
                 "dalian.about: evidence: 'page/munster/1' is not in its sources (report)", id="evidence elsewhere"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), MISTAKES)
def test_an_inconsistency_says_where_and_what(folder, file, old, new, expected):
    folder.replace(file, old, new)

    assert expected in folder.problems()


def test_one_inconsistency_is_one_problem(folder):
    folder.replace("roles.yml", "organisation: enschede", "organisation: province")

    assert folder.problems() == ["roles.yml row 1: 'province' is no subject; add it to subjects/ or terms.yml"]


def test_the_same_alias_in_different_languages_is_no_clash(folder):
    folder.replace("terms.yml", "nl: [Duitse]", "nl: [Duitse, China land]")
    folder.replace("terms.yml", "name: {nl: China, en: China}", "name: {nl: China, en: China}, aliases: {en: [Duitse]}")

    assert folder.problems() == []


def test_an_unknown_mention_is_reported(folder):
    folder.replace(MUNSTER, "mentions: [germany]", "mentions: [austria]")

    assert "munster.location: mentions: 'austria' is no subject; add it to subjects/ or terms.yml" in folder.problems()


def test_a_statement_without_evidence_is_reported(folder):
    folder.replace("subjects/dalian.yml", "evidence: report/dalian/1", "evidence: []")

    assert any(problem.startswith("dalian.about: evidence") for problem in folder.problems())


def test_a_source_that_no_evidence_names_is_reported(folder):
    folder.replace("subjects/dalian.yml", "source: report", "source: [report, page]")

    assert any(problem.startswith("dalian.about") for problem in folder.problems())


def test_a_row_that_stands_twice_is_reported(folder):
    folder.replace("roles.yml", "- {person", (folder.path / "roles.yml").read_text() + "- {person")

    assert any(problem.startswith("roles.yml") for problem in folder.problems())


def test_a_computed_membership_without_a_body_is_reported(folder):
    folder.replace("subjects/euregio.yml", "{relation: membership, of: euregio}", "{relation: membership}")

    assert any("computed" in problem for problem in folder.problems())
