"""What was sent, against what is stored: pure functions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.web.chat import message_id_of
from tests.faults.visitors import Sent

Stored = Sequence[tuple[str, str]]
"""Session and message id of each visitor's message in the store of conversations, in the order of the store."""


@dataclass(frozen=True)
class Verdict:
    """What became of the messages. All but the first five have to be 0."""

    sent: int
    acknowledged: int
    resent: int
    answered_with_error: int
    """Messages that were answered with an error at least once: 503, a lost connection, or "our fault"."""
    recovered_after: float
    """Seconds from the fault until every conversation that met an error was answered again; 0 when none did."""
    lost: int
    """Acknowledged messages that are not in the store."""
    unanswered: int
    """Messages that were never answered, however often they were sent."""
    duplicated: int
    """Messages that are in the store more than once."""
    out_of_order: int
    """Conversations whose stored messages are not in the order in which they were sent."""
    forgotten: int
    """Acknowledged messages that were answered as if what was said before had not been said."""
    malformed: int
    """Errors that were not a 503 as problem+json with Retry-After."""

    @property
    def good(self) -> bool:
        return not any((self.lost, self.unanswered, self.duplicated, self.out_of_order, self.forgotten, self.malformed))

    def as_row(self) -> dict[str, float]:
        return asdict(self)


def judge(sent: Sequence[Sent], stored: Stored, fault_at: float) -> Verdict:
    """The verdict on a run with a fault at this moment of the monotonic clock."""
    times_stored = Counter(message_id for _, message_id in stored)
    ids = {id(message): message_id_of(message.session, message.id) for message in sent}
    return Verdict(
        sent=len(sent),
        acknowledged=sum(message.acknowledged for message in sent),
        resent=sum(message.attempts > 1 for message in sent),
        answered_with_error=sum(bool(message.errors) or message.outcome == "failed" for message in sent),
        recovered_after=round(max((again - fault_at for again in _answered_again(sent, fault_at)), default=0.0), 1),
        lost=sum(message.acknowledged and not times_stored[ids[id(message)]] for message in sent),
        unanswered=sum(message.answered_at is None for message in sent),
        duplicated=sum(times_stored[each] > 1 for each in ids.values()),
        out_of_order=_out_of_order(sent, stored, ids),
        forgotten=len(forgotten(sent)),
        malformed=sum(len(message.malformed) for message in sent),
    )


def forgotten(sent: Sequence[Sent]) -> list[Sent]:
    """The messages that were answered as if what was said before had not been said."""
    return [
        message
        for message in sent
        if message.acknowledged and (message.facts != [message.expected] or message.said_in != message.language)
    ]


def _answered_again(sent: Sequence[Sent], fault_at: float) -> list[float]:
    """When each conversation that met an error after the fault was answered well again, after its last error."""
    last_error: dict[str, float] = {}
    for message in sent:
        errors = [*message.errors, *([message.answered_at] if message.outcome == "failed" else [])]
        for at in errors:
            if at is not None and at >= fault_at:
                last_error[message.session] = max(at, last_error.get(message.session, 0.0))
    good: dict[str, list[float]] = defaultdict(list)
    for message in sent:
        if message.acknowledged and message.answered_at is not None:
            good[message.session].append(message.answered_at)
    found = []
    for session, error in last_error.items():
        found.append(min((at for at in good[session] if at >= error), default=float("inf")))
    return found


def _out_of_order(sent: Sequence[Sent], stored: Stored, ids: dict[int, str]) -> int:
    places: dict[str, list[int]] = defaultdict(list)
    place = {message_id: number for number, (_, message_id) in enumerate(stored)}
    for message in sent:
        if (found := place.get(ids[id(message)])) is not None:
            places[message.session].append(found)
    return sum(found != sorted(found) for found in places.values())
