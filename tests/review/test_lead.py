"""One of several web processes projects; when it ends, another does."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from actions.facts.database import connect
from bot.review.lead import Lead
from tests.bot.web.conftest import AWAY
from tests.review.stores import Stores

pytestmark = pytest.mark.postgresql


def test_one_leads_until_it_lets_go(postgresql_stores: Stores) -> None:
    first, second = (
        Lead(connect(postgresql_stores.settings.review_url)),
        Lead(connect(postgresql_stores.settings.review_url)),
    )
    assert [first.held(), second.held(), first.held(), second.held()] == [True, False, True, False]
    first.release()
    assert [second.held(), first.held()] == [True, False]
    second.release()


def test_one_whose_connection_breaks_leads_no_longer(postgresql_stores: Stores) -> None:
    first, second = (
        Lead(connect(postgresql_stores.settings.review_url)),
        Lead(connect(postgresql_stores.settings.review_url)),
    )
    assert first.held()
    with postgresql_stores.review.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    with pytest.raises(OperationalError):
        first.held()
    assert [second.held(), first.held()] == [True, False]
    second.release()


def test_a_store_that_is_away_is_an_error() -> None:
    with pytest.raises(OperationalError):
        Lead(connect(AWAY)).held()
