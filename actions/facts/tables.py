"""The facts database's tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SLUG = String(80)
KEPT = {"info": {"kept": True}}
"""Of the tables that loading does not empty."""


class Base(DeclarativeBase):
    """The facts database's own metadata: its tables are replaced as a whole when facts are loaded."""

    type_annotation_map = {dict[str, Any]: JSON, list[str]: JSON, list[Any]: JSON}


class Source(Base):
    __tablename__ = "sources"

    id: Mapped[str] = mapped_column(SLUG, primary_key=True)
    title_nl: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    as_of: Mapped[str] = mapped_column(String(10))
    """ISO 8601 date of reduced precision: 2017, 2026-11 or 2026-11-23."""
    dated: Mapped[str] = mapped_column(String(10))
    """What `as_of` is the date of: published or checked."""
    checked: Mapped[str | None] = mapped_column(String(10))
    url: Mapped[str | None] = mapped_column(Text)
    note_nl: Mapped[str | None] = mapped_column(Text)
    note_en: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(80))
    """The department that keeps what rests on it, unless a statement names another one; empty when nobody does."""
    review_by: Mapped[str] = mapped_column(String(10))
    """ISO 8601 date by which what rests on it is looked at again, unless a statement says another; may be empty."""


class Subject(Base):
    __tablename__ = "subjects"

    slug: Mapped[str] = mapped_column(SLUG, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    name_nl: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    description_nl: Mapped[str | None] = mapped_column(Text)
    description_en: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(SLUG)
    continent: Mapped[str | None] = mapped_column(String(20))

    aliases: Mapped[list[Alias]] = relationship(back_populates="subject_row")


class Alias(Base):
    __tablename__ = "aliases"
    __table_args__ = (Index("ix_aliases_subject", "subject"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subject: Mapped[str] = mapped_column(ForeignKey("subjects.slug", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(4))
    """nl, en or both."""
    text: Mapped[str] = mapped_column(Text)

    subject_row: Mapped[Subject] = relationship(back_populates="aliases")


class Statement(Base):
    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("subject", "aspect"),)

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    """subject.aspect"""
    subject: Mapped[str] = mapped_column(ForeignKey("subjects.slug", ondelete="CASCADE"))
    aspect: Mapped[str] = mapped_column(SLUG, index=True)
    question_nl: Mapped[str] = mapped_column(Text)
    question_en: Mapped[str] = mapped_column(Text)
    text_nl: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    yes: Mapped[bool]
    year: Mapped[int | None]
    month: Mapped[int | None]
    number: Mapped[int | None]
    country: Mapped[str | None] = mapped_column(SLUG)
    computed: Mapped[dict[str, Any] | None]
    mentions: Mapped[list[str]]
    valid_from: Mapped[str | None] = mapped_column(String(10))
    valid_until: Mapped[str | None] = mapped_column(String(10))
    owner: Mapped[str] = mapped_column(String(80))
    review_by: Mapped[str] = mapped_column(String(10))


class Mention(Base):
    """A subject that a statement names: `Statement.mentions`, so that it can be found from the subject."""

    __tablename__ = "mentions"

    statement: Mapped[str] = mapped_column(ForeignKey("statements.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(SLUG, primary_key=True, index=True)


class EarlierStatement(Base):
    """What a statement was before it changed."""

    __tablename__ = "earlier_statements"

    id: Mapped[str] = mapped_column(String(180), primary_key=True)
    """The statement's id and the date of the change: munster.since@2026-11."""
    statement: Mapped[str] = mapped_column(ForeignKey("statements.id", ondelete="CASCADE"), index=True)
    text_nl: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    until: Mapped[str] = mapped_column(String(10))


class Citation(Base):
    """Which source a row rests on. `row` is the id of a statement, of an earlier one, or of a relation's row."""

    __tablename__ = "citations"

    row: Mapped[str] = mapped_column(String(180), primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    position: Mapped[int]
    evidence: Mapped[list[str]]
    """Where in the source: source/heading/paragraph."""


class Partnership(Base):
    __tablename__ = "partnerships"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    city: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    since: Mapped[int]
    official_since: Mapped[int | None]
    until: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(20))
    """current: on the municipality's page; reported: in an older source only; ended."""


class Membership(Base):
    __tablename__ = "memberships"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    body: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    member: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    position: Mapped[int]


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    project: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    place: Mapped[str] = mapped_column(ForeignKey("subjects.slug"))
    funding: Mapped[str] = mapped_column(ForeignKey("subjects.slug"))
    summary_nl: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int]


class Cooperation(Base):
    __tablename__ = "cooperations"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    subject: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    theme: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    position: Mapped[int]


class Event(Base):
    __tablename__ = "events"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    event: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    date: Mapped[str | None] = mapped_column(String(10))
    place: Mapped[str | None] = mapped_column(ForeignKey("subjects.slug"))


class Participation(Base):
    __tablename__ = "participations"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    event: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    participant: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]


class Role(Base):
    """What a person was, at the time of the source."""

    __tablename__ = "roles"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("subjects.slug"), index=True)
    position_nl: Mapped[str] = mapped_column(Text)
    position_en: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(ForeignKey("subjects.slug"))
    as_of: Mapped[str] = mapped_column(String(10))


class Version(Base):
    """One row: which facts are loaded."""

    __tablename__ = "facts_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Loaded(Base):
    """One row: the facts as they were loaded, without the layer of edits."""

    __tablename__ = "facts_loaded"
    __table_args__ = KEPT

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))
    documents: Mapped[dict[str, Any]]
    """See `documents`."""


class Edit(Base):
    """An approved edit that lies over what was loaded. `id` is that of the change in the review store."""

    __tablename__ = "facts_edits"
    __table_args__ = KEPT

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int]
    puts: Mapped[list[Any]]
    """See `layer.Put`: what the loaded facts do not hold yet."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    held_back: Mapped[str | None] = mapped_column(Text)
    """Why it is not applied to what was loaded since; None while it is."""
