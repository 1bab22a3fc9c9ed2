"""What to tell who starts the assistant before anybody can log in to the staff pages."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.review import accounts
from bot.settings import Settings

COMMAND = "python -m bot review add-user NAME --role admin"


def is_missing(store: Session, settings: Settings) -> bool:
    """Whether nobody can log in: there is no active account, and no OpenID provider whose claims make one."""
    by_claim = bool(settings.oidc_issuer and settings.oidc_role_claim)
    return not by_claim and not accounts.exist(store)


def hint(settings: Settings) -> str | None:
    """A line for the terminal; None when there are accounts, and when the store is away: then there is other news."""
    from bot.review.database import Database

    try:
        with Database(settings.review_url).session() as store:
            missing = is_missing(store, settings)
    except SQLAlchemyError:
        return None
    return f"Nobody can log in to the staff pages (/review) yet: `{COMMAND}` makes an account." if missing else None
