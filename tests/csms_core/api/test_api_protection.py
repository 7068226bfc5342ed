"""Who may use the HTTP API: this machine, or a token; never a page of somebody else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.api.http.guard import Forbidden, Guard, is_loopback, judge_host
from csms_core.auth import tokens
from tests.csms_core.support.bench import configured

pytestmark = pytest.mark.asyncio

REMOTE = "192.0.2.7"


def elsewhere(csms: Csms, address: str = REMOTE, **headers: str) -> httpx.AsyncClient:
    """A client on another machine: the application sees its address as uvicorn would tell it."""
    transport = httpx.ASGITransport(app=csms.app, client=(address, 50_000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://csms.example", headers=headers)


async def status(client: httpx.AsyncClient, method: str = "GET", path: str = "/api/v1/stations", **options: Any) -> int:
    async with client:
        return (await client.request(method, path, **options)).status_code


async def test_another_machine_needs_a_token(csms: Csms, api: httpx.AsyncClient) -> None:
    made = (await api.post("/api/v1/tokens", json={"name": "ci"})).json()

    assert await status(elsewhere(csms)) == 401
    assert await status(elsewhere(csms, authorization=f"Bearer {made['token']}")) == 200
    assert await status(elsewhere(csms, authorization=f"bearer {made['token']}")) == 200
    assert await status(elsewhere(csms, authorization=f"Bearer {made['token']}x")) == 401
    assert await status(elsewhere(csms, authorization=f"Basic {made['token']}")) == 401
    assert await status(elsewhere(csms, authorization="Bearer")) == 401


@pytest.mark.parametrize(
    "path", ["/api/v1/stations", "/api/octt/1.6/S/reset", "/api/nonsense", "/metrics", "/api/v1/events"]
)
async def test_everything_that_says_or_does_something_is_guarded(csms: Csms, path: str) -> None:
    async with elsewhere(csms) as client:
        response = await client.get(path)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "--create-token" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
async def test_what_holds_no_secret_is_open(csms: Csms, path: str) -> None:
    assert await status(elsewhere(csms), path=path) == 200


async def test_a_wrong_token_is_refused_on_this_machine_too(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/v1/stations", headers={"Authorization": "Bearer nonsense"})

    assert response.status_code == 401


async def test_a_deleted_token_is_worthless(csms: Csms, api: httpx.AsyncClient) -> None:
    token = (await api.post("/api/v1/tokens", json={"name": "ci"})).json()["token"]
    assert (await api.post("/api/v1/tokens", json={"name": "ci"})).status_code == 409
    assert [entry["name"] for entry in (await api.get("/api/v1/tokens")).json()] == ["ci"]

    assert (await api.delete("/api/v1/tokens/ci")).status_code == 204

    assert await status(elsewhere(csms, authorization=f"Bearer {token}")) == 401
    assert (await api.delete("/api/v1/tokens/ci")).status_code == 404


async def test_a_token_is_kept_as_a_digest_only(csms: Csms, api: httpx.AsyncClient) -> None:
    token = (await api.post("/api/v1/tokens", json={"name": "ci"})).json()["token"]
    url = csms.config.database.removeprefix("sqlite:///")

    assert len(token) > 40
    for file in (url, f"{url}-wal"):
        with open(file, "rb") as opened:  # noqa: ASYNC230 - a test may wait for a small file
            assert token.encode() not in opened.read()
    assert token not in (await api.get("/api/v1/tokens")).text


@pytest.mark.parametrize("name", ["", "a b", "ä", "x" * 101, "a/b"])
async def test_the_name_of_a_token_is_simple(api: httpx.AsyncClient, name: str) -> None:
    assert (await api.post("/api/v1/tokens", json={"name": name})).status_code == 422


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_what_a_proxy_passed_on_counts_as_coming_from_elsewhere(api: httpx.AsyncClient, header: str) -> None:
    response = await api.get("/api/v1/stations", headers={header: "127.0.0.1"})

    assert response.status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9001", "localhost.evil.example", "", "[", "127.0.0.1.nip.io"]
)
async def test_a_foreign_host_name_is_refused(csms: Csms, host: str) -> None:
    """DNS rebinding: a page of evil.example whose name now leads to 127.0.0.1."""
    assert await status(elsewhere(csms, "127.0.0.1", host=host)) == 403


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9001", "127.0.0.1:9001", "[::1]:9001", "192.168.1.4", "lab.localhost"]
)
async def test_an_address_or_localhost_is_no_rebinding(csms: Csms, host: str) -> None:
    assert await status(elsewhere(csms, "127.0.0.1", host=host)) == 200


@configured(api_hosts=("csms.Example",))
async def test_a_host_name_can_be_allowed(csms: Csms) -> None:
    assert await status(elsewhere(csms, "127.0.0.1", host="csms.example:9001")) == 200
    assert await status(elsewhere(csms, "127.0.0.1", host="other.example")) == 403


async def test_a_token_may_come_under_any_host_name(csms: Csms, api: httpx.AsyncClient) -> None:
    token = (await api.post("/api/v1/tokens", json={"name": "ci"})).json()["token"]

    assert await status(elsewhere(csms, host="behind.proxy.example", authorization=f"Bearer {token}")) == 200


@pytest.mark.parametrize(
    ("origin", "expected"), [("http://evil.example", 403), ("null", 403), ("http://127.0.0.1:1", 403)]
)
async def test_a_page_of_another_origin_changes_nothing(api: httpx.AsyncClient, origin: str, expected: int) -> None:
    response = await api.put("/api/v1/stations/X", headers={"Origin": origin})

    assert response.status_code == expected
    assert (await api.get("/api/v1/stations/X")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/v1/events?follow=false", "/api/v1/stations/X/composite-schedule?connectorId=1", "/metrics"]
)
@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
    ids=["origin", "cross-site", "another port"],
)
async def test_a_page_of_another_origin_reads_nothing(
    api: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    """What reads takes one of the few places of the events, or makes the CSMS ask a station."""
    response = await api.get(path, headers=headers)

    assert response.status_code == 403
    assert "may not use this API without a token" in response.json()["detail"]


async def test_a_page_with_a_token_may_read(csms: Csms, api: httpx.AsyncClient) -> None:
    token = (await api.post("/api/v1/tokens", json={"name": "page"})).json()["token"]
    headers = {"Origin": "http://lab.example", "Sec-Fetch-Site": "cross-site", "Authorization": f"Bearer {token}"}

    assert (await api.get("/api/v1/stations", headers=headers)).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_the_own_page_and_a_person_may_read(csms: Csms, api: httpx.AsyncClient, site: str) -> None:
    headers = {"Origin": csms.api_url, "Sec-Fetch-Site": site}

    assert (await api.get("/api/v1/events?follow=false", headers=headers)).status_code == 200


async def test_the_own_page_may_change_things(csms: Csms, api: httpx.AsyncClient) -> None:
    assert (await api.put("/api/v1/stations/X", headers={"Origin": csms.api_url})).status_code == 204


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.0.1", False),
        ("::ffff:192.168.0.1", False),
        ("0.0.0.0", False),
        ("testclient", False),
        ("fe80::1%eth0", False),
    ],
)
async def test_which_addresses_are_this_machine(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


async def test_a_connection_without_an_address_is_not_this_machine() -> None:
    async def app(*_: Any) -> None:
        raise AssertionError("the request came through")

    answered: list[Any] = []

    async def send(message: Any) -> None:
        answered.append(message)

    scope: dict[str, Any] = {"type": "http", "path": "/api/v1/stations", "method": "GET", "headers": [], "client": None}
    await Guard(app, store=None)(scope, None, send)  # type: ignore[arg-type]

    assert answered[0]["status"] == 401


async def test_a_host_that_is_refused_is_not_repeated() -> None:
    with pytest.raises(Forbidden) as refused:
        judge_host("<script>.example", ())

    assert "script" not in refused.value.sentence


async def test_a_token_from_the_command_line_opens_a_running_csms(
    csms: Csms, capsys: pytest.CaptureFixture[str]
) -> None:
    token = await tokens.create(csms.config.database, "from-the-shell")

    assert await status(elsewhere(csms, authorization=f"Bearer {token}")) == 200
