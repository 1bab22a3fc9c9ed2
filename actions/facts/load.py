"""Puts parsed facts into the database in one transaction, in the place of what is there, with the edits over them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from actions.facts.content import Content
from actions.facts.documents import Documents, of_content, to_content
from actions.facts.insertion import insert
from actions.facts.layer import Clash, Put, apply, left_over
from actions.facts.schema import FactsError
from actions.facts.tables import Edit, Loaded

CHANGING = 7_406_311
"""Key of PostgreSQL's advisory lock: any number that nothing else uses."""


def load(engine: Engine, content: Content) -> bool:
    """Replaces all facts by `content`. Returns whether anything changed: loading the same facts again does nothing.

    Edits that the facts hold already are dropped from the layer. One that does not fit them is held back: it stays
    there and is not told (see `Edit.held_back`).
    """
    with Session(engine) as session:
        lock(session)
        loaded = session.get(Loaded, 1)
        if loaded is not None and loaded.digest == content.digest:
            return False
        documents = of_content(content)
        if loaded is None:
            session.add(Loaded(id=1, digest=content.digest, documents=documents))
        else:
            loaded.digest, loaded.documents = content.digest, documents
        _drop_held(session, documents)
        together(session, documents, content)
        session.commit()
    return True


def is_loaded(engine: Engine, digest: str) -> bool:
    """Whether the facts with this digest are the ones that were loaded last."""
    with Session(engine) as session:
        return session.scalar(select(Loaded.digest)) == digest


def edits(session: Session) -> Sequence[Edit]:
    """The layer, in the order in which the edits were approved."""
    return session.scalars(select(Edit).order_by(Edit.position)).all()


def puts_of(edit: Edit) -> list[Put]:
    return [Put.read(stored) for stored in edit.puts]


def together(session: Session, documents: Documents, content: Content) -> None:
    """Puts the layer over what was loaded, one edit after the other, and tells what comes of it."""
    digest = content.digest
    for edit in edits(session):
        try:
            documents = apply(documents, puts_of(edit))
            content = to_content(documents, _digest(digest, edit))
        except (Clash, FactsError) as error:
            documents, edit.held_back = of_content(content), str(error)
        else:
            digest, edit.held_back = content.digest, None
    insert(session, content, content.digest)


def lock(session: Session) -> None:
    """Until the end of the transaction nobody else changes the facts. Must be the first in it."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '10s'"))
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHANGING})
    else:
        session.execute(text("BEGIN IMMEDIATE"))


def _drop_held(session: Session, documents: Documents) -> None:
    layer = edits(session)
    for edit, puts in zip(layer, left_over(documents, [puts_of(each) for each in layer]), strict=True):
        if not puts:
            session.delete(edit)
        elif len(puts) < len(edit.puts):
            edit.puts = [each.stored() for each in puts]
    session.flush()


def _digest(before: str, edit: Edit) -> str:
    told = json.dumps([before, edit.id, edit.puts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
