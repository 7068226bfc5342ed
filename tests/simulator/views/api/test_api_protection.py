"""Who may use the API of a station, and what the command says when it cannot be served as asked."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from simulator import Station
from simulator.options.arguments import UsageError
from simulator.v16.faults import CATALOGUE
from simulator.views.api import serving
from simulator.views.api.app import make_app
from simulator.views.api.options import wanted
from simulator.views.record import Record
from tests.simulator.views.api.support import options, served

pytestmark = pytest.mark.asyncio

TOKEN = "let-me-in"


def station_in(record: Record) -> Station:
    assert isinstance(record.station, Station)
    return record.station


@pytest.fixture
def record() -> Record:
    """Of a station that is not switched on."""
    return Record(Station("ws://127.0.0.1:1/ocpp", id="CP1"), CATALOGUE)


@pytest_asyncio.fixture
async def client(record: Record) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=make_app(record))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        yield client


FROM_WHERE: list[tuple[dict[str, str], int]] = [
    ({}, 200),
    ({"host": "localhost:8080"}, 200),
    ({"host": "[::1]:8080"}, 200),
    ({"host": "evil.example"}, 403),
    ({"host": "127.0.0.1.nip.io"}, 403),
    ({"host": "["}, 403),
    ({"host": ""}, 403),
    ({"origin": "http://127.0.0.1:8080"}, 200),
    ({"origin": "http://evil.example"}, 403),
    ({"origin": "http://127.0.0.1:9999"}, 403),
    ({"origin": "null"}, 403),
    ({"x-forwarded-for": "127.0.0.1"}, 403),
    ({"forwarded": "for=127.0.0.1"}, 403),
]


async def test_a_page_of_somebody_else_gets_nothing(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/state", "/openapi.json"):
        answers = [await client.get(path, headers=headers) for headers, _ in FROM_WHERE]
        assert [answer.status_code for answer in answers] == [status for _, status in FROM_WHERE]
        assert all(set(answer.json()) == {"detail"} for answer in answers if answer.status_code == 403)


async def test_with_a_token_everything_asks_for_it(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_TOKEN", f"{TOKEN}\n")
    async with served(station_in(record), "--api-token-env", "STATION_TOKEN") as api:

        async def status(**headers: str) -> int:
            return (await api.client.get("/api/v1/state", headers=headers)).status_code

        assert await status() == 401
        assert await status(authorization=f"Bearer {TOKEN}x") == 401
        assert await status(authorization=f"Basic {TOKEN}") == 401
        assert await status(authorization="Bearer") == 401
        assert await status(authorization=f"Bearer {TOKEN}", host="station.example") == 200
        assert await status(authorization=f"bearer {TOKEN}", origin="http://elsewhere.example") == 200


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--api-port", "70000"], "--api-port 70000: a port is a number from 0, which means a free one, to 65535"),
        (["--api-host", "0.0.0.0"], "--api-host 0.0.0.0: beyond this machine a token is needed; name it with --api"),
        (["--api-host", "no.such.host.invalid"], "--api-host no.such.host.invalid: "),
        (["--api-host", "203.0.113.1", "--api-token-env", "HAS"], "--api-port 0: cannot listen at 203.0.113.1 ("),
        (["--api-token-env", "HAS_NOT"], "--api-token-env HAS_NOT: there is no such environment variable; export it"),
    ],
)
async def test_what_cannot_be_served_is_one_sentence(
    record: Record, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.setenv("HAS", TOKEN)
    with pytest.raises(UsageError) as raised:
        async with serving.serve(record, options(*arguments), record.note):
            pytest.fail("it is served")

    assert str(raised.value).startswith(sentence)


async def test_a_port_that_is_taken_is_named(record: Record) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"--api-port {port}: cannot listen at 127.0.0.1 \(.*\); choose another"):
            async with serving.serve(record, options("--api-port", str(port)), record.note):
                pytest.fail("it is served")


@pytest.mark.parametrize("option", ["--api-host", "--api-token-env"])
async def test_options_of_the_api_without_a_port_are_a_mistake(option: str) -> None:
    given = replace(options(option, "x"), api_port=None)

    with pytest.raises(UsageError, match=f"{option} is of no use without --api-port"):
        wanted(given)


async def test_an_ipv6_address_is_written_in_brackets(record: Record) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with served(station_in(record), "--api-host", "::1") as api:
        assert api.client.base_url.host == "::1"
        assert (await api.client.get("/api/v1/state")).status_code == 200


async def test_a_body_without_end_is_not_read(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 << 20:
            sent += 1 << 16
            yield b" " * (1 << 16)

    answer = await client.post("/api/v1/verbs/plug_in", content=endless())
    fits = await client.post("/api/v1/verbs/plug_in", content=b'{"connector": 9}' + b" " * 1000)

    assert (answer.status_code, answer.json()["detail"]) == (413, "A body has at most 1048576 bytes.")
    assert sent <= 2 << 20
    assert fits.status_code == 422
