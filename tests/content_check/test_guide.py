"""The editor's guide, data/README.md, done step by step on a copy of the project."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from actions.facts.__main__ import main as facts_command
from bot.content_check.__main__ import main as check_content
from tests.conftest import ROOT

GUIDE = ROOT / "data" / "README.md"
STEPS = {
    "Vervang in": "replace", "Replace in": "replace", "Zet onderaan": "append", "Put at the end of": "append",
    "Maak het bestand": "create", "Make the file": "create", "Typ daarna": "run", "Then type": "run",
}  # fmt: skip
STEP = re.compile(
    rf"^(?P<verb>{'|'.join(STEPS)})(?: `(?P<file>[^`]+)`)?:\n\n```\w+\n(?P<text>.*?)```"
    r"(?:\n\n(?:door|by):\n\n```\w+\n(?P<by>.*?)```)?",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = "partner_cities.yml"
"""The file of examples in both languages that is enough for the guide."""


class Step(NamedTuple):
    verb: str
    file: str
    text: str
    by: str


def steps(language: str) -> list[Step]:
    dutch, _, english = GUIDE.read_text(encoding="utf-8").partition("\n# Editor's guide\n")
    found = STEP.finditer(dutch if language == "nl" else english)
    return [Step(STEPS[each["verb"]], each["file"] or "", each["text"], each["by"] or "") for each in found]


def test_both_languages_have_the_same_steps() -> None:
    assert steps("nl") == steps("en")
    fences = GUIDE.read_text(encoding="utf-8").count("```")
    assert fences == 2 * 2 * sum(1 + bool(step.by) for step in steps("nl")), "a block that is no step"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("data/facts", "data/responses"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for language in ("nl", "en"):
        (tmp_path / "data" / "nlu" / language).mkdir(parents=True)
        shutil.copy(ROOT / "data" / "nlu" / language / EXAMPLES, tmp_path / "data" / "nlu" / language / EXAMPLES)
    return tmp_path


def do(step: Step, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Does a step; what its commands say."""
    if step.verb == "run":
        return "".join(run(line, folder, capsys) for line in step.text.splitlines())
    path = folder / step.file
    if step.verb == "create":
        assert not path.exists()
        path.write_text(step.text, encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
        old = step.text if step.by.endswith("\n") and text.count(step.text) else step.text.strip()
        if step.verb == "append":
            path.write_text(text + step.text, encoding="utf-8")
        else:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {step.file}"
            path.write_text(text.replace(old, step.by if old.endswith("\n") else step.by.strip()), encoding="utf-8")
    return ""


def run(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Does a command of the guide in the copy, within this process: starting one for each takes longer than it does."""
    line = command.replace("make check-content", "python -m bot.content_check --forget --fewest 1")
    python, _, module, *arguments = shlex.split(line)
    assert python == "python"
    status = {
        "bot.content_check": lambda: check_content([*arguments, "--folder", str(folder)]),
        "actions.facts": lambda: facts_command(arguments, folder),
    }[module]()
    said = capsys.readouterr()
    assert status == 0, f"{command}\n{said.out}{said.err}"
    assert " error: " not in said.out
    return said.out


def test_the_guide_can_be_followed_to_the_letter(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("FACTS_URL", "FACTS_URL_FILE", "FACTS_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    said = "".join(do(step, copy, capsys) for step in steps("en"))
    assert "It has been one since 2021." in said
    assert "Lüneburg has been a partner city of Enschede since 2026." in said
    assert "The city is no partner city of Enschede any more." in said
