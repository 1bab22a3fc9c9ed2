"""The report in Markdown, out of the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from tests.bench.baseline import DEFAULT_EPOCHS
from tests.bench.systems import NAMES
from tests.bench.training import ALL
from tests.bench.verdict import bars, ratios, spread
from tests.evaluation.report import table

PICTURES = {
    "latency": "Bars of the time to answer, half and 95 of 100, of each system with one client; the table has the same numbers.",
    "breakdown": "Bars of the milliseconds of each step of a message; the table has the same numbers.",
    "length": "Lines of the time to answer against the length of the conversation, for this assistant and Rasa with an action.",
    "memory": "Bars of the memory of each system in all.",
}
"""By picture: what it shows, for who does not see it."""


def write(figures: Mapping[str, Any], rasa: Mapping[str, Any], drawn: Sequence[str] = ()) -> str:
    """The whole report, of the parts that were measured."""
    parts = [
        _top(figures), _verdict(figures, rasa), _latency(figures.get("latency")), _breakdown(figures.get("breakdown")),
        _changes(figures.get("changes")), _start(figures.get("start")), _memory(figures.get("memory")), _install(figures.get("install")),
        _training(figures.get("training"), rasa), _length(figures.get("length")), _linking(figures.get("linking")),
        _subjects(figures.get("subjects")),
    ]  # fmt: skip
    text = "\n\n".join(part for part in parts if part)
    for name, alt in PICTURES.items():
        picture = f"\n\n![{alt}](img/bench-{name}.svg)" if name in drawn else ""
        text = text.replace(f"\n\n[picture {name}]", picture)
    return text + "\n"


def _top(figures: Mapping[str, Any]) -> str:
    systems = [
        f"- **{NAMES['ours']}**: `python -m bot serve`, asked over `POST /v1/messages`, with everything that it does: limits, redaction, look-ups, sources, recording, staff's projection",
        f"- **{NAMES['rasa']}**: the pipeline and policies of `rasa init` with real TensorFlow in an environment of its own, one intent with one static answer for each label, the same examples; asked over its REST channel, conversations in memory",
        f"- **{NAMES['action']}**: the same, with one action of rasa-sdk that looks the answer and its sources up in the same facts (SQLAlchemy, SQLite)",
        f"- **{NAMES['rasa_echo']}**: the floor for whatever runs in Rasa: Rasa in this project's environment, without TensorFlow, that says the same to everything",
        f"- **{NAMES['fastapi_echo']}**: the floor for any door: one route under uvicorn",
    ]
    taken = table(
        ["part", "date", "commit", "machine", "load before"],
        ([name, *(part["about"][key] for key in ("date", "commit", "machine", "load"))] for name, part in figures.items()),
    )  # fmt: skip
    return "\n\n".join(
        [
            "# How fast and small the assistant is",
            "Written by `make bench`; do not edit. The raw numbers are in [benchmark.json](benchmark.json), those of the trained baselines in [benchmark-rasa.json](benchmark-rasa.json), which `make bench-rasa` writes. All systems and who asks them run on one machine.",
            "\n".join(systems),
            taken,
        ]
    )


def _verdict(figures: Mapping[str, Any], rasa: Mapping[str, Any]) -> str:
    said = {None: "not measured", True: "yes", False: "**no**"}
    rows = (
        [each.name, spread(each.ratios), f"{'at least' if each.least else 'at most'} {each.bar:g}", said[each.met]]
        for each in bars(figures, rasa)
    )
    return "\n\n".join(
        [
            "## Against the bars",
            "Ratios of this assistant to another: the median over the rounds, with the least and the most. The time of an answer is that of one client alone, messages in a second are those of ten clients.",
            table(["", "ratio", "bar", "met"], rows),
        ]
    )


def _latency(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    rounds = part["rounds"]
    blocks = []
    for clients in map(str, part["clients"]):
        rows = []
        for name in NAMES:
            measured = [each[name][clients] for each in rounds if name in each]
            if not measured:
                continue
            middle = {key: median([each[key] for each in measured]) for key in measured[0]}
            per_core = 1000 / middle["cpu_ms"] if middle["cpu_ms"] else 0.0
            rows.append([NAMES[name], *(f"{middle[key]:.1f}" for key in ("p50", "p95", "p99", "per_second")), f"{per_core:.0f}", f"{middle['failed']:.0f}"])  # fmt: skip
        blocks += [f"With {clients} client{'s' if clients != '1' else ''}:", table(["", "p50 (ms)", "p95", "p99", "messages a second", "messages a second of one core's time", "failed"], rows)]  # fmt: skip
    compared = [
        [NAMES[name], clients, *(spread(ratios({"latency": part}, name, key, clients)) for key in ("p50", "p95", "per_second", "cpu_ms"))]
        for name in NAMES if name != "ours" for clients in map(str, part["clients"]) if any(name in each for each in rounds)
    ]  # fmt: skip
    return "\n\n".join(
        [
            "## Time to answer",
            f"The same {part['questions']} questions of the reporting set for each, in conversations of ten, in rounds ({len(rounds)}) in which the systems come one after the other; medians over the rounds. All of them run all the time. Messages of one core's time are counted by what all processes of a system take of the processor.",
            "[picture latency]",
            *blocks,
            "This assistant as a multiple of another, by clients:",
            table(["", "clients", "p50", "p95", "messages a second", "processor a message"], compared),
        ]
    )


def _breakdown(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    rows = [[name, f"{ms:.2f}", f"{100 * ms / part['whole']:.0f} %"] for name, ms in part["steps"].items()]
    rows += [[f"{name}, while the answer is on its way", f"{ms:.2f}", "–"] for name, ms in part["beside"].items()]
    return "\n\n".join(
        [
            "## Where the time of one message goes",
            f"Mean milliseconds over {part['messages']} messages that came one at a time; {part['whole']} in all, with the clock that measures it. A step is what is spent in it and in nothing below it.",
            "[picture breakdown]",
            table(["step", "ms", "share"], rows),
        ]
    )


def _changes(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    rounds = part["rounds"]
    rows = [
        [
            name,
            f"{median([each[name] for each in rounds]):.1f}",
            spread(tuple(each[name] / each["all"] for each in rounds)),
        ]
        for name in rounds[0]
        if name != "all"
    ]
    whole = f"{median([each['all'] for each in rounds]):.1f}"
    return "\n\n".join(
        [
            "## Changes inside Rasa",
            f"What each change in `bot/rasa_tuning.py` brings: milliseconds of the processor a message, of Rasa and the action server together, in conversations of {part['turns']} messages, with all changes ({whole}) and with one of them undone, in alternating rounds ({len(rounds)}). The time that the action server is given is there for a server that hangs; when a session is over, and what the next one takes over, are for conversations of hundreds of messages (see the length of a conversation): these are not for speed alone.",
            table(["undone", "ms", "as a multiple"], rows),
        ]
    )


def _start(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    rows = (
        [NAMES[name], *(f"{median(took[which]):.1f} ({min(took[which]):.1f}–{max(took[which]):.1f})" for which in ("cold", "warm"))]
        for name, took in part["systems"].items()
    )  # fmt: skip
    return "\n\n".join(
        [
            "## Start to first answer",
            "Seconds from the start of the first process to an answer over HTTP; median, least and most. Cold: its files were taken out of the kernel's cache before, but for those that another process has open.",
            table(["", "cold", "warm"], rows),
        ]
    )


def _memory(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    rows = (
        [NAMES[name], ", ".join(f"{role} {size:.0f}" for role, size in found["processes"].items()), f"{found['all']:.0f}"]
        for name, found in part["systems"].items()
    )  # fmt: skip
    return "\n\n".join(
        [
            "## Memory",
            f"MB after {part['messages']} messages: proportional set size, in which what processes share is counted once in all.",
            "[picture memory]",
            table(["", "by process", "in all"], rows),
        ]
    )


def _install(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    names = {
        "ours": NAMES["ours"],
        "ours_compiled": "the same with bytecode, as it is deployed",
        "rasa": "Rasa 3.6.21 as published",
    }
    rows = ([names[name], f"{e['megabytes']:.0f}", f"{e['seconds']:.1f}"] for name, e in part["environments"].items())
    return "\n\n".join(
        [
            "## Environment",
            "Without development tools; installed by uv with all packages in its cache.",
            table(["", "MB on disk", "seconds to install"], rows),
        ]
    )


def _training(part: Mapping[str, Any] | None, rasa: Mapping[str, Any]) -> str:
    rows, shares = [], ""
    if part:
        few = " (**the few examples of a try**)" if part["few_examples"] else ""
        whole = part["shares"][ALL]
        rows.append([f"{NAMES['ours']}{few}", f"{whole['seconds']:.0f}", f"{whole['cpu_seconds']:.0f}"])
        shares = _shares(part["shares"])
    note = ""
    if rasa:
        rows += [
            [f"{NAMES['rasa']}, {rasa['epochs']} epochs, taken", f"{rasa['training_seconds']:.0f}", f"{rasa['training_cpu_seconds']:.0f}"],
            [f"{NAMES['rasa']}, {DEFAULT_EPOCHS} epochs, **calculated**", f"{rasa['extrapolated_training_seconds']:.0f}", f"{rasa['extrapolated_training_cpu_seconds']:.0f}"],
        ]  # fmt: skip
        versions = ", ".join(f"{name} {version}" for name, version in rasa["versions"].items())
        few = " (**a few, to try it**)" if rasa["few_examples"] else ""
        note = f"Rasa's was trained on {rasa['about']['date']} (commit {rasa['about']['commit']}, {rasa['about']['machine']}; {versions}) with {rasa['examples']} examples{few} of {rasa['intents']} intents, for {rasa['epochs']} epochs of its intent classifier instead of the {DEFAULT_EPOCHS} that `rasa init` sets. An epoch took {rasa['epoch_seconds']} s ({rasa['epoch_cpu_seconds']} s of the processor) on average, the first one left out, which also builds TensorFlow's graph and has the smallest batches; the calculated time adds the epochs that are missing at that pace, which is rather too fast than too slow."
    if not rows:
        return ""
    return "\n\n".join(
        part for part in ("## Training", table(["", "seconds", "seconds of the processor"], rows), note, shares) if part
    )


def _shares(shares: Mapping[str, Any]) -> str:
    rows = (
        [f"one of {share}" if share != ALL else "all", f"{f['examples']:,}", f"{f['seconds']:.0f}", f"{f['cpu_seconds']:.0f}", f"{f['parse']['p50']:.1f}", f"{f['parse']['p95']:.1f}", f"{f['model_megabytes']:.1f}"]
        for share, f in shares.items()
    )  # fmt: skip
    return "\n\n".join(
        [
            "This assistant with a part of its examples, chosen by lot for each label, and with all:",
            table(
                ["", "examples", "training (s)", "processor (s)", "parse p50 (ms)", "parse p95 (ms)", "model (MB)"],
                rows,
            ),
        ]
    )


def _length(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    turns = list(next(iter(part["systems"].values())))
    rows = ([NAMES[name], *(f"{found[turn]:.1f}" for turn in turns)] for name, found in part["systems"].items())
    return "\n\n".join(
        [
            "## Length of the conversation",
            "Milliseconds of an answer by turn: of the first ten the median over several conversations, later the median of the thirty turns up to it in one conversation.",
            "[picture length]",
            table(["turn", *turns], rows),
        ]
    )


def _linking(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    rows = (
        [f"{f['subjects']:,}", f"{f['names']:,}", *(f"{f[key]:.2f}" for key in ("p50", "p95", "p99")), f"{f['built_seconds']:.1f}"]
        for f in part["sizes"].values()
    )  # fmt: skip
    return "\n\n".join(
        [
            "## Linking among many names",
            "Milliseconds of the processor to find the subjects in a message, a third of which name one of the last subjects, half of these with a typing error; and seconds of the processor to build the linker when the facts change.",
            table(["subjects", "names", "p50", "p95", "p99", "built (s)"], rows),
        ]
    )


def _subjects(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    rounds = part["rounds"]
    rows = (
        [f"{count:,}", *(f"{median([each[number][key] for each in rounds]):.1f}" for key in ("p50", "p95")),
         spread(tuple(each[number]["p50"] / each["0"]["p50"] for each in rounds))]
        for number, count in part["subjects"].items()
    )  # fmt: skip
    return "\n\n".join(
        [
            "## Subjects in the facts database",
            f"Milliseconds of an answer of this assistant with so many subjects, in alternating rounds ({len(rounds)}). Each made-up one has a statement and five other names; the questions are the same.",
            table(["subjects", "p50", "p95", "p50 as a multiple of the first"], rows),
        ]
    )
