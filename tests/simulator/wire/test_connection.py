"""Handshake, frames and values of a station: rules CON-01 to CON-17, ERR-07 to ERR-10, VAL-03 to VAL-16."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocppj.evidence.trace import Trace
from ocppj.frames import CallError, CallResult
from ocppj.peers.aio import CallRefused, Peer
from simulator import Station, SystemClock, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

GOOD = {"idTagInfo": {"status": "Accepted"}}


def texts(trace: Trace) -> list[str]:
    return [entry.text or "" for entry in trace.entries if entry.kind == "frame" and entry.direction == "station->csms"]


async def session(station: Station, clock: VirtualClock, tag: str = "TAG-1") -> None:
    await station.plug_in(1)
    await station.present(tag, 1)
    await clock.advance(3600)
    await station.present(tag, 1)
    await station.unplug(1)
    await clock.settle()


async def test_con_01_con_04_con_10_the_handshake(start: StartStation, csms: ScriptedCsms) -> None:
    await start()
    (headers,) = csms.handshakes

    assert headers["Upgrade"].lower() == "websocket"
    assert headers["Sec-WebSocket-Version"] == "13"
    assert headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
    assert "Sec-WebSocket-Extensions" not in headers


async def test_con_11_a_ping_is_answered(station: Station, csms: ScriptedCsms) -> None:
    assert csms.peer is not None
    await csms.peer.ping()
    assert await csms.call("ClearCache") == {"status": "Accepted"}


async def test_con_13_pings_come_before_a_message_is_given_up(station: Station, csms: ScriptedCsms) -> None:
    answer = await csms.call(
        "GetConfiguration",
        key=["WebSocketPingInterval", "TransactionMessageAttempts", "TransactionMessageRetryInterval"],
    )
    ping, attempts, retry = (int(entry["value"]) for entry in answer["configurationKey"])
    assert ping < attempts * retry


async def test_con_15_at_least_one_heartbeat_a_day(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    stamp = "2026-01-01T00:00:00Z"
    csms.answers["BootNotification"] = {"status": "Accepted", "currentTime": stamp, "interval": 1_000_000}
    await start()
    csms.forget()
    await clock.advance(3 * 86_400)

    assert csms.actions == ["Heartbeat"] * 3
    answer = await csms.call("ChangeConfiguration", key="HeartbeatInterval", value="86401")
    assert answer == {"status": "Rejected"}


async def test_con_17_val_03_frames_are_ascii_and_times_have_milliseconds(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    trace = Trace()
    station = await start(trace=trace)
    await session(station, clock)
    await csms.call("GetConfiguration")

    said = "".join(texts(trace))
    assert said.isascii()
    stamps = re.findall(r'"timestamp":"([^"]*)"', said)
    assert len(stamps) > 60
    assert [stamp for stamp in stamps if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stamp)] == []


async def test_err_07_members_nobody_knows_are_refused(station: Station, csms: ScriptedCsms) -> None:
    with pytest.raises(CallRefused) as refused:
        await csms.call("ClearCache", really=True)
    assert refused.value.error.code == "FormationViolation"


async def test_err_09_ids_that_are_too_long_are_refused(station: Station, csms: ScriptedCsms) -> None:
    assert csms.peer is not None
    csms.excused = {"ERR-08"}  # its answer has a status, but not for an id that breaks J §4.1.4
    answer = await csms.peer.exchange("ClearCache", {}, timeout=5, id="x" * 37)
    assert isinstance(answer, CallError)
    assert isinstance(await csms.peer.exchange("ClearCache", {}, timeout=5, id="x" * 36), CallResult)


async def test_err_10_err_14_what_fails_inside_is_an_internal_error(
    station: Station, csms: ScriptedCsms, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_: str | None) -> str | None:
        raise RuntimeError("a bug of a vendor")

    station.on_data_transfer("org.example", None, stumble)
    with pytest.raises(CallRefused) as refused:
        await csms.call("DataTransfer", vendorId="org.example")
    assert refused.value.error.code == "InternalError"
    assert "a bug of a vendor" in caplog.text
    caplog.clear()
    assert await csms.call("ClearCache") == {"status": "Accepted"}


async def test_val_04_the_station_knows_what_time_it_is(csms: ScriptedCsms) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)  # the station leaves out what is less
    async with Station(csms.url, id="CP1", clock=SystemClock()):
        stamp = (await csms.receives("StatusNotification"))["timestamp"]
    assert before <= datetime.fromisoformat(stamp) <= datetime.now(UTC)


async def test_val_06_letter_case_does_not_make_another_tag(charging: Station, csms: ScriptedCsms) -> None:
    await charging.present("tAg-1", 1)
    assert (await csms.receives("StopTransaction"))["idTag"] == "tAg-1"
    assert csms.payloads("Authorize") == []


@pytest.mark.parametrize("tag", ["1", "ABC", "04:e9-1C 5A~!", "x" * 20])
async def test_val_05_val_07_any_tag_of_1_to_20_characters(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, tag: str
) -> None:
    await session(station, clock, tag)
    assert [csms.payloads(action)[0]["idTag"] for action in ("Authorize", "StartTransaction", "StopTransaction")] == [
        tag
    ] * 3


@pytest.mark.parametrize("tag", ["", "x" * 21])
async def test_val_05_a_tag_that_cannot_be_sent_is_refused_with_a_sentence(station: Station, tag: str) -> None:
    with pytest.raises(ValueError, match="an idTag has 1 to 20 characters"):
        await station.present(tag, 1)


async def test_val_12_a_frequency_has_no_unit(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    charging.configuration.set("MeterValuesSampledData", "Frequency")
    await clock.advance(60)
    (sample,) = (await csms.receives("MeterValues"))["meterValue"][0]["sampledValue"]
    assert (sample["value"], "unit" in sample) == ("50.0", False)


async def test_val_13_every_stop_has_a_reason(charging: Station, csms: ScriptedCsms) -> None:
    await charging.present("TAG-1")
    assert (await csms.receives("StopTransaction"))["reason"] == "Local"


@pytest.mark.parametrize("interval", [1.5, "300"])
async def test_val_15_an_answer_is_judged_by_the_corrected_schemas(
    csms: ScriptedCsms, clock: VirtualClock, interval: Any
) -> None:
    stamp = "2026-01-01T00:00:00Z"
    answers = [{"status": "Accepted", "currentTime": stamp, "interval": value} for value in (interval, 60)]
    csms.answers["BootNotification"] = lambda _: answers.pop(0)
    station = Station(csms.url, id="CP1", clock=clock, retry=True)
    problems: list[str] = []
    station.events.listen(lambda event: problems.append(event.text) if event.kind == "problem" else None)
    station._parts.power.switch_on()
    await station.until(lambda _: problems, within=5)
    assert "against the schema" in problems[0]
    await clock.advance(60)
    assert station.registration == "Accepted"
    await station.stop()


async def test_val_16_connectors_are_numbered_without_gaps(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start(connectors=4)
    assert [payload["connectorId"] for payload in csms.payloads("StatusNotification")] == [0, 1, 2, 3, 4]
    assert station.configuration["NumberOfConnectors"] == "4"


async def test_rpc_16_it_answers_while_its_own_call_is_open(station: Station, csms: ScriptedCsms) -> None:
    async def ask_back(_: dict) -> dict:
        assert await csms.call("ClearCache") == {"status": "Accepted"}
        return GOOD

    assert csms.peer is not None
    csms.answers["Authorize"] = ask_back
    await station.present("TAG-1", 1)
    assert station.connector(1).status == "Preparing"


async def test_rpc_18_message_timeout_is_how_long_it_waits(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start()
    patience: list[float | None] = []
    line = station._parts.link.line
    assert isinstance(line, Peer)
    call = line.call

    async def timed(action: str, payload: Any = None, *, timeout: float | None = None) -> Any:
        patience.append(timeout)
        return await call(action, payload, timeout=timeout)

    line.call = timed  # type: ignore[method-assign, assignment]
    await csms.call("ChangeConfiguration", key="MessageTimeout", value="7")
    await station.present("TAG-1", 1)
    await clock.settle()
    assert patience == [7, 7]
