"""What the processes log: a line of text or of JSON for each thing, and nothing that a visitor typed.

Our own lines are written so that they hold no message: names of errors, never their texts. Rasa, Sanic and SQLAlchemy
put messages, slots, statements with their values and paths with ids into theirs. So of a library's line only its level,
its origin in the source and the kind of the error are kept; its text for the few libraries that never see a message. Of
a traceback the places are kept, without the error's text and without local variables.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any

from bot.settings import ROOT, Settings
from bot.tracing import current

OURS = ("bot", "actions", "__main__")
"""Loggers whose lines are written in this project."""
HARMLESS = ("uvicorn",)
"""Loggers of libraries whose lines hold neither messages nor paths."""
STARTING = ("Starting Rasa server on", "Rasa server is up and running", "Loading model ")
"""What Rasa says at its start, and is worth keeping."""
KEY = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
"""The name that Rasa gives to an event, such as processor.actions.policy_prediction."""
DEEPEST = 5
"""Places of a traceback, counted from where it went wrong."""

Line = dict[str, Any]


def configure(role: str, settings: Settings) -> None:
    """Sends everything that this process logs, from now on, to standard error in the form of LOG_FORMAT.

    `role` is web, rasa or actions. What ended the process or a thread of it is logged as well, in place of Python's
    traceback.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_is_kept)
    handler.setFormatter(JsonLines(role) if settings.json_logs else TextLines(role))
    for name in list(logging.Logger.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # What Python warns of is for who writes the code.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    sys.excepthook = _ended
    threading.excepthook = _thread_ended


def log_soon(logger: logging.Logger, event: str, fields: Line) -> None:
    """Logs an event of the request under way once its answer is on its way. To be called within the event loop."""
    asyncio.get_running_loop().call_soon(partial(logger.info, event, extra={"fields": fields}))


def line_of(record: logging.LogRecord, role: str) -> Line:
    """What is kept of a record."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line: Line = {"time": at, "level": record.levelname, "process": role, "logger": record.name}
    line["event"] = _event(record)
    if (span := current()) is not None:
        line["request"] = span.trace
    line |= getattr(record, "fields", {})
    if record.exc_info and record.exc_info[1] is not None:
        line |= what_went_wrong(record.exc_info[1])
    return line


def _is_kept(record: logging.LogRecord) -> bool:
    """Of libraries, what is wrong and what Rasa says at its start: without its text, the rest says nothing."""
    ours = _of(record.name, (*OURS, *HARMLESS))
    return ours or record.levelno >= logging.WARNING or str(record.msg).startswith(STARTING)


def _event(record: logging.LogRecord) -> str:
    if _of(record.name, (*OURS, *HARMLESS)):
        # The arguments alone may come from elsewhere, such as from another server.
        return _redacted(record.getMessage()) if record.args else str(record.msg)
    said = str(record.msg)
    if KEY.fullmatch(said):
        return said
    if said.startswith(STARTING):
        return record.getMessage()
    return f"{record.filename}:{record.lineno}"


def _of(name: str, loggers: tuple[str, ...]) -> bool:
    return name.partition(".")[0] in loggers


def _redacted(text: str) -> str:
    from bot.redaction import redact  # takes a moment to load, and most lines do without

    return redact(text).text


def what_went_wrong(error: BaseException) -> Line:
    """The kind of an error and the places that it came through, the deepest last. To be logged as `fields`."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "where": places}


def _short(path: str) -> str:
    return path.removeprefix(f"{ROOT}/").rpartition("site-packages/")[2]


class JsonLines(logging.Formatter):
    """A JSON object a line."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(line_of(record, self._role), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Time, level, logger and event, then what else there is as name=value."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        line = line_of(record, self._role)
        first = [line.pop(name) for name in ("time", "level", "logger", "event")]
        line.pop("process")
        places = line.pop("where", [])
        said = " ".join([*first, *(f"{name}={value}" for name, value in line.items())])
        return "\n  at ".join([said.replace("\n", " "), *places])


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("bot").critical("the process ended", exc_info=(kind, error, trace))


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        logging.getLogger("bot").error(
            "a thread ended", exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback)
        )
