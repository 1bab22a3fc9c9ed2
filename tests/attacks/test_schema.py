"""The chat API against its own description, with generated requests: the same ones each time, and nothing leaves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa

EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
"""Requests generated for each operation."""
LIMITS = {
    "messages_per_minute": 0,
    "messages_per_minute_address": 0,
    "sessions_per_minute": 0,
    "feedback_per_minute": 0,
}
CONFIG = {"seed": 7, "generation": {"deterministic": True, "max-examples": EXAMPLES, "mode": "all"}}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory, facts_url: str) -> Any:
    """The description of an app with databases of its own and without limits of how often."""
    folder: Path = tmp_path_factory.mktemp("schema")
    urls = {f"{name}_url": f"sqlite:///{folder}/{name}.db" for name in ("review", "conversations")}
    app = create_app(Settings(**urls, **LIMITS, facts_url=facts_url, secret_key="k" * 32), FakeRasa())  # type: ignore[arg-type]
    config = schemathesis.Config.from_dict(CONFIG)
    return schemathesis.openapi.from_asgi("/v1/openapi.json", app, config=config)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
def test_the_chat_api_keeps_what_it_says(case: schemathesis.Case) -> None:
    # A text may be one that cleaning leaves nothing of, which no schema can say.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])
