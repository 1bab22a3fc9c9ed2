"""Changes the layer of edits over the facts: what an editor had approved is told at once, without loading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from actions.facts.documents import Documents, to_content
from actions.facts.layer import Put, apply
from actions.facts.load import edits, lock, puts_of, together
from actions.facts.tables import Edit, Loaded


class NothingLoaded(LookupError):
    """There are no facts that an edit could lie over: load them first."""


def add(engine: Engine, id: str, puts: Sequence[Put]) -> None:
    """Puts an edit over the facts, in one transaction. Adding it again does nothing.

    Raises Clash when something else has changed what it changes, FactsError when the facts would be wrong with it,
    NothingLoaded, or SQLAlchemyError; nothing has changed then.
    """
    with Session(engine) as session:
        lock(session)
        loaded = _loaded(session)
        if session.get(Edit, id) is not None:
            return
        to_content(apply(current(session), puts))
        position = session.scalar(select(func.max(Edit.position))) or 0
        stored = [each.stored() for each in puts]
        session.add(Edit(id=id, position=position + 1, puts=stored, at=datetime.now(UTC)))
        session.flush()
        together(session, loaded.documents, to_content(loaded.documents, loaded.digest))
        session.commit()


def remove(engine: Engine, id: str) -> bool:
    """Takes an edit off the facts; False when it does not lie over them.

    Raises FactsError or Clash when others that lie over it cannot do without it, NothingLoaded, or SQLAlchemyError.
    """
    with Session(engine) as session:
        lock(session)
        loaded, edit = _loaded(session), session.get(Edit, id)
        if edit is None:
            return False
        documents = loaded.documents
        for other in edits(session):
            if other.id != id and other.held_back is None:
                documents = apply(documents, puts_of(other))
        to_content(documents)
        session.delete(edit)
        session.flush()
        together(session, loaded.documents, to_content(loaded.documents, loaded.digest))
        session.commit()
    return True


def current(session: Session) -> Documents:
    """The facts as they are told: what was loaded, with the layer over it. Raises NothingLoaded."""
    documents = _loaded(session).documents
    for edit in edits(session):
        if edit.held_back is None:
            documents = apply(documents, puts_of(edit))
    return documents


def _loaded(session: Session) -> Loaded:
    loaded = session.get(Loaded, 1)
    if loaded is None:
        raise NothingLoaded("no facts are loaded")
    return loaded
