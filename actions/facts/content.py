"""The facts as plain data, between the YAML files and the database."""

from __future__ import annotations

from dataclasses import dataclass, field

LANGUAGES = ("nl", "en")

SUBJECT_KINDS = frozenset(
    {"body", "city", "contact", "country", "document", "event", "group", "municipality", "network", "notice"}
    | {"organisation", "person", "place", "project", "region", "theme"}
)
PARTNERSHIP_KINDS = frozenset({"sister_city", "partner_city", "friendly_city"})
PARTNERSHIP_STATUSES = frozenset({"current", "reported", "ended"})
RELATIONS = frozenset({"partnership", "membership", "project", "cooperation", "participation"})
FORMS = frozenset({"plain", "detailed", "oldest", "newest", "countries", "continents"})
DATED = frozenset({"published", "checked"})

Text = dict[str, str]
"""A text in each language, by language code."""


@dataclass(frozen=True)
class Source:
    """A document that facts come from. `as_of` is an ISO 8601 date of reduced precision (2017, 2026-11)."""

    id: str
    title: Text
    language: str
    as_of: str
    dated: str
    checked: str | None
    url: str | None
    note: Text | None
    headings: dict[str, tuple[str, int]]
    """By the heading's slug: its title and its number of paragraphs."""
    owner: str = ""
    """The department that keeps what rests on it, unless a statement or its subject names another one."""
    review_by: str = ""
    """ISO 8601 date by which what rests on it is looked at again, unless a statement or its subject says another."""


@dataclass(frozen=True)
class Computed:
    """What fills the places in a statement's text ({items}, {count}, {first}, {others}): rows of a relation."""

    relation: str
    of: str | None = None
    role: str | None = None
    country: str | None = None
    form: str = "plain"


@dataclass(frozen=True)
class Value:
    """The fact as a value, by which a yes/no question is verified."""

    year: int | None = None
    month: int | None = None
    number: int | None = None
    country: str | None = None


@dataclass(frozen=True)
class Earlier:
    """What was told of a statement before it changed. `until` is the ISO 8601 date of the change, as far as known."""

    until: str
    text: Text
    sources: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One fact about a subject under one aspect, in both languages. Its id is `subject.aspect`."""

    subject: str
    aspect: str
    question: Text
    """The plain question it answers: shown on buttons and in lists, and compared with what visitors ask."""
    text: Text
    sources: tuple[str, ...]
    evidence: tuple[str, ...]
    mentions: tuple[str, ...] = ()
    yes: bool = False
    """Whether a plain yes/no question about it is answered with yes."""
    value: Value = Value()
    computed: Computed | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    owner: str = ""
    review_by: str = ""
    history: tuple[Earlier, ...] = ()
    """What it was before, the latest first."""

    @property
    def id(self) -> str:
        return f"{self.subject}.{self.aspect}"


@dataclass(frozen=True)
class Subject:
    """Whom or what a statement is about."""

    slug: str
    kind: str
    name: Text
    description: Text | None = None
    country: str | None = None
    continent: str | None = None
    aliases: tuple[tuple[str, str], ...] = ()
    """Other names: (language code or "both", text)."""
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Partnership:
    city: str
    kind: str
    since: int
    status: str
    sources: tuple[str, ...]
    evidence: tuple[str, ...]
    official_since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Membership:
    body: str
    member: str
    sources: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    project: str
    place: str
    funding: str
    summary: Text
    sources: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Cooperation:
    subject: str
    themes: tuple[str, ...]
    sources: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    event: str
    participants: dict[str, tuple[str, ...]]
    """By role: the subjects that took part, in the source's order."""
    sources: tuple[str, ...]
    evidence: tuple[str, ...]
    date: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Role:
    person: str
    position: Text
    organisation: str
    as_of: str
    sources: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """Everything in `data/facts`. `digest` changes when any of it does."""

    sources: dict[str, Source]
    subjects: dict[str, Subject]
    partnerships: tuple[Partnership, ...] = ()
    memberships: tuple[Membership, ...] = ()
    projects: tuple[Project, ...] = ()
    cooperations: tuple[Cooperation, ...] = ()
    events: tuple[Event, ...] = ()
    roles: tuple[Role, ...] = ()
    digest: str = ""
    statements: dict[str, Statement] = field(default_factory=dict)
