"""What becomes of a connection that is open when the credentials of its station change (A01, A05; OCPP-J §6.2.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from csms_core import Csms
from csms_core.auth.doorman import Admitted, Offer
from csms_core.auth.policy import Handshake
from csms_core.pki import Pki
from csms_core.store import certificates
from ocppj.peers.aio import ConnectFailed
from tests.csms_core.auth.test_security_profiles import NEW, Door, change, keep, lowest, pki, settings
from tests.csms_core.support.bench import BOOT, STATION, Connecting, Station, configured
from tests.csms_core.support.tls import PASSWORD, client_context, station_certificate

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("open-connections")]  # `pki` is made once

__all__ = ["pki", "settings"]

AT = "2026-11-21T10:00:00.000Z"
OTHER = "another password"


@pytest.fixture
def door(csms: Csms, pki: Pki) -> Door:
    return Door(csms, pki)


async def with_certificate(
    csms: Csms, pki: Pki, connecting: Connecting, folder: Path, common_name: str = STATION
) -> tuple[Station, str]:
    """A station that came in with a certificate of this CSMS, and the serial number of that."""
    file, made = station_certificate(folder, pki, common_name)
    serial = certificates.serial_text(made.serial_number)
    issued = certificates.Certificate(serial, STATION, common_name, "", AT, AT)
    await csms.store.write(lambda c: certificates.add(c, issued))
    station = await connecting(url=csms.tls_url, ssl=client_context(pki, file))
    await station.boot()
    return station, serial


async def with_password(csms: Csms, connecting: Connecting) -> Station:
    await keep(csms, password=PASSWORD)
    station = await connecting(basic_auth=(STATION, PASSWORD))
    await station.boot()
    return station


async def put(api: httpx.AsyncClient, **security: Any) -> None:
    (await api.put(f"/api/v1/stations/{STATION}/security", json=security)).raise_for_status()


async def is_served(station: Station) -> bool:
    return "currentTime" in await station.call("Heartbeat")


async def ended(station: Station) -> tuple[int, str]:
    """Code and reason a connection was closed with."""
    async with asyncio.timeout(30):
        closed = await station.peer.wait_closed()
    return closed.code, closed.reason


# --- what the CSMS takes away ----------------------------------------------------------------------------------------


@lowest(3)
async def test_a_revoked_certificate_ends_its_connection(
    csms: Csms,
    pki: Pki,
    connecting: Connecting,
    api: httpx.AsyncClient,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    station, serial = await with_certificate(csms, pki, connecting, tmp_path)

    await api.post(f"/api/v1/certificates/{serial.upper()}/revoke")

    assert csms.hub.link(STATION) is None, "from that moment, whether the station reacts or not"
    assert await ended(station) == (1008, "its certificate was revoked")
    assert f"{STATION} is disconnected: its certificate was revoked" in caplog.messages
    lines = (await api.get("/api/v1/events", params={"follow": "false"})).text.splitlines()
    events = [json.loads(line.removeprefix("data: ")) for line in lines if '"disconnected"' in line]
    assert [(event["station"], event["text"]) for event in events] == [(STATION, "its certificate was revoked")]


@lowest(3)
async def test_another_certificate_that_is_revoked_ends_nothing(
    csms: Csms, pki: Pki, connecting: Connecting, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    _, old = await with_certificate(csms, pki, connecting, tmp_path)
    station, _ = await with_certificate(csms, pki, connecting, tmp_path)

    await api.post(f"/api/v1/certificates/{old}/revoke")

    assert await is_served(station)


@lowest(1)
async def test_what_a_station_sends_after_that_is_not_handled(csms: Csms, api: httpx.AsyncClient) -> None:
    """A station that takes no notice of the close frame gets nothing into the books."""
    await keep(csms, password=PASSWORD)
    reader, writer, client = await connect_rudely(csms)
    send(writer, client, [2, "1", "BootNotification", BOOT])
    assert json.loads(await next_frame(reader, client, Opcode.TEXT))[0] == 3

    await put(api, password=OTHER)
    assert int.from_bytes((await next_frame(reader, client, Opcode.CLOSE))[:2], "big") == 1008
    start = {"connectorId": 1, "idTag": "GOOD", "meterStart": 0, "timestamp": AT}
    frame = Frame(Opcode.TEXT, json.dumps([2, "2", "StartTransaction", start]).encode())
    writer.write(frame.serialize(mask=True))
    writer.write_eof()
    while await reader.read(4096):
        pass
    writer.close()

    assert (await api.get("/api/v1/transactions")).json() == []


async def test_a_station_that_is_removed_is_disconnected(csms: Csms, station: Station, api: httpx.AsyncClient) -> None:
    await api.delete(f"/api/v1/stations/{STATION}")

    assert await ended(station) == (1008, "the station was removed")


@lowest(1)
@pytest.mark.parametrize(
    ("security", "reason"),
    [
        ({"password": OTHER}, "the password was changed"),
        ({"password": None}, "the password was changed"),
        ({"profile": 2}, "security profile 1 is not allowed any more"),
        ({"profile": 0}, "security profile 1 is not allowed any more"),
    ],
    ids=["password", "no-password", "higher", "lower"],
)
async def test_an_operator_who_takes_away_the_proof_ends_the_connection(
    csms: Csms, connecting: Connecting, api: httpx.AsyncClient, security: dict[str, Any], reason: str
) -> None:
    station = await with_password(csms, connecting)

    await put(api, **security)

    assert await ended(station) == (1008, reason)


@lowest(1)
@pytest.mark.parametrize(
    "security", [{"password": PASSWORD.decode()}, {"profile": 1}, {"serial_number": "SN-1"}, {}], ids=str
)
async def test_what_leaves_the_proof_as_it_is_leaves_the_connection(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient, security: dict[str, Any]
) -> None:
    station = await with_password(csms, connecting)

    await put(api, **security)

    assert await is_served(station)
    await station.close()
    assert await door(PASSWORD) == 101


async def test_a_password_nobody_asks_for_any_more_leaves_the_connection(
    csms: Csms, connecting: Connecting, api: httpx.AsyncClient
) -> None:
    station = await with_password(csms, connecting)

    await put(api, password=None)

    assert await is_served(station)


async def test_a_station_that_had_to_prove_nothing_has_to_from_now_on(
    connecting: Connecting, api: httpx.AsyncClient
) -> None:
    station = await connecting()

    await put(api, password=OTHER)

    assert await ended(station) == (1008, "security profile 0 is not allowed any more")


@lowest(3)
async def test_a_certificate_needs_the_name_of_its_station(
    csms: Csms, pki: Pki, connecting: Connecting, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    await keep(csms, serial_number="SN-1")
    station, _ = await with_certificate(csms, pki, connecting, tmp_path, "SN-1")
    await put(api, password=OTHER)
    assert await is_served(station), "it did not come in with a password"

    await put(api, serial_number="SN-2")

    assert await ended(station) == (1008, "the name of the certificate is not that of the station any more")


@lowest(1)
async def test_a_change_while_the_handshake_is_under_way_counts(
    csms: Csms, connecting: Connecting, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password was right when it was looked up, and is not any more when the connection begins."""
    await keep(csms, password=PASSWORD)
    doorman = csms.app.state.services.doorman
    judge = doorman.judge

    async def overtaken(*given: Any) -> Any:
        admitted = await judge(*given)
        await put(api, password=OTHER)
        return admitted

    monkeypatch.setattr(doorman, "judge", overtaken)

    with pytest.raises(ConnectFailed, match="HTTP 403"):
        await connecting(basic_auth=(STATION, PASSWORD))

    assert csms.hub.link(STATION) is None
    refused = list(csms.hub.feed.kept(station=STATION))[-1]
    assert (refused.kind, refused.text) == ("refused", "What this station may connect with has changed meanwhile.")


async def test_changes_that_no_handshake_can_have_missed_are_forgotten(csms: Csms) -> None:
    doorman = csms.app.state.services.doorman
    moment = 1000.0
    monotonic = MonotonicTime(lambda: moment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csms_core.auth.doorman.time", monotonic)
        for number in range(1000):
            doorman.changed(f"station {number}")
            moment += 1.0

        assert set(doorman._changed) == {"station 999"}
        assert doorman.is_stale("station 999", Admitted(0, begun=moment - 2))
        assert not doorman.is_stale("station 999", Admitted(0, begun=moment))


async def test_changes_are_remembered_as_long_as_a_judgement_may_have_missed_them(csms: Csms) -> None:
    """However long it takes."""
    doorman = csms.app.state.services.doorman
    moment, begun, release = 1000.0, asyncio.Event(), asyncio.Event()
    look_up = doorman._look_up

    async def slow(*given: Any) -> Any:
        begun.set()
        await release.wait()
        return await look_up(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csms_core.auth.doorman.time", MonotonicTime(lambda: moment))
        patch.setattr(doorman, "_look_up", slow)
        judging = asyncio.create_task(doorman.judge(Offer(STATION), Handshake()))
        async with asyncio.timeout(30):
            await begun.wait()
        for number in range(100):
            moment += 3600.0
            doorman.changed(f"station {number}")
        doorman.changed(STATION)
        assert len(doorman._changed) == 101

        release.set()
        assert doorman.is_stale(STATION, await judging)
        moment += 1.0
        doorman.changed("another")
        assert set(doorman._changed) == {"another"}


class MonotonicTime(NamedTuple):
    """Stands for the module `time`."""

    monotonic: Callable[[], float]


# --- what a station changes itself -----------------------------------------------------------------------------------


@lowest(1)
async def test_a_new_key_over_ocpp_leaves_the_connection_until_the_station_reconnects(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient
) -> None:
    station = await with_password(csms, connecting)
    path, payload = change("AuthorizationKey", NEW.hex())

    assert (await api.post(path, json=payload)).json() == {"status": "Accepted"}

    assert await is_served(station)
    assert await door(PASSWORD) == 401
    assert await is_served(station), "not even when somebody knocks with the old key"
    assert await door(NEW) == 101
    assert (await ended(station))[0] == 1000, "it is replaced by its next connection"


@lowest(1)
async def test_a_rise_over_ocpp_leaves_the_connection_until_the_station_comes_with_the_new_profile(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient
) -> None:
    await keep(csms, profile=1)
    station = await with_password(csms, connecting)
    path, payload = change("SecurityProfile", "2")

    assert (await api.post(path, json=payload)).json() == {"status": "Accepted"}

    assert await is_served(station)
    assert await door(PASSWORD, tls=True) == 101
    assert (await ended(station))[0] == 1000
    assert await door(PASSWORD) == 403


@lowest(1)
async def test_the_convention_prepares_the_next_handshake_and_ends_nothing(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient
) -> None:
    station = await with_password(csms, connecting)

    body = {"station_id": STATION, "password": OTHER}
    (await api.post("/api/octt/set-basic-auth-password", json=body)).raise_for_status()

    assert await is_served(station)
    await station.close()
    assert [await door(PASSWORD), await door(OTHER.encode())] == [401, 101]


@configured(any_station=True)
async def test_a_station_that_is_not_connected_cannot_be_disconnected(csms: Csms, api: httpx.AsyncClient) -> None:
    csms.hub.disconnect(STATION, "whatever")

    lines = (await api.get("/api/v1/events", params={"follow": "false"})).text
    assert "disconnected" not in lines


# --- a station that keeps no rules -----------------------------------------------------------------------------------


async def connect_rudely(csms: Csms) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, ClientProtocol]:
    """A connection that answers no close frame unless it is told to."""
    address = urlsplit(csms.url)
    uri = parse_uri(f"{csms.url}/{STATION}")
    client = ClientProtocol(uri, subprotocols=[Subprotocol("ocpp1.6")])
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    request = client.connect()
    request.headers["Authorization"] = httpx.BasicAuth(STATION, PASSWORD)._auth_header
    client.send_request(request)
    writer.writelines(client.data_to_send())
    client.receive_data(await reader.readuntil(b"\r\n\r\n"))
    assert client.handshake_exc is None
    client.events_received()
    return reader, writer, client


def send(writer: asyncio.StreamWriter, client: ClientProtocol, message: Any) -> None:
    client.send_text(json.dumps(message).encode())
    writer.writelines(client.data_to_send())


async def next_frame(reader: asyncio.StreamReader, client: ClientProtocol, opcode: Opcode) -> bytes:
    """The payload of the next frame of this kind."""
    while True:
        for event in client.events_received():
            if isinstance(event, Frame) and event.opcode == opcode:
                return bytes(event.data)
        async with asyncio.timeout(30):
            client.receive_data(await reader.read(4096))
