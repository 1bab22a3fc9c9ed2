"""What the store of conversations holds."""

from __future__ import annotations

import json

from sqlalchemy import create_engine, text


def messages(url: str) -> list[tuple[str, str]]:
    """Session and message id of each visitor's message, in the order of the store."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT sender_id, data FROM events WHERE type_name = 'user' ORDER BY id")).all()
    engine.dispose()
    return [(sender, str(json.loads(data).get("message_id"))) for sender, data in rows]
