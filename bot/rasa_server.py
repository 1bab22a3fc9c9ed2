"""Rasa's own command, with our logs and traces: python -m bot.rasa_server run …

Rasa's logs hold messages and, where something fails, all local variables. Plain `rasa run` keeps them, for development.
"""

from __future__ import annotations

import os
import threading
from collections.abc import MutableMapping
from typing import Any

from bot import logs, tracing
from bot.encoder import shared_encoder
from bot.settings import Settings
from bot.unused_imports import leave_out


def main() -> None:
    settings = Settings.from_env(os.environ)
    logs.configure("rasa", settings)
    tracing.send_to(settings.traces_url, "rasa")
    # Unpacking its weights leaves Python to the imports below.
    threading.Thread(target=shared_encoder, daemon=True).start()
    leave_out()
    # Loaded only now: it has much to say while it is.
    import rasa.__main__ as rasa_command
    import structlog

    configure = rasa_command.configure_structlog

    def ours(log_level: int | None = None) -> None:
        """Rasa sets up its logs as the last thing before it carries out the command: ours come right after."""
        configure(log_level)
        structlog.configure(processors=[structlog.stdlib.filter_by_level, _name_alone])
        logs.configure("rasa", settings)

    rasa_command.configure_structlog = ours
    rasa_command.main()


def _name_alone(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    """Of what Rasa says about an event, its name and the error."""
    error = event.get("exc_info")
    return (str(event.get("event")),), ({"exc_info": error} if error else {})


if __name__ == "__main__":
    main()
