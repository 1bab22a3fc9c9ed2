"""Slow, endless and malformed requests, over real connections to the web process's server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import uvicorn

from bot.serve import free_port
from bot.web.server import config
from tests.bot.web.conftest import Start

LIMITS = {"header_seconds": 0.4, "body_seconds": 0.4, "max_connections": 4, "max_header_bytes": 4096}


@pytest.fixture
def port(start: Start, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with small limits."""
    monkeypatch.setattr("bot.web.protocol.LINGERING", 0.4)
    app, port = start(**LIMITS), free_port()
    served = config(app.state.settings, app, "127.0.0.1", port)
    served.lifespan = "off"
    server = uvicorn.Server(served)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join(10)


def opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def all_of(connection: socket.socket) -> bytes:
    """What the server says until it closes the connection."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def problem_of(answer: bytes) -> int:
    """The status of a whole answer that is a problem with the security headers."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    assert b"application/problem+json" in head
    assert b"nosniff" in head and b"default-src 'none'" in head
    assert json.loads(body)["status"] == status
    return status


def said(port: int, *parts: bytes) -> bytes:
    with closing(opened(port)) as connection:
        for part in parts:
            connection.sendall(part)
        return all_of(connection)


@pytest.mark.parametrize("begun", [b"", b"GET /nl HTTP/1.1\r\nHost: a\r\nX-", b"POST"])
def test_headers_that_do_not_come_to_an_end_get_408(port: int, begun: bytes) -> None:
    began = time.monotonic()
    answer = said(port, begun)
    assert time.monotonic() - began < 5
    assert answer == b"" if begun == b"" else problem_of(answer) == 408


def test_a_client_that_sends_a_byte_now_and_then_is_not_waited_for(port: int) -> None:
    with closing(opened(port)) as connection:
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 8:
                connection.sendall(b"GET /nl HTTP/1.1\r\n" if time.monotonic() - began < 0.05 else b"X")
                time.sleep(0.1)
        assert time.monotonic() - began < 5


def test_a_body_that_does_not_come_gets_408_and_the_connection_ends(port: int) -> None:
    answer = said(port, b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
    assert problem_of(answer) == 408


@pytest.mark.parametrize("header", [b"X-A: " + b"a" * 200_000, b"X-A: b\r\n" * 40_000])
def test_headers_that_are_too_large_get_431(port: int, header: bytes) -> None:
    with closing(opened(port)) as connection:
        try:
            connection.sendall(b"GET /nl HTTP/1.1\r\nHost: a\r\n" + header)
        except (BrokenPipeError, ConnectionResetError):
            return
        answer = all_of(connection)
        assert answer == b"" or problem_of(answer) == 431


def test_headers_somewhat_too_large_get_431(port: int) -> None:
    request = b"GET /nl HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-A: " + b"a" * 5000 + b"\r\n\r\n"
    assert problem_of(said(port, request)) == 431


MALFORMED = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET /nl HTTP/9.9\r\n\r\n",
    b"GET /nl HTTP/1.1\r\nHost: a\r\nBad Header: b\r\n\r\n",
    b"GET /nl HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
    b"GET /n\xffl HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
]


@pytest.mark.parametrize("request_", MALFORMED, ids=[str(each[:50]) for each in MALFORMED])
def test_what_is_no_http_gets_400_and_reaches_nobody(port: int, request_: bytes) -> None:
    assert problem_of(said(port, request_)) in (400, 405)


def test_who_sends_too_much_can_still_read_that(port: int) -> None:
    head = b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n"
    answer = said(port, head, b"a" * 1_000_000)
    assert problem_of(answer) == 413


def test_too_many_connections_get_503_and_those_there_are_go_on(port: int) -> None:
    head = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
    held = [opened(port) for _ in range(4)]
    try:
        time.sleep(0.05)
        answer = said(port)
        assert problem_of(answer) == 503
        assert b"retry-after: 2" in answer
        held[0].sendall(head + b"Connection: close\r\n\r\n")
        assert b"200 OK" in all_of(held[0])
    finally:
        for connection in held:
            connection.close()


def test_a_connection_serves_several_requests(port: int) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
    with closing(opened(port)) as connection:
        for _ in range(3):
            connection.sendall(request)
            assert b"200 OK" in connection.recv(65536)
            time.sleep(0.3)


def test_what_comes_after_a_chunked_body_is_no_header(port: int) -> None:
    body = b'{"session_id": "abcdefgh", "text": "hoi"}'
    chunked = b"%x\r\n%s\r\n0\r\nX-Trailer: a\r\nContent-Type: text/plain\r\n\r\n" % (len(body), body)
    head = b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    assert b"200 OK" in said(port, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked)


def test_the_server_says_neither_what_it_is_nor_whose_address_it_saw(
    port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = said(port, b"GET /nl?geheim=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"uvicorn" not in answer.lower()
    assert "geheim" not in "".join(capfd.readouterr())
