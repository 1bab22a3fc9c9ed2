"""The report in Markdown, out of the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

KINDS = (
    "answer",
    "list",
    "count",
    "yesno",
    "comparison",
    "mixed",
    "followup",
    "smalltalk",
    "unknown",
    "outofscope",
    "abuse",
)
LANGUAGES = ("nl", "en")
WAYS = {
    "assistant": "This assistant",
    "rasa": "Classic Rasa bot",
    "words/1": "Site search, best paragraph",
    "words/3": "Site search, best three",
    "meaning/1": "Sentence vectors, best paragraph",
    "meaning/3": "Sentence vectors, best three",
}
HEADS = 16
"""Heads in the picture of confusions: those that are most often confused."""


def write(figures: dict[str, Any]) -> str:
    """The whole report."""
    parts = [
        _top(figures), _sets(figures["sets"]), _intents(figures["intents"]), _linking(figures["linking"]),
        _curve(figures["curve"]), _stress(figures["stress"]), _side_by_side(figures), _rasa(figures["rasa"]),
        _pipelines(figures.get("pipelines")),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def share(pair: Sequence[int] | None, digits: int = 1) -> str:
    """A rate as a percentage with its counts."""
    if not pair or not pair[1]:
        return "–"
    return f"{100 * pair[0] / pair[1]:.{digits}f} % ({pair[0]}/{pair[1]})"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; all columns but the first are aligned right."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (header, rule, *rows))


def ways(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By name: each way to answer that was measured on the same questions."""
    found = dict(figures["side_by_side"]["ways"])
    if bot := (figures["rasa"] or {}).get("bot"):
        found["rasa"] = {"right": bot["right"], "milliseconds": bot["parse_milliseconds"]}
    return {name: found[name] for name in WAYS if name in found}


def confused_heads(held_out: dict[str, Any]) -> tuple[list[str], list[list[float]]]:
    """The heads that are confused most, and for each the share understood as each of them."""
    errors: dict[str, int] = {}
    for want, guess, number in held_out["confused_heads"]:
        errors[want] = errors.get(want, 0) + number
        errors[guess] = errors.get(guess, 0) + number
    names = sorted(errors, key=lambda name: (-errors[name], name))[:HEADS]
    counts = {(want, guess): number for want, guess, number in held_out["confused_heads"]}
    asked = held_out["heads"]
    wrong = {name: sum(n for (want, _), n in counts.items() if want == name) for name in names}
    shares = [
        [
            ((asked.get(row, 0) - wrong[row]) if row == column else counts.get((row, column), 0))
            / max(asked.get(row, 0), 1)
            for column in names
        ]
        for row in names
    ]
    return names, shares


def _top(figures: dict[str, Any]) -> str:
    about = figures["about"]
    missing = {
        "DATASETS": "the stress set of questions on other subjects (set `DATASETS`)",
        "SOURCES": "search over the sources' texts (set `SOURCES`)",
    }
    lines = [
        "# Evaluation",
        "",
        "Written by `make evaluate`; do not edit. The raw numbers are in [evaluation.json](evaluation.json).",
        "",
        f"{about['date']}, commit {about['commit']}, on {about['machine']}.",
    ]
    lines += [f"\nLeft out: {missing[name]}." for name in figures["left_out"]]
    return "\n".join(lines)


def _sets(sets: dict[str, Any]) -> str:
    groups = ["all", *LANGUAGES, *KINDS, *(f"{language}/{kind}" for language in LANGUAGES for kind in KINDS)]
    passes = table(
        ["items passed", *sets],
        ([group, *(share(s["passed"].get(group)) for s in sets.values())] for group in groups if any(group in s["passed"] for s in sets.values())),
    )  # fmt: skip
    rows: list[list[str]] = [
        [
            "asked back, of turns on facts that the sources hold",
            *(share(s["held"]["asked_back"]) for s in sets.values()),
        ],
        ["declined, of the same", *(share(s["held"]["declined"]) for s in sets.values())],
    ]
    for kind, name in (
        ("outofscope", "on another subject"), ("unknown", "not in the sources"), ("followup", "follow-ups without an answer"),
        ("abuse", "abuse and prompt injection"),
    ):  # fmt: skip
        rows.append([f"wrongly answered: {name}", *(share(s["wrongly_answered"].get(kind)) for s in sets.values())])
    rows.append(["broken replies", *(share(s["broken"]) for s in sets.values())])
    rows.append(
        [
            "reply time p50 / p95 (ms)",
            *(f"{s['milliseconds']['p50']} / {s['milliseconds']['p95']}" for s in sets.values()),
        ]
    )
    return "\n\n".join(
        [
            "## Held-out questions",
            "No question of these sets is in the training data. The **tuning** set is what thresholds and weights were chosen on, so its figures flatter. The **reporting** set was used for nothing but reporting. An item passes when every turn does: the facts asked for, no wrong ones, the right language, sources with a date, a decline where the sources hold no answer (`tests/questions/ask.py`).",
            "Shares of turns, and times, by set:",
            table(["", *sets], rows),
            "Items that pass, by language and kind:",
            passes,
        ]
    )


def _intents(figures: dict[str, Any]) -> str:
    examples, held = figures["examples"], figures["held_out"]
    done = examples and (
        f"{examples['folds']}-fold cross-validation"
        if examples["folds"] == examples["parts"]
        else "one stratified split of 20 % (all five folds take longer than ten minutes; `FOLDS=5` runs them)"
    )
    rows = [[f"first turns of the reporting set ({held['questions']})", *_scores(held)]]
    if examples:
        rows.insert(0, [f"training examples ({examples['examples']}), {done}", *_scores(examples)])
    pairs = table(["asked", "understood as", "times"], (map(str, row) for row in held["confused"]))
    return "\n\n".join(
        [
            "## Intents",
            "What the ranker finds likeliest, before subjects, context and thresholds are weighed in. A label is what is asked and of whom (`since/munster`); its head is what is asked (`since`). The first turns of the reporting set were labelled by hand, with every label whose answer would be right (`tests/questions/labels.jsonl`); any of them counts. Examples resemble one another: a row on them says how consistent they are, the row on the reporting set how real questions fare. `FOLDS=1` to `FOLDS=5` runs the cross-validation.",
            table(["", "accuracy", "macro-F1", "accuracy of heads", "macro-F1 of heads"], rows),
            "Labels most often confused on the reporting set:",
            pairs,
            "![Square of intents: in each row what was asked, in each column what it was understood as, in per cent. The same pairs are in evaluation.json under intents.held_out.confused_heads.](img/evaluation-confusions.svg)",
        ]
    )


def _scores(figures: dict[str, Any]) -> list[str]:
    return [
        share(figures["accuracy"]), f"{figures['macro_f1']:.3f}",
        share(figures["head_accuracy"]), f"{figures['head_macro_f1']:.3f}",
    ]  # fmt: skip


def _linking(figures: dict[str, Any]) -> str:
    rows = (
        [name, f["texts"], f"{100 * f['precision']:.1f} % ({f['right']}/{f['found']})", f"{100 * f['recall']:.1f} % ({f['right']}/{f['wanted']})"]
        for name, f in figures.items()
    )  # fmt: skip
    return "\n\n".join(
        [
            "## Subjects",
            "The subjects linked in the first turns of the reporting set, against those that the text names (labelled by hand; each counts once a text; what is only hinted at does not count). Subjects without statements of their own, such as companies or Twente, are left out.",
            table(["", "texts", "precision", "recall"], rows),
        ]
    )


def _curve(figures: dict[str, Any]) -> str:
    rows = (
        [f"{p['threshold']:g}", f"{share([p['answered'], p['questions']])}", f"{share([p['wrong'], p['answered']])}"]
        for p in figures["thresholds"]
    )
    return "\n\n".join(
        [
            "## Risk and coverage",
            f"Over the {figures['questions']} single questions of the reporting set, of which the sources hold the answer to {figures['holding']}: how many would be answered, and how many of those answers are wrong, if only answers of at least a confidence were given. The replies are those of the running assistant; the confidence is the decision's, read by parsing the same questions with the model's own graph in this process, for the chat API does not tell it. An answer is wrong when its item does not pass; asking back, declining and small talk are no answers. Shortcuts (a picked button, two subjects compared) have a confidence of their own.",
            f"![Curve of the share of wrong answers against the share of questions answered; the table below has its points at round thresholds.](img/evaluation-risk-coverage.svg)\n\nMean risk over the coverage reached: {100 * figures['area']:.1f} %.",
            table(["confidence at least", "coverage", "risk"], rows),
        ]
    )


def _stress(figures: dict[str, Any] | None) -> str:
    title = "## Questions on other subjects"
    if figures is None:
        return f"{title}\n\nNot measured this time: `DATASETS` names the folder of the public data sets."
    rows = [
        [name, share(pair), ", ".join(f"{outcome} {number}" for outcome, number in figures["outcomes"][name].items())]
        for name, pair in figures["answered"].items()
    ]
    return "\n\n".join(
        [
            title,
            f"Questions of the Dutch government's site (passports, elections, privacy) and a fixed sample of MASSIVE in both languages without its `general_*` intents. None should get a fact for an answer; {figures['answered']['all'][0]} did. The sentences are not part of the project.",
            table(["source/language", "answered with a fact", "outcomes"], rows),
        ]
    )


def _side_by_side(figures: dict[str, Any]) -> str:
    measured = ways(figures)
    rows = (
        [WAYS[name], *(share(way["right"][group]) for group in ("all", *LANGUAGES)), f"{way['milliseconds']['p50']} / {way['milliseconds']['p95']}"]
        for name, way in measured.items()
    )  # fmt: skip
    paragraphs = figures["side_by_side"].get("paragraphs")
    over = f" over the {paragraphs} paragraphs of the two sources" if paragraphs else ""
    return "\n\n".join(
        [
            "## Side by side",
            f"The {figures['side_by_side']['questions']} single questions of the reporting set whose answer the sources hold, judged by the same regular expressions on the text alone; outcome, language and length are left out. Site search is SQLite's FTS5 with BM25{over}; sentence vectors are those of the assistant's encoder. Search gives a paragraph in the source's own language, the page's in Dutch and the report's in English, so an answer in the other language mostly counts as missed. It answers every question, also those that the sources do not hold.",
            "![Bars of the share of questions answered right by each way; the table below has the same numbers.](img/evaluation-side-by-side.svg)",
            table(["", "right", "nl", "en", "ms p50 / p95"], rows),
        ]
    )


def _rasa(figures: dict[str, Any] | None) -> str:
    title = "## Classic Rasa bot"
    if figures is None:
        return f"{title}\n\nNot measured yet: `make evaluate-rasa` trains it."
    bot = figures["bot"]
    versions = ", ".join(f"{name} {version}" for name, version in bot["versions"].items())
    parts = [
        title,
        f"Measured on {figures['date']} by `make evaluate-rasa`, with {versions}. The pipeline and policies of `rasa init`, one intent with one static answer for each of {bot['intents']} labels, on the same {bot['examples']} written examples. A static answer has no language of its own, so it says the Dutch and the English text one after the other. Its classifier (DIET) was trained for **{bot['epochs']} epochs instead of the default 100**, which would take hours on two cores: with {bot['examples']} examples these are about {bot['steps']} gradient steps. It has rules and no stories, so that the two policies that learn from stories had nothing to learn. Declines are intents with a decline for an answer, as is its fallback.",
        table(
            ["", "classic Rasa bot"],
            [
                ["questions on facts answered right", share(bot["right"]["all"])],
                ["declined, of the same", share(bot["declined"])],
                ["wrongly answered: on another subject", share(bot["answered_unanswerable"]["outofscope"])],
                ["wrongly answered: not in the sources", share(bot["answered_unanswerable"]["unknown"])],
                ["training time (s)", bot["training_seconds"]],
                [
                    "time to parse p50 / p95 (ms)",
                    f"{bot['parse_milliseconds']['p50']} / {bot['parse_milliseconds']['p95']}",
                ],
                ["model (MB)", bot["model_megabytes"]],
            ],
        ),
    ]
    if massive := figures.get("massive"):
        parts += [_massive(massive)]
    return "\n\n".join(parts)


def _massive(figures: dict[str, Any]) -> str:
    rows = (
        [name, *(share(f["accuracy"][group]) for group in ("all", *LANGUAGES)), f"{f['macro_f1']:.3f}", f["training_seconds"], f"{f['parse_milliseconds']['p50']} / {f['parse_milliseconds']['p95']}"]
        for name, f in ((f"Rasa's classifier (DIET, {figures['rasa']['epochs']} epochs)", figures["rasa"]), ("this assistant's ranker", figures["ours"]))
    )  # fmt: skip
    return "\n\n".join(
        [
            f"The classifiers alone on public data: the {figures['intents']} commonest intents of MASSIVE, {figures['training_lines']} lines for training and {figures['test_lines']} for testing, Dutch and English together. The likeliest intent counts, also where Rasa's fallback would take it away for being unsure, {share(figures['rasa']['fallbacks'])} of the lines.",
            table(["", "accuracy", "nl", "en", "macro-F1", "training (s)", "parse ms p50 / p95"], rows),
        ]
    )


def _pipelines(figures: dict[str, Any] | None) -> str:
    if not figures:
        return ""
    rows = [
        (row["pipeline"], share(row["all"]), share(row["nl"]), share(row["en"]), row["seconds"])
        for row in figures["pipelines"]
    ]
    return "\n\n".join(
        [
            "## Pipelines compared",
            f"All trained on the same {figures['examples']} written examples (at most {figures['most']} of each label in each "
            "language) and asked the first turns of the reporting set; right is a likeliest label that would be right. "
            f"`make evaluate-pipelines`, {figures['date']}; times in seconds.",
            table(("pipeline", "right", "nl", "en", "training"), rows),
        ]
    )
