"""Connecting: identity, subprotocol, replacement, limits (OCPP-J 1.6 §3)."""

from __future__ import annotations

import asyncio
import http.client
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import websockets.asyncio.client
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response
from websockets.server import ServerProtocol

from csms_core import Csms
from csms_core.store import stations
from ocppj.frames import CallResult
from ocppj.peers.aio import ConnectFailed
from tests.csms_core.support.bench import BOOT, STATION, Connecting, Station, configured

pytestmark = pytest.mark.asyncio


async def upgrade(
    csms: Csms, path: str, *subprotocols: str, **headers: str
) -> websockets.asyncio.client.ClientConnection:
    """Open a WebSocket at a raw path; raises InvalidStatus when the upgrade is refused."""
    offers = [websockets.typing.Subprotocol(name) for name in subprotocols]
    return await websockets.asyncio.client.connect(
        csms.url.removesuffix("/ocpp") + path, subprotocols=offers or None, proxy=None, additional_headers=headers
    )


async def test_con_03_the_identity_is_decoded(csms: Csms, connecting: Connecting) -> None:
    await csms.store.write(lambda c: stations.put(c, "RDAM 123/ä", ""))

    station = await connecting("RDAM 123/ä")

    assert (await station.boot())["status"] == "Accepted"
    assert csms.hub.link("RDAM 123/ä") is not None


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        (("ocpp0.1", "ocpp1.6"), "ocpp1.6"),
        (("ocpp0.1", "ocpp1.6", "ocpp2.0.1"), "ocpp1.6"),
        (("ocpp2.1", "ocpp2.0.1", "ocpp1.6"), "ocpp2.0.1"),
    ],
)
async def test_con_05_the_subprotocol_is_chosen_out_of_the_offers(
    csms: Csms, offers: tuple[str, ...], chosen: str
) -> None:
    """The station names them by its preference."""
    async with await upgrade(csms, f"/ocpp/{STATION}", *offers) as websocket:
        assert websocket.subprotocol == chosen


@pytest.mark.parametrize("offers", [("ocpp0.1",), ("OCPP1.6",), ()])
async def test_con_06_without_a_common_subprotocol_there_is_no_upgrade(csms: Csms, offers: tuple[str, ...]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await upgrade(csms, f"/ocpp/{STATION}", *offers)

    assert refused.value.response.status_code == 400


@pytest.mark.parametrize(
    "path", ["/ocpp/STRANGER", "/ocpp/", "/ocpp", "/", f"/elsewhere/{STATION}", f"/ocpp/{STATION}/more", "/ocpp/%ff"]
)
async def test_con_07_an_unknown_identity_or_path_is_not_found(csms: Csms, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await upgrade(csms, path, "ocpp1.6")

    assert refused.value.response.status_code == 404


async def test_a_query_after_the_identity_is_none_of_its_business(csms: Csms) -> None:
    async with await upgrade(csms, f"/ocpp/{STATION}?tenant=7&x=/", "ocpp1.6"):
        assert csms.hub.link(STATION) is not None


FOREIGN = ["http://evil.example", "null", "file://", "http://127.0.0.1:1", "http://["]


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_page_of_another_origin_is_no_station(csms: Csms, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await upgrade(csms, f"/ocpp/{STATION}", "ocpp1.6", Origin=origin)

    sentence = f"Web pages of {origin} may not connect as a station; --allow-origin lets them."
    assert refused.value.response.status_code == 403
    assert refused.value.response.body.decode() == f"{sentence}\n"
    assert [event.text for event in csms.hub.feed.kept(station=STATION)] == [sentence]


async def test_a_name_that_was_made_to_lead_here_is_another_origin(csms: Csms) -> None:
    """DNS rebinding: the page and the address have the same name, and it is not one of this machine."""
    with pytest.raises(InvalidStatus) as refused:
        await upgrade(csms, f"/ocpp/{STATION}", "ocpp1.6", Origin="http://evil.example:9000", Host="evil.example:9000")

    assert refused.value.response.status_code == 403


async def test_an_origin_that_is_the_own_address_is_no_other(csms: Csms) -> None:
    """Some libraries for stations send one."""
    origin = csms.url.replace("ws:", "http:").removesuffix("/ocpp")
    async with await upgrade(csms, f"/ocpp/{STATION}", "ocpp1.6", Origin=origin):
        assert csms.hub.link(STATION) is not None


@pytest.mark.parametrize("settings", [{"allow_origins": ("http://EVIL.example", "null")}, {"allow_origins": ("*",)}])
@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_an_origin_can_be_allowed(csms: Csms, settings: dict[str, Any], origin: str) -> None:
    async with await upgrade(csms, f"/ocpp/{STATION}", "ocpp1.6", Origin=origin):
        assert csms.hub.link(STATION) is not None


@configured(any_station=True, max_stations=2)
async def test_strangers_cannot_fill_the_store(csms: Csms, connecting: Connecting) -> None:
    await connecting("FIRST")

    with pytest.raises(ConnectFailed, match="HTTP 503"):
        await connecting("SECOND")

    assert await csms.store.read(lambda c: stations.find(c, "SECOND")) is None
    await connecting("FIRST")
    await connecting(STATION)


@configured(any_station=True)
async def test_any_station_is_registered_when_it_connects(csms: Csms, connecting: Connecting) -> None:
    station = await connecting("STRANGER")
    await station.boot()

    known = await csms.store.read(lambda c: stations.find(c, "STRANGER"))
    assert known is not None
    assert known.boot == BOOT


async def test_con_11_a_ping_is_answered(csms: Csms) -> None:
    async with await upgrade(csms, f"/ocpp/{STATION}", "ocpp1.6") as websocket, asyncio.timeout(30):
        await (await websocket.ping(b"plugproof"))


async def test_con_14_a_second_connection_replaces_the_first(csms: Csms, connecting: Connecting) -> None:
    first = await connecting()
    await first.boot()

    second = await connecting()
    closed = await first.peer.wait_closed()
    await second.call("Heartbeat")

    assert "replaced" in closed.reason
    link = csms.hub.link(STATION)
    assert link is not None, "the end of the first connection signed off the second"
    task = await csms.operations["1.6"].start(STATION, "ClearCache", {})
    assert await task == {"status": "Accepted"}
    assert (await second.next_call()).action == "ClearCache"


async def test_a_connection_that_is_replaced_is_told_of(csms: Csms, connecting: Connecting) -> None:
    first = await connecting()
    before = list(csms.hub.feed.kept(station=STATION))[-1].seq

    await connecting()
    await first.peer.wait_closed()

    told = [(event.kind, event.text) for event in csms.hub.feed.kept(after=before) if event.kind != "frame"]
    assert told == [("disconnected", "replaced by a newer connection"), ("connected", "")]


@pytest.mark.parametrize("settings", [{}, {"any_station": True}], ids=["known", "stranger"])
async def test_whoever_gets_a_101_is_in_the_books_already(
    csms: Csms, connecting: Connecting, api: httpx.AsyncClient, settings: dict[str, Any]
) -> None:
    identity = "STRANGER" if settings else STATION
    there: list[bool] = []
    send_response = ServerProtocol.send_response

    def watched(protocol: ServerProtocol, response: Response) -> None:
        there.append(csms.hub.link(identity) is not None)
        send_response(protocol, response)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServerProtocol, "send_response", watched)
        await connecting(identity)

    assert there == [True]
    assert (await api.get(f"/api/v1/stations/{identity}")).json()["online"] is True


async def test_of_two_handshakes_the_one_that_is_answered_last_stays(csms: Csms, connecting: Connecting) -> None:
    """The judgement of the first takes longer: its connection is the newer one all the same."""
    doorman = csms.app.state.services.doorman
    judge, judged, go_on = doorman.judge, asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any) -> Any:
        admitted = await judge(*given)
        judged.set()
        await go_on.wait()
        return admitted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doorman, "judge", slowly)
        first = asyncio.ensure_future(connecting())
        await judged.wait()
    second = await connecting()
    go_on.set()

    assert "replaced" in (await second.peer.wait_closed()).reason
    await (await first).boot()
    link = csms.hub.link(STATION)
    assert link is not None
    assert link.context.registered_as == "Accepted"


@configured(max_connections=1)
async def test_two_handshakes_for_one_place_get_one_place(csms: Csms, connecting: Connecting) -> None:
    """Both find a free place when they are judged."""
    await csms.store.write(lambda c: stations.put(c, "SECOND", ""))
    doorman = csms.app.state.services.doorman
    judge, both = doorman.judge, asyncio.Barrier(2)

    async def together(*given: Any) -> Any:
        admitted = await judge(*given)
        await both.wait()
        return admitted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doorman, "judge", together)
        outcomes = await asyncio.gather(connecting(), connecting("SECOND"), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConnectFailed", "Station"]
    assert "503" in str(next(outcome for outcome in outcomes if isinstance(outcome, ConnectFailed)))
    assert csms.hub.online == 1


async def test_a_time_out_within_a_connection_is_no_silence(
    csms: Csms, connecting: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that takes too long for its handshake is no news; whatever times out later is."""

    async def fails(receiver: Any) -> Any:
        raise TimeoutError("somewhere below")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csms_core.gateway.gate.Tapped.deliver", lambda self, receiver: fails(receiver))
        station = await connecting()
        await station.peer.wait_closed()

    assert [record.message for record in caplog.records if record.exc_info] == ["a connection failed"]
    assert csms.hub.link(STATION) is None


async def test_con_16_a_fragmented_message_is_one_message(csms: Csms, station: Station) -> None:
    await station.close()
    async with await upgrade(csms, f"/ocpp/{STATION}", "ocpp1.6") as websocket, asyncio.timeout(30):
        await websocket.send(['[2,"frag', 'ment","Heart', 'beat",{}]'])
        assert str(await websocket.recv()).startswith('[3,"fragment",{"currentTime":')


async def test_rpc_12_what_is_no_message_does_not_end_the_session(station: Station) -> None:
    for text in ("{", "[]", "[2]", "[9,1]", '[3,"stray",{}]', ""):
        await station.peer.send_raw(text)

    assert "currentTime" in await station.call("Heartbeat")


async def test_rpc_09_a_null_payload_counts_as_empty(station: Station) -> None:
    await station.peer.send_raw('[2,"null-payload","Heartbeat",null]')

    while not isinstance(frame := await station.next_frame(), CallResult) or frame.id != "null-payload":
        pass
    assert "currentTime" in frame.payload


@configured(max_frame=1000)
async def test_a_frame_that_is_too_big_ends_only_its_own_connection(csms: Csms, connecting: Connecting) -> None:
    await csms.store.write(lambda c: stations.put(c, "OTHER", ""))
    big, other = await connecting(), await connecting("OTHER")
    await other.boot()

    await big.peer.send_raw(" " * 1001)

    assert (await big.peer.wait_closed()).code == 1009
    assert "currentTime" in await other.call("Heartbeat")


@configured(max_connections=1)
async def test_a_full_csms_turns_others_away_but_lets_a_station_come_back(csms: Csms, connecting: Connecting) -> None:
    await csms.store.write(lambda c: stations.put(c, "OTHER", ""))
    await (await connecting()).boot()

    with pytest.raises(ConnectFailed) as refused:
        await connecting("OTHER")

    assert refused.value.status == 503
    assert "currentTime" in await (await connecting()).call("Heartbeat")


async def test_plain_http_at_the_stations_port_gets_a_plain_answer(csms: Csms) -> None:
    address = urlsplit(csms.url)

    def ask() -> int:
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
        try:
            connection.request("GET", f"/ocpp/{STATION}")
            return connection.getresponse().status
        finally:
            connection.close()

    assert await asyncio.to_thread(ask) == 426
