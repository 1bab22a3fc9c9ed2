"""What is logged: our own words, and of everything else no more than where it came from."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from bot import tracing
from bot.logs import JsonLines, TextLines, configure, line_of
from bot.settings import SettingError, Settings

PLANTED = "mijn BSN is 111222333"


def record(name: str, message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.ERROR, "/x/rasa/core/processor.py", 868, message, arguments, info)


def failure() -> BaseException:
    text = PLANTED
    try:
        raise ValueError(f"cannot read {text}")
    except ValueError as error:
        return error


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    handlers, level, hook = logger.handlers[:], logger.level, sys.excepthook
    yield logger
    logger.handlers[:], logger.level, sys.excepthook = handlers, level, hook


def test_our_own_line_is_kept_with_its_fields() -> None:
    mine = record("bot.web.observing", "request")
    mine.fields = {"route": "/v1/messages", "status": 200, "ms": 12}
    line = json.loads(JsonLines("web").format(mine))
    assert line["event"] == "request"
    assert (line["process"], line["route"], line["status"], line["ms"]) == ("web", "/v1/messages", 200, 12)


def test_what_an_argument_brings_into_our_line_is_redacted() -> None:
    line = line_of(record("bot.review.oidc_pages", "refused: %s", "piet@example.org"), "web")
    assert line["event"] == "refused: [e-mail]"


@pytest.mark.parametrize("name", ["rasa.core.processor", "sanic.root", "sqlalchemy.engine", "asyncio", "root"])
def test_of_a_library_only_the_place_is_kept(name: str) -> None:
    said = JsonLines("rasa").format(record(name, f"could not handle '{PLANTED}'"))
    assert "111222333" not in said
    assert json.loads(said)["event"] == "processor.py:868"


def test_the_name_of_an_event_of_rasa_is_kept() -> None:
    assert line_of(record("rasa.core", "processor.message.parse"), "rasa")["event"] == "processor.message.parse"


@pytest.mark.parametrize("form", [JsonLines, TextLines])
@pytest.mark.parametrize("name", ["bot.channel", "rasa.core.processor"])
def test_of_an_error_the_kind_and_the_places_are_kept(form: type[JsonLines | TextLines], name: str) -> None:
    said = form("rasa").format(record(name, "a message could not be handled", error=failure()))
    assert "ValueError" in said
    assert "failure" in said
    assert "111222333" not in said
    assert "cannot read" not in said


def test_lines_of_one_request_carry_its_id() -> None:
    with tracing.span("request") as span:
        assert line_of(record("bot.web", "x"), "web")["request"] == span.trace
    assert "request" not in line_of(record("bot.web", "x"), "web")


def test_json_in_production_and_text_elsewhere_unless_said() -> None:
    assert Settings(production=True).json_logs
    assert not Settings().json_logs
    assert Settings.from_env({"LOG_FORMAT": "JSON"}).json_logs
    assert not Settings.from_env({"LOG_FORMAT": "text", "PRODUCTION": "true"}).json_logs
    for name, value in (("LOG_FORMAT", "xml"), ("LOG_LEVEL", "LOUD")):
        with pytest.raises(SettingError, match=name):
            Settings.from_env({name: value})


def test_handlers_of_libraries_are_taken_away(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    library = logging.getLogger("rasa.some.library")
    library.addHandler(logging.StreamHandler(sys.stderr))
    library.propagate = False
    configure("rasa", Settings(log_format="json"))
    library.warning("heard: %s", PLANTED)
    library.info("HTTP Request: GET http://127.0.0.1/conversations/sessie-van-piet")
    logging.getLogger().info("Rasa server is up and running.")
    said, start = capsys.readouterr().err.splitlines()
    assert json.loads(start)["event"] == "Rasa server is up and running."
    assert "111222333" not in said
    try:
        raise ValueError(PLANTED)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    ended = capsys.readouterr().err
    assert json.loads(ended)["event"] == "the process ended"
    assert "111222333" not in ended
