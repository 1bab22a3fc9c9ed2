"""Starting: what is missing is said in one line."""

import shutil
import socket
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.serve import require
from bot.settings import ROOT, SettingError, Settings


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(RuntimeError, match=r"Port \d+ is in use"):
            require(Settings(port=taken.getsockname()[1]))


def test_a_missing_model_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(RuntimeError, match="There is no model in"):
        require(Settings(port=0, model_folder=str(tmp_path_factory.mktemp("empty"))))


def test_missing_facts_are_said() -> None:
    with pytest.raises(RuntimeError, match="There are no facts in nowhere"):
        require(Settings(port=0, facts_folder="nowhere"))


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("PORT", "70000"), ("COOKIE_SECURE", "maybe"), ("MESSAGE_TIMEOUT", "soon")]
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{name}={value}"):
        Settings.from_env({name: value})


def test_a_wrong_setting_ends_the_command_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "x")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.strip() == "PORT=x must be a number"


def test_a_mistake_in_the_facts_ends_the_start_with_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "facts"
    shutil.copytree(ROOT / "data" / "facts", folder)
    (folder / "subjects" / "munster.yml").write_text("kind: town\nname: {nl: Münster, en: Münster}\n", encoding="utf-8")
    monkeypatch.setenv("FACTS_FOLDER", str(folder))
    monkeypatch.setenv("FACTS_URL", f"sqlite:///{tmp_path}/facts.db")
    monkeypatch.setenv("PORT", "0")
    assert main(["serve"]) == 1
    assert "subjects/munster.yml:1: kind: 'town' is not one of" in capsys.readouterr().err
