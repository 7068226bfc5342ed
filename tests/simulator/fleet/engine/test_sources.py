"""Sockets of a fleet that connects from addresses of its own."""

from __future__ import annotations

import asyncio
import socket
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.fleet.engine.sources import sockets_from

SOURCE = "127.0.0.2"

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no address of 127/8 but the first is this machine"),
]


def about_to_connect(monkeypatch: pytest.MonkeyPatch) -> list[tuple[socket.socket, Any]]:
    """The sockets that are about to connect, and their own ends at that moment."""
    seen: list[tuple[socket.socket, Any]] = []
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def watched(sock: socket.socket, address: Any) -> None:
        seen.append((sock, sock.getsockname()))
        await connect(sock, address)

    monkeypatch.setattr(loop, "sock_connect", watched)
    return seen


async def test_the_port_is_chosen_when_it_is_known_where_the_connection_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else 20 000 stations search for one that is free for longer than all else takes, and 30 000 find none."""
    before = about_to_connect(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = await sockets_from(SOURCE)(SimpleNamespace(host="127.0.0.1", port=server.getsockname()[1]))
        with there:
            assert before == [(there, (SOURCE, 0))]
            assert there.getsockname()[0] == SOURCE
            assert there.getpeername() == server.getsockname()


async def test_a_socket_that_does_not_connect_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = about_to_connect(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        await sockets_from(SOURCE)(SimpleNamespace(host="127.0.0.1", port=port))
    ((there, _),) = before
    assert there.fileno() == -1
