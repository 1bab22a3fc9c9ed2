"""Confirmed proposals as a patch on the data, looked at as `make check` would.

Everything is checked once more against the files that are there now. What cannot be used is left out, and said.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from actions.facts.schema import FactsError, parse
from bot.duplicates import comparable, near_pairs
from bot.review import patch
from bot.review.proposal_checks import Facts, findings
from bot.review.proposals import Kind
from bot.review.tables import Proposal
from bot.review.training_data import TrainingData, training_data
from bot.settings import ROOT

ALREADY = frozenset({"known", "named", "tested"})
"""Findings that say that there is nothing to do any more."""


@dataclass
class Export:
    """What an export comes to. `done` are the proposals that it carries out, also those that were already so."""

    files: patch.Files
    done: list[Proposal] = field(default_factory=list)
    left_out: list[tuple[Proposal, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def contents(self) -> list[Proposal]:
        return [proposal for proposal in self.done if proposal.kind == Kind.CONTENT]

    def text(self) -> str:
        """The patch."""
        return patch.header((each.payload for each in self.contents), self.counts) + patch.diff(self.files)


def export(proposals: Sequence[Proposal], root: Path = ROOT) -> Export:
    """The changes that the proposals ask for. Raises RuntimeError when the files would be wrong with them."""
    result = Export(patch.Files(root))
    data = training_data(root / "data" / "nlu", root / "tests" / "questions")
    facts = Facts.of_content(parse(root / patch.FACTS))
    carried: list[Proposal] = []
    for proposal in proposals:
        found = [f for f in findings(proposal.kind, proposal.payload, data, facts, carried) if f.blocking]
        if found and {finding.key for finding in found} <= ALREADY:
            result.done.append(proposal)
        elif found:
            result.left_out.append((proposal, ", ".join(finding.key for finding in found)))
        else:
            _add(result.files, proposal)
            carried.append(proposal)
            result.done.append(proposal)
            result.counts[proposal.kind] += 1
    _look_at(result.files, root, data)
    return result


def _add(files: patch.Files, proposal: Proposal) -> None:
    if proposal.kind == Kind.EXAMPLE:
        patch.add_example(files, proposal.payload)
    elif proposal.kind == Kind.ALIAS:
        patch.add_alias(files, proposal.payload)
    elif proposal.kind == Kind.QUESTION:
        patch.add_question(files, proposal.payload)


def _look_at(files: patch.Files, root: Path, before: TrainingData) -> None:
    """Reads the files as they would become, in a copy: every parser, and the measure of near-duplicates."""
    if not files.new:
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in (patch.FACTS, "data/nlu"):
            shutil.copytree(root / name, copy / name)
        (copy / "tests" / "questions").mkdir(parents=True)
        for name, text in files.new.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_text(text, encoding="utf-8")
        try:
            parse(copy / patch.FACTS)
            after = TrainingData.read(copy / "data" / "nlu", copy / "tests" / "questions")
        except (FactsError, ValueError, OSError, KeyError) as error:
            raise RuntimeError(f"The export would break the data, so nothing was written:\n{error}") from None
    fresh = {text for language, owners in after.owners.items() for text in owners.keys() - before.owners[language]}
    for name, questions in before.held_out.items():
        if near_pairs(questions, comparable(fresh)):
            raise RuntimeError(f"An example is too like a held-out question of {name}, so nothing was written.")
