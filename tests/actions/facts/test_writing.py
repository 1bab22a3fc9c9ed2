"""Edits in the YAML files: what does not change stays letter for letter."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path
from typing import Any

import pytest

from actions.facts.content import Content
from actions.facts.documents import Documents, of_content, put, to_content
from actions.facts.schema import parse
from actions.facts.writing import changed_files
from tests.actions.facts.test_layering import city
from tests.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's own facts."""
    return Path(shutil.copytree(ROOT / "data" / "facts", tmp_path / "facts"))


@pytest.fixture
def documents(content: Content) -> Documents:
    return of_content(content)


def with_change(documents: Documents, place: str, **values: Any) -> Documents:
    part, _, id = place.partition("/")
    changed = {key: value for key, value in {**documents[part][id], **values}.items() if value is not None}
    return put(documents, place, changed)


def written(folder: Path, wanted: Documents) -> dict[str, list[str]]:
    """Writes the files, reads them again, and returns the lines that came (+) and went (-), by file."""
    texts = changed_files(folder, wanted)
    lines: dict[str, list[str]] = {}
    for name, text in texts.items():
        path = folder / name
        old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        found = list(difflib.unified_diff(old, text.splitlines(), n=0, lineterm=""))[2:]
        lines[name] = [line for line in found if not line.startswith("@@")]
        path.write_text(text, encoding="utf-8")
    assert of_content(parse(folder)) == of_content(to_content(wanted))
    assert changed_files(folder, wanted) == {}
    return lines


def test_facts_without_edits_change_no_file(folder: Path, documents: Documents) -> None:
    assert changed_files(folder, documents) == {}


def test_a_text_changes_its_own_line(folder: Path, documents: Documents) -> None:
    lines = written(
        folder, with_change(documents, "statements/munster.since", nl="Al sinds 2021 is Münster partnerstad.")
    )
    assert lines == {
        "subjects/munster.yml": [
            "-    nl: Münster is sinds 2021 een officiële partnerstad van Enschede.",
            "+    nl: Al sinds 2021 is Münster partnerstad.",
        ]
    }


def test_a_name_goes_to_the_end_of_its_list(folder: Path, documents: Documents) -> None:
    lines = written(
        folder, with_change(documents, "subjects/munster", aliases={"both": ["Munster", "Muenster", "Mimigernaford"]})
    )
    assert lines["subjects/munster.yml"] == [
        "-  both: [Munster, Muenster]",
        "+  both: [Munster, Muenster, Mimigernaford]",
    ]


def test_a_term_gets_a_name_on_its_line(folder: Path, documents: Documents) -> None:
    lines = written(folder, with_change(documents, "subjects/zwolle", aliases={"nl": ["Zwols"]}))
    assert lines["terms.yml"] == [
        "-zwolle: {kind: city, country: netherlands, name: {nl: Zwolle, en: Zwolle}}",
        "+zwolle: {kind: city, country: netherlands, name: {nl: Zwolle, en: Zwolle}, aliases: {nl: [Zwols]}}",
    ]


def test_a_new_city_gets_a_file_and_a_row_at_the_end(folder: Path, documents: Documents) -> None:
    for each in city():
        documents = put(documents, each.place, each.after)
    lines = written(folder, documents)
    assert lines["partnerships.yml"] == [
        "+- {city: ghent, kind: partner_city, since: 2024, status: current, source: page, evidence: page/munster/1}"
    ]
    assert lines["subjects/ghent.yml"][:2] == ["+kind: city", "+name: {nl: Gent, en: Ghent}"]
    assert '+    question: {nl: "Sinds wanneer is Gent een partnerstad?", en: "Since when has Ghent been a partner city?"}' in lines["subjects/ghent.yml"]  # fmt: skip
    assert set(lines) == {"partnerships.yml", "subjects/ghent.yml"}


def test_a_new_source_stands_at_the_end_after_an_empty_line(folder: Path, documents: Documents) -> None:
    source = {
        "title": {"nl": "Raadsbesluit", "en": "Council decision"}, "language": "nl", "as_of": "2026-11-23",
        "dated": "published", "url": "https://www.example.org/besluit", "owner": "Internationale samenwerking",
        "review_by": "2027-11", "headings": {"whole": {"title": "Raadsbesluit", "paragraphs": 2}},
    }  # fmt: skip
    lines = written(folder, put(documents, "sources/council", source))
    assert lines["sources.yml"][:2] == ["+", "+council:"]
    assert '+  as_of: "2026-11-23"' in lines["sources.yml"]
    assert not any(line.startswith("-") for line in lines["sources.yml"])


def test_the_first_statement_of_a_term_gives_it_a_file_of_its_own(folder: Path, documents: Documents) -> None:
    about = {
        "question": {"nl": "Wat is Zwolle?", "en": "What is Zwolle?"}, "nl": "Zwolle ligt in Nederland.",
        "en": "Zwolle is in the Netherlands.", "source": ["page"], "evidence": ["page/brussels/1"],
        "owner": "Internationale samenwerking", "review_by": "2027-11",
    }  # fmt: skip
    lines = written(folder, put(documents, "statements/zwolle.about", about))
    assert lines["terms.yml"] == ["-zwolle: {kind: city, country: netherlands, name: {nl: Zwolle, en: Zwolle}}"]
    assert not any("owner" in line or "review_by" in line for line in lines["subjects/zwolle.yml"])


def test_a_superseded_statement_keeps_what_it_was(folder: Path, documents: Documents) -> None:
    old = documents["statements"]["munster.status"]
    history = [{"until": "2026-12", **{key: old[key] for key in ("nl", "en", "source", "evidence")}}]
    wanted = with_change(
        documents, "statements/munster.status", nl="Münster is een zusterstad, sinds 2021.",
        en="Münster is a sister city, since 2021.", valid_from="2026-12", history=history,
    )  # fmt: skip
    lines = written(folder, wanted)["subjects/munster.yml"]
    assert '+    - until: "2026-12"' in lines and '+    valid_from: "2026-12"' in lines


def test_another_owner_and_day_of_review_are_written(folder: Path, documents: Documents) -> None:
    lines = written(folder, with_change(documents, "statements/munster.since", owner="Bestuur", review_by="2028-01-31"))
    assert lines["subjects/munster.yml"] == ["+    owner: Bestuur", '+    review_by: "2028-01-31"']


def test_a_statement_and_a_tie_can_be_taken_away(folder: Path, documents: Documents) -> None:
    fewer = put(put(documents, "statements/munster.status", None), "partnerships/munster", None)
    lines = written(folder, fewer)
    assert [line for line in lines["subjects/munster.yml"] if line.startswith("+")] == []
    assert len(lines["partnerships.yml"]) == 1


def test_another_source_of_a_statement_takes_its_owner_along(folder: Path, documents: Documents) -> None:
    source = {**documents["sources"]["page"], "owner": "Bestuur", "review_by": "2030"}
    documents = put(documents, "sources/council", source)
    wanted = with_change(documents, "statements/munster.since", source=["council"], evidence=["council/munster/1"])
    lines = written(folder, wanted)["subjects/munster.yml"]
    assert "+    owner: Internationale samenwerking" in lines
