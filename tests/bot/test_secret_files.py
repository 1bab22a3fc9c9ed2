"""Secrets from files."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from bot.secret_files import SECRETS
from bot.settings import SettingError, Settings

KEY = "a-key-of-more-than-thirty-two-characters"


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_stand_in_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text(f"{KEY}\n")
    settings = Settings.from_env({f"{name}_FILE": str(tmp_path / "secret")})
    assert getattr(settings, name.lower()) == KEY


def test_every_setting_that_sounds_like_a_secret_or_a_database_may_stand_in_a_file() -> None:
    secret = {field.name.upper() for field in fields(Settings)}
    secret = {name for name in secret if name.endswith(("_KEY", "_TOKEN", "_SECRET", "_PASSWORD"))}
    databases = {"FACTS_URL", "CONVERSATIONS_URL", "REVIEW_URL", "LOCK_URL"}
    assert secret | databases == set(SECRETS)


def test_a_file_that_cannot_be_used_is_named_and_never_shown(tmp_path: Path) -> None:
    for content, name in ((None, "missing"), (b"\n", "empty"), (b"\xff\xfe\x00", "binary")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SettingError, match="SECRET_KEY_FILE.*" + name):
            Settings.from_env({"SECRET_KEY_FILE": str(tmp_path / name)})
    (tmp_path / "short").write_text("too-short-secret")
    with pytest.raises(SettingError) as error:
        Settings.from_env({"SECRET_KEY_FILE": str(tmp_path / "short")})
    assert "too-short-secret" not in str(error.value)


def test_a_secret_given_twice_must_be_the_same(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    both = {"SECRET_KEY_FILE": str(tmp_path / "key"), "SECRET_KEY": KEY}
    assert Settings.from_env(both).secret_key == KEY
    with pytest.raises(SettingError, match="differ") as error:
        Settings.from_env(both | {"SECRET_KEY": "x" * 40})
    assert KEY not in str(error.value)
