"""What may be asked about: the statements and names of the facts database, held in memory by the Rasa side."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.database import reading
from bot.linking import SubjectLinker
from bot.support import stems

REFRESH = 2.0
"""Seconds after which the facts' version is looked at again."""


@dataclass(frozen=True)
class KnownStatement:
    """What the understanding needs to know of a statement; its texts stay in the database."""

    id: str
    subject: str
    aspect: str
    mentions: frozenset[str]
    question: dict[str, str]
    countable: bool
    """Whether it holds a number or a list."""
    dated: bool
    """Whether it holds a year."""
    reachable: bool = False
    """Whether it says where to write to."""
    stems: frozenset[str] = frozenset()
    """The words it uses in either language, and those of its subject's names."""


@dataclass(frozen=True)
class Catalogue:
    """One version of the facts, as the understanding sees it."""

    version: str
    statements: dict[str, KnownStatement]
    kinds: dict[str, str]
    """By subject: its kind."""
    countries: dict[str, str]
    """By city with an official tie: its country."""
    linker: SubjectLinker
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    """By language: each subject's name."""
    by_subject: dict[str, tuple[KnownStatement, ...]] = field(default_factory=dict)
    _labels: dict[str, KnownStatement | None] = field(default_factory=dict, compare=False)
    """What `meant_by` has found: it is asked of every label at every message."""

    def tie(self, slug: str) -> str:
        """The city with an official tie in a country, the first where there are several; else the subject itself."""
        return next((city for city, country in self.countries.items() if country == slug), slug)

    def meant_by(self, label: str) -> KnownStatement | None:
        """The statement that a label of the ranker stands for (since/munster is munster.since); else None."""
        if label not in self._labels:
            aspect, slash, subject = label.partition("/")
            self._labels[label] = self.statements.get(f"{subject}.{aspect}") if slash else None
        return self._labels[label]

    @classmethod
    def read(cls, session: Session) -> Catalogue:
        called: dict[str, list[str]] = defaultdict(list)
        for name in queries.names(session):
            called[name.subject].append(name.text)
        statements = {
            s.id: KnownStatement(
                s.id, s.subject, s.aspect, frozenset(s.mentions), {"nl": s.question_nl, "en": s.question_en},
                s.computed is not None or s.number is not None, s.year is not None or s.computed is not None,
                "@" in s.text_nl, stems([s.question_nl, s.question_en, s.text_nl, s.text_en, *called[s.subject]]),
            )
            for s in queries.statements(session)
        }  # fmt: skip
        grouped: dict[str, list[KnownStatement]] = defaultdict(list)
        for statement in statements.values():
            grouped[statement.subject].append(statement)
        return cls(
            version=queries.version(session) or "",
            statements=statements,
            kinds={subject.slug: subject.kind for subject in queries.subjects(session)},
            countries={p.city: _country(session, p.city) for p in queries.partnerships(session)},
            linker=SubjectLinker((name.subject, name.language, name.text) for name in queries.names(session)),
            names={
                "nl": {subject.slug: subject.name_nl for subject in queries.subjects(session)},
                "en": {subject.slug: subject.name_en for subject in queries.subjects(session)},
            },
            by_subject={subject: tuple(known) for subject, known in grouped.items()},
        )


def _country(session: Session, city: str) -> str:
    row = queries.subject(session, city)
    return (row.country if row else None) or ""


class CatalogueCache:
    """The newest catalogue: read again when the version of the facts has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._catalogue: Catalogue | None = None
        self._looked = 0.0

    def current(self) -> Catalogue:
        """The catalogue. While the database is away the last one holds; raises SQLAlchemyError when there is none."""
        now = time.monotonic()
        if self._catalogue is None or now - self._looked > REFRESH:
            try:
                self._catalogue = self._newest(self._catalogue)
            except SQLAlchemyError:
                if self._catalogue is None:
                    raise
            self._looked = time.monotonic()
        return self._catalogue

    def _newest(self, known: Catalogue | None) -> Catalogue:
        with reading(self._engine) as session:
            if known is not None and queries.version(session) == known.version:
                return known
            return Catalogue.read(session)
