"""Who may use the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from harness.cli.ui.guard import COOKIE, Guard

pytestmark = pytest.mark.asyncio
HERE = {"Host": "127.0.0.1:8000"}


def client(token: str | None) -> httpx.AsyncClient:
    async def said(request: Request) -> PlainTextResponse:
        return PlainTextResponse("let in")

    app = Guard(Starlette(routes=[Route("/", said, methods=["GET", "POST"])]), token)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"Host": "localhost:8000"}, 200),
        ("POST", {"Origin": "http://127.0.0.1:8000"}, 200),
        ("GET", {"Host": "evil.example"}, 403),  # DNS rebinding
        ("POST", {"Origin": "http://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, 200),  # somebody follows a link
        ("GET", {"X-Forwarded-For": "192.0.2.1"}, 403),
        ("POST", {"X-Real-IP": "192.0.2.1"}, 403),
    ],
)
async def test_without_a_token_it_is_for_this_machine(method: str, headers: dict[str, str], status: int) -> None:
    async with client(None) as asking:
        answer = await asking.request(method, "/", headers={**HERE, **headers})

    assert answer.status_code == status
    assert status == 200 or set(answer.json()) == {"detail"}


async def test_a_body_without_end_is_not_read() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 << 20:
            sent += 1 << 16
            yield b" " * (1 << 16)

    async with client(None) as asking:
        answer = await asking.post("/", headers=HERE, content=endless())

    assert (answer.status_code, answer.json()["detail"]) == (413, "A body has at most 1048576 bytes.")
    assert sent <= 2 << 20


async def test_a_token_in_the_address_becomes_a_cookie() -> None:
    async with client("secret-token") as asking:
        assert (await asking.get("/")).status_code == 401
        assert (await asking.get("/?token=wrong")).status_code == 401
        assert (await asking.post("/?token=secret-token")).status_code == 401
        onward = await asking.get("/?token=secret-token")
        assert (onward.status_code, onward.headers["location"]) == (303, "/")
        assert "httponly" in onward.headers["set-cookie"].lower()
        assert "samesite=strict" in onward.headers["set-cookie"].lower()
        assert asking.cookies[COOKIE] == "secret-token"
        assert (await asking.get("/")).text == "let in"
        assert (await asking.post("/", headers={"Origin": "http://evil.example"})).status_code == 403
        assert (await asking.get("/", headers={"Host": "bench.example:8000"})).status_code == 200
        asking.cookies.clear()
        assert (await asking.get("/", headers={"Cookie": f"{COOKIE}=other"})).status_code == 401
