"""Filters of the inbox under a name: those that everybody has, and those that a member of staff kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.review.filters import CONTROL, UNJUDGED, Filter, parse
from bot.review.tables import SavedView

BUILT_IN: Mapping[str, Filter] = {
    "misses": Filter(period="today", outcome=("not_in_sources", "out_of_scope", "failed")),
    "thumbs_down": Filter(feedback=("down",)),
    "unsure": Filter(confidence_below=50),
    "failed": Filter(outcome=("failed",)),
    "unjudged": Filter(verdict=UNJUDGED),
}
"""The views that everybody has, by the key of their name in the texts."""
LONGEST_NAME = 80
MOST = 30
"""Views that a member of staff may keep."""


class ViewError(ValueError):
    """A view cannot be kept. `key` names the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def own(session: Session, by: str) -> Sequence[SavedView]:
    """The views of a member of staff, in the order of their names."""
    return session.scalars(select(SavedView).where(SavedView.by == by).order_by(SavedView.name, SavedView.id)).all()


def keep(session: Session, by: str, name: str, filter: Filter) -> SavedView:
    """Keeps a filter under a name, in the place of one of the same name. Raises ViewError."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or CONTROL.search(name):
        raise ViewError("name")
    if filter.empty:
        raise ViewError("nothing")
    view = session.scalars(select(SavedView).where(SavedView.by == by, SavedView.name == name)).first()
    if view is None:
        if session.scalars(select(func.count()).where(SavedView.by == by)).one() >= MOST:
            raise ViewError("many")
        view = SavedView(by=by, name=name)
        session.add(view)
    view.query = filter.query()
    session.flush()
    return view


def remove(session: Session, by: str, view: int) -> SavedView | None:
    """Removes a member's own view and returns what it was; None when it is not there, or another's."""
    found = session.get(SavedView, view)
    if found is None or found.by != by:
        return None
    session.delete(found)
    return found


def filter_of(view: SavedView) -> Filter:
    """The filter that was kept. What has ceased to be a value of a filter is left out."""
    return parse(parse_qsl(view.query))[0]
