"""Mistakes in the facts are named with file, line and key, all at once."""

import shutil
from pathlib import Path

import pytest

from actions.facts.schema import FactsError, parse
from tests.conftest import ROOT

MUNSTER = "subjects/munster.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "facts", tmp_path / "facts"))


def problems(folder: Path, file: str, old: str, new: str) -> list[str]:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FactsError) as caught:
        parse(folder)
    return caught.value.problems


PLANTED = [
    (MUNSTER, "kind: city", "kind: town", "munster.yml:1: kind: 'town' is not one of"),
    (MUNSTER, "kind: city", "kinds: city", "munster.yml:1: kinds: is not a known key here"),
    (MUNSTER, "name: {nl: Münster, en: Münster}", "name: {nl: Münster}", "munster.yml:3: en: is missing"),
    (MUNSTER, "name: {nl: Münster, en", "name: {nl: Münster, de stad, en", "munster.yml:3: de stad: is not a known key here"),
    (MUNSTER, "source: page", "source: pagina", "munster.about: 'pagina' is no source"),
    (MUNSTER, "    source: page\n", "", "source: is missing"),
    (MUNSTER, "value: {year: 2021}", "value: {year: '2021'}", "year: must be int, not '2021'"),
    (MUNSTER, "mentions: [euregio, safety", "mentions: [euregoi, safety", "munster.about: mentions: 'euregoi' is no subject"),
    (MUNSTER, "evidence: page/munster/1", "evidence: page/munster/2", "'page/munster/2' names no paragraph"),
    (MUNSTER, "evidence: page/munster/1", "evidence: page/muenster/1", "'page/muenster/1' names no heading"),
    (MUNSTER, "relation: cooperation", "relation: co-operation", "relation: 'co-operation' is not one of"),
    (MUNSTER, "{items}", "{item}", "{item} is not filled; known here: count, items, others"),
    (MUNSTER, "Sinds 2021 is het", "Sinds 2012 is het", "munster.about: numbers differ: nl 2012, en 2021"),
    (MUNSTER, "both: [Munster, Muenster]", "both: [Munster, Almelo]", "alias 'almelo' (nl) stands for almelo and munster"),
    (MUNSTER, "kind: city\n", "kind: city\n  kind: city\n", "munster.yml:2: YAML:"),
    ("sources.yml", 'as_of: "2026-11"', 'as_of: "11-2026"', "sources.yml:11: as_of: '11-2026' is no date"),
    ("sources.yml", "dated: checked", "dated: seen", "dated: 'seen' is not one of checked, published"),
    ("partnerships.yml", "since: 1980", "since: long", "since: must be int, not 'long'"),
    ("partnerships.yml", "city: dalian", "city: dalina", "partnerships.yml row 2: 'dalina' is no subject"),
    ("terms.yml", "kind: country, continent: europe, name: {nl: Nederland", "kind: land, name: {nl: Nederland", "'land' is not"),
    ("subjects/contact.yml", "Enschede's international cooperation to info-", "Enschede's international cooperation to inof-", "addresses differ"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), PLANTED, ids=[row[3][:40] for row in PLANTED])
def test_a_planted_mistake_is_named(folder: Path, file: str, old: str, new: str, expected: str) -> None:
    found = problems(folder, file, old, new)
    assert any(expected in problem for problem in found), found


def test_all_mistakes_are_reported_at_once(folder: Path) -> None:
    path = folder / MUNSTER
    path.write_text(path.read_text().replace("kind: city", "kind: town").replace("year: 2021", "year: x"))
    with pytest.raises(FactsError) as caught:
        parse(folder)
    assert len(caught.value.problems) > 3


def test_a_folder_without_sources_is_no_folder_of_facts(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"sources\.yml is missing"):
        parse(tmp_path)
