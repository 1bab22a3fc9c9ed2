"""The review store's engine and sessions."""

from __future__ import annotations

from sqlalchemy.orm import Session

import bot.review.tables  # noqa: F401  (its tables belong to the same metadata)
from actions.facts.database import connect
from bot.web.store import Base


class Database:
    """The store at REVIEW_URL. Its tables are made at first use, so that the door opens also while it is away."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        self._ready = False

    def session(self) -> Session:
        """A session. Raises SQLAlchemyError when the store is away."""
        if not self._ready:
            Base.metadata.create_all(self.engine)
            self._ready = True
        return Session(self.engine)
