"""Puts the page of one conversation together. Pages that show what went wrong with a form are made here too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from babel.dates import format_datetime
from babel.numbers import format_decimal
from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from bot.review.access import Member, Role
from bot.review.conversation import Screen, ends, find, read, tags_in_use, turn_of
from bot.review.explanation import explain
from bot.review.filters import Filter, parse
from bot.review.inbox import neighbours
from bot.review.judging import CHOOSING, LONGEST_NOTE, LONGEST_REASON, LONGEST_TAG, basis
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.naming import Names
from bot.review.tables import Conversation, LogEntry, State, Verdict
from bot.review.times import local, moment, today, utc
from bot.review.undoing import last_change
from bot.review.wording import texts
from bot.web.dates import LOCALES

TEMPLATE = "conversation.html"
AREA = "conversation"


@dataclass(frozen=True)
class Address:
    """Where a conversation's page is, within the filter of the inbox that it was reached from.

    `row` is the turn by which the inbox lists the conversation: it stays the same while others are read.
    """

    conversation: str
    filter: Filter
    row: str | None

    @classmethod
    def of(cls, request: Request, conversation: str) -> Address:
        asked = request.query_params
        return cls(conversation, parse(asked.multi_items())[0], asked.get("row") or asked.get("turn"))

    def page(self, turn: str | None = None, said: str | None = None) -> str:
        """The page, at a turn; `said` is the key of what it is to say on top."""
        return f"{self._with(turn=turn, row=self.row, said=said)}{'#turn' if turn else ''}"

    def form(self, name: str) -> str:
        """Where a form of the page goes."""
        return self._with(f"/{name}", row=self.row)

    def fields(self, turn: str | None) -> list[tuple[str, str]]:
        """What a form that leads to the page itself carries along."""
        more = [("turn", turn), ("row", self.row)]
        return self.filter.pairs() + [(name, value) for name, value in more if value]

    @property
    def path(self) -> str:
        return f"/review/conversations/{quote(self.conversation, safe='')}"

    @property
    def inbox(self) -> str:
        query = self.filter.query()
        return f"/review?{query}" if query else "/review"

    def other(self, conversation: str, turn: str) -> str:
        """The page of another conversation of the inbox, at the turn by which it is listed."""
        return Address(conversation, self.filter, None).page(turn)

    def _with(self, tail: str = "", **more: str | None) -> str:
        query = self.filter.query(**more)
        return f"{self.path}{tail}{'?' if query else ''}{query}"


def show(
    request: Request, session: Session, member: Member, conversation: str, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page. Raises HTTPException 404 when there is no such conversation.

    `values` may have `turn` (the chosen one's id); `said`; and for a form with which something was in the way `form`,
    `tried` (what was filled in), and either `problem` (a key of the texts) or `overtaken`.
    """
    screen = read(session, conversation, values.pop("turn", None) or request.query_params.get("turn"))
    if screen is None:
        raise HTTPException(404)
    with open_facts(request.app.state.settings.facts_url) as facts:
        names = Names.read(facts, member.language)
        why = explain(screen.chosen, names, facts, member.language, today()) if screen.chosen else None
        address = Address.of(request, conversation)
        context = {
            "screen": screen,
            "address": address,
            "names": names,
            "why": why,
            "based_on": basis(screen.judgements.get(screen.chosen.id)) if screen.chosen else "",
            **_other_conversations(session, screen, address),
            **_elsewhere(session, conversation, request.query_params.get("find", "")),
            **_work(session, screen, member),
            "note_turns": _numbers(session, screen),
            **_wording(screen, member.language),
            **values,
        }
        return render(request, TEMPLATE, AREA, status, **context)


def _work(session: Session, screen: Screen, member: Member) -> dict[str, Any]:
    """What the forms need."""
    conversation, may = screen.conversation.id, member.role >= Role.REVIEWER
    last = last_change(session, conversation, member.name, member.role >= Role.ADMIN) if may else None
    return {
        "verdicts": [each.value for each in Verdict],
        "states": [each.value for each in State],
        "choosing": {verdict.value: kind for verdict, kind in CHOOSING.items()},
        "last": last,
        "last_turn": _turn_number(session, conversation, last),
        "suggested": tags_in_use(session) if may else (),
        "longest": {"tag": LONGEST_TAG, "note": LONGEST_NOTE, "reason": LONGEST_REASON},
    }


def _turn_number(session: Session, conversation: str, entry: LogEntry | None) -> int | None:
    changed = (entry.after or {}).get("turn") if entry else None
    turn = turn_of(session, conversation, changed) if changed else None
    return turn.number if turn else None


def _numbers(session: Session, screen: Screen) -> dict[str, int]:
    """The numbers of the turns that notes are about."""
    noted = {note.turn for note in screen.notes if note.turn}
    turns = (turn_of(session, screen.conversation.id, each) for each in noted)
    return {turn.id: turn.number for turn in turns if turn is not None}


def _other_conversations(session: Session, screen: Screen, address: Address) -> dict[str, str | None]:
    """Addresses of the conversations before and after this one in the inbox."""
    row = address.row or (screen.chosen.id if screen.chosen else "")
    before, after = neighbours(session, address.filter, row)
    return {
        "previous": address.other(*before) if before else None,
        "following": address.other(*after) if after else None,
    }


def _elsewhere(session: Session, conversation: str, words: str) -> dict[str, Any]:
    """Turns outside the window: the ends of the conversation, and what a search in it finds."""
    words = words.strip()[:200]
    first, last = ends(session, conversation)
    return {"first": first, "final": last, "words": words, "found": find(session, conversation, words) if words else ()}


def _wording(screen: Screen, language: str) -> Mapping[str, Any]:
    failures: dict[str, str] = texts(language)[AREA]["failures"]
    return {
        "moment": partial(moment, language=language),
        "clock": lambda at: local(at).strftime("%H:%M"),
        "iso": lambda at: utc(at).isoformat(timespec="seconds"),
        "per_cent": per_cent,
        "score": partial(score, language=language),
        "heading": started(screen.conversation, language),
        "failure": lambda reason: failures.get(reason or "", failures.get((reason or "").partition(" ")[0], reason)),
        "said": None,
        "problem": None,
        "overtaken": None,
        "form": None,
        "tried": {},
    }


def started(conversation: Conversation, language: str) -> str:
    """When a conversation began, in full: what it is called by."""
    return str(format_datetime(local(conversation.started_at), "d MMMM y, HH:mm", locale=LOCALES[language]))


def score(logarithm: float, language: str) -> str:
    """The logarithm of a score, with two decimals."""
    return str(format_decimal(logarithm, "0.00", locale=LOCALES[language])).replace("-", "\N{MINUS SIGN}")


def per_cent(share: float) -> str:
    """A share of 1 as a percentage, "< 1 %" for the smallest."""
    whole = round(share * 100)
    return "< 1 %" if share > 0 and whole == 0 else f"{whole} %"
