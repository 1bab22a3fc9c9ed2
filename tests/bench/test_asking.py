"""The client that asks and takes the time."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.bench.asking import Asked, Connection, ask_all
from tests.bench.systems import Running


class Server:
    """Answers each request with what it got; closes a connection after so many."""

    def __init__(self, most: int = 1000, length: bool = True) -> None:
        self.most, self.length, self.connections, self.got = most, length, 0, []  # type: ignore[var-annotated]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for _ in range(self.most):
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            size = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
            body = await reader.readexactly(size)
            self.got.append(json.loads(body))
            told = f"Content-Length: {size}\r\n" if self.length else ""
            writer.write(f"HTTP/1.1 200 OK\r\n{told}\r\n".encode() + body)
        writer.close()


def asked(server: Server, questions: list[str], clients: int) -> Asked:
    async def run() -> Asked:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        target = Running("stand-in", f"http://127.0.0.1:{port}/", body, answered)
        async with listening:
            return await ask_all(target, questions, clients, "run")

    return asyncio.run(run())


def body(sender: str, text: str) -> dict[str, Any]:
    return {"sender": sender, "text": text}


def answered(status: int, reply: Any) -> bool:
    return status == 200 and reply["text"] != "no"


def test_all_questions_are_asked_once_over_one_connection_a_client() -> None:
    server = Server()
    done = asked(server, [str(number) for number in range(25)], 2)

    assert (len(done.times), done.failed, server.connections) == (25, 0, 2)
    assert sorted(int(each["text"]) for each in server.got) == list(range(25))
    assert len({each["sender"] for each in server.got}) == 4, "two conversations of each client"


def test_an_answer_that_is_none_counts_as_failed() -> None:
    assert asked(Server(), ["yes", "no", "yes"], 1).failed == 1


def test_a_connection_that_the_server_has_closed_is_opened_again() -> None:
    server = Server(most=2)

    assert len(asked(server, ["a", "b", "c", "d", "e"], 1).times) == 5
    assert server.connections == 3


def test_an_answer_without_a_length_is_an_error() -> None:
    with pytest.raises(ConnectionError):
        asked(Server(length=False), ["a"], 1)


def test_who_is_away_is_an_error() -> None:
    with pytest.raises(OSError):
        asyncio.run(Connection("http://127.0.0.1:9/").post({}))
