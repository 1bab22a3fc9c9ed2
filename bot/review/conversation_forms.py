"""The forms of a conversation's page. Each ends in a redirect to the page, or shows it with what is in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.review import judging
from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.conversation import next_unjudged, turn_of
from bot.review.conversation_view import Address, show
from bot.review.judging import CHOOSING, Gone, Opinion, Overtaken, Unusable
from bot.review.knowledge import open_facts
from bot.review.naming import Names, resolve
from bot.review.tables import State, Turn, Verdict
from bot.review.undoing import undo

Text = Annotated[str, Form()]
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Sent:
    """A form that a member sent from the page of a conversation, on which the turn `turn` was chosen."""

    request: Request
    conversation: str
    member: Member
    address: Address
    turn: str

    def change(self, act: Callable[[Session], tuple[str | None, str]], form: str, **tried: str) -> Response:
        """Does a change, and leads to the page: at the turn and with the key of the text that `act` returns.

        What is in the way is shown on the page, with `tried`: what was filled in.
        """
        with self.request.app.state.review.session() as session:
            try:
                turn, said = act(session)
                session.commit()
            except Gone:
                raise HTTPException(404) from None
            except Unusable as unusable:
                return self._page(session, 422, problem=unusable.problem, form=form, tried=tried)
            except Overtaken as overtaken:
                return self._page(session, 409, overtaken=overtaken, form=form, tried=tried)
        return RedirectResponse(self.address.page(turn, said), 303)

    def _page(self, session: Session, status: int, **values: Any) -> Response:
        session.rollback()
        return show(self.request, session, self.member, self.conversation, status, turn=self.turn, **values)


def by_reviewer(
    request: Request, conversation: str, member: Annotated[Member, Depends(needs(Role.REVIEWER))], turn: Text = ""
) -> Sent:
    """A dependency: the form, when a reviewer sent it."""
    return Sent(request, conversation, member, Address.of(request, conversation), turn)


def by_admin(
    request: Request, conversation: str, member: Annotated[Member, Depends(needs(Role.ADMIN))], turn: Text = ""
) -> Sent:
    """A dependency: the form, when an admin sent it."""
    return Sent(request, conversation, member, Address.of(request, conversation), turn)


Reviewed = Annotated[Sent, Depends(by_reviewer)]
Administered = Annotated[Sent, Depends(by_admin)]


def routes() -> APIRouter:
    router = APIRouter(prefix="/conversations/{conversation}", dependencies=[Depends(checked_csrf)])
    forms: dict[str, Callable[..., Response]] = {
        "verdict": judge, "tags": tag, "notes": note, "notes/{number}/remove": remove_note, "state": set_state,
        "hold": hold, "undo": take_back,
    }  # fmt: skip
    for path, form in forms.items():
        router.add_api_route(f"/{path}", form, methods=["POST"], response_class=Response)
    return router


def judge(form: Reviewed, verdict: Text = "", chosen: Text = "", typed: Text = "", based_on: Text = "") -> Response:
    """Judges a turn; an empty verdict takes it back. `chosen` (an id) or `typed` (an id or a name) is what is right."""

    def act(session: Session) -> tuple[str | None, str]:
        turn = _turn(session, form)
        wanted = _opinion(form, verdict, chosen or typed)
        judging.judge(session, turn, wanted, form.member.name, based_on)
        if wanted.verdict is None:
            return turn.id, "taken_back"
        following = next_unjudged(session, form.conversation, turn)
        return (following or turn).id, "judged"

    return form.change(act, "verdict", verdict=verdict, value=chosen or typed)


def tag(form: Reviewed, tag: Text = "", remove: Text = "") -> Response:
    """Adds a tag, or removes one."""

    def act(session: Session) -> tuple[str | None, str]:
        if remove:
            judging.remove_tag(session, form.conversation, remove, form.member.name)
        else:
            judging.add_tag(session, form.conversation, tag, form.member.name)
        return form.turn or None, "untagged" if remove else "tagged"

    return form.change(act, "tag", value=tag)


def note(form: Reviewed, text: Text = "", about: Text = "") -> Response:
    """Keeps a note on the chosen turn, or with an empty `about` on the conversation."""

    def act(session: Session) -> tuple[str | None, str]:
        about_turn = _turn(session, form).id if about else None
        judging.add_note(session, form.conversation, about_turn, text, form.member.name)
        return form.turn or None, "noted"

    return form.change(act, "note", value=text)


def remove_note(form: Reviewed, number: int) -> Response:
    """Removes one's own note."""

    def act(session: Session) -> tuple[str | None, str]:
        judging.remove_note(session, form.conversation, number, form.member.name)
        return form.turn or None, "note_removed"

    return form.change(act, "note")


def set_state(form: Reviewed, state: Text = "", based_on: Text = "") -> Response:
    """Says how far the work is."""

    def act(session: Session) -> tuple[str | None, str]:
        judging.set_state(session, form.conversation, _one_of(State, state), form.member.name, based_on)
        return form.turn or None, "state"

    return form.change(act, "state", value=state)


def hold(form: Administered, reason: Text = "", based_on: Text = "") -> Response:
    """Keeps the conversation from being deleted, or lets go of it when there is no reason any more."""

    def act(session: Session) -> tuple[str | None, str]:
        judging.set_hold(session, form.conversation, reason, form.member.name, based_on)
        return form.turn or None, "hold"

    return form.change(act, "hold", value=reason)


def take_back(form: Reviewed) -> Response:
    """Undoes the member's last change to this conversation, and shows the turn that it was about."""

    def act(session: Session) -> tuple[str | None, str]:
        undone = undo(session, form.conversation, form.member.name, hold=form.member.role >= Role.ADMIN)
        if undone is None:
            return form.turn or None, "nothing_to_undo"
        if undone.overtaken:
            session.commit()  # that it was passed over: the next time it is the turn of the change before
            raise Overtaken(undone.overtaken_by, None, None)
        return (undone.entry.after or {}).get("turn") or form.turn or None, "undone"

    return form.change(act, "undo")


def _turn(session: Session, form: Sent) -> Turn:
    turn = turn_of(session, form.conversation, form.turn)
    if turn is None:
        raise Gone(form.turn)
    return turn


def _opinion(form: Sent, verdict: str, value: str) -> Opinion:
    """The verdict that was sent. Raises Unusable for a name that is none of ours."""
    if not verdict:
        return Opinion()
    given = _one_of(Verdict, verdict)
    if given not in CHOOSING:
        return Opinion(given)
    if not value.strip():
        raise Unusable("nothing_chosen")
    with open_facts(form.request.app.state.settings.facts_url) as facts:
        if facts is None and given != Verdict.WRONG_INTENT:
            raise Unusable("facts_away")
        meant = resolve(value, getattr(Names.read(facts, form.member.language), CHOOSING[given]))
    if meant is None:
        raise Unusable("unknown_name")
    return Opinion(given, meant)


def _one_of(kind: type[E], value: str) -> E:
    try:
        return kind(value)
    except ValueError:
        raise HTTPException(400) from None
