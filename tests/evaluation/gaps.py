"""`python -m tests.evaluation.gaps [TURNS]`: the threshold of gaps measured on the examples, and how long a search takes.

The examples of the statements (a label is one question, in both languages) and those of what the sources do not hold
(`unknown/*`: a label is one aspect of any subject) are grouped at several thresholds. A group is good when what is in
it has one label (precision) and what has the label is in it (recall), each seen from every example (B-cubed, Bagga and
Baldwin 1998). TURNS synthetic turns, 200000 unless told, are searched in a store that goes away.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import insert

from bot.encoder import DIMENSIONS, shared_encoder
from bot.examples import Example, read_examples
from bot.review.clustering import NONE, Vectors, find_groups, nearest
from bot.review.database import Database
from bot.review.gap_search import search
from bot.review.tables import Turn

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
SAMPLE = 2500
"""Examples that are grouped, drawn at random."""
SEVERAL = 3
"""Examples from which on a group is said to have several."""
TURNS = 200_000


def main(arguments: Sequence[str]) -> int:
    examples = read_examples()
    for name, chosen in (
        ("statements", [each for each in examples if "/" in each.label and not each.label.startswith(NOT_STATEMENTS)]),
        ("unknown", [each for each in examples if each.label.startswith("unknown/")]),
    ):
        print(f"\n{name}\n\n| threshold | groups | precision | recall | in both languages |\n|---|---|---|---|---|")
        for row in measured(chosen):
            print("| {:.2f} | {} | {:.2f} | {:.2f} | {:.2f} |".format(*row))
    turns = int(arguments[0]) if arguments else TURNS
    first, second = timed(turns)
    print(f"\n{turns} turns are searched in {first:.0f} s of work, without encoding; the second time in {second:.0f} s")
    return 0


NOT_STATEMENTS = ("unknown/", "out_of_scope/", "chitchat/")


def measured(examples: Sequence[Example]) -> list[tuple[float, int, float, float, float]]:
    """For each threshold: groups, precision, recall, and the part of the groups of several that have both languages."""
    order = np.random.default_rng(0).permutation(len(examples))[:SAMPLE]
    drawn = [examples[place] for place in order]
    vectors = shared_encoder().encode([each.text for each in drawn])
    rows = []
    for threshold in THRESHOLDS:
        groups = find_groups([(vectors, np.ones(len(vectors), dtype=np.float32))], threshold)
        places = nearest(vectors, groups, threshold).tolist()
        # What is in no group stands alone.
        own = [place if place != NONE else -number - 2 for number, place in enumerate(places)]
        sizes = Counter(own)
        several = [place for place, size in sizes.items() if size >= SEVERAL]
        languages = {
            place: {each.language for each, at in zip(drawn, own, strict=True) if at == place} for place in several
        }
        both = sum(len(found) > 1 for found in languages.values()) / max(len(several), 1)
        rows.append((threshold, len(sizes), *bcubed(own, [each.label for each in drawn]), both))
    return rows


def bcubed(groups: Sequence[Hashable], labels: Sequence[Hashable]) -> tuple[float, float]:
    """Precision and recall of a grouping, seen from every element."""
    both, sizes, wanted = Counter(zip(groups, labels, strict=True)), Counter(groups), Counter(labels)
    total = len(labels)
    precision = sum(count * count / sizes[group] for (group, _), count in both.items()) / total
    recall = sum(count * count / wanted[label] for (_, label), count in both.items()) / total
    return precision, recall


def timed(turns: int) -> tuple[float, float]:
    """Seconds of work of a search, and of the next one."""
    random = np.random.default_rng(0)
    meanings = _unit(random.normal(size=(turns // 50, DIMENSIONS)))
    which = np.minimum(random.zipf(1.3, turns), len(meanings)) - 1
    encoding = 0.0

    def encode(texts: Sequence[str]) -> Vectors:
        nonlocal encoding
        began = time.process_time()
        own = np.array([int(text.split()[0]) for text in texts])
        noise = np.array([np.random.default_rng(abs(hash(text))).normal(size=DIMENSIONS) for text in texts])
        made = _unit(meanings[own] + 0.7 * _unit(noise))
        encoding += time.process_time() - began
        return made

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/review.db")
        for start in range(0, turns, 5000):
            rows = [_row(number, int(which[number])) for number in range(start, min(turns, start + 5000))]
            with database.session() as session, session.begin():
                session.execute(insert(Turn), rows)
        took = []
        for _ in range(2):
            began, encoding = time.process_time(), 0.0
            search(database, [], encode)
            took.append(time.process_time() - began - encoding)
        database.engine.dispose()
    return took[0], took[1]


def _row(number: int, meaning: int) -> dict[str, object]:
    lists: dict[str, object] = {name: [] for name in ("ranking", "entities", "subjects", "facts", "sources")}
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=number * 7)
    said = {"text": f"{meaning} {number % 300}", "reply": "", "language": "nl", "outcome": "not_in_sources"}
    return {"id": f"t{number}", "conversation": f"c{number}", "number": 1, "at": at} | said | lists


def _unit(vectors: np.ndarray) -> Vectors:
    made: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
