"""Each process by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.roles import prepared
from bot.settings import SettingError, Settings

APART = Settings(
    inner_host="10.0.0.5",
    inner_token="between-us",
    actions_url="http://actions:5055",
    rasa_urls=("http://rasa-1:5005",),
    lock_url="redis://locks:6379/0",
    rasa_port=5005,
)


def test_off_loopback_a_token_is_needed() -> None:
    with pytest.raises(SettingError, match="INNER_TOKEN"):
        Settings.from_env({"INNER_HOST": "0.0.0.0"})
    assert Settings.from_env({"INNER_HOST": "0.0.0.0", "INNER_TOKEN": "between-us"}).inner_host == "0.0.0.0"
    assert Settings.from_env({"INNER_HOST": "127.0.0.1"}).inner_token == ""


def test_several_addresses_of_rasa_are_read() -> None:
    settings = Settings.from_env({"RASA_URLS": "http://rasa-1:5005, http://rasa-2:5005"})
    assert settings.rasa_urls == ("http://rasa-1:5005", "http://rasa-2:5005")


def test_the_action_server_listens_where_it_is_told_and_knows_the_token() -> None:
    command, environment = prepared("actions", APART)
    assert command[-4:] == ["--host", "10.0.0.5", "--port", "5055"]
    assert environment["INNER_TOKEN"] == "between-us"


def test_rasa_gets_the_shared_locks_and_the_token_of_the_action_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.roles.model_path", lambda _settings: Path(__file__))
    monkeypatch.setattr("bot.roles.mend", lambda _models: None)
    command, environment = prepared("rasa", APART)
    assert command[command.index("-i") + 1] == "10.0.0.5"
    assert environment["OPENBLAS_NUM_THREADS"] == "1"
    file = Path(command[command.index("--endpoints") + 1])
    endpoints = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert file.stat().st_mode & 0o077 == 0
    assert endpoints["lock_store"] == {"type": "bot.locks.RedisLocks", "url": "redis://locks:6379/0"}
    assert endpoints["action_endpoint"] == {"url": "http://actions:5055/webhook", "token": "between-us"}


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SettingError, match="ACTIONS_URL"):
        prepared("rasa", replace(APART, actions_url=""))
    with pytest.raises(SettingError, match="RASA_URLS"):
        prepared("web", replace(APART, rasa_urls=()))


def test_a_facts_database_that_is_away_is_said_in_one_line() -> None:
    away = replace(APART, facts_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(RuntimeError, match=r"^FACTS_URL: the facts database cannot be used \(OperationalError\)\.$"):
        prepared("web", away)
