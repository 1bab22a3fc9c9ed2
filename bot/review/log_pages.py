"""The administrator's page of the log: who read and changed what."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.review.access import Member, Role, needs
from bot.review.database import Database
from bot.review.layout import render
from bot.review.sessions import PATH
from bot.review.tables import Conversation, LogEntry
from bot.review.times import moment
from bot.review.wording import texts

HERE = f"{PATH}/log"
ON_A_PAGE = 100
"""Lines on a page."""
Place = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Part = Annotated[str, Query(max_length=120)]


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/log", page, methods=["GET", "HEAD"], response_class=HTMLResponse)
    return router


def page(
    request: Request,
    member: Annotated[Member, Depends(needs(Role.ADMIN))],
    by: Part = "",
    object: Part = "",
    action: Part = "",
    before: Place = None,
    after: Place = None,
) -> HTMLResponse:
    """Lines of the log, the newest first. `before` and `after` are the number of the line that a page goes on from."""
    asked = {"by": by.strip(), "object": object.strip(), "action": action}
    database: Database = request.app.state.review
    with database.session() as store:
        entries, older, newer = lines(store, asked, before, after)
        read = _conversations(store, entries)
    words = texts(member.language)["accounts"]["log"]
    return render(
        request, "log.html", "accounts",
        rows=[_row(entry, words, member.language, read) for entry in entries], asked=asked,
        actions=sorted(words["actions"].items(), key=lambda item: str(item[1])),
        older=_address(asked, before=entries[-1].id) if older else None,
        newer=_address(asked, after=entries[0].id) if newer else None,
        filtered=any(asked.values()), here_without=HERE,
    )  # fmt: skip


def lines(
    store: Session, asked: dict[str, str], before: int | None = None, after: int | None = None, size: int = ON_A_PAGE
) -> tuple[list[LogEntry], bool, bool]:
    """A page of lines, and whether there are older and newer ones. It is found by number, never by counting."""
    wanted = _wanted(asked)
    if after is not None:
        found = list(store.scalars(wanted.where(LogEntry.id > after).order_by(LogEntry.id).limit(size + 1)))
        newer, entries = len(found) > size, found[:size][::-1]
        return entries, _any(store, wanted, LogEntry.id <= after), newer
    place = wanted if before is None else wanted.where(LogEntry.id < before)
    found = list(store.scalars(place.order_by(LogEntry.id.desc()).limit(size + 1)))
    entries = found[:size]
    newer = before is not None and bool(entries) and _any(store, wanted, LogEntry.id > entries[0].id)
    return entries, len(found) > size, newer


def _wanted(asked: dict[str, str]) -> Select[LogEntry]:
    wanted = select(LogEntry)
    for name in ("by", "object", "action"):
        if asked.get(name):
            wanted = wanted.where(getattr(LogEntry, name) == asked[name])
    return wanted


def _any(store: Session, wanted: Select[LogEntry], place: Any) -> bool:
    return store.scalars(wanted.where(place).limit(1)).first() is not None


def _conversations(store: Session, entries: list[LogEntry]) -> set[str]:
    """Which of the lines' objects are conversations that are still there."""
    objects = {entry.object for entry in entries if entry.object}
    return set(store.scalars(select(Conversation.id).where(Conversation.id.in_(objects))))


def _row(entry: LogEntry, words: dict[str, Any], language: str, read: set[str]) -> dict[str, Any]:
    return {
        "at": moment(entry.at, language),
        "by": entry.by,
        "action": words["actions"].get(entry.action, entry.action),
        "object": entry.object,
        "href": f"{PATH}/conversations/{entry.object}" if entry.object in read else None,
        "change": _change(entry.before or {}, entry.after or {}, words),
    }


def _change(before: dict[str, Any], after: dict[str, Any], words: dict[str, Any]) -> list[str]:
    """What changed, a value a line: "role: reader → editor"."""
    lines = []
    for name in [*before, *(each for each in after if each not in before)]:
        old, new = (_shown(values.get(name), words) for values in (before, after))
        lines.append(f"{name}: {old} → {new}" if name in before and name in after else f"{name}: {new or old}")
    return lines


def _shown(value: Any, words: dict[str, Any]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(words["true" if value else "false"])
    return str(value)


def _address(asked: dict[str, str], **place: int) -> str:
    return f"{HERE}?{urlencode({name: value for name, value in asked.items() if value} | place)}"
