"""Production does not start with settings that are not safe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.__main__ import main
from bot.production import require_safe, unsafe
from bot.settings import SettingError, Settings

KEY = "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab9159f51fd0297e236d"
SAFE = Settings(production=True, secret_key=KEY, cookie_secure=True, trusted_proxies=("127.0.0.1",))
POSTGRESQL = {f"{name}_url": f"postgresql+psycopg://database/{name}" for name in ("facts", "conversations", "review")}
APART = replace(SAFE, rasa_urls=("http://rasa-1:5005",), inner_token="between-us", **POSTGRESQL)

UNSAFE: list[tuple[Settings, dict[str, Any], str]] = [
    (SAFE, {"secret_key": ""}, "SECRET_KEY is missing"),
    (SAFE, {"secret_key": "k" * 40}, "SECRET_KEY can be guessed"),
    (SAFE, {"secret_key": "changeme-changeme-changeme-changeme"}, "SECRET_KEY can be guessed"),
    (SAFE, {"cookie_secure": False}, "COOKIE_SECURE"),
    (SAFE, {"trusted_proxies": ()}, "TRUSTED_PROXIES"),
    (SAFE, {"embed_origins": ("http://www.example.org",)}, "EMBED_ORIGINS"),
    (SAFE, {"frame_ancestors": ("http://www.example.org",)}, "FRAME_ANCESTORS"),
    (SAFE, {"oidc_issuer": "http://login.example.org"}, "OIDC_ISSUER"),
    (APART, {"inner_token": ""}, "INNER_TOKEN"),
    (APART, {"review_url": "sqlite:///var/review.db"}, "REVIEW_URL is SQLite"),
    (APART, {"facts_url": "sqlite:///var/facts.db"}, "FACTS_URL is SQLite"),
    (SAFE, {"lock_url": "redis://locks:6379/0"}, "CONVERSATIONS_URL is SQLite"),
]


@pytest.mark.parametrize(("settings", "change", "said"), UNSAFE, ids=[said for _, _, said in UNSAFE])
def test_what_is_not_safe_is_said(settings: Settings, change: dict[str, Any], said: str) -> None:
    changed = replace(settings, **change)
    with pytest.raises(SettingError, match=said):
        require_safe(changed)
    require_safe(replace(changed, production=False))


def test_safe_settings_start_on_one_machine_with_sqlite_and_on_several_with_postgresql() -> None:
    assert [*unsafe(SAFE)] == []
    assert [*unsafe(APART)] == []


@pytest.mark.parametrize("role", ["rasa", "actions"])
def test_the_inner_processes_need_no_settings_of_the_door(role: str) -> None:
    assert [*unsafe(replace(APART, secret_key="", cookie_secure=False, trusted_proxies=()), role)] == []
    assert [*unsafe(replace(APART, inner_token=""), role)] != []


@pytest.mark.parametrize("command", [["serve"], ["run", "web"], ["run", "actions"]])
def test_no_command_starts_with_them(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRODUCTION", "true")
    monkeypatch.setenv("ACTIONS_URL", "http://actions:5055")
    assert main(command) == 1
    assert "INNER_TOKEN is missing" in capsys.readouterr().err
