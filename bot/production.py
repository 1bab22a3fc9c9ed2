"""What production asks of the settings: with PRODUCTION=true the assistant refuses to start without it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.settings import KEY_EXAMPLE, LOOPBACK, SettingError, Settings

FEWEST = 10
"""Different characters of a secret key; one with fewer was typed, not drawn."""
GUESSED = (
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "password",
    "default",
    "example",
    "your-",
    "0123456789abcdef",
)


def require_safe(settings: Settings, role: str = "web") -> None:
    """Raises SettingError, with a line for each thing, when PRODUCTION is set and a role's settings are not safe."""
    if settings.production and (problems := [*unsafe(settings, role)]):
        raise SettingError("\n".join(["PRODUCTION=true, and not yet safe:", *(f"- {line}" for line in problems)]))


def unsafe(settings: Settings, role: str = "web") -> Iterator[str]:
    """What stands in the way of production, one line each. `role` is web, rasa or actions."""
    yield from _between(settings)
    if role == "web":
        yield from _door(settings)


def _between(settings: Settings) -> Iterator[str]:
    """What the processes have between them."""
    if not settings.inner_token and any(not on_loopback(url) for url in (*settings.rasa_urls, settings.actions_url)):
        yield "INNER_TOKEN is missing: the processes are apart, and must know one another"
    if is_apart(settings):
        for name in ("facts_url", "conversations_url", "review_url"):
            if getattr(settings, name).startswith("sqlite"):
                yield f"{name.upper()} is SQLite, a file of one machine, and the processes are apart: give PostgreSQL"


def _door(settings: Settings) -> Iterator[str]:
    key = settings.secret_key
    if not key:
        yield f"SECRET_KEY is missing: give {KEY_EXAMPLE}"
    elif len(set(key)) < FEWEST or any(word in key.lower() for word in GUESSED):
        yield f"SECRET_KEY can be guessed: give {KEY_EXAMPLE}"
    if not settings.cookie_secure:
        yield "COOKIE_SECURE is not true: cookies would travel without encryption"
    if not settings.trusted_proxies:
        yield (
            "TRUSTED_PROXIES is missing: production needs a server in front that does TLS; without its address all "
            "visitors look like one"
        )
    for name in ("embed_origins", "frame_ancestors"):
        if any(origin.startswith("http://") for origin in getattr(settings, name)):
            yield f"{name.upper()} has an address without HTTPS"
    if settings.oidc_issuer.startswith("http://"):
        yield "OIDC_ISSUER is an address without HTTPS"


def is_apart(settings: Settings) -> bool:
    """Whether the processes run apart from one another, rather than all by `serve`."""
    return bool(settings.rasa_urls or settings.actions_url or settings.lock_url) or settings.inner_host not in LOOPBACK


def on_loopback(url: str) -> bool:
    """Whether an address is this machine's own; an empty one counts as it."""
    return not url or (urlsplit(url).hostname or "") in LOOPBACK
