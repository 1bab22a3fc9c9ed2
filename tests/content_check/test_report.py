"""What the command prints: sentences for people in both languages, objects for programs, and an exit status."""

from __future__ import annotations

import json
import string
from collections.abc import Sequence
from typing import Any

import pytest
import yaml

from bot.content_check.__main__ import main
from bot.content_check.finding import TEXTS
from tests.content_check.conftest import TODAY, SmallProject
from tests.content_check.test_planted import MISTAKES

MUNSTER = "data/facts/subjects/munster.yml"


def run(project: SmallProject, *options: str) -> int:
    return main(["--folder", str(project.root), "--today", TODAY.isoformat(), "--fewest", "2", "--forget", *options])


def texts(language: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load((TEXTS / f"{language}.yml").read_text(encoding="utf-8"))
    return found


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_nothing_wrong_is_said_in_a_sentence(project: SmallProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project) == 0
    assert capsys.readouterr().out == "Nothing to put right: all content is in order.\n"


def test_an_error_is_named_with_file_and_line_and_fails(
    project: SmallProject, capsys: pytest.CaptureFixture[str]
) -> None:
    project.replace(MUNSTER, "Vragen? Mail", "Heb je vragen? Mail")
    assert run(project, "--language", "nl") == 1
    out = capsys.readouterr().out
    assert f"{MUNSTER}:16: fout: “je” is voor vrienden." in out
    assert "1 fouten" in out


def test_a_warning_alone_does_not_fail(project: SmallProject, capsys: pytest.CaptureFixture[str]) -> None:
    project.replace(MUNSTER, "De steden werken samen", "Tevens werken de steden samen")
    assert run(project) == 0
    assert f"{MUNSTER}:23: warning: “tevens” is a hard word. Plainer: “ook”." in capsys.readouterr().out


def test_programs_get_both_languages(project: SmallProject, capsys: pytest.CaptureFixture[str]) -> None:
    project.replace(MUNSTER, "De steden werken samen", "Tevens werken de steden samen")
    assert run(project, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {
        "file": MUNSTER,
        "line": 23,
        "severity": "warning",
        "check": "hard_word",
        "text": {
            "nl": "“tevens” is een moeilijk woord. Makkelijker: “ook”.",
            "en": "“tevens” is a hard word. Plainer: “ook”.",
        },
    }


def test_a_folder_without_facts_is_said(project: SmallProject, capsys: pytest.CaptureFixture[str]) -> None:
    (project.root / "data" / "facts" / "sources.yml").unlink()
    assert run(project) == 2
    assert "sources.yml is missing" in capsys.readouterr().err


def test_both_languages_say_the_same_things() -> None:
    dutch, english = texts("nl"), texts("en")
    assert {part: list(dutch[part]) for part in dutch} == {part: list(english[part]) for part in english}
    for part in dutch:
        assert {key: places(text) for key, text in dutch[part].items()} == {
            key: places(text) for key, text in english[part].items()
        }


def test_every_kind_of_finding_is_planted_somewhere() -> None:
    planted = {mistake.key for mistake in MISTAKES} | {"dead_link", "no_answer"}
    left = set(texts("en")["findings"]) - planted
    # Their other language is planted, or YAML itself is in the way of a shorter test.
    assert left == {
        "no_string", "no_mapping", "no_list", "other", "source_without_evidence", "named_in_english_only",
        "informal_en", "only_in_en", "no_examples_nl", "few_examples_en", "lopsided_en",
    }  # fmt: skip


OTHERS: Sequence[Any] = [
    (MUNSTER, "both: [Muenster]", "both: [7]", "no_string"),
    (MUNSTER, "name: {nl: Münster, en: Münster}", "name: Münster", "no_mapping"),
    ("data/facts/subjects/visit.yml", "source: report", "source: [report, page]", "source_without_evidence"),
    (MUNSTER, "Münster ligt in Duitsland.", "Münster ligt verder weg.", "named_in_english_only"),
    (MUNSTER, "Questions? Email", "Wanna ask? Email", "informal_en"),
    ("data/responses/nl.yml", 'contact: "Mail uw vraag naar {contact}."\n', "", "only_in_en"),
    ("data/nlu/en/cities.yml", "    - how much money goes to Münster\n", "", "few_examples_en"),
]


@pytest.mark.parametrize(("file", "old", "new", "key"), OTHERS, ids=[row[3] for row in OTHERS])
def test_the_others_are_found_too(project: SmallProject, file: str, old: str, new: str, key: str) -> None:
    project.replace(file, old, new)
    assert key in {found.key for found in project.findings()}


def test_a_file_of_rows_that_is_no_list_is_found(project: SmallProject) -> None:
    (project.root / "data" / "facts" / "cooperations.yml").write_text("subject: munster\n", encoding="utf-8")
    assert "no_list" in {found.key for found in project.findings()}
