"""The files of `deploy/` are well formed and keep what the design promises. Nothing here starts a container."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.production import unsafe
from bot.settings import Settings
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
OURS = ("web-1", "web-2", "rasa-1", "rasa-2", "actions")
KNOWN = {field.name.upper() for field in fields(Settings)}


KEY = "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab91"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
    return loaded


def test_only_the_proxy_can_be_reached(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inner"]["internal"] is True
    trusted = compose["services"]["web-1"]["environment"]["TRUSTED_PROXIES"]
    assert compose["networks"]["outer"]["ipam"]["config"] == [{"subnet": trusted}]
    for name, service in compose["services"].items():
        assert ("outer" in service["networks"]) == name.startswith(("proxy", "web"))


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_change_nothing_of_themselves(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["command"][0] in ("web", "rasa", "actions")


@pytest.mark.parametrize("name", OURS)
def test_every_setting_of_a_container_is_one(compose: dict[str, Any], name: str) -> None:
    environment = compose["services"][name]["environment"]
    assert set(environment) <= KNOWN
    given = {key: re.sub(r"\$\{\w+:\?\}", KEY, value) for key, value in environment.items()}
    settings = Settings.from_env({key: re.sub(r"\$\{\w+:-\}", "", value) for key, value in given.items()})
    assert settings.production
    assert [*unsafe(settings)] == []
    assert settings.rasa_urls == ("http://rasa-1:5005", "http://rasa-2:5005")
    assert settings.lock_url.startswith("redis://")


def test_secrets_have_no_default(compose: dict[str, Any]) -> None:
    text = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    for secret in ("DATABASE_PASSWORD", "INNER_TOKEN", "SECRET_KEY"):
        assert set(re.findall(rf"\$\{{{secret}[^}}]*\}}", text)) == {f"${{{secret}:?}}"}
        assert re.search(rf"^{secret}=$", (DEPLOY / "env.example").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_image_runs_as_nobody_in_particular_and_copies_what_is_there() -> None:
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert "USER 10001" in lines
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert all((ROOT / name).exists() for names in copied for name in names)


@pytest.mark.parametrize("path", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda path: path.stem)
def test_a_unit_starts_a_role_without_rights(path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(path)
    service = unit["Service"]
    assert service["ExecStart"].endswith(f"-m bot run {path.stem.removeprefix('assistant-')}")
    assert service["User"] == "assistant"
    assert service["ProtectSystem"] == "strict"
    assert service["Restart"] == "always"


def test_systemd_finds_no_mistake_in_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed, so this was not tested")
    for unit in (DEPLOY / "systemd").glob("*.service"):
        here = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"))
        (tmp_path / unit.name).write_text(here, encoding="utf-8")
    found = subprocess.run(
        [program, "verify", *tmp_path.glob("*.service")], capture_output=True, text=True, check=False
    )
    assert [line for line in found.stderr.splitlines() if "assistant-" in line] == []
