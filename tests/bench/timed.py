"""Runs a module of ours with some of its calls timed: python -m tests.bench.timed MODULE ARGUMENTS …

Nothing of it is in the product. Each call adds a line to the file that TIMINGS names: what it was, and milliseconds.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import os
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CALLS = {
    "bot.web.server": {
        "web waits for Rasa": "bot.web.rasa_client:RasaClient.ask",
        "web store": "bot.web.store:ReviewStore.answered",
    },
    "bot.rasa_server": {
        "handling": "bot.answering:Answering.once",
        "understanding": "rasa.core.processor:MessageProcessor.parse_message",
        "language": "bot.components.language_identification:LanguageIdentification.process",
        "subjects": "bot.components.subject_linking:SubjectLinking.process",
        "ranking": "bot.components.statement_ranking:StatementRanking.process",
        "decision": "bot.components.dialogue_decision:DialogueDecision.process",
        "policy": "rasa.core.policies.rule_policy:RulePolicy.predict_action_probabilities",
        "action hop": "rasa.core.actions.action:RemoteAction.run",
        "store read": "bot.stores:StrictTrackerStore.retrieve",
        "store write": "bot.stores:StrictTrackerStore.save",
    },
    "bot.action_server": {"action": "rasa_sdk.executor:ActionExecutor.run"},
}
"""By process: what is timed, and where it is."""


def main(arguments: list[str]) -> None:
    module, *others = arguments
    out = Path(os.environ["TIMINGS"]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115
    for name, where in CALLS[module].items():
        _time(name, where, lambda line: out.write(f"{line}\n"))
    sys.argv = [module, *others]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _time(name: str, where: str, write: Callable[[str], object]) -> None:
    place, _, path = where.partition(":")
    owner_name, _, attribute = path.partition(".")
    owner = getattr(importlib.import_module(place), owner_name)
    original = getattr(owner, attribute)

    def note(began: float) -> None:
        write(json.dumps({"name": name, "ms": round((time.perf_counter() - began) * 1000, 3)}))

    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def timed(*values: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return await original(*values, **named)
            finally:
                note(began)

    else:

        @functools.wraps(original)
        def timed(*values: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return original(*values, **named)
            finally:
                note(began)

    setattr(owner, attribute, timed)


if __name__ == "__main__":
    main(sys.argv[1:])
