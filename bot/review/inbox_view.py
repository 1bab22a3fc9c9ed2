"""What the page of the inbox shows, in the language of a member of staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from bot.review.choices import Choices
from bot.review.counts import Count
from bot.review.filters import NAMES, OUTCOMES, PERIODS, SEVERAL_IN_ORDER, TENTHS, UNJUDGED, VERDICTS, Filter, Sort
from bot.review.inbox import Row
from bot.review.naming import Names
from bot.review.times import moment, utc
from bot.review.wording import texts
from bot.web.dates import in_words

WORDS_SHOWN = 160
"""Characters of a message in the list."""
INBOX = "/review"

Texts = Mapping[str, Any]


@dataclass(frozen=True)
class Option:
    """A value of a field as its form offers it."""

    value: str
    name: str
    chosen: bool
    count: str = ""


@dataclass(frozen=True)
class Chip:
    """A value that the filter asks for, and the page without it."""

    field: str
    value: str
    href: str


@dataclass(frozen=True)
class Line:
    """A row of the list. `message` is in `language`; `percent` is None where the assistant was not asked."""

    href: str
    at: str
    iso: str
    language: str
    message: str
    place: str
    details: tuple[str, ...]
    outcome: str
    outcome_name: str
    percent: str | None
    rating: str | None
    state: str
    state_name: str
    reviewer: str | None
    verdict: str | None
    tags: tuple[str, ...]


class InboxView:
    """Words for a filter and its rows."""

    def __init__(self, language: str, names: Names, filter: Filter) -> None:
        self._language, self._names, self._filter = language, names, filter
        self._texts: Texts = texts(language)["inbox"]
        self._shared: Texts = texts(language)["conversation"]

    def options(self, field: str, counts: Mapping[str, Count] | None = None) -> list[Option]:
        """The values of a field that takes several, with their counts."""
        chosen: tuple[str, ...] = getattr(self._filter, field)
        return [
            Option(
                value, self.name(field, value), value in chosen, counts[value].written(self._language) if counts else ""
            )
            for value in SEVERAL_IN_ORDER[field]
        ]

    def lists(self, choices: Choices) -> dict[str, list[Option]]:
        """The values that the form's lists offer, by field, in the order of their names; the chosen one always."""
        found = {
            "intent": choices.intents,
            "subject": choices.subjects,
            "reason": choices.reasons,
            "tag": choices.tags,
            "reviewer": choices.reviewers,
            "model": choices.models,
        }
        lists = {field: self._list(field, values, sort=True) for field, values in found.items()}
        tenths = [str(tenth) for tenth in TENTHS]
        fixed = {
            "period": tuple(PERIODS),
            "verdict": (UNJUDGED, *(value for value in VERDICTS if value != UNJUDGED)),
            "confidence_from": tenths[:-1],
            "confidence_below": tenths[1:],
            "sort": tuple(Sort),
        }
        return lists | {field: self._list(field, values) for field, values in fixed.items()}

    def _list(self, field: str, values: Sequence[str], sort: bool = False) -> list[Option]:
        value = getattr(self._filter, field)
        chosen = "" if value is None else str(value)
        known = [*values] if not chosen or chosen in values else [*values, chosen]
        options = [Option(each, self.name(field, each), each == chosen) for each in known]
        return sorted(options, key=lambda option: option.name.casefold()) if sort else options

    def chips(self) -> list[Chip]:
        """What the filter asks for, each with the page that does not ask it."""
        fields = {name: field for field, name in NAMES.items()}
        called = {**self._texts["fields"], "q": self._texts["chip_words"]}
        return [
            Chip(called[name], self.name(fields[name], value), self.href(self._filter.without(name, value)))
            for name, value in self._filter.pairs()
            if name != "sort"
        ]

    def href(self, filter: Filter, **more: str | None) -> str:
        """The page of the inbox with a filter."""
        query = filter.query(**more)
        return f"{INBOX}?{query}" if query else INBOX

    def name(self, field: str, value: str) -> str:
        """What a value of a field is called."""
        own: dict[str, Texts] = {"period": self._texts["periods"], "sort": self._texts["sorts"]}
        shared = {"outcome": "outcomes", "language": "languages", "feedback": "feedback", "state": "states"}
        if field in own:
            return str(own[field].get(value, value))
        if field in shared:
            return str(self._shared[shared[field]].get(value, value))
        if field in ("since", "until"):
            return in_words(value, self._language)
        if field in ("confidence_from", "confidence_below"):
            return str(self._texts["percent"]).format(number=value)
        if field == "verdict":
            return str(self._texts["unjudged"] if value == UNJUDGED else self._shared["verdicts"].get(value, value))
        if field == "reason":
            return self.reason(value)
        return {"intent": self._names.intent, "subject": self._names.subject}.get(field, str)(value)

    def reason(self, value: str) -> str:
        """What a reason of the dialogue, or of a failure, is called."""
        return str(self._texts["reasons"].get(value) or self._shared["failures"].get(value) or value)

    def line(self, row: Row) -> Line:
        turn, conversation = row.turn, row.conversation
        path = f"{INBOX}/conversations/{quote(conversation.id, safe='')}"
        details = (
            self._names.intent(turn.intent),
            ", ".join(self._names.subject(str(slug)) for slug in turn.subjects),
            self.reason(turn.reason) if turn.reason else "",
        )
        words = " ".join(turn.text.split())
        return Line(
            href=f"{path}?{self._filter.query(turn=turn.id)}",
            at=moment(turn.at, self._language),
            iso=utc(turn.at).isoformat(timespec="seconds"),
            language=turn.language,
            message=words if len(words) <= WORDS_SHOWN else f"{words[:WORDS_SHOWN].rstrip()}…",
            place=self._texts["turn"].format(number=turn.number, turns=conversation.turns),
            details=tuple(detail for detail in details if detail),
            outcome=turn.outcome if turn.outcome in OUTCOMES else "",
            outcome_name=self.name("outcome", turn.outcome),
            percent=None if turn.confidence is None else str(int(turn.confidence * 100)),
            rating=turn.rating,
            state=conversation.state,
            state_name=self.name("state", conversation.state),
            reviewer=conversation.reviewer,
            verdict=self.name("verdict", row.verdict) if row.verdict else None,
            tags=row.tags,
        )


def day(value: date | None) -> str:
    """A date as a form's field takes it."""
    return "" if value is None else value.isoformat()
