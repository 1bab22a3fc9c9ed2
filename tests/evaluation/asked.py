"""`python -m tests.evaluation.asked OUT.json SET …`: what one model replies to sets of questions.

MODEL_FOLDER names the folder of the model; an assistant is started for it on free ports. This is how
`python -m bot train --candidate` compares models. A set that is not there is left out.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.evaluation.assistant import running
from tests.evaluation.questions import FOLDER, read_set
from tests.evaluation.replies import converse, over_http, summary


def main(arguments: list[str]) -> int:
    out, *names = arguments
    sets = {name: read_set(name) for name in names if (FOLDER / f"{name}.jsonl").exists()}
    environ = {name: value for name, value in os.environ.items() if name != "BASE"}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), environ) as base:
        asked = {name: list(converse(items, over_http(base))) for name, items in sets.items()}
    typed = {
        name: {(item.id, number): turn["user"] for item in items for number, turn in enumerate(item.turns)}
        for name, items in sets.items()
    }
    figures = {
        name: {
            "summary": summary(turns),
            "turns": [asdict(turn) | {"typed": typed[name][turn.item, turn.number]} for turn in turns],
        }
        for name, turns in asked.items()
    }
    Path(out).write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
