"""The action server on loopback: rasa-sdk listens on all addresses unless it is started like this."""

from __future__ import annotations

import argparse
import hmac
import logging
import os
import re
import time

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import logs, tracing
from bot.settings import Settings

logger = logging.getLogger("bot.action_server")  # also when this module is the one that was started

ACTION = re.compile(r"action_[a-z_]{1,60}")
"""The name of an action."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5055)
    options = parser.parse_args()
    settings = Settings.from_env(os.environ)
    logs.configure("actions", settings)
    # Loaded only now: it warns of what its libraries do.
    from rasa_sdk.endpoint import create_app

    app = create_app("actions")
    logs.configure("actions", settings)
    tracing.send_to(settings.traces_url, "actions")
    app.register_middleware(begin, "request")
    app.register_middleware(refuse_strangers, "request")
    app.register_middleware(end, "response")
    app.run(host=options.host, port=options.port, access_log=False, workers=1)


async def begin(request: Request) -> None:
    """Takes up the request of a visitor that this call is a part of."""
    if request.path != "/webhook":
        return
    request.ctx.began = time.monotonic()
    request.ctx.part = tracing.span("action", parent=request.headers.get(tracing.HEADER))
    request.ctx.span = request.ctx.part.__enter__()


async def end(request: Request, answer: HTTPResponse) -> None:
    """Says which action was called and how long it took. The call holds the message, of which nothing is said."""
    part = getattr(request.ctx, "part", None)
    if part is None:
        return
    request.ctx.span.note(action=_action_of(request), status=answer.status)
    ms = round((time.monotonic() - request.ctx.began) * 1000)
    logs.log_soon(logger, "action", request.ctx.span.attributes | {"ms": ms})
    part.__exit__(None, None, None)


def _action_of(request: Request) -> str | None:
    try:
        named = ACTION.fullmatch(str(request.json.get("next_action")))
    except Exception:  # whatever came in, it is no call of Rasa's
        return None
    return named and named[0]


async def refuse_strangers(request: Request) -> HTTPResponse | None:
    """Asks for the token of INNER_TOKEN, when there is one. Rasa shows it as a parameter of the address."""
    token = os.environ.get("INNER_TOKEN", "")
    shown = request.args.get("token") or ""
    if not token or request.path == "/health" or hmac.compare_digest(shown.encode(), token.encode()):
        return None
    return response.json({"error": "a token is needed"}, status=401)


if __name__ == "__main__":
    main()
