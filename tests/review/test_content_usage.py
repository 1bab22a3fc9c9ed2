"""How often facts were told, on both engines."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.review.content_usage import Usage, usage
from bot.review.database import migrate
from tests.review.filling import conversation, turn
from tests.review.stores import Stores


def test_each_fact_of_an_answer_is_counted_with_its_ratings(stores: Stores) -> None:
    migrate(stores.review)
    with Session(stores.review) as session:
        both = ["munster.since", "partnership:munster"]
        conversation(session, [turn(facts=both, rating="up"), turn(rating="down"), turn()])
        conversation(session, [turn(outcome="not_in_sources", facts=[])])
        session.commit()
        assert usage(session) == {"munster.since": Usage(3, 1, 1), "partnership:munster": Usage(1, 1, 0)}
