"""The action server on loopback: rasa-sdk listens on all addresses unless it is started like this."""

from __future__ import annotations

import argparse

from rasa_sdk.endpoint import create_app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5055)
    options = parser.parse_args()
    app = create_app("actions")
    app.run(host=options.host, port=options.port, access_log=False, workers=1)


if __name__ == "__main__":
    main()
