"""The patch: `git apply` takes it, the files stay as they were but for what was added, and they are right."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from actions.facts.schema import parse
from bot.examples import Example, read_examples, read_questions
from bot.review import patch
from bot.review.exporting import export
from bot.review.tables import Proposal
from tests.conftest import ROOT
from tests.evaluation.questions import read_set
from tests.evaluation.replies import other_facts

FEW = """# Ours.
version: "3.1"
nlu:
- intent: since/munster
  examples: |
    - sinds wanneer is munster een partnerstad
- intent: out_of_scope/tasks
  examples: |
    - schrijf een gedicht
"""
HELD_OUT = {
    "id": "nl-1", "lang": "nl", "kind": "answer",
    "turns": [{"user": "In welk jaar begon de band met Dalian precies?", "decline": False}],
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the real facts, two labels, and one held-out question."""
    shutil.copytree(ROOT / "data" / "facts", tmp_path / "data" / "facts")
    for language in ("nl", "en"):
        (tmp_path / "data" / "nlu" / language).mkdir(parents=True)
    (tmp_path / "data/nlu/nl/few.yml").write_text(FEW, encoding="utf-8")
    (tmp_path / "tests/questions").mkdir(parents=True)
    (tmp_path / "tests/questions/sample.jsonl").write_text(f"{json.dumps(HELD_OUT)}\n", encoding="utf-8")
    return tmp_path


def proposal(kind: str, /, **payload: Any) -> Proposal:
    return Proposal(id=1, kind=kind, payload=payload, status="confirmed")


def example(text: str = "hoe lang al samen met de domstad", label: str = "since/munster") -> Proposal:
    return proposal("example", text=text, label=label, language="nl")


def alias(text: str = "Domstad", subject: str = "munster", language: str = "both") -> Proposal:
    return proposal("alias", text=text, subject=subject, language=language)


def question(*texts: str, facts: tuple[str, ...] = ("munster.since",)) -> Proposal:
    turns = [{"user": text, "outcome": "answered"} for text in texts]
    return proposal("question", turns=turns, language="nl", kind="answer", facts=list(facts), decline=False)


def applied(root: Path, text: str) -> None:
    subprocess.run(["git", "apply", "-"], input=text, text=True, cwd=root, check=True)


def test_git_applies_the_patch_and_the_files_are_right(root: Path) -> None:
    content = proposal("content", text="hoeveel kost --- het\nnu", language="nl", note="vaak gevraagd")
    made = export(
        [example(), example("maak een liedje", "out_of_scope/tasks"), alias(), question("hoe lang al?"), content], root
    )
    text = made.text()
    assert "* nl: hoeveel kost --- het nu (remark: vaak gevraagd)\n" in text
    applied(root, text)
    assert Example("hoe lang al samen met de domstad", "since/munster", "nl") in read_examples(root / "data" / "nlu")
    assert ("both", "Domstad") in parse(root / "data" / "facts").subjects["munster"].aliases
    (item,) = read_set("reviewed", root / "tests" / "questions")
    assert (item.first, item.kind, item.turns[0]["facts"]) == ("hoe lang al?", "answer", ["munster.since"])
    assert made.files.old("data/nlu/nl/few.yml") == FEW


def test_what_was_applied_is_not_exported_again(root: Path) -> None:
    proposals = [example(), alias(), question("hoe lang al?")]
    applied(root, export(proposals, root).text())
    again = export(proposals, root)
    assert (again.files.new, again.counts, len(again.done), again.left_out) == ({}, {}, 3, [])


def test_a_second_export_adds_to_the_files_of_the_first(root: Path) -> None:
    applied(root, export([example(), question("hoe lang al?")], root).text())
    applied(root, export([example("al lang met de domstad?"), question("al lang?")], root).text())
    text = (root / "data/nlu/nl/reviewed.yml").read_text(encoding="utf-8")
    assert text.endswith("    - hoe lang al samen met de domstad\n    - al lang met de domstad?\n")
    assert text.startswith("# Questions of visitors")
    assert read_questions(root / patch.QUESTIONS) == ["hoe lang al?", "al lang?"]


def test_only_the_line_of_the_names_changes_in_a_file_of_facts(root: Path) -> None:
    for subject, language, line in [
        ("munster", "both", "  both: [Munster, Muenster, Domstad]"),
        ("munster", "nl", "  nl: [Domstad]"),
        ("almelo", "en", "  en: [Domstad]"),
        ("germany", "nl", "germany: {kind: country, continent: europe, name: {nl: Duitsland, en: Germany}, aliases: {nl: [Duitse, Duits, Duitsers, Domstad], en: [German, Germans]}}"),
        ("zwolle", "both", "zwolle: {kind: city, country: netherlands, name: {nl: Zwolle, en: Zwolle}, aliases: {both: [Domstad]}}"),
    ]:  # fmt: skip
        changes = export([alias(subject=subject, language=language)], root).text().splitlines()
        added = [each for each in changes if each.startswith("+") and not each.startswith("+++")]
        removed = [each for each in changes if each.startswith("-") and not each.startswith("---")]
        assert f"+{line}" in added and len(added) <= 2 and len(removed) <= 1, changes


@pytest.mark.parametrize("path", sorted((ROOT / "data/facts/subjects").glob("*.yml")), ids=lambda path: path.stem)
def test_every_subject_can_get_another_name(path: Path) -> None:
    files = patch.Files(ROOT)
    patch.add_alias(files, {"text": "Zwxq", "subject": path.stem, "language": "en"})
    (text,) = files.new.values()
    before = path.read_text(encoding="utf-8").splitlines()
    assert len([line for line in before if line not in text.splitlines()]) <= 1


def test_what_cannot_be_used_any_more_is_left_out_and_said(root: Path) -> None:
    made = export(
        [example("In welk jaar begon de band met Dalian precies?"), example(label="since/nowhere"), example()], root
    )
    assert [why for _, why in made.left_out] == ["held_out", "unknown_label"]
    assert len(made.done) == 1


def test_the_same_example_twice_is_one(root: Path) -> None:
    made = export([example(), example("Hoe lang al samen met de domstad?")], root)
    assert (len(made.done), made.counts["example"]) == (2, 1)


def test_a_question_after_others_is_tested_with_them(root: Path) -> None:
    row = patch.question(question("Wat is Münster?", "en sinds wanneer?").payload)
    assert [("facts" in turn, turn["decline"]) for turn in row["turns"]] == [(False, False), (True, False)]


def test_a_judged_question_fails_when_another_fact_is_told() -> None:
    assert other_facts({"facts": ["munster.*"]}, {"facts": ["munster.since"]}) == []
    assert other_facts({"facts": ["munster.since"]}, {"facts": ["dalian.since"]}) == ["none of the facts munster.since"]
    assert other_facts({}, {"facts": []}) == []
