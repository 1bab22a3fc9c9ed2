"""What pages of figures are asked: a period in the address, and the presets that they offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from bot.review.period import DEFAULT, PRESETS, YEAR, Period, PeriodError, named, period
from bot.review.times import today
from bot.review.wording import texts


@dataclass(frozen=True)
class Asked:
    """The period of a page; when what was asked makes none, the default one and why. `values` go to the template."""

    period: Period
    error: str | None
    values: Mapping[str, Any]

    @property
    def status(self) -> int:
        return 400 if self.error else 200


def asked(request: Request, language: str) -> Asked:
    """Reads `period`, or `from` and `to`, from an address."""
    query, now, error = request.query_params, today(), None
    given = {name: query.get(name, "") for name in ("from", "to")}
    try:
        chosen = period(query.get("period", ""), given["from"], given["to"], now)
    except PeriodError as wrong:
        chosen, error = named(DEFAULT, now), texts(language)["statistics"]["period"]["errors"][wrong.key]
    words = texts(language)["statistics"]["period"]
    form = {"period": chosen, "presets": [*PRESETS, YEAR], "asked": given, "error": error, "period_words": words}
    return Asked(chosen, error, form)
