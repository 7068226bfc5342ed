"""Who comes to the door of the bay: addresses, subprotocols and passwords, written in every way that stations do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from harness.bay import listener
from harness.bay.knock import identity_of
from harness.case.verdicts import CaseFailure
from tests.harness.bay.bench import Hosted, asked, bay, raw_station, request, station_sut

BOOT = {"chargePointModel": "Sockets", "chargePointVendor": "Nobody"}
ADDRESSES = {
    # request target: the identity, and what is remarked about it
    "/CP-1": ("CP-1", ()),
    "/CP%201": ("CP 1", ()),
    "/CP%2F1": ("CP/1", ()),
    "/CP%201%2Fé": ("CP 1/é", ()),
    "/CP%25201": ("CP%201", ()),
    "/ocpp/CP-1": ("ocpp/CP-1", ("a slash in the identity is not percent-encoded",)),
    "/CP-1/": ("CP-1", ("the address ends with a slash",)),
    "/CP-1?token=x": ("CP-1", ("the address has a query (?token=x)",)),
    "/CP-1/?token=x": ("CP-1", ("the address has a query (?token=x)", "the address ends with a slash")),
    "/CP|1": ("CP|1", ("a character of the identity is not percent-encoded",)),
}


@pytest.mark.parametrize("target", ADDRESSES)
def test_an_identity_is_read_from_its_address(target: str) -> None:
    assert identity_of(target) == ADDRESSES[target]


@pytest.mark.asyncio
@pytest.mark.parametrize("target", [one for one in ADDRESSES if one.isascii()])
async def test_a_station_is_let_in_whatever_its_address_is_like_and_what_is_unusual_is_said(
    target: str, tmp_path: Path
) -> None:
    identity, remarks = ADDRESSES[target]
    async with bay(station_sut(tmp_path, identity=identity), tmp_path) as (stand, csms):
        async with raw_station(stand, target) as station:
            answer = await asked(station, "1", "BootNotification", BOOT)
        assert answer[2]["status"] == "Accepted"
        assert csms.identity == stand.bay.identity == identity
        assert csms.said == [("CON-02", remark) for remark in remarks]


@pytest.mark.asyncio
async def test_a_path_before_the_identity_belongs_to_the_address_that_the_station_was_given(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path, identity="CP 1"), tmp_path) as (stand, csms):
        async with raw_station(stand, "/ocpp/j/CP%201/") as station:
            assert (await asked(station, "1", "BootNotification", BOOT))[0] == 3
        with pytest.raises(InvalidStatus, match="HTTP 404"):
            async with raw_station(stand, "/ocpp/ACP%201"):
                pass
        assert csms.identity == "CP 1"
    assert [message for _, message in csms.said] == [
        "the address has a path before the identity, /ocpp/j/",
        "the address ends with a slash",
    ]


@pytest.mark.asyncio
async def test_another_station_and_one_without_a_name_are_told_404(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path, identity="CP-1"), tmp_path) as (stand, csms):
        for target in ("/CP-2", "/CP-1x", "/cp-1", "/", "//", "/?token=x"):
            with pytest.raises(InvalidStatus, match="HTTP 404"):
                async with raw_station(stand, target):
                    pass
    assert [refusal.status for _, refusal in csms.refusals] == [404] * 6
    assert csms.refusals[0][1].reason == "station CP-2 is not the one under test, which is CP-1"
    assert csms.refusals[-1][1].reason == "the address does not end with the identity of a station"
    assert "HTTP/1.1 404 Not Found\nstation CP-2 is not the one under test" in csms.handshakes


@pytest.mark.asyncio
async def test_who_comes_first_is_the_one_where_none_is_named_and_without_a_name_nobody_is(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        with pytest.raises(InvalidStatus, match="HTTP 404"):
            async with raw_station(stand, "/"):
                pass
        async with raw_station(stand, "/ANY"):
            assert stand.bay.identity == csms.identity == "ANY"
        with pytest.raises(InvalidStatus, match="HTTP 404"):
            async with raw_station(stand, "/ANOTHER"):
                pass


@pytest.mark.asyncio
async def test_a_space_in_the_address_is_no_request_and_is_said(tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path, identity="CP 1"), tmp_path) as (stand, csms):
        assert await request(stand, "/CP 1") == ""
        failure = await _why_nobody_is_there(csms)
        assert "somebody connected, but not with a request that can be read" in failure
        assert "1 HTTP/1.1" in failure
        assert await request(stand, "/CP%201") == "HTTP/1.1 101 Switching Protocols"
        assert csms.identity == "CP 1"
    assert any("without a request that can be read" in note for note in csms.notes)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("more", "key", "status", "problem"),
    [
        (("Sec-WebSocket-Version: 8",), "dGhlIHNhbXBsZSBub25jZQ==", 400, "Sec-WebSocket-Version"),
        ((), "short", 400, "Sec-WebSocket-Key"),
    ],
    ids=["version", "key"],
)
async def test_what_is_no_opening_handshake_is_refused_and_the_trace_says_so(
    more: tuple[str, ...], key: str, status: int, problem: str, tmp_path: Path
) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        assert await request(stand, "/CP-1", *more, key=key) == f"HTTP/1.1 {status} Bad Request"
        assert not stand.bay.is_connected
    ((_, refusal),) = csms.refusals
    assert (refusal.status, problem in refusal.reason) == (status, True)
    assert f"HTTP/1.1 {status} Bad Request\nno opening handshake: " in csms.handshakes
    assert "101" not in csms.handshakes


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "offers",
    [
        ("ocpp1.6",),
        ("ocpp2.0.1", "ocpp1.6"),
        ("ocpp1.6", "ocpp2.0.1", "ocpp1.5"),
        ("ocpp1.2", "ocpp1.5", "ocpp1.6"),
    ],
)
async def test_of_several_subprotocols_that_of_the_run_is_agreed_on(offers: tuple[str, ...], tmp_path: Path) -> None:
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        async with raw_station(stand, offers=offers) as station:
            assert station.subprotocol == "ocpp1.6"
            assert (await asked(station, "1", "BootNotification", BOOT))[0] == 3
        assert stand.bay.knock is not None
        assert stand.bay.knock.offered == offers
    assert "subprotocol ocpp1.6" in csms.handshakes


@pytest.mark.asyncio
@pytest.mark.parametrize("offers", [("ocpp2.0.1",), ("ocpp1.5", "ocpp2.0.1"), ("OCPP1.6",)])
async def test_without_a_common_subprotocol_the_handshake_ends_without_it_and_the_connection_at_once(
    offers: tuple[str, ...], tmp_path: Path
) -> None:
    """As OCPP-J §3.2 has it; who waits for the station is told why it is not there."""
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        async with raw_station(stand, offers=offers) as station:
            assert station.subprotocol is None
            with pytest.raises(ConnectionClosed, match=r"1002.*the subprotocol ocpp1\.6 is not offered"):
                await asyncio.wait_for(station.recv(), 5)
        failure = await _why_nobody_is_there(csms)
        assert failure.endswith("it was not let in: the subprotocol ocpp1.6 is not offered")
        assert not stand.bay.is_connected


@pytest.mark.asyncio
@pytest.mark.parametrize("password", ["plugproof-0123456", "a:b:c:d:e:f:g:h:", ":::::::::::::::::"])
async def test_a_password_may_hold_colons(password: str, tmp_path: Path) -> None:
    """RFC 7617 §2: the user name ends at the first colon."""
    sut = station_sut(
        tmp_path, identity="CP-1", connection='security_profile = 1\nauth_key = "${AUTH_KEY}"', AUTH_KEY=password
    )
    async with bay(sut, tmp_path) as (stand, csms):
        async with raw_station(stand, auth=("CP-1", password)) as station:
            assert (await asked(station, "1", "BootNotification", BOOT))[2]["status"] == "Accepted"
        for user, wrong in (("CP-1", password + "x"), ("CP-1", password[:-1]), ("CP-2", password)):
            with pytest.raises(InvalidStatus, match="HTTP 401") as refused:
                async with raw_station(stand, auth=(user, wrong)):
                    pass
            assert refused.value.response.headers["WWW-Authenticate"] == 'Basic realm="OCPP"'
        with pytest.raises(InvalidStatus, match="HTTP 401"):
            async with raw_station(stand):
                pass
    assert [refusal.reason for _, refusal in csms.refusals] == [
        "the password is another one",
        "the password is another one",
        "the user name is CP-2, not the identity",
        "user name and password are missing",
    ]
    assert password not in csms.handshakes


@pytest.mark.asyncio
async def test_half_a_handshake_and_silence_keep_nobody_out_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "ASKING_S", 0.3)
    async with bay(station_sut(tmp_path), tmp_path) as (stand, csms):
        reader, writer = await asyncio.open_connection("127.0.0.1", stand.bay.ports[False])
        writer.write(b"GET /CP-1 HTTP/1.1\r\nHost:")
        async with raw_station(stand) as station:
            assert (await asked(station, "1", "BootNotification", BOOT))[0] == 3
            assert await asyncio.wait_for(reader.read(), 5) == b""
            assert (await asked(station, "2", "Heartbeat", {}))[0] == 3
        writer.close()
    assert "somebody connected without a request that can be read: nothing was asked for" in csms.notes


async def _why_nobody_is_there(csms: Hosted) -> str:
    with pytest.raises(CaseFailure) as failure:
        await csms.is_there(0.2)
    return failure.value.actual
