"""Deletes from the review store what is older than a limit, but for what is held. Counts of each day stay."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, Select, and_, delete, func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.erasure import empty_log, overwrite_deleted
from bot.review import aggregates
from bot.review.database import lock, migrate
from bot.review.erasing import CONVERSATIONS, erase_review
from bot.review.search import clear_words
from bot.review.tables import Conversation, GapTurn, Judgement, Note, Proposal, Tag, Turn, TurnSubject, Work
from bot.review.times import utc
from bot.web.tables import DailyCount, Deletion, FailedTurn, Feedback, Message, Reply

Count = Select[int]
ADDED = (Judgement, Note, Tag, Work)
"""Tables of what staff add to a conversation."""


def held(engine: Engine) -> set[str]:
    """The conversations that must not be deleted. Raises SQLAlchemyError when the store is away."""
    if not inspect(engine).has_table(Work.__tablename__):
        return set()
    with Session(engine) as session:
        return set(session.scalars(_held()))


def count_old(engine: Engine, old: Counter[str], limit: datetime) -> None:
    """Counts the rows that `delete_old` would delete, by table."""
    tables = set(inspect(engine).get_table_names())
    counts = _counts(limit) if Work.__tablename__ in tables else _counts_before_review(limit)
    with Session(engine) as session:
        for name, rows in counts.items():
            if name in {*tables, CONVERSATIONS}:
                old[name] = session.scalars(rows).one()


def delete_old(
    engine: Engine, gone: Counter[str], limit: datetime, now: datetime, elsewhere: Counter[str], batch: int
) -> None:
    """Deletes, counts and logs in one transaction, a batch at a time. Logs what was deleted `elsewhere` too."""
    migrate(engine)
    with Session(engine) as session, session.begin():
        lock(session)
        log(session, now, elsewhere)
        aggregates.close(session, limit)
    more = True
    while more:
        with Session(engine) as session, session.begin():
            overwrite_deleted(session)
            lock(session)
            deleted = _delete_batch(session, limit, batch)
            log(session, now, deleted)
        gone.update(deleted)
        more = batch in (deleted[Message.__tablename__], deleted[CONVERSATIONS])
    clear_words(engine)
    empty_log(engine)


def log(session: Session, now: datetime, counts: Counter[str]) -> None:
    """Notes that so many rows of each kind were deleted."""
    session.add_all(Deletion(at=now, kind=kind, count=count) for kind, count in counts.items() if count)


def _delete_batch(session: Session, limit: datetime, batch: int) -> Counter[str]:
    ended = session.scalars(select(Conversation.id).where(_ended(limit)).order_by(Conversation.last_at).limit(batch))
    deleted = erase_review(session, ended.all())
    deleted += _delete_left_behind(session, limit)
    deleted += _delete_messages(session, limit, batch)
    for kind, old in _aged(limit).items():
        deleted[kind.__tablename__] = len(session.scalars(delete(kind).where(old).returning(kind.at)).all())
    return deleted


def _delete_left_behind(session: Session, limit: datetime) -> Counter[str]:
    """Deletes what staff added to conversations that are not there: nobody sees it."""
    gone: Counter[str] = Counter()
    for kind, left in _left_behind(limit).items():
        gone[kind.__tablename__] = len(session.scalars(delete(kind).where(left).returning(kind.at)).all())
    return gone


def _delete_messages(session: Session, limit: datetime, batch: int) -> Counter[str]:
    """Deletes a batch of answered turns with the feedback on them, which is never older, and adds them to the counts.

    What is counted is what the deletion itself returns: no turn twice, none missed.
    """
    ids = session.scalars(select(Message.id).where(_old(Message.at, Message.session, limit)).limit(batch)).all()
    feedback = session.scalars(delete(Feedback).where(Feedback.message.in_(ids)).returning(Feedback.rating)).all()
    turns = session.execute(delete(Message).where(Message.id.in_(ids)).returning(Message.at, Message.outcome)).all()
    for (day, outcome), count in Counter((utc(at).date(), outcome) for at, outcome in turns).items():
        _keep_count(session, day, outcome, count)
    return Counter(messages=len(turns), feedback=len(feedback))


def _keep_count(session: Session, day: date, outcome: str, count: int) -> None:
    kept = session.get(DailyCount, (day, outcome))
    if kept is None:
        session.add(DailyCount(day=day, outcome=outcome, count=count))
    else:
        kept.count += count


def _number(kind: type, *where: ColumnElement[bool]) -> Count:
    return select(func.count()).select_from(kind).where(*where)


def _counts_before_review(limit: datetime) -> dict[str, Count]:
    """The same for a store in which there is no review yet: nothing is held there."""
    old = {kind.__tablename__: _number(kind, kind.at < limit) for kind in (Message, FailedTurn, Reply)}
    rated = select(func.count()).select_from(Feedback).join(Message).where(Message.at < limit)
    return old | {Feedback.__tablename__: rated}


def _counts(limit: datetime) -> dict[str, Count]:
    """A query for each table: how many of its rows are to go."""
    ended = select(Conversation.id).where(_ended(limit))
    turns = select(Turn.id).where(Turn.conversation.in_(ended))
    old_message = _old(Message.at, Message.session, limit)
    left = _left_behind(limit)
    judged = select(Judgement.turn).where(Judgement.conversation.in_(ended))
    return {
        CONVERSATIONS: _number(Conversation, _ended(limit)),
        Proposal.__tablename__: _number(Proposal, Proposal.turn.in_(turns) | Proposal.turn.in_(judged)),
        GapTurn.__tablename__: _number(GapTurn, GapTurn.turn.in_(turns)),
        TurnSubject.__tablename__: _number(TurnSubject, TurnSubject.turn.in_(turns)),
        Turn.__tablename__: _number(Turn, Turn.conversation.in_(ended)),
        **{kind.__tablename__: _number(kind, kind.conversation.in_(ended) | left[kind]) for kind in ADDED},
        Message.__tablename__: _number(Message, old_message),
        Feedback.__tablename__: select(func.count()).select_from(Feedback).join(Message).where(old_message),
        **{kind.__tablename__: _number(kind, old) for kind, old in _aged(limit).items()},
    }


def _held() -> Select[str]:
    return select(Work.conversation).where(Work.hold.is_not(None))


def _old(
    at: InstrumentedAttribute[datetime], conversation: InstrumentedAttribute[str], limit: datetime
) -> ColumnElement[bool]:
    return and_(at < limit, conversation.not_in(_held()))


def _ended(limit: datetime) -> ColumnElement[bool]:
    return _old(Conversation.last_at, Conversation.id, limit)


def _aged(limit: datetime) -> dict[type[FailedTurn] | type[Reply], ColumnElement[bool]]:
    """Tables whose rows only have an age."""
    return {FailedTurn: _old(FailedTurn.at, FailedTurn.session, limit), Reply: Reply.at < limit}


def _left_behind(limit: datetime) -> dict[type[Judgement | Note | Tag | Work], ColumnElement[bool]]:
    there = select(Conversation.id)
    return {kind: and_(_old(kind.at, kind.conversation, limit), kind.conversation.not_in(there)) for kind in ADDED}
