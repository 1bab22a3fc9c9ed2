"""Secrets from files, as container engines hand them out: SECRET_KEY_FILE=/run/secrets/key instead of SECRET_KEY."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SECRETS = (
    "SECRET_KEY",
    "INNER_TOKEN",
    "METRICS_TOKEN",
    "OIDC_CLIENT_SECRET",
    "FACTS_URL",
    "CONVERSATIONS_URL",
    "REVIEW_URL",
    "LOCK_URL",
)
"""Settings that are secrets, or hold a password."""
SUFFIX = "_FILE"


class SecretFileError(ValueError):
    """A secret's file cannot be used. Says which setting and which file, never what is in it."""


def with_secret_files(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with the secrets read that are named by files. Line breaks at a file's end are left out.

    Raises SecretFileError for a file that cannot be read, and when a setting is also given by itself and differs:
    nobody could say which one holds.
    """
    found = dict(environ)
    for name in SECRETS:
        path = environ.get(name + SUFFIX)
        if not path:
            continue
        secret = _read(name, path)
        if environ.get(name) not in (None, "", secret):
            raise SecretFileError(f"{name} and {name}{SUFFIX} are both given and differ: give one of them")
        found[name] = secret
    return found


def _read(name: str, path: str) -> str:
    try:
        secret = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise SecretFileError(f"{name}{SUFFIX}={path} cannot be read: {type(error).__name__}") from None
    if not secret.strip():
        raise SecretFileError(f"{name}{SUFFIX}={path} is empty")
    return secret
