"""`--lenient`: what real stations do wrong is let pass and noted; without it, it is answered as the standard has it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import websockets.asyncio.client
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from csms_core import Csms
from csms_core.auth import passwords
from csms_core.auth.findings import Finding
from csms_core.gateway import leniency
from csms_core.gateway.leniency import Mender
from csms_core.hub import hub
from csms_core.store import credentials
from csms_core.v16.store import transactions
from ocppj import frames
from ocppj.peers.aio import CallRefused, ConnectFailed
from schemas import load
from tests.csms_core.support.bench import BOOT, STATION, Connecting, configured

pytestmark = pytest.mark.asyncio

lenient = configured(lenient=True)
KEY = bytes(range(16))
START = {"connectorId": 1, "idTag": "GOOD", "meterStart": 100, "timestamp": "2026-11-21T10:00:00Z"}


async def boots(csms: Csms, path: str, *subprotocols: str) -> str | None:
    """Connect at a raw path and boot; gives the subprotocol. Raises InvalidStatus."""
    offers = [Subprotocol(name) for name in subprotocols]
    async with await websockets.asyncio.client.connect(
        csms.url.removesuffix("/ocpp") + path, subprotocols=offers or None, proxy=None
    ) as websocket:
        await websocket.send(frames.call("1", "BootNotification", BOOT).raw)
        assert json.loads(await websocket.recv())[2]["status"] == "Accepted"
        return websocket.subprotocol


def told(csms: Csms) -> list[str]:
    return [event.text for event in csms.hub.feed.kept(station=STATION) if event.kind == "finding"]


PATHS = [f"/ocpp/{STATION}/", f"/{STATION}", f"/services/1.6/{STATION}", f"/ocpp/tenant/{STATION}"]
OFFERS = [(), ("ocpp1.5",), ("OCPP1.6",), ("ocpp1.6j",)]


@lenient
@pytest.mark.parametrize("path", PATHS)
async def test_another_path_is_let_pass(
    csms: Csms, api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """A finding is in the log, among the events of the console, and in the metrics."""
    await boots(csms, path, "ocpp1.6")

    sentence = f"It connects at {path}, not at /ocpp/<identity>."
    assert told(csms) == [sentence]
    assert f"{STATION} is let pass (--lenient): {sentence}" in caplog.messages
    assert 'csms_findings_total{kind="path"} 1.0' in (await api.get("/metrics")).text
    assert "event: finding" in (await api.get("/api/v1/events?follow=false")).text


@pytest.mark.parametrize("path", PATHS)
async def test_without_it_another_path_is_not_found(csms: Csms, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await boots(csms, path, "ocpp1.6")

    assert refused.value.response.status_code == 404


@lenient
@pytest.mark.parametrize("path", ["/ocpp/STRANGER/", "/", "/ocpp/", "/ocpp/%ff"])
async def test_who_is_not_known_is_not_let_in(csms: Csms, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await boots(csms, path, "ocpp1.6")

    assert refused.value.response.status_code == 404


@lenient
@pytest.mark.parametrize("offers", OFFERS, ids=str)
async def test_no_or_an_older_subprotocol_is_let_pass(csms: Csms, offers: tuple[str, ...]) -> None:
    assert await boots(csms, f"/ocpp/{STATION}", *offers) == (offers[0] if offers else None)

    name = offers[0] if offers else "no subprotocol"
    assert told(csms) == [f"It offers {name}; ocpp1.6 is spoken with it."]


@lenient
@pytest.mark.parametrize("offers", [("ocpp2.1",), ("mqtt",)], ids=str)
async def test_another_protocol_is_not_spoken(csms: Csms, offers: tuple[str, ...]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await boots(csms, f"/ocpp/{STATION}", *offers)

    assert refused.value.response.status_code == 400


MENDED = [
    ({"timestamp": "2026-11-21T10:00:00"}, "StartTransaction.timestamp: a dateTime without a zone is taken for UTC."),
    (
        {"timestamp": "2026-11-21 10:00:00.000"},
        "StartTransaction.timestamp: a dateTime without a zone is taken for UTC.",
    ),
    ({"vendorExtra": {"a": 1}}, "StartTransaction: the member vendorExtra is left out; there is none of that name."),
    ({"connectorId": "1"}, "StartTransaction.connectorId: a number is written as a text."),
    ({"meterStart": "000100"}, "StartTransaction.meterStart: a number is written as a text."),
]


@lenient
@pytest.mark.parametrize(("wrong", "sentence"), MENDED, ids=lambda part: next(iter(part)) if part else "")
async def test_a_message_is_mended_and_booked(
    csms: Csms, connecting: Connecting, wrong: dict[str, Any], sentence: str
) -> None:
    station = await connecting()
    await station.boot()
    for _ in range(2):  # told once, counted twice
        answer = await station.call("StartTransaction", START | wrong)

    (booked,) = await csms.store.read(transactions.listing)
    assert answer["transactionId"] == booked.transaction_id
    assert (booked.connector_id, booked.meter_start, booked.started_at) == (1, 100, "2026-11-21T10:00:00.000000Z")
    assert told(csms) == [sentence]
    assert sum(csms.hub.metrics.let_pass.values()) == 2


@pytest.mark.parametrize(("wrong", "sentence"), MENDED, ids=lambda part: next(iter(part)) if part else "")
async def test_without_it_the_message_is_refused(
    csms: Csms, connecting: Connecting, wrong: dict[str, Any], sentence: str
) -> None:
    station = await connecting()
    await station.boot()

    with pytest.raises(CallRefused):
        await station.call("StartTransaction", START | wrong)

    assert await csms.store.read(transactions.listing) == []
    assert told(csms) == []


@lenient
@pytest.mark.parametrize(
    "wrong",
    [{"connectorId": "one"}, {"idTag": "x" * 21}, {"timestamp": "yesterday"}, {"timestamp": "2026-13-01T00:00:00"}],
)
async def test_what_cannot_be_mended_is_refused_as_always(
    csms: Csms, connecting: Connecting, wrong: dict[str, Any]
) -> None:
    station = await connecting()
    await station.boot()

    with pytest.raises(CallRefused):
        await station.call("StartTransaction", START | wrong | {"extra": 1})

    assert told(csms) == []


@lenient
async def test_an_answer_is_mended_as_well(csms: Csms, api: httpx.AsyncClient, connecting: Connecting) -> None:
    station = await connecting()
    await station.boot()
    station.answers["GetLocalListVersion"] = {"listVersion": "7", "extra": True}

    response = await api.post(f"/api/v1/stations/{STATION}/operations/GetLocalListVersion", json={})

    assert response.json() == {"listVersion": 7}
    assert len(told(csms)) == 2


async def test_what_is_right_goes_through_untouched() -> None:
    noted: list[Finding] = []
    mender = Mender(load("1.6"), noted.append)
    spaced = '[2, "1", "MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": "2026-11-21T10:00:00Z", ' + (
        '"sampledValue": [{"value": "1.50"}]}]}]'
    )

    for text in (spaced, "{", '[2,"1","Unknown",{"a":1}]', '[3,"never asked",{"a":1}]', '[4,"1","X","",{}]'):
        assert mender.mended(text) is text
    assert noted == []


async def test_a_number_where_a_text_belongs() -> None:
    noted: list[Finding] = []
    wrong = {"connectorId": 1, "meterValue": [{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": 12.5}]}]}

    mended = Mender(load("1.6"), noted.append).mended(frames.call("1", "MeterValues", wrong).raw)

    assert json.loads(mended)[3]["meterValue"][0]["sampledValue"] == [{"value": "12.5"}]
    sentence = "MeterValues.meterValue.sampledValue.value: a text is written as a number."
    assert noted == [Finding("number", sentence)]


async def test_what_is_kept_of_a_station_is_bounded() -> None:
    mender = Mender(load("1.6"), lambda finding: None)
    for number in range(2 * leniency.MAX_OPEN):
        mender.sent(frames.call(str(number), "Reset", {"type": "Soft"}).raw)

    assert len(mender._asked) == leniency.MAX_OPEN


@lenient
async def test_made_up_names_are_counted_and_not_all_told(csms: Csms, connecting: Connecting) -> None:
    station = await connecting()
    await station.boot()
    for number in range(hub.MAX_TOLD + 10):
        await station.call("Heartbeat", {f"made up {number}": 1})

    link = csms.hub.link(STATION)
    assert link is not None
    assert len(link.told) == hub.MAX_TOLD
    assert csms.hub.metrics.let_pass["member"] == hub.MAX_TOLD + 10


@pytest.mark.parametrize("settings", [{"lenient": True}, {}], ids=["lenient", "strict"])
@pytest.mark.parametrize("kept", ["password", "pending"])
async def test_a_key_that_is_used_as_text(
    csms: Csms, connecting: Connecting, settings: dict[str, Any], kept: str
) -> None:
    hashes = {"password": passwords.hashed(b"another"), kept: passwords.hashed(KEY)}
    await csms.store.write(lambda c: credentials.put(c, STATION, **hashes))
    text = KEY.hex().encode()
    if not settings:
        with pytest.raises(ConnectFailed, match="401"):
            await connecting(basic_auth=(STATION, text))
        return

    station = await connecting(basic_auth=(STATION, text))

    assert (await station.boot())["status"] == "Accepted"
    assert told(csms) == ["Its password is the text of its AuthorizationKey, not the octets that the text stands for."]
    with pytest.raises(ConnectFailed, match="401"):
        await connecting(basic_auth=(STATION, b"5a" * 16))
