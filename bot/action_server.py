"""The action server on loopback: rasa-sdk listens on all addresses unless it is started like this."""

from __future__ import annotations

import argparse
import hmac
import os

from rasa_sdk.endpoint import create_app
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5055)
    options = parser.parse_args()
    app = create_app("actions")
    app.register_middleware(refuse_strangers, "request")
    app.run(host=options.host, port=options.port, access_log=False, workers=1)


async def refuse_strangers(request: Request) -> HTTPResponse | None:
    """Asks for the token of INNER_TOKEN, when there is one. Rasa shows it as a parameter of the address."""
    token = os.environ.get("INNER_TOKEN", "")
    shown = request.args.get("token") or ""
    if not token or request.path == "/health" or hmac.compare_digest(shown.encode(), token.encode()):
        return None
    return response.json({"error": "a token is needed"}, status=401)


if __name__ == "__main__":
    main()
