"""Starts the web process: uvicorn with our limits. python -m bot.web.server --host 127.0.0.1 --port 8080"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from bot.settings import SettingError, Settings
from bot.web.protocol import protocol_for


def config(settings: Settings, app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves the app.

    Forwarding headers are ours to read (`bot/web/callers.py`), and nobody's address is logged.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=protocol_for(settings),
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_keep_alive=settings.keep_alive_seconds,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    from bot.web.app import from_environment

    parser = argparse.ArgumentParser(prog="python -m bot.web.server", description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    try:
        app = from_environment()
        settings = Settings.from_env(os.environ)
    except SettingError as error:
        print(error, file=sys.stderr)
        return 1
    uvicorn.Server(config(settings, app, options.host, options.port)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
