"""Where the time of one message goes. The three processes run apart, with their calls timed: see `timed`."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bot.roles import prepared
from bot.serve import free_port
from bot.settings import ROOT, Settings
from bot.training import prepare_facts
from tests.bench import systems
from tests.bench.asking import ask_all
from tests.bench.options import Options, questions
from tests.bench.processes import Process, environment
from tests.evaluation.assistant import databases

NLU = ("language", "subjects", "ranking", "decision")


def breakdown(options: Options) -> dict[str, Any]:
    """Mean milliseconds of each step over all messages, which come one at a time; they add up to the whole."""
    folder = options.work / "breakdown"
    folder.mkdir(parents=True, exist_ok=True)
    asked, file = questions(options.questions), folder / "timings.jsonl"
    with ExitStack() as stack:
        system = _start(folder, file, stack)
        asyncio.run(ask_all(system, asked[:20], 1, "warming"))
        file.write_text("")
        done = asyncio.run(ask_all(system, asked, 1, "breakdown"))
    totals: dict[str, float] = defaultdict(float)
    for line in file.read_text(encoding="utf-8").splitlines():
        each = json.loads(line)
        totals[each["name"]] += each["ms"]
    means = {name: total / len(asked) for name, total in totals.items()}
    whole = sum(done.times) / len(done.times)
    beside = {"web store": round(means.get("web store", 0.0), 2)}
    return {"messages": len(asked), "whole": round(whole, 2), "steps": steps(whole, means), "beside": beside}


def steps(whole: float, means: Mapping[str, float]) -> dict[str, float]:
    """The steps beside one another, out of the means of calls that lie within one another."""
    understood = sum(means.get(name, 0.0) for name in NLU)
    store = means.get("store read", 0.0) + means.get("store write", 0.0)
    in_rasa = means["understanding"] + means["policy"] + means["action hop"] + store
    parts = {
        "door": whole - means["web waits for Rasa"],
        "HTTP between door and Rasa": means["web waits for Rasa"] - means["handling"],
        **{f"understanding: {name}": means.get(name, 0.0) for name in NLU},
        "understanding: Rasa around it": means["understanding"] - understood,
        "policy": means["policy"],
        "HTTP between Rasa and action server": means["action hop"] - means.get("action", 0.0),
        "action": means.get("action", 0.0),
        "conversation store": store,
        "Rasa, the rest": means["handling"] - in_rasa,
    }
    return {name: round(each, 2) for name, each in parts.items()}


def _start(folder: Path, file: Path, stack: ExitStack) -> systems.Running:
    rasa, actions, port = free_port(), free_port(), free_port()
    environ = {
        **databases(folder), "PORT": str(port), "RASA_PORT": str(rasa), "ACTIONS_PORT": str(actions),
        "RASA_URLS": f"http://127.0.0.1:{rasa}", "ACTIONS_URL": f"http://127.0.0.1:{actions}",
    }  # fmt: skip
    settings = Settings.from_env(environ)
    prepare_facts(settings)
    system = systems.Running("ours", f"http://127.0.0.1:{port}/v1/messages", systems.our_body, systems.our_answer)
    for role in ("actions", "rasa", "web"):
        command, found = prepared(role, settings)
        python, _, module, *others = command
        more = environment(**environ) | dict(found) | {"TIMINGS": str(file)}
        timed = [python, "-m", "tests.bench.timed", module, *others]
        system.processes.append(Process(role, timed, ROOT, more, folder / f"{role}.log"))
        stack.callback(system.processes[-1].stop)
    asyncio.run(systems.first_answer(system))
    return system
