"""Times as staff read them: the database holds UTC, pages show the time of Enschede."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from bot.web.dates import LOCALES

ZONE = ZoneInfo("Europe/Amsterdam")


def utc(at: datetime) -> datetime:
    """A time of the database with its zone: SQLite gives it without."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def local(at: datetime) -> datetime:
    """A time of the database in the zone of Enschede."""
    return utc(at).astimezone(ZONE)


def today() -> date:
    """Today's date in Enschede."""
    return datetime.now(ZONE).date()


def moment(at: datetime, language: str) -> str:
    """Day and time, short: "24 nov 14:05"; with the year when that is not this year."""
    shown = local(at)
    pattern = "d MMM HH:mm" if shown.year == today().year else "d MMM y HH:mm"
    return str(format_datetime(shown, pattern, locale=LOCALES[language])).replace(".", "")
