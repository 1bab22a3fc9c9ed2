"""The vectors of texts, kept so that a text is encoded once however often it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.review.clustering import Vectors
from bot.review.digests import digest
from bot.review.tables import TextVector

Encode = Callable[[Sequence[str]], Vectors]
"""Unit vectors of texts: see SentenceEncoder.encode."""

ENCODED_AT_ONCE = 64
LOOKED_UP_AT_ONCE = 500


def vectors(session: Session, texts: Mapping[str, str], encode: Encode) -> Vectors:
    """The vectors of texts, given by digest, in their order. New ones are kept in the session's transaction."""
    kept = _kept(session, list(texts))
    new = [each for each in texts if each not in kept]
    for start in range(0, len(new), ENCODED_AT_ONCE):
        chunk = new[start : start + ENCODED_AT_ONCE]
        # Kept in half the room, and rounded now: a text has the same vector at each search.
        for each, vector in zip(chunk, encode([texts[each] for each in chunk]).astype(np.float16), strict=True):
            kept[each] = vector
            session.add(TextVector(digest=each, vector=vector.tobytes()))
    session.flush()
    return np.array([kept[each] for each in texts], dtype=np.float32) if texts else np.zeros((0, 0), dtype=np.float32)


def forget_unused(session: Session, used: set[str]) -> None:
    """Deletes the vectors of texts that are not among those used."""
    stored = session.scalars(select(TextVector.digest)).all()
    _delete(session, [each for each in stored if each not in used])


def forget(session: Session, texts: Iterable[str]) -> None:
    """Deletes the vectors of texts, as their conversations are deleted."""
    _delete(session, list({digest(text) for text in texts}))


def _kept(session: Session, digests: Sequence[str]) -> dict[str, NDArray[np.float16]]:
    kept: dict[str, NDArray[np.float16]] = {}
    for start in range(0, len(digests), LOOKED_UP_AT_ONCE):
        chunk = digests[start : start + LOOKED_UP_AT_ONCE]
        wanted = select(TextVector.digest, TextVector.vector).where(TextVector.digest.in_(chunk))
        kept |= {found: np.frombuffer(vector, dtype=np.float16) for found, vector in session.execute(wanted)}
    return kept


def _delete(session: Session, digests: Sequence[str]) -> None:
    for start in range(0, len(digests), LOOKED_UP_AT_ONCE):
        chunk = digests[start : start + LOOKED_UP_AT_ONCE]
        session.execute(delete(TextVector).where(TextVector.digest.in_(chunk)))
