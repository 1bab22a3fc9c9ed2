"""The assistant's settings: one frozen object, read once from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from ipaddress import ip_network
from pathlib import Path

from bot.secret_files import SecretFileError, with_secret_files


class SettingError(ValueError):
    """A setting is missing or cannot be used. Says which one, what it holds and what it should hold."""


@dataclass(frozen=True)
class Settings:
    """Every setting with its meaning and default. The environment variable is the name in capitals.

    Those of `bot/secret_files.py` may also stand in a file: SECRET_KEY_FILE=/run/secrets/key.
    """

    production: bool = False
    """Whether the assistant refuses to start with settings that are not safe for the public: see bot/production.py."""
    host: str = "127.0.0.1"
    """Address on which the web process, the only public door, listens."""
    port: int = 8080
    """Port of the web process."""
    rasa_port: int = 0
    """Port of Rasa on loopback; 0 takes a free one."""
    actions_port: int = 0
    """Port of the action server on loopback; 0 takes a free one."""
    inner_host: str = "127.0.0.1"
    """Address on which Rasa and the action server listen when they are started apart: loopback or a private network."""
    inner_token: str = ""
    """Secret that the web process, Rasa and the action server show one another. Needed off loopback."""
    rasa_urls: tuple[str, ...] = ()
    """Addresses of the Rasa processes for a web process that is started apart, such as http://rasa-1:5005; comma
    separated."""
    actions_url: str = ""
    """Address of the action server for a Rasa that is started apart, such as http://actions:5055."""
    lock_url: str = ""
    """Redis URL of the locks that several Rasa processes share. Empty: in memory, for one process."""
    facts_url: str = "sqlite:///var/facts.db"
    """SQLAlchemy URL of the facts database."""
    conversations_url: str = "sqlite:///var/conversations.db"
    """SQLAlchemy URL of Rasa's tracker store."""
    review_url: str = "sqlite:///var/review.db"
    """SQLAlchemy URL of the web process's own store: feedback and turns that failed."""
    facts_folder: str = "data/facts"
    """Folder of the facts in YAML."""
    content_dir: str = ""
    """Folder of the facts in YAML into which approved edits are written, such as a checkout's data/facts. Empty: they
    stay in the facts database until they are exported."""
    model_folder: str = "models"
    """Folder of the trained models."""
    secret_key: str = ""
    """Signs the cookies of visitors and staff: a secret of 32 characters or more. Empty: a new one at each start, after
    which staff log in again and visitors begin a new conversation."""
    cookie_secure: bool = False
    """Whether the session cookie is sent over HTTPS only."""
    review_idle_minutes: int = 60
    """Minutes without a request after which a member of staff has to log in again."""
    review_session_hours: int = 10
    """Hours after logging in after which a member of staff has to log in again in any case."""
    oidc_issuer: str = ""
    """Address of the OpenID provider at which staff log in, such as https://login.example.org. Empty: names and
    passwords alone."""
    oidc_client_id: str = ""
    """This application's id at the OpenID provider."""
    oidc_client_secret: str = ""
    """This application's secret at the OpenID provider; empty for a client without one."""
    oidc_redirect_url: str = ""
    """The address to which the provider sends staff back, as it was told: https://…/review/oidc/callback. Empty: that
    path at the address that the browser asked for."""
    oidc_role_claim: str = ""
    """Name of the claim in the id token that says the role, such as groups. Empty: the role stands in the account, and
    nobody gets in for whom no account with their `sub` was made."""
    oidc_roles: tuple[tuple[str, str], ...] = ()
    """Which value of that claim gives which role, such as helpdesk=reader,web-team=editor. Empty: the values are the
    names of the roles."""
    contact_email: str = "info-internationaal@enschede.nl"
    """Contact for questions about international cooperation."""
    general_contact: str = "www.enschede.nl"
    """Contact for everything else: the municipality's general entrance."""
    message_timeout: float = 20.0
    """Seconds that the web process waits for an answer of Rasa."""
    action_timeout: float = 8.0
    """Seconds that an action may take before it apologises."""
    embed_origins: tuple[str, ...] = ()
    """Sites whose pages may show the chat, such as https://www.example.org; comma separated. Empty: none."""
    frame_ancestors: tuple[str, ...] = ()
    """Sites that may show the chat page in a frame; comma separated. Empty: none."""
    hsts_seconds: int = 0
    """Seconds for which browsers are told to use HTTPS only; 0 tells them nothing."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of the servers in front, such as 10.0.0.5,10.1.0.0/16. Only of them it is believed whom
    they pass on. Empty: nobody is believed."""
    proxy_header: str = "x-forwarded-for"
    """The one header in which they name who asked: x-forwarded-for or forwarded. The other one is never read."""
    messages_per_minute: int = 20
    """Messages a minute of one conversation, and as many at once. 0, here and below: without limit."""
    messages_per_minute_address: int = 240
    """Messages a minute of one address. A school class or an office shares one: 30 people with 8 messages each."""
    sessions_per_minute: int = 60
    """Conversations a minute that one address may begin or delete: a class begins at the same moment."""
    feedback_per_minute: int = 120
    """Ratings a minute of one address."""
    logins_per_minute: int = 10
    """Attempts a minute of staff to log in from one address, and to change a password."""
    forms_per_minute: int = 600
    """All other requests a minute that change something, of one address: those of staff at work."""
    max_body_bytes: int = 16 * 1024
    """Bytes of a request's body."""
    max_header_bytes: int = 16 * 1024
    """Bytes of a request's address and headers together."""
    max_headers: int = 64
    """Headers of a request."""
    max_requests: int = 200
    """Requests that are answered at the same moment; more get 503."""
    max_connections: int = 1000
    """Connections that are open at the same moment; more get 503."""
    header_seconds: float = 10.0
    """Seconds in which the headers of a request have to arrive."""
    body_seconds: float = 10.0
    """Seconds in which the body of a request has to arrive."""
    keep_alive_seconds: int = 15
    """Seconds that a connection stays open without a request."""
    write_seconds: float = 30.0
    """Seconds that a client may take to receive what is ready for it."""
    security_contact: str = ""
    """Where to report a weakness, for /.well-known/security.txt: an address with mailto:, https: or tel:. Empty: there
    is no such file."""
    security_expires: str = ""
    """Day until which that holds, as 2027-06-30; needed with a contact."""
    retention_days: int = 28
    """Days that a conversation is kept after its last message."""
    log_level: str = "INFO"
    """Least severity that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."""
    log_format: str = ""
    """How it is logged: text or json. Empty: json in production, else text."""
    log_folder: str = "var/log"
    """Where `serve` keeps what its processes log, a file for each. Processes that run apart log to standard error."""
    metrics_token: str = ""
    """Secret with which /metrics can be read from elsewhere, as `Authorization: Bearer …`. Empty: on loopback alone."""
    traces_url: str = ""
    """Where spans of OpenTelemetry go, over HTTP in JSON: http://collector:4318/v1/traces. Empty: nowhere."""

    @property
    def json_logs(self) -> bool:
        """Whether log lines are JSON."""
        return self.log_format == "json" or (not self.log_format and self.production)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from environment variables. Raises SettingError for one that cannot be read."""
        values: dict[str, object] = {}
        try:
            environ = with_secret_files(environ)
        except SecretFileError as error:
            raise SettingError(str(error)) from None
        for setting in fields(cls):
            name = setting.name.upper()
            if (raw := environ.get(name)) not in (None, ""):
                values[setting.name] = _convert(name, str(raw), type(setting.default))
        settings = cls(**values)  # type: ignore[arg-type]
        for name in ("port", "rasa_port", "actions_port"):
            if not 0 <= getattr(settings, name) <= 65535:
                raise SettingError(f"{name.upper()}={getattr(settings, name)} is no port: give a number up to 65535")
        if 0 < len(settings.secret_key) < SHORTEST_KEY:
            raise SettingError(
                f"SECRET_KEY is too short: give {SHORTEST_KEY} characters or more, such as {KEY_EXAMPLE}"
            )
        if settings.inner_host not in LOOPBACK and not settings.inner_token:
            raise SettingError(
                "INNER_TOKEN is missing: off loopback, Rasa and the action server must not be open to all"
            )
        if settings.oidc_issuer and not settings.oidc_client_id:
            raise SettingError("OIDC_CLIENT_ID is missing: the OpenID provider of OIDC_ISSUER gives it")
        for name, allowed in (("log_level", LEVELS), ("log_format", ("", "text", "json"))):
            if (given := getattr(settings, name)) not in allowed:
                raise SettingError(f"{name.upper()}={given} must be one of {', '.join(filter(None, allowed))}")
        if 0 < len(settings.metrics_token) < SHORTEST_KEY:
            raise SettingError(f"METRICS_TOKEN is too short: give {SHORTEST_KEY} characters or more")
        if settings.traces_url and not settings.traces_url.startswith(("http://", "https://")):
            raise SettingError("TRACES_URL must be an address such as http://collector:4318/v1/traces")
        if settings.proxy_header not in PROXY_HEADERS:
            raise SettingError(f"PROXY_HEADER={settings.proxy_header} must be one of {', '.join(PROXY_HEADERS)}")
        _check_security_txt(settings)
        for name, least in LEAST.items():
            if getattr(settings, name) < least:
                raise SettingError(f"{name.upper()}={getattr(settings, name)} is too small: give {least} or more")
        return settings


def _convert(name: str, raw: str, kind: type) -> object:
    if kind is bool:
        if raw.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise SettingError(f"{name}={raw} must be true or false")
        return raw.lower() in ("true", "1", "yes")
    if name == "OIDC_ROLES":
        return _roles(raw)
    if name == "TRUSTED_PROXIES":
        return _networks(name, raw)
    if name in ("PROXY_HEADER", "LOG_FORMAT"):
        return raw.lower()
    if name == "LOG_LEVEL":
        return raw.upper()
    if kind is tuple:
        return _origins(name, raw)
    try:
        return kind(raw)
    except ValueError:
        raise SettingError(f"{name}={raw} must be {'a number' if kind in (int, float) else 'text'}") from None


def _roles(raw: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.strip().rpartition("=") for part in raw.split(",") if part.strip()]
    for value, _, role in pairs:
        if not value or role not in ROLES:
            raise SettingError(f"OIDC_ROLES={raw} must be like helpdesk=reader, with a role of {', '.join(ROLES)}")
    return tuple((value, role) for value, _, role in pairs)


def _origins(name: str, raw: str) -> tuple[str, ...]:
    origins = tuple(part.strip().lower() for part in raw.split(",") if part.strip())
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise SettingError(
                f"{name}: {origin} is no origin: give a scheme and a host, such as https://www.example.org"
            )
    return origins


def _networks(name: str, raw: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in raw.split(",") if part.strip())
    for part in parts:
        try:
            ip_network(part)
        except ValueError:
            raise SettingError(f"{name}: {part} is no address or network, such as 10.0.0.5 or 10.1.0.0/16") from None
    return parts


def _check_security_txt(settings: Settings) -> None:
    if not settings.security_contact:
        return
    if not SECURITY_CONTACT.fullmatch(settings.security_contact):
        raise SettingError("SECURITY_CONTACT must be like mailto:security@example.org or https://example.org/report")
    try:
        day = date.fromisoformat(settings.security_expires).isoformat()
    except ValueError:
        day = ""
    if day != settings.security_expires or not day:
        raise SettingError("SECURITY_EXPIRES must be a day such as 2027-06-30: until when the contact holds")


LOOPBACK = ("127.0.0.1", "::1", "localhost")
ROLES = ("reader", "reviewer", "editor", "admin")
"""What staff may do, from little to all."""
SHORTEST_KEY = 32
"""Characters of a secret key that cannot be guessed."""
KEY_EXAMPLE = "what `openssl rand -hex 32` prints"
LEAST = {
    "hsts_seconds": 0, "retention_days": 1, "review_idle_minutes": 1, "review_session_hours": 1,
    "messages_per_minute": 0, "messages_per_minute_address": 0, "sessions_per_minute": 0, "feedback_per_minute": 0,
    "logins_per_minute": 0, "forms_per_minute": 0, "max_body_bytes": 1024, "max_header_bytes": 1024, "max_headers": 16,
    "max_requests": 1, "max_connections": 1, "header_seconds": 0.1, "body_seconds": 0.1, "keep_alive_seconds": 1,
    "write_seconds": 0.1,
}  # fmt: skip
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
PROXY_HEADERS = ("x-forwarded-for", "forwarded")
SECURITY_CONTACT = re.compile(r"(?:mailto:[^\s@]+@[^\s@]+|https://\S+|tel:\+[0-9-]+)")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?")
ROOT = Path(__file__).resolve().parent.parent
"""The project's folder: relative paths in settings start here."""
