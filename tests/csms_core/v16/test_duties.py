"""Duties of a CSMS that no other file shows, each in a test that is named after its rule.

Over real WebSockets, against a CSMS in this process. What every frame has to obey is judged passively by `ocppj.rules`
and shown in tests/ocppj; `test_duty_coverage` keeps the list of all duties.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio import client
from websockets.typing import Subprotocol

from csms_core import Csms
from csms_core.pki import Pki
from csms_core.store import stations
from csms_core.v16.store import statuses, transactions
from ocppj import frames
from ocppj.frames import CallError, CallResult, Frame
from ocppj.peers.aio import CallRefused, ConnectFailed
from ocppj.rules import Finding
from schemas import load
from tests.csms_core.support.bench import BOOT, STATION, Connecting, Station, configured
from tests.csms_core.support.pki import csr, rsa_key

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def connecting(connecting: Connecting) -> AsyncIterator[Connecting]:
    """As everywhere, and at the end the CSMS has broken no rule that every frame is judged by, but on purpose."""
    connected: list[Station] = []

    async def connect_one(*identity: str, **options: Any) -> Station:
        connected.append(await connecting(*identity, **options))
        return connected[-1]

    yield connect_one
    findings = [finding for station in connected for finding in broken(station) if finding not in station.excused]
    assert findings == []


def broken(station: Station) -> list[Finding]:
    """What the CSMS has done wrong, as a station sees it."""
    return [one for one in station.peer.findings if one.party == "csms" and one.level != "INFO"]


NOW = "2026-11-21T10:00:00Z"
GOOD = {"idTag": "GOOD", "idTagInfo": {"status": "Accepted"}}
DAY = 24 * 60 * 60
DEVIATION = timedelta(seconds=4)
STATUS = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}


async def frame_with(station: Station, message_id: str) -> Frame:
    """The next frame of the CSMS that carries this id."""
    while (frame := await station.next_frame()).id != message_id:
        pass
    return frame


async def answer_to(station: Station, text: str, message_id: str) -> Frame:
    """Send any text and give the frame that carries this id."""
    await station.peer.send_raw(text)
    return await frame_with(station, message_id)


async def refusal_of(station: Station, action: str, payload: Any) -> CallError:
    """The CALLERROR to a CALL that cannot be processed; ERR-14: the next CALL is answered."""
    frame = await answer_to(station, frames.call("refused", action, payload).raw, "refused")
    assert isinstance(frame, CallError)
    assert "currentTime" in await station.call("Heartbeat")
    return frame


async def operate(api: httpx.AsyncClient, action: str, payload: dict[str, Any], **options: Any) -> httpx.Response:
    return await api.post(f"/api/v1/stations/{STATION}/operations/{action}", json=payload, params=options)


async def tell(api: httpx.AsyncClient, station: Station, **keys: str) -> None:
    """The station tells configuration keys."""
    known = [{"key": key, "readonly": True, "value": value} for key, value in keys.items()]
    station.answers["GetConfiguration"] = {"configurationKey": known}
    assert (await operate(api, "GetConfiguration", {})).status_code == 200
    await station.next_call()


async def refused_by_rule(api: httpx.AsyncClient, station: Station, action: str, payload: dict[str, Any]) -> str:
    """The sentence for an operation the standard forbids; nothing has left, and `rules=false` sends it all the same."""
    response = await operate(api, action, payload)
    assert response.status_code == 409
    assert station.received.empty()
    assert broken(station) == station.excused
    assert (await operate(api, action, payload, rules="false")).status_code in (200, 502)
    assert (await station.next_call()).payload == payload
    station.excused = broken(station)
    sentence: str = response.json()["detail"]
    return sentence


class Line:
    """A TCP connection on which a test does the opening handshake and the framing itself (RFC 6455 §4, §5)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.status = 0
        self.headers: dict[str, str] = {}

    @classmethod
    async def open(cls, csms: Csms, **headers: str) -> Line:
        """Ask for an upgrade; `headers` are added to the usual ones or replace them, with _ for -."""
        address = urlsplit(csms.url)
        line = cls(*await asyncio.open_connection(address.hostname, address.port))
        usual = {
            "Host": address.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": "ocpp1.6",
        }
        asked = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"GET {address.path}/{STATION} HTTP/1.1", *(f"{name}: {value}" for name, value in asked.items())]
        line._writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(30):
            head = (await line._reader.readuntil(b"\r\n\r\n")).decode()
        first, *rest = head.rstrip().split("\r\n")
        line.status = int(first.split()[1])
        line.headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in rest)}
        return line

    async def exchange(self, text: str) -> tuple[int, str]:
        """Send a short text in one frame; give the first octet and the text of the frame that comes back."""
        data = text.encode()
        assert len(data) < 126
        self._writer.write(bytes([0x81, 0x80 | len(data)]) + bytes(4) + data)  # a mask of zeros changes nothing
        async with asyncio.timeout(30):
            first, length = await self._reader.readexactly(2)
            if length == 126:
                length = int.from_bytes(await self._reader.readexactly(2))
            return first, (await self._reader.readexactly(length)).decode()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


# --- connection -------------------------------------------------------------------------------------------------------


async def test_con_01_the_csms_is_the_server_and_speaks_version_13(csms: Csms) -> None:
    right = await Line.open(csms)
    wrong = await Line.open(csms, Sec_WebSocket_Version="12")

    assert right.status == 101
    assert right.headers["upgrade"].lower() == "websocket"
    assert right.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "as in RFC 6455 §1.3"
    assert right.headers["sec-websocket-protocol"] == "ocpp1.6"
    assert wrong.status in (400, 426)
    await right.close()
    await wrong.close()


async def test_con_10_nothing_is_compressed_unless_that_was_agreed_on(csms: Csms) -> None:
    line = await Line.open(csms)

    first, text = await line.exchange(frames.call("boot", "BootNotification", BOOT).raw)
    await line.close()

    assert "sec-websocket-extensions" not in line.headers
    assert first == 0x81, "one text frame, no reserved bit is set"
    assert json.loads(text)[2]["status"] == "Accepted"


@pytest.mark.parametrize("compression", ["deflate", None])
async def test_con_10_a_station_that_offers_compression_is_understood(csms: Csms, compression: str | None) -> None:
    async with client.connect(
        f"{csms.url}/{STATION}", subprotocols=[Subprotocol("ocpp1.6")], proxy=None, compression=compression
    ) as websocket:
        await websocket.send(frames.call("boot", "BootNotification", BOOT).raw)
        async with asyncio.timeout(30):
            answer = json.loads(await websocket.recv())
        extensions = websocket.response.headers.get("Sec-WebSocket-Extensions") if websocket.response else None

    assert answer[:2] == [3, "boot"]
    assert extensions is None or compression is not None, "only what was offered can be agreed on"


@pytest.mark.parametrize("settings", [{}, {"registration": "Pending"}], ids=["accepted", "pending"])
async def test_con_15_a_station_is_heard_of_at_least_once_a_day(connecting: Connecting) -> None:
    answer = await (await connecting()).boot()

    assert 0 < answer["interval"] <= DAY


async def test_con_17_what_the_csms_says_of_its_own_accord_is_ascii(api: httpx.AsyncClient, station: Station) -> None:
    started = await station.start("K\u00d6NIG")
    await station.stop(started["transactionId"], idTag="\u738b")
    await station.call("Authorize", {"idTag": "GOOD2"})
    with pytest.raises(CallRefused):
        await station.call("Authorize", {"idTag": 5})
    await operate(api, "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})

    sent = [station.frames.get_nowait() for _ in range(station.frames.qsize())]

    assert len(sent) == 6, "from the boot on"
    assert [frame.raw for frame in sent if not frame.raw.isascii()] == []


async def test_con_17_no_tag_with_other_characters_can_be_made_known(api: httpx.AsyncClient) -> None:
    named = await api.put("/api/v1/tags/K%C3%96NIG")
    parent = await api.put("/api/v1/tags/KING", json={"parentIdTag": "K\u00d6NIG"})

    assert (named.status_code, parent.status_code) == (422, 422)
    assert "printable ASCII" in parent.text


# --- CALLERROR --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["NoSuchAction", "heartbeat", "Heartbeat.req", "", "ReportChargingProfiles"])
async def test_err_02_an_action_nobody_knows_is_not_implemented(station: Station, action: str) -> None:
    assert (await refusal_of(station, action, {})).code == "NotImplemented"


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Authorize", {}),
        ("BootNotification", {"chargePointVendor": "plugproof"}),
        ("StartTransaction", {"connectorId": 1, "idTag": "GOOD", "meterStart": 1}),
        ("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{}]}]}),
    ],
)
async def test_err_04_a_member_that_is_missing(station: Station, action: str, payload: dict[str, Any]) -> None:
    refused = await refusal_of(station, action, payload)

    assert refused.code in ("OccurenceConstraintViolation", "ProtocolError")


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Authorize", {"idTag": 5}),
        ("Heartbeat", []),
        ("StatusNotification", STATUS | {"connectorId": "1"}),
        ("StopTransaction", {"transactionId": 1.5, "meterStop": 1, "timestamp": NOW}),
        ("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{"value": 1.5}]}]}),
    ],
)
async def test_err_05_a_value_of_the_wrong_type(station: Station, action: str, payload: Any) -> None:
    assert (await refusal_of(station, action, payload)).code == "TypeConstraintViolation"


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Authorize", {"idTag": "x" * 21}),
        ("StatusNotification", STATUS | {"status": "Bored"}),
        ("StatusNotification", STATUS | {"status": "available"}),
        ("DataTransfer", {"vendorId": "x" * 256}),
        ("StopTransaction", {"transactionId": 1, "meterStop": 1, "timestamp": "yesterday"}),
    ],
)
async def test_err_06_a_value_outside_its_set(station: Station, action: str, payload: dict[str, Any]) -> None:
    assert (await refusal_of(station, action, payload)).code == "PropertyConstraintViolation"


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Heartbeat", {"more": 1}),
        ("Authorize", {"idTag": "GOOD", "idtag": "GOOD"}),
        (
            "MeterValues",
            {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{"value": "1", "more": 1}]}]},
        ),
    ],
)
async def test_err_07_a_member_nobody_knows(station: Station, action: str, payload: dict[str, Any]) -> None:
    assert (await refusal_of(station, action, payload)).code in ("FormationViolation", "PropertyConstraintViolation")


async def test_err_09_an_id_that_is_too_long_is_refused(station: Station) -> None:
    fits, too_long = "i" * 36, "i" * 37

    answered = await answer_to(station, frames.call(fits, "Heartbeat", {}).raw, fits)
    refused = await answer_to(station, frames.call(too_long, "Heartbeat", {}).raw, too_long)

    assert isinstance(answered, CallResult)
    assert isinstance(refused, CallError)
    assert "currentTime" in await station.call("Heartbeat")


class Gate:
    """Holds up the writer of the store, or breaks it."""

    def __init__(self, csms: Csms) -> None:
        self._csms = csms
        self._writer = csms.store.writer
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self.broken = False
        csms.store.writer = self  # type: ignore[assignment]

    async def submit(self, job: Any) -> Any:
        await self._pass()
        return await self._writer.submit(job)

    async def book(self, batch: Any, booking: Any) -> Any:
        await self._pass()
        return await self._writer.book(batch, booking)

    async def _pass(self) -> None:
        self.reached.set()
        if self.broken:
            raise OSError("disk full")
        await self.opened.wait()

    def lift(self) -> None:
        self._csms.store.writer = self._writer
        self.opened.set()


async def test_err_09_an_id_in_progress_is_refused(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    gate = Gate(csms)
    payload = {"connectorId": 1, "idTag": "GOOD", "meterStart": 1, "timestamp": NOW}
    text = frames.call("twice", "StartTransaction", payload).raw
    await station.peer.send_raw(text)
    await gate.reached.wait()
    await station.peer.send_raw(text)
    await operate(api, "ClearCache", {})  # its answer comes after the repetition, so the CSMS has read that
    gate.lift()
    first, second = await frame_with(station, "twice"), await frame_with(station, "twice")

    assert isinstance(first, CallResult)
    assert isinstance(second, CallError)
    assert second.code == "ProtocolError"
    assert len(await csms.store.read(transactions.listing)) == 1
    assert "currentTime" in await station.call("Heartbeat")


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StartTransaction", {"connectorId": 1, "idTag": "GOOD", "meterStart": 1, "timestamp": NOW}),
        ("StopTransaction", {"transactionId": 1, "meterStop": 1, "timestamp": NOW}),
        ("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{"value": "1"}]}]}),
        ("StatusNotification", STATUS),
        ("BootNotification", BOOT),
    ],
)
async def test_err_10_what_could_not_be_stored_is_a_callerror_and_can_be_sent_again(
    csms: Csms, station: Station, action: str, payload: dict[str, Any]
) -> None:
    gate = Gate(csms)
    gate.broken = True
    with pytest.raises(CallRefused) as refused:
        await station.call(action, payload)
    gate.lift()

    again = await station.call(action, payload)

    assert refused.value.error.code == "InternalError"
    assert load("1.6").result[action](again)


async def test_err_14_the_session_goes_on_after_any_callerror(station: Station, connecting: Connecting) -> None:
    codes = [
        (await refusal_of(station, action, payload)).code
        for action, payload in (
            ("NoSuchAction", {}),
            ("Reset", {"type": "Soft"}),
            ("Authorize", {}),
            ("Authorize", {"idTag": 1}),
            ("Authorize", {"idTag": "x" * 21}),
            ("Authorize", {"idTag": "x", "more": 1}),
        )
    ]
    frame = await answer_to(station, '[2,"short","Heartbeat"]', "short")

    assert isinstance(frame, CallError)
    assert len({*codes, frame.code}) == 6, "each of another kind"
    assert (await station.start())["idTagInfo"] == {"status": "Accepted"}


# --- values -----------------------------------------------------------------------------------------------------------


async def test_val_03_times_have_milliseconds_and_are_in_utc(station: Station) -> None:
    told = (await station.call("Heartbeat"))["currentTime"]

    assert datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) == datetime.fromisoformat(told)
    assert len(told) == len("2026-11-21T10:00:00.000Z")


@pytest.mark.parametrize("action", ["BootNotification", "Heartbeat"])
async def test_val_04_current_time_is_that_of_the_clock(station: Station, action: str) -> None:
    before = datetime.now(UTC)
    answer = await station.call(action, BOOT if action == "BootNotification" else {})
    after = datetime.now(UTC)

    assert before - DEVIATION <= datetime.fromisoformat(answer["currentTime"]) <= after + DEVIATION


ODD_TAGS = ["1", "0", "not hex", "ABC", "a/b?c#d&e%20", "'; DROP TABLE tags;", '"\\', "~" * 20, "null", " "]


@pytest.mark.parametrize("id_tag", ODD_TAGS)
async def test_val_07_nothing_is_assumed_about_what_a_tag_looks_like(
    api: httpx.AsyncClient, station: Station, id_tag: str
) -> None:
    stranger = await station.call("Authorize", {"idTag": id_tag})
    put = await api.put("/api/v1/tags", json=[{"idTag": id_tag, "parentIdTag": id_tag}])
    known = await station.call("Authorize", {"idTag": id_tag})
    started = await station.start(id_tag)
    sent = await operate(api, "RemoteStartTransaction", {"idTag": id_tag})

    assert stranger == {"idTagInfo": {"status": "Invalid"}}
    assert (put.status_code, sent.status_code) == (204, 200)
    assert known == {"idTagInfo": {"status": "Accepted", "parentIdTag": id_tag}}
    assert started["idTagInfo"]["status"] == "Accepted"
    assert (await station.next_call()).payload == {"idTag": id_tag}


@pytest.mark.parametrize("id_tag", ["", "\0", "\t\r\n", "\u00e9\u00df", "\U0001f50c" * 10, "\ud7ff\ufffd"])
async def test_val_07_a_tag_of_other_characters_is_a_stranger_and_no_accident(
    csms: Csms, station: Station, id_tag: str
) -> None:
    assert await station.call("Authorize", {"idTag": id_tag}) == {"idTagInfo": {"status": "Invalid"}}
    assert (await station.start(id_tag))["idTagInfo"] == {"status": "Invalid"}

    (booked,) = await csms.store.read(transactions.listing)
    assert booked.id_tag == id_tag


@pytest.mark.parametrize(
    ("action", "payload", "member"),
    [
        ("RemoteStartTransaction", {"idTag": "K\u00d6NIG"}, "idTag"),
        ("ChangeConfiguration", {"key": "Text", "value": "a\tb"}, "value"),
        ("GetConfiguration", {"key": ["A", "\u03a9"]}, "key.1"),
        (
            "SendLocalList",
            {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [GOOD, {**GOOD, "idTag": "\x7f"}]},
            "localAuthorizationList.1.idTag",
        ),
    ],
)
async def test_val_06_only_printable_ascii_is_sent(
    api: httpx.AsyncClient, station: Station, action: str, payload: dict[str, Any], member: str
) -> None:
    station.answers["SendLocalList"] = {"status": "Failed"}

    sentence = await refused_by_rule(api, station, action, payload)

    assert sentence == f"{action}: {member} holds other characters than printable ASCII (VAL-06)."


async def test_val_06_binds_no_data_of_vendors(api: httpx.AsyncClient, station: Station) -> None:
    payload = {"vendorId": "acme", "data": "K\u00d6NIG\n"}

    assert (await operate(api, "DataTransfer", payload)).status_code == 200
    assert (await station.next_call()).payload == payload


UNITS = [
    {"measurand": "Frequency", "value": "50.01", "unit": "Hertz"},
    {"measurand": "Frequency", "value": "50.01"},
    {"measurand": "Temperature", "value": "21.5", "unit": "Celsius"},
    {"measurand": "Temperature", "value": "21.5", "unit": "Celcius"},
]


async def meter_values_of(csms: Csms, transaction_id: int) -> list[dict[str, Any]]:
    """The samples the CSMS keeps of a transaction."""
    booked = await csms.store.read(lambda c: transactions.find(c, transaction_id))
    assert booked is not None
    values = await csms.store.read(lambda c: transactions.values_of(c, booked))
    return [sample for value in values for sample in value["sampledValue"]]


@pytest.mark.parametrize("sample", UNITS, ids=["Hertz", "none", "Celsius", "Celcius"])
async def test_val_12_a_frequency_is_in_hertz_with_and_without_its_unit(
    csms: Csms, station: Station, sample: dict[str, Any]
) -> None:
    """VAL-10, too: both spellings of Celsius; in MeterValues and in StopTransaction alike."""
    number = (await station.start())["transactionId"]
    periodic = {"timestamp": "2026-11-21T10:30:00Z", "sampledValue": [sample]}
    at_end = {"timestamp": "2026-11-21T11:00:00Z", "sampledValue": [sample]}

    assert (
        await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [periodic]}) == {}
    )
    assert await station.stop(number, transactionData=[at_end]) == {}

    assert await meter_values_of(csms, number) == [sample, sample], "as the station wrote it"


async def test_mv_10_what_a_sample_leaves_out_is_not_made_up(csms: Csms, station: Station) -> None:
    number = (await station.start())["transactionId"]
    spelled = {
        "value": "1.5",
        "measurand": "Energy.Active.Import.Register",
        "context": "Sample.Periodic",
        "location": "Outlet",
        "unit": "Wh",
        "format": "Raw",
    }
    values = [
        {"timestamp": "2026-11-21T10:10:00Z", "sampledValue": [{"value": "1.5"}]},
        {"timestamp": "2026-11-21T10:20:00Z", "sampledValue": [spelled]},
    ]

    assert await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values}) == {}

    assert await meter_values_of(csms, number) == [{"value": "1.5"}, spelled]


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("GetDiagnostics", {"location": "ftp://files.example/", "retries": 2, "retryInterval": 60}),
        ("UpdateFirmware", {"location": "ftp://files.example/f", "retrieveDate": NOW, "retries": 2}),
        (
            "SendLocalList",
            {
                "listVersion": 1,
                "updateType": "Full",
                "localAuthorizationList": [{"idTag": "A", "idTagInfo": {"status": "Accepted", "expiryDate": NOW}}],
            },
        ),
    ],
)
async def test_val_15_the_corrected_schemas_are_those_that_judge(
    api: httpx.AsyncClient, station: Station, action: str, payload: dict[str, Any]
) -> None:
    station.answers |= {"GetDiagnostics": {}, "UpdateFirmware": {}, "SendLocalList": {"status": "Accepted"}}
    wrong = json.loads(json.dumps(payload).replace('"retries": 2', '"retries": 2.5').replace("expiryDate", "expiry"))

    sent = await operate(api, action, payload)
    refused = await operate(api, action, wrong)

    assert (sent.status_code, refused.status_code) == (200, 422)
    assert (await station.next_call()).payload == payload
    assert station.received.empty()


async def test_val_15_the_interval_of_a_boot_is_an_integer(csms: Csms, connecting: Connecting) -> None:
    await csms.store.write(lambda c: stations.put(c, STATION, "", interval=86_400))

    answer = await (await connecting()).boot()

    assert type(answer["interval"]) is int
    assert answer["interval"] == 86_400


async def test_val_16_connector_0_is_the_station_and_the_others_are_its_own(
    api: httpx.AsyncClient, station: Station
) -> None:
    for connector, status in ((0, "Available"), (1, "Preparing"), (2, "Faulted")):
        await station.status(status, connector)

    known = (await api.get(f"/api/v1/stations/{STATION}")).json()["connectors"]

    assert [(one["connectorId"], one["status"]) for one in known] == [
        (0, "Available"),
        (1, "Preparing"),
        (2, "Faulted"),
    ]


FROM_1: dict[str, dict[str, Any]] = {
    "RemoteStartTransaction": {"idTag": "GOOD"},
    "TriggerMessage": {"requestedMessage": "MeterValues"},
}
FROM_0: dict[str, dict[str, Any]] = {
    "ChangeAvailability": {"type": "Operative"},
    "ClearChargingProfile": {},
    "GetCompositeSchedule": {"duration": 60},
    "ReserveNow": {"idTag": "GOOD", "expiryDate": NOW, "reservationId": 1},
}


@pytest.mark.parametrize("action", [*FROM_0, *FROM_1])
async def test_val_16_no_connector_is_named_that_the_station_does_not_have(
    api: httpx.AsyncClient, station: Station, action: str
) -> None:
    payload = (FROM_0 | FROM_1)[action]
    unlimited = await operate(api, action, payload | {"connectorId": 9})
    await station.next_call()
    await tell(api, station, NumberOfConnectors="2")
    lowest = 1 if action in FROM_1 else 0

    above = await refused_by_rule(api, station, action, payload | {"connectorId": 3})
    below = await refused_by_rule(api, station, action, payload | {"connectorId": lowest - 1})

    assert unlimited.status_code in (200, 502), "what the station has not told is not limited"
    assert above == f"{action}: the station has connectors up to 2 (NumberOfConnectors), not 3 (VAL-16)."
    assert below == f"{action}: connectorId is at least {lowest}, not {lowest - 1} (VAL-16)."
    for connector in (lowest, 2):
        assert (await operate(api, action, payload | {"connectorId": connector})).status_code in (200, 502)
        assert (await station.next_call()).payload["connectorId"] == connector


async def test_val_16_an_unlock_may_name_a_connector_that_is_not_there(
    api: httpx.AsyncClient, station: Station
) -> None:
    await tell(api, station, NumberOfConnectors="2")

    sent = await operate(api, "UnlockConnector", {"connectorId": 3})
    await station.next_call()
    below = await refused_by_rule(api, station, "UnlockConnector", {"connectorId": 0})

    assert sent.status_code == 200, "the station has an answer for it (errata sheet 3.87, TC_031_CSMS)"
    assert below == "UnlockConnector: connectorId is at least 1, not 0 (VAL-16)."


NUMBERS = [1, 0, -7, 2**31 - 1, -(2**31)]


@pytest.mark.parametrize("number", NUMBERS)
async def test_val_18_a_reservation_keeps_its_number(api: httpx.AsyncClient, station: Station, number: int) -> None:
    station.answers |= {"ReserveNow": {"status": "Accepted"}, "CancelReservation": {"status": "Accepted"}}
    reservation = {"connectorId": 1, "idTag": "GOOD", "expiryDate": "2099-01-01T00:00:00Z", "reservationId": number}

    await operate(api, "ReserveNow", reservation)
    started = await station.start(reservationId=number)
    await operate(api, "CancelReservation", {"reservationId": number})
    (kept,) = (await api.get("/api/v1/reservations")).json()
    transaction = (await api.get(f"/api/v1/transactions/{started['transactionId']}")).json()

    assert [(await station.next_call()).payload["reservationId"] for _ in range(2)] == [number, number]
    assert (kept["reservationId"], kept["transactionId"]) == (number, started["transactionId"])
    assert transaction["reservationId"] == number


@pytest.mark.parametrize("number", NUMBERS)
async def test_val_18_a_charging_profile_keeps_its_number(
    api: httpx.AsyncClient, station: Station, number: int
) -> None:
    station.answers |= {"SetChargingProfile": {"status": "Accepted"}, "ClearChargingProfile": {"status": "Accepted"}}

    await operate(api, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": {**PROFILE, **{ID: number}}})
    (kept,) = (await api.get(PROFILES)).json()
    await api.delete(f"{PROFILES}/{number}")

    assert kept["profile"][ID] == number
    assert (await station.next_call()).payload["csChargingProfiles"][ID] == number
    assert (await station.next_call()).payload == {"id": number}
    assert (await api.get(PROFILES)).json() == []


@pytest.mark.parametrize("number", [1, 2**31 - 1])
async def test_val_18_a_list_keeps_its_version(api: httpx.AsyncClient, station: Station, number: int) -> None:
    station.answers |= {"SendLocalList": {"status": "Accepted"}, "GetLocalListVersion": {"listVersion": number}}

    await operate(api, "SendLocalList", {"listVersion": number, "updateType": "Full"})
    told = (await api.get(f"/api/v1/stations/{STATION}/local-list/version")).json()
    kept = (await api.get(f"/api/v1/stations/{STATION}/local-list")).json()

    assert (await station.next_call()).payload["listVersion"] == number
    assert told == {"listVersion": number}
    assert (kept["listVersion"], kept["told_version"]) == (number, number)


# --- boot -------------------------------------------------------------------------------------------------------------


async def test_boot_11_an_unknown_identity_gets_a_404_and_no_rejected_boot(csms: Csms, connecting: Connecting) -> None:
    with pytest.raises(ConnectFailed) as refused:
        await connecting("STRANGER")

    assert refused.value.status == 404
    assert await csms.store.read(lambda c: stations.find(c, "STRANGER")) is None
    assert (await (await connecting()).boot())["status"] == "Accepted"


@configured(registration="Rejected")
async def test_boot_11_a_rejected_boot_is_for_a_station_that_is_known(connecting: Connecting) -> None:
    assert (await (await connecting()).boot())["status"] == "Rejected"
    with pytest.raises(ConnectFailed) as refused:
        await connecting("STRANGER")

    assert refused.value.status == 404


# --- transactions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status_first", [True, False], ids=["status-first", "transaction-first"])
async def test_tx_17_status_and_transaction_come_in_either_order(
    csms: Csms, station: Station, status_first: bool
) -> None:
    async def kept_status() -> str:
        (kept,) = await csms.store.read(lambda c: statuses.listing(c, STATION))
        status: str = kept["status"]
        return status

    if status_first:
        assert await station.status("Charging") == {}
    started = await station.start()
    if not status_first:
        assert await station.status("Charging") == {}
    assert await kept_status() == "Charging"
    if status_first:
        assert await station.status("Finishing") == {}
    stopped = await station.stop(started["transactionId"], idTag="GOOD")
    if not status_first:
        assert await station.status("Finishing") == {}

    assert started["idTagInfo"] == stopped["idTagInfo"] == {"status": "Accepted"}
    assert await kept_status() == "Finishing"
    (booked,) = await csms.store.read(transactions.listing)
    assert (booked.running, booked.meter_start, booked.meter_stop) == (False, 100, 900)


# --- configuration ----------------------------------------------------------------------------------------------------


async def test_cfg_02_no_more_keys_are_asked_for_than_the_station_takes(
    api: httpx.AsyncClient, station: Station
) -> None:
    await tell(api, station, GetConfigurationMaxKeys="2")

    sentence = await refused_by_rule(api, station, "GetConfiguration", {"key": ["A", "B", "C"]})

    assert sentence == (
        "GetConfiguration: 3 keys are more than the 2 this station takes (GetConfigurationMaxKeys, CFG-02); ask in "
        "parts, or without keys for all."
    )
    asked: list[dict[str, Any]] = [{"key": ["A", "B"]}, {"key": []}, {}]
    for payload in asked:
        assert (await operate(api, "GetConfiguration", payload)).status_code == 200
        assert (await station.next_call()).payload == payload


@pytest.mark.parametrize("told", [None, "many", "0", "-1", ""])
async def test_cfg_02_a_limit_nobody_can_read_is_none(
    api: httpx.AsyncClient, station: Station, told: str | None
) -> None:
    if told is not None:
        await tell(api, station, GetConfigurationMaxKeys=told)

    assert (await operate(api, "GetConfiguration", {"key": ["A"] * 100})).status_code == 200


async def test_cfg_02_a_station_may_spell_its_keys_in_any_case(api: httpx.AsyncClient, station: Station) -> None:
    """VAL-06: the name of a key is a CiString."""
    await tell(api, station, getconfigurationMAXKEYS="1")
    refused = await operate(api, "GetConfiguration", {"key": ["A", "B"]})
    two = {"key": "GetConfigurationMaxKeys", "readonly": True, "value": "2"}
    station.answers["GetConfiguration"] = {"configurationKey": [two], "unknownKey": ["nonsense"]}
    await operate(api, "GetConfiguration", {"key": ["GetConfigurationMaxKeys"]})
    sent = await operate(api, "GetConfiguration", {"key": ["A", "B"]})

    assert (refused.status_code, sent.status_code) == (409, 200)
    known = (await api.get(f"/api/v1/stations/{STATION}/configuration")).json()
    assert [(one["key"], one["value"]) for one in known] == [("GetConfigurationMaxKeys", "2")], "and not twice"


# --- charging profiles ------------------------------------------------------------------------------------------------

ID = "chargingProfileId"
PROFILES = f"/api/v1/stations/{STATION}/charging-profiles"
PROFILE: dict[str, Any] = {
    ID: 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "startSchedule": NOW,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}],
    },
}


@pytest.mark.parametrize("told", ["0", "-1", "two"])
@pytest.mark.parametrize(
    ("key", "action", "payload"),
    [
        ("NumberOfConnectors", "ChangeAvailability", FROM_0["ChangeAvailability"] | {"connectorId": 1}),
        (
            "SendLocalListMaxLength",
            "SendLocalList",
            {
                "listVersion": 1,
                "updateType": "Full",
                "localAuthorizationList": [{"idTag": "GOOD", "idTagInfo": {"status": "Accepted"}}],
            },
        ),
        ("ChargingScheduleMaxPeriods", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": PROFILE}),
        ("MaxChargingProfilesInstalled", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": PROFILE}),
    ],
)
async def test_a_limit_that_nobody_can_keep_is_none(
    api: httpx.AsyncClient, station: Station, key: str, action: str, payload: dict[str, Any], told: str
) -> None:
    await tell(api, station, **{key: told})

    assert (await operate(api, action, payload)).status_code in (200, 502)
    assert (await station.next_call()).payload == payload


def recurring(profile: dict[str, Any], kind: str, recurrency: str | None) -> dict[str, Any]:
    recurrence = {} if recurrency is None else {"recurrencyKind": recurrency}
    return {"connectorId": 1, "csChargingProfiles": profile | {"chargingProfileKind": kind} | recurrence}


@pytest.mark.parametrize("recurrency", ["Daily", "Weekly"])
async def test_sc_09_a_recurring_profile_says_how_often(
    api: httpx.AsyncClient, station: Station, recurrency: str
) -> None:
    station.answers["SetChargingProfile"] = {"status": "Accepted"}

    missing = await refused_by_rule(api, station, "SetChargingProfile", recurring(PROFILE, "Recurring", None))
    elsewhere = await refused_by_rule(api, station, "SetChargingProfile", recurring(PROFILE, "Absolute", recurrency))
    right = await operate(api, "SetChargingProfile", recurring(PROFILE, "Recurring", recurrency))

    assert missing == "SetChargingProfile: a Recurring profile needs a recurrencyKind, Daily or Weekly."
    assert "recurrencyKind is for Recurring profiles only, not for Absolute ones (SC-09)." in elsewhere
    assert right.json() == {"status": "Accepted"}
    assert (await station.next_call()).payload["csChargingProfiles"]["recurrencyKind"] == recurrency


# --- security ---------------------------------------------------------------------------------------------------------


class TestSigning:
    @pytest.fixture
    def settings(self, pki: Pki) -> dict[str, Any]:
        """This CSMS signs."""
        return {"pki": str(pki.folder)}

    @pytest.mark.parametrize("pss", [True, False], ids=["RSA-PSS", "PKCS1-v1.5"])
    async def test_sec_17_a_request_may_be_signed_with_rsa_in_either_way(
        self, csms: Csms, api: httpx.AsyncClient, station: Station, pss: bool
    ) -> None:
        station.answers["CertificateSigned"] = {"status": "Accepted"}

        answer = await station.call("SignCertificate", {"csr": csr(rsa_key(), pss=pss)})
        signed = await station.next_call()
        await csms.hub.settled()

        assert answer == {"status": "Accepted"}
        assert (signed.action, list(signed.payload)) == ("CertificateSigned", ["certificateChain"])
        (issued,) = (await api.get("/api/v1/certificates", params={"station": STATION})).json()
        assert issued["state"] == "installed"
