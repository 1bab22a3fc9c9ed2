"""Settings from the environment."""

import pytest

from bot.settings import SettingError, Settings


def test_without_any_variable_everything_has_its_default() -> None:
    assert Settings.from_env({}) == Settings()
    assert Settings.from_env({"EMBED_ORIGINS": "", "RETENTION_DAYS": ""}) == Settings()


def test_origins_are_a_list() -> None:
    settings = Settings.from_env({"EMBED_ORIGINS": "https://www.Example.org , http://localhost:8081,"})
    assert settings.embed_origins == ("https://www.example.org", "http://localhost:8081")


BAD = [
    "*",
    "www.example.org",
    "https://www.example.org/",
    "https://a.example;script-src *",
    "https://a.example https://b.example",
    "'self'",
    "https://*.example.org",
    "javascript://x",
]


@pytest.mark.parametrize("name", ["EMBED_ORIGINS", "FRAME_ANCESTORS"])
@pytest.mark.parametrize("value", BAD)
def test_what_is_no_origin_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        Settings.from_env({name: f"https://good.example,{value}"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("RETENTION_DAYS", "0"),
        ("HSTS_SECONDS", "-1"),
        ("HSTS_SECONDS", "year"),
        ("COOKIE_SECURE", "2"),
        ("SECRET_KEY", "k" * 31),
        ("REVIEW_IDLE_MINUTES", "0"),
        ("REVIEW_SESSION_HOURS", "0"),
    ],
)
def test_a_value_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        Settings.from_env({name: value})
