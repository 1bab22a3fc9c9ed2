"""What an editor does with a proposal: edit, confirm, refuse, or take a decision back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.redaction import redact
from bot.review.log import record
from bot.review.proposal_checks import Facts, Finding, findings
from bot.review.proposals import Kind, Payload, Status
from bot.review.tables import Proposal
from bot.review.training_data import TrainingData
from bot.text import clean

LONGEST_REASON = 200


class Decided(Exception):
    """Somebody else has decided on it meanwhile."""


class Blocked(ValueError):
    """It cannot be confirmed or refused like this."""

    def __init__(self, found: Sequence[Finding]) -> None:
        super().__init__(", ".join(finding.key for finding in found))
        self.findings = found


def edited(kind: str, payload: Payload, form: Mapping[str, str]) -> Payload:
    """The payload with what the editor filled in, personal data masked again. A field that is missing was empty."""
    new = dict(payload)
    text = masked(form.get("text", ""))
    if kind == Kind.QUESTION:
        lines = [line for line in text.splitlines() if line.strip()]
        kept = payload["turns"][-len(lines) :] if lines else []
        # Fewer lines than turns: the first ones were taken out. More lines: they are one message.
        asked = [*lines[: len(kept) - 1], " ".join(lines[len(kept) - 1 :])] if kept else []
        new["turns"] = [turn | {"user": line} for turn, line in zip(kept, asked, strict=True)]
        if len(asked) == 1 and new["kind"] == "followup":
            new["kind"] = "answer"
    else:
        new["text"] = " ".join(text.split())
    if kind == Kind.EXAMPLE:
        new["label"] = form.get("label", "").strip() or None
    elif kind == Kind.ALIAS:
        new |= {"subject": form.get("subject", "").strip(), "language": form.get("language") or "both"}
    return new


def masked(text: str) -> str:
    return redact(clean(text)).text


def others(session: Session, proposal: Proposal) -> Sequence[Proposal]:
    """Those confirmed or exported already, of the same kind."""
    decided = Proposal.status.in_((Status.CONFIRMED, Status.EXPORTED))
    query = select(Proposal).where(Proposal.kind == proposal.kind, decided, Proposal.id != proposal.id)
    return session.scalars(query).all()


def save(session: Session, proposal: Proposal, payload: Payload, by: str) -> None:
    """Keeps what was edited. Raises Decided."""
    _undecided(proposal)
    if payload != proposal.payload:
        proposal.payload = payload
        record(session, by=by, action="propose", object=_name(proposal))


def confirm(
    session: Session,
    proposal: Proposal,
    payload: Payload,
    data: TrainingData,
    facts: Facts | None,
    by: str,
    vouched: bool,
) -> None:
    """Confirms a proposal as edited. `vouched`: the editor says that no personal data is in it.

    Raises Blocked with everything that is in the way, or Decided.
    """
    _undecided(proposal)
    blocking = [f for f in findings(proposal.kind, payload, data, facts, others(session, proposal)) if f.blocking]
    if not vouched:
        blocking.append(Finding("not_ticked"))
    if blocking:
        raise Blocked(blocking)
    proposal.payload = payload
    _decide(session, proposal, Status.CONFIRMED, None, by)


def refuse(session: Session, proposal: Proposal, why: str, by: str) -> None:
    """Raises Blocked without a reason, or Decided."""
    _undecided(proposal)
    why = " ".join(masked(why).split())
    if not why or len(why) > LONGEST_REASON:
        raise Blocked([Finding("no_reason", {"characters": str(LONGEST_REASON)})])
    _decide(session, proposal, Status.REFUSED, why, by)


def reopen(session: Session, proposal: Proposal, by: str) -> None:
    """Takes a decision back. Raises Decided for what is exported, or was not decided."""
    if proposal.status not in (Status.CONFIRMED, Status.REFUSED):
        raise Decided
    _decide(session, proposal, Status.PROPOSED, None, by)


def counts(session: Session) -> dict[tuple[str, str], int]:
    """How many there are, by kind and status."""
    query = select(Proposal.kind, Proposal.status, func.count()).group_by(Proposal.kind, Proposal.status)
    return {(kind, status): count for kind, status, count in session.execute(query)}


def _undecided(proposal: Proposal) -> None:
    if proposal.status != Status.PROPOSED:
        raise Decided


def _decide(session: Session, proposal: Proposal, status: Status, why: str | None, by: str) -> None:
    before = {"status": proposal.status}
    proposal.status, proposal.why, proposal.by, proposal.at = status, why, by, datetime.now(UTC)
    record(session, by=by, action=ACTIONS[status], object=_name(proposal), before=before, after={"status": status})


ACTIONS = {Status.CONFIRMED: "confirm", Status.REFUSED: "refuse", Status.PROPOSED: "propose"}


def _name(proposal: Proposal) -> str:
    return f"proposal {proposal.id}"
