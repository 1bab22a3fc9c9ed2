"""docs/runbook.md: its commands are there, and it tells of every figure and every store that there is."""

from __future__ import annotations

import re
import shlex

import pytest

from bot.__main__ import main
from bot.backup import STORES
from bot.metrics import REGISTRY
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"python -m bot ([^`\n…]+)", TEXT)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there_with_its_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)
    names = [word for word in words if re.fullmatch(r"[a-z][a-z-]+", word)][:2]
    for depth in (2, 1):
        with pytest.raises(SystemExit) as ended:
            main([*names[:depth], "--help"])
        if ended.value.code == 0:
            break
    else:
        pytest.fail(f"there is no such command: {command}")
    said = capsys.readouterr().out
    assert [option for option in words if option.startswith("--") and option not in said] == []


def test_what_is_made_without_a_server_is_made_as_it_says(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands in its blocks that need nothing but the stores, one after the other."""
    for name in STORES:
        monkeypatch.setenv(f"{name.upper()}_URL", f"sqlite:///{tmp_path}/{name}.db")
    blocks = "\n".join(re.findall(r"^```\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
    commands = re.findall(r"^python -m bot ((?:off|on|backup|restore)\b.*)$", blocks, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        words = [word.replace("/backups", str(tmp_path)) for word in shlex.split(command)]
        assert main(words) == 0, (command, capsys.readouterr().err)


def test_every_figure_is_told_of() -> None:
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("assistant_")}
    assert [name for name in sorted(ours) if name not in TEXT] == []
