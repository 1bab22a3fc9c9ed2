"""Confirmed proposals as changes of the project's files, and those as a patch that `git apply` takes.

| kind | goes to |
|---|---|
| example | data/nlu/{nl,en}/reviewed.yml |
| question | tests/questions/reviewed.jsonl: a regression set, no held-out set, for its questions may be trained |
| alias | data/facts/subjects/SUBJECT.yml, or terms.yml |
| content | a list at the head of the patch |
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.duplicates import plain
from bot.examples import REVIEWED
from bot.review.proposals import DECLINED, Payload

QUESTIONS = f"tests/questions/{REVIEWED}.jsonl"
FACTS = "data/facts"
SKELETON = """# Questions of visitors that staff put under the right label: see docs/review.md.
# Written by `python -m bot review export`; it may be edited like the other files.
version: "3.1"
nlu:
"""


class Files:
    """The project's files under a folder, and what they are to become."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.new: dict[str, str] = {}

    def read(self, name: str) -> str | None:
        """The text of a file as it is to become; None when there is none."""
        return self.new.get(name) or self.old(name)

    def old(self, name: str) -> str | None:
        path = self._root / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    def write(self, name: str, text: str) -> None:
        if text != self.old(name):
            self.new[name] = text


def add_example(files: Files, payload: Payload) -> None:
    """Under its label, once."""
    name, yaml = f"data/nlu/{payload['language']}/{REVIEWED}.yml", _yaml()
    document = yaml.load(files.read(name) or SKELETON)
    if document.get("nlu") is None:
        document["nlu"] = CommentedSeq()
    entry = next((each for each in document["nlu"] if each["intent"] == payload["label"]), None)
    if entry is None:
        entry = CommentedMap({"intent": payload["label"], "examples": ""})
        document["nlu"].append(entry)
    texts = [line.removeprefix("- ") for line in entry["examples"].splitlines() if line.strip()]
    if plain(payload["text"]) in map(plain, texts):
        return
    entry["examples"] = LiteralScalarString("".join(f"- {text}\n" for text in [*texts, payload["text"]]))
    files.write(name, _text(yaml, document))


def add_alias(files: Files, payload: Payload) -> None:
    """To the names of its subject, comments and order kept. Raises KeyError for a subject that there is not."""
    subject, yaml = payload["subject"], _yaml()
    name = f"{FACTS}/subjects/{subject}.yml"
    if files.read(name) is not None:
        document = yaml.load(files.read(name))
        described = document
    else:
        name = f"{FACTS}/terms.yml"
        document = yaml.load(files.read(name) or "{}")
        described = document[subject]
    if not isinstance(described.get("aliases"), CommentedMap):
        after = max((list(described).index(key) + 1 for key in ("name", "description") if key in described), default=0)
        described.insert(after, "aliases", _flow(CommentedMap()))
    aliases, language = described["aliases"], payload["language"]
    if not aliases:
        described["aliases"] = aliases = CommentedMap() if described is document else _flow(CommentedMap())
    known = aliases.get(language)
    names = [known] if isinstance(known, str) else list(known or ())
    if payload["text"] not in names:
        if isinstance(known, CommentedSeq):
            known.append(payload["text"])
        else:
            aliases[language] = _flow(CommentedSeq([*names, payload["text"]]))
        files.write(name, _text(yaml, document))


def add_question(files: Files, payload: Payload) -> None:
    """As a line, in the format of the other sets, with the facts of which one must be told."""
    text = files.read(QUESTIONS) or ""
    row = question(payload)
    if all(json.loads(line)["id"] != row["id"] for line in text.splitlines() if line.strip()):
        files.write(QUESTIONS, f"{text}{json.dumps(row, ensure_ascii=False)}\n")


def question(payload: Payload) -> dict[str, Any]:
    """The line of a test question. Its id follows from what is typed, so that the same question is the same line."""
    typed = [turn["user"] for turn in payload["turns"]]
    digest = hashlib.sha256("\n".join([payload["language"], *map(plain, typed)]).encode()).hexdigest()
    last = len(typed) - 1
    return {
        "id": f"rv-{digest[:10]}",
        "lang": payload["language"],
        "persona": "visitor",
        "kind": payload["kind"],
        "source": "review",
        "turns": [
            {
                "user": turn["user"],
                "all": [],
                "any": [],
                "none": [],
                # A turn before the judged one is to end as it did.
                "decline": payload["decline"] if number == last else turn["outcome"] in DECLINED,
                "reply_lang": payload["language"],
            }
            | ({"facts": payload["facts"]} if number == last and payload["facts"] else {})
            for number, turn in enumerate(payload["turns"])
        ],
    }


def diff(files: Files) -> str:
    """The changes as a unified diff."""
    return "".join(_diff(name, files.old(name), text) for name, text in sorted(files.new.items()))


def header(contents: Iterable[Payload], counts: Mapping[str, int]) -> str:
    """What the patch is, and the requests for content as a Markdown list. `git apply` passes over it."""
    numbers = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    lines = ["# Proposals of staff", "", f"Holds: {numbers}."]
    asked = [_request(payload) for payload in contents]
    if asked:
        lines += ["", "## Requests for content: visitors asked this, and the sources do not hold it", "", *asked]
    return "\n".join(lines) + "\n\n"


def _request(payload: Payload) -> str:
    note = f" (remark: {' '.join(payload['note'].split())})" if payload.get("note") else ""
    return f"* {payload['language']}: {' '.join(payload['text'].split())}{note}"


def _diff(name: str, old: str | None, new: str) -> str:
    lines: Sequence[str] = list(
        difflib.unified_diff(
            (old or "").splitlines(keepends=True), new.splitlines(keepends=True),
            "/dev/null" if old is None else f"a/{name}", f"b/{name}",
        )
    )  # fmt: skip
    whole = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    mode = "new file mode 100644\n" if old is None else ""
    return f"diff --git a/{name} b/{name}\n{mode}{whole}"


def _yaml() -> YAML:
    """Writes what it does not change as it was: never wraps a line, keeps quotes."""
    yaml: Any = YAML(typ="rt")
    yaml.width, yaml.preserve_quotes = 100_000, True
    return yaml  # type: ignore[no-any-return]


def _flow(node: Any) -> Any:
    node.fa.set_flow_style()
    return node


def _text(yaml: YAML, document: Any) -> str:
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()
