"""Rasa moves: what is under way ends where it began, the next message goes to the new address."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.models import write
from bot.serve import free_port
from bot.web.rasa_client import RasaAway, RasaClient
from tests.browser.stand_in import served

ROUTE = "/webhooks/assistant"


class Rasa:
    """A server that says which one it is; `slow` seconds before it answers, `status` for a deletion."""

    def __init__(self, name: str, slow: float = 0.0, status: int = 204) -> None:
        self.name, self.slow, self.status = name, slow, status
        self.forgotten: list[str] = []

    def app(self) -> Starlette:
        async def message(_request: Request) -> Response:
            await asyncio.sleep(self.slow)
            reply = {"language": "nl", "outcome": "answered", "messages": [{"text": self.name}]}
            return JSONResponse(reply)

        async def forget(request: Request) -> Response:
            self.forgotten.append(request.path_params["sender"])
            return Response(status_code=self.status)

        async def health(_request: Request) -> Response:
            return JSONResponse({"status": "ok"})

        return Starlette(
            routes=[
                Route(f"{ROUTE}/message", message, methods=["POST"]),
                Route(f"{ROUTE}/conversations/{{sender}}", forget, methods=["DELETE"]),
                Route(f"{ROUTE}/health", health),
            ]
        )


def point(file: Path, url: str, leaving: str | None = None) -> None:
    write(file, json.dumps({"url": url, "leaving": leaving}))


def run(client: RasaClient, act: Callable[[], Awaitable[Any]]) -> Any:
    async def acted() -> Any:
        try:
            return await act()
        finally:
            await client.close()

    return asyncio.run(acted())


async def said_by(client: RasaClient) -> str:
    reply = await client.ask("session", "hallo", "nl", "m")
    return str(reply["messages"][0]["text"])


def test_messages_follow_rasa_and_those_under_way_end_where_they_began(tmp_path: Path) -> None:
    file = tmp_path / "rasa.json"
    with served(Rasa("old", slow=0.4).app()) as old, served(Rasa("new").app()) as new:
        point(file, old)
        client = RasaClient(file.as_uri())

        async def act() -> list[str]:
            under_way = asyncio.create_task(said_by(client))
            await asyncio.sleep(0.1)
            point(file, new, leaving=old)
            after = await said_by(client)
            return [await under_way, after]

        assert run(client, act) == ["old", "new"]


def test_a_message_that_found_nobody_goes_to_where_rasa_has_moved(tmp_path: Path) -> None:
    file = tmp_path / "rasa.json"
    with served(Rasa("new").app()) as new:
        point(file, f"http://127.0.0.1:{free_port()}")
        client = RasaClient(file.as_uri())
        client._address.current()

        class Late:
            """Names the old address once more, as when the switch comes between looking up and connecting."""

            def __init__(self) -> None:
                self.first = True

            def current(self) -> Any:
                address, self.first = client_address.current() if not self.first else stale, False
                return address

        stale, client_address = client._address.current(), client._address
        point(file, new)
        client._address = Late()  # type: ignore[assignment]
        assert run(client, lambda: said_by(client)) == "new"


def test_a_conversation_is_forgotten_by_the_one_that_leaves_as_well(tmp_path: Path) -> None:
    file, leaving, staying = tmp_path / "rasa.json", Rasa("old"), Rasa("new")
    with served(leaving.app()) as old, served(staying.app()) as new:
        point(file, new, leaving=old)
        client = RasaClient(file.as_uri())
        run(client, lambda: client.forget("session-1"))
    assert (leaving.forgotten, staying.forgotten) == (["session-1"], ["session-1"])


def test_one_that_has_left_meanwhile_is_no_obstacle_to_forgetting(tmp_path: Path) -> None:
    file, staying = tmp_path / "rasa.json", Rasa("new")
    with served(staying.app()) as new:
        point(file, new, leaving=f"http://127.0.0.1:{free_port()}")
        client = RasaClient(file.as_uri())
        run(client, lambda: client.forget("session-1"))
    assert staying.forgotten == ["session-1"]


@pytest.mark.parametrize("status", [503, 404])
def test_what_could_not_be_forgotten_is_said(status: int) -> None:
    rasa = Rasa("here", status=status)
    with served(rasa.app()) as url, pytest.raises(RasaAway) as error:
        run(client := RasaClient(url), lambda: client.forget("session-1"))
    assert rasa.forgotten == ["session-1"]
    assert not error.value.unsent


def test_a_rasa_that_is_not_there_got_nothing() -> None:
    client = RasaClient(f"http://127.0.0.1:{free_port()}")

    async def act() -> list[bool]:
        unsent = []
        for does in (lambda: client.forget("session-1"), lambda: said_by(client)):
            with pytest.raises(RasaAway) as error:
                await does()
            unsent.append(error.value.unsent)
        return unsent

    assert run(client, act) == [True, True]


def test_one_that_takes_too_long_may_have_got_the_message() -> None:
    with served(Rasa("slow", slow=1.0).app()) as url:
        client = RasaClient(url, timeout=0.2)
        with pytest.raises(RasaAway) as error:
            run(client, lambda: said_by(client))
    assert not error.value.unsent


def test_a_host_that_does_not_answer_got_nothing() -> None:
    """A listening socket whose queue is full takes no connection, and refuses none."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        where = deaf.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(where)
        client = RasaClient(f"http://127.0.0.1:{where[1]}", timeout=1.0)
        with pytest.raises(RasaAway) as error:
            run(client, lambda: said_by(client))
        for each in waiting:
            each.close()
    assert error.value.unsent


def test_without_an_address_rasa_is_away(tmp_path: Path) -> None:
    client = RasaClient((tmp_path / "none.json").as_uri())

    async def act() -> bool:
        with pytest.raises(RasaAway):
            await said_by(client)
        return await client.healthy()

    assert run(client, act) is False


def test_an_unreadable_file_leaves_the_address_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "rasa.json"
    with served(Rasa("old").app()) as old:
        point(file, old)
        client = RasaClient(file.as_uri())

        async def act() -> list[str]:
            first = await said_by(client)
            write(file, "{")
            return [first, await said_by(client)]

        assert run(client, act) == ["old", "old"]
