"""Compares what two models reply to the same questions, and decides whether the new one may take the old one's place.

The rule. A candidate is not worse when
1. it passes at least as large a share of the held-out questions (tuning and sample together);
2. no kind of question (answer, followup, yesno …) loses more than three points of its share, unless it is one question:
   of a kind with ten questions, one is ten points;
3. it answers no more questions that should be declined: other subjects, and what is not in the sources;
4. it passes at least as many of the questions that staff judged (reviewed): what was put right stays right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

HELD_OUT = ("tuning", "sample")
REVIEWED = "reviewed"
POINTS = 3.0
"""Points of its share (0 to 100) that a kind of question may lose."""

Figures = Mapping[str, Any]
"""By set: `summary` and `turns`, as tests/evaluation/asked.py writes them."""


@dataclass(frozen=True)
class Change:
    """A question that one of the models passes and the other does not. `why` is what is wrong with the failed reply."""

    set: str
    item: str
    kind: str
    language: str
    typed: tuple[str, ...]
    better: bool
    why: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """`passed` by set and by group (all, a language, a kind, both): what the old and the new one pass, of how many."""

    passed: dict[str, dict[str, tuple[int, int, int]]]
    wrong: tuple[int, int, int]
    """Held-out questions that should be declined and were answered: by the old one, by the new one, of how many."""
    changes: tuple[Change, ...]
    objections: tuple[str, ...]
    """Why the new one is worse; empty when it is not."""

    @property
    def worse(self) -> bool:
        return bool(self.objections)


def compare(old: Figures, new: Figures) -> Comparison:
    """The new model against the old one. Both must have been asked the same questions."""
    names = [name for name in (*HELD_OUT, REVIEWED) if name in old and name in new]
    passed = {"held out": _sum(_passed(old[name], new[name]) for name in names if name in HELD_OUT)}
    passed |= {name: _passed(old[name], new[name]) for name in names}
    wrong = _wrong([old[n] for n in names if n in HELD_OUT], [new[n] for n in names if n in HELD_OUT])
    changes = tuple(change for name in names for change in _changes(name, old[name], new[name]))
    return Comparison(passed, wrong, changes, tuple(_objections(passed, wrong, _kinds(old, names))))


def _objections(
    passed: Mapping[str, Mapping[str, tuple[int, int, int]]], wrong: tuple[int, int, int], kinds: Iterable[str]
) -> Iterable[str]:
    held_out = passed["held out"]
    before, after, count = held_out.get("all", (0, 0, 0))
    if after < before:
        yield f"it passes {after} instead of {before} of {count} held-out questions"
    for kind in sorted(kinds):
        before, after, count = held_out.get(kind, (0, 0, 0))
        if before - after > 1 and 100 * (before - after) / count > POINTS:
            yield f"of the kind {kind} it passes {after} instead of {before} of {count}"
    if wrong[1] > wrong[0]:
        yield f"it answers {wrong[1]} instead of {wrong[0]} of {wrong[2]} questions that should be declined"
    before, after, count = passed.get(REVIEWED, {}).get("all", (0, 0, 0))
    if after < before:
        yield f"it passes {after} instead of {before} of {count} questions that staff judged"


def _passed(old: Figures, new: Figures) -> dict[str, tuple[int, int, int]]:
    before, after = old["summary"]["passed"], new["summary"]["passed"]
    return {group: (before[group][0], after[group][0], after[group][1]) for group in after if group in before}


def _sum(parts: Iterable[dict[str, tuple[int, int, int]]]) -> dict[str, tuple[int, int, int]]:
    total: dict[str, tuple[int, int, int]] = {}
    for part in parts:
        for group, (before, after, count) in part.items():
            b, a, c = total.get(group, (0, 0, 0))
            total[group] = (b + before, a + after, c + count)
    return total


def _wrong(old: Iterable[Figures], new: Iterable[Figures]) -> tuple[int, int, int]:
    def counts(figures: Iterable[Figures]) -> tuple[int, int]:
        rates = [rate for each in figures for rate in each["summary"]["wrongly_answered"].values()]
        return sum(rate[0] for rate in rates), sum(rate[1] for rate in rates)

    (before, _), (after, count) = counts(old), counts(new)
    return before, after, count


def _kinds(figures: Figures, names: Iterable[str]) -> set[str]:
    return {turn["kind"] for name in names for turn in figures[name]["turns"]}


def _changes(name: str, old: Figures, new: Figures) -> Iterable[Change]:
    before, after = _by_item(old["turns"]), _by_item(new["turns"])
    for item, turns in after.items():
        failed, fails = _why(before.get(item, [])), _why(turns)
        if item in before and bool(failed) != bool(fails):
            typed = tuple(turn["typed"] for turn in turns)
            yield Change(name, item, turns[0]["kind"], turns[0]["language"], typed, not fails, fails or failed)


def _by_item(turns: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    items: dict[str, list[Mapping[str, Any]]] = {}
    for turn in turns:
        items.setdefault(turn["item"], []).append(turn)
    return items


def _why(turns: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(reason for turn in turns for reason in turn["why"])


def report(comparison: Comparison) -> str:
    """The comparison in Markdown, to be read by people."""
    lines = ["| questions | old | new | of | difference |", "|---|---:|---:|---:|---:|"]
    for name, groups in comparison.passed.items():
        for group in sorted(groups, key=lambda each: (each != "all", "/" in each, each)):
            before, after, count = groups[group]
            if count and (name == "held out" or group == "all"):
                points = 100 * (after - before) / count
                lines.append(f"| {name}: {group} | {before} | {after} | {count} | {points:+.1f} points |")
    before, after, count = comparison.wrong
    lines += ["", f"Answered, though it should be declined: {before} before, {after} now, of {count}.", ""]
    for better, title in ((True, "Better now"), (False, "Worse now")):
        changed = [change for change in comparison.changes if change.better is better]
        lines.append(f"{title}: {len(changed)}.")
        lines += [
            f"- {c.set}/{c.item} ({c.kind}, {c.language}): {' → '.join(c.typed)} – {'; '.join(c.why)}" for c in changed
        ]
        lines.append("")
    if comparison.worse:
        lines.append("The new model is worse: " + "; ".join(comparison.objections) + ".")
    else:
        lines.append("The new model is not worse.")
    return "\n".join(lines) + "\n"
