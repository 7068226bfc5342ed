"""Every fault of what arrives acts on the text it is about, and on no ordinary one, of this station and version."""

from __future__ import annotations

import asyncio

import pytest

from csms_core import Csms
from csms_core.faults.model import Reaction
from csms_core.faults.switchboard import Switchboard, Wire
from ocppj import frames
from ocppj.errors import CallRefused, ConnectionClosed
from ocppj.frames import Call, CallError, CallResult
from tests.csms_core.support.bench import CATALOGUE, STATION, Station

ARRIVALS = {name: fault for name, fault in CATALOGUE.items() if fault.arrival is not None}

LONG_AGO = "2026-01-01T00:00:00.000Z"


def call(action: str, payload: str = "{}", id: str = "m-1") -> str:
    return f'[2,"{id}","{action}",{payload}]'


def authorize(tag: str) -> str:
    return call("Authorize", f'{{"idTag":{tag}}}')


def status(more: str) -> str:
    return call("StatusNotification", f'{{"connectorId":1,"errorCode":"NoError","status":"Available",{more}}}')


def sample(more: str, transaction: str = "") -> str:
    values = f'[{{"timestamp":"{LONG_AGO}","sampledValue":[{{{more}}}]}}]'
    return call("MeterValues", f'{{"connectorId":1,{transaction}"meterValue":{values}}}')


def stop(transaction: int = 7, register: int = 1, more: str = ',"reason":"Local"') -> str:
    members = f'"transactionId":{transaction},"meterStop":{register},"timestamp":"2099-01-01T00:00:00Z"'
    return call("StopTransaction", f"{{{members}{more}}}")


UNKNOWN = '[9,"m-1"]'
SHORT = '[2,"m-1","Heartbeat"]'
NUMERIC = '[2,1,"Heartbeat",{}]'
DEEP = f'[2,"m-1","Heartbeat",{"[" * 2000}{"]" * 2000}]'
STRAY_RESULT, STRAY_ERROR = '[3,"nobody",{}]', '[4,"nobody","GenericError","",{}]'
HEARTBEAT = call("Heartbeat")
BOOT = call("BootNotification", '{"chargePointVendor":"v","chargePointModel":"m"}', "b-1")
FIRMWARE = call("FirmwareStatusNotification", '{"status":"Idle"}')
LATE_START = call("StartTransaction", f'{{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"{LONG_AGO}"}}')
LATE_STOP = call("StopTransaction", f'{{"transactionId":7,"meterStop":1,"timestamp":"{LONG_AGO}","reason":"Local"}}')

ABOUT: dict[str, str] = {
    "unknown-type-answered": UNKNOWN,
    "unknown-type-ends-connection": UNKNOWN,
    "text-without-type-answered": '["2","m-1"]',
    "text-without-type-ends-connection": '"Heartbeat"',
    "no-message-answered": "{",
    "no-message-ends-connection": NUMERIC,
    "short-call-ignored": SHORT,
    "short-call-ends-connection": SHORT,
    "numeric-id-answered": NUMERIC,
    "long-id-accepted": call("Heartbeat", id="x" * 37),
    "long-id-ends-connection": call("Heartbeat", id="x" * 37),
    "full-id-ignored": call("Heartbeat", id="x" * 36),
    "id-of-digits-ignored": call("Heartbeat", id="42"),
    "id-with-dots-ignored": call("Heartbeat", id="a.b"),
    "id-with-capitals-ignored": call("Heartbeat", id="aB"),
    "null-payload-refused": call("Heartbeat", "null"),
    "payload-of-other-type-ignored": call("Heartbeat", "[]"),
    "payload-of-other-type-accepted": call("Heartbeat", "5"),
    "unreadable-ignored": DEEP,
    "unreadable-ends-connection": DEEP,
    "nul-ignored": authorize(r'"A\u0000"'),
    "surrogate-ends-connection": authorize(r'"A\ud83d"'),
    "stray-result-answered": STRAY_RESULT,
    "stray-result-ends-connection": STRAY_RESULT,
    "stray-error-answered": STRAY_ERROR,
    "stray-error-ends-connection": STRAY_ERROR,
    "error-answered": STRAY_ERROR,
    "error-ends-connection": STRAY_ERROR,
    "action-in-any-case": call("heartbeat"),
    "unknown-action-not-supported": call("NoSuchAction"),
    "unknown-action-ignored": call("NoSuchAction"),
    "unknown-action-ends-connection": call("NoSuchAction"),
    "reset-of-csms-ignored": call("Reset", '{"type":"Soft"}'),
    "reset-of-csms-accepted": call("Reset", '{"type":"Soft"}'),
    **{f"missing-member-{what}": call("Authorize") for what in ("ignored", "internal-error")},
    **{f"wrong-type-{what}": authorize("5") for what in ("ignored", "internal-error")},
    **{f"unknown-value-{what}": status('"status":"Odd"') for what in ("ignored", "internal-error")},
    **{f"too-long-{what}": authorize(f'"{"x" * 21}"') for what in ("ignored", "internal-error")},
    **{f"extra-member-{what}": call("Heartbeat", '{"x":1}') for what in ("ignored", "internal-error")},
    "heartbeat-before-boot-answered": HEARTBEAT,
    "heartbeat-before-boot-ignored": HEARTBEAT,
    "whole-seconds-refused": status('"timestamp":"2026-01-01T00:00:00Z"'),
    "long-fraction-refused": status('"timestamp":"2026-01-01T00:00:00.1234Z"'),
    "zone-offset-refused": status('"timestamp":"2026-01-01T00:00:00.123+02:00"'),
    "longest-tag-refused": authorize(f'"{"X" * 20}"'),
    "longest-info-refused": status(f'"info":"{"i" * 50}"'),
    "longest-vendor-refused": call("DataTransfer", f'{{"vendorId":"{"v" * 255}"}}'),
    "tag-in-small-letters-invalid": authorize('"small"'),
    "tag-of-other-signs-refused": authorize('"A/B"'),
    "celsius-refused": sample('"value":"1","unit":"Celsius"'),
    "celcius-refused": sample('"value":"1","unit":"Celcius"'),
    "frequency-refused": sample('"value":"1","measurand":"Frequency"'),
    "bare-value-refused": sample('"value":"1"'),
    "odd-value-refused": sample('"value":"n/a","unit":"Wh"'),
    "meter-of-unknown-transaction-refused": sample('"value":"1","unit":"Wh"', '"transactionId":2100000000,'),
    "meter-of-transaction-minus-1-refused": sample('"value":"1","unit":"Wh"', '"transactionId":-1,'),
    "stop-of-unknown-transaction-refused": stop(2_100_000_000),
    "stop-of-transaction-minus-1-refused": stop(-1),
    "stop-without-reason-refused": stop(more=""),
    "late-start-refused": LATE_START,
    "late-stop-refused": LATE_STOP,
    "falling-register-refused": stop(register=-1),
    "pending-ends-connection": BOOT,
    "firmware-management-missing": FIRMWARE,
    "firmware-management-broken": FIRMWARE,
}
"""The text that each fault is about, where one is enough."""

AFTER_OTHERS = {
    "repeated-id-ignored",
    "repeated-id-ends-connection",
    "call-ignored-while-own-waits",
    "fiftieth-heartbeat-ignored",
    "stop-again-refused",
    "late-answer-answered",
    "late-answer-ends-connection",
}
"""Faults that need something to have come before."""

ORDINARY = (
    BOOT,
    authorize('"TAG"'),
    status('"timestamp":"2026-01-01T00:00:00.123Z"'),
    sample('"value":"1","unit":"Wh"', '"transactionId":7,'),
    stop(),
)


def wire(name: str, identity: str = STATION, subprotocol: str = "ocpp1.6") -> Wire:
    switchboard = Switchboard(CATALOGUE)
    switchboard.switch(name, True, STATION)
    return Wire(switchboard, identity, subprotocol)


def test_every_fault_of_what_arrives_is_tested() -> None:
    assert set(ABOUT) | AFTER_OTHERS == set(ARRIVALS)


@pytest.mark.parametrize("name", ABOUT)
def test_it_acts_on_the_text_that_it_is_about(name: str) -> None:
    reaction = wire(name).arrived(ABOUT[name])

    assert reaction is not None
    sent = [frames.parse(text) for text in reaction.texts]
    if name.endswith("-ignored"):
        assert reaction == Reaction()
    elif name.endswith("-ends-connection"):
        assert reaction.ends
    elif name == "action-in-any-case":
        assert reaction.seen == HEARTBEAT
    elif name.endswith(("-accepted", "-invalid")) or name in ("numeric-id-answered", "heartbeat-before-boot-answered"):
        assert [type(frame) for frame in sent] == [CallResult]
    else:
        assert [type(frame) for frame in sent] == [CallError]


@pytest.mark.parametrize("name", ABOUT)
def test_ordinary_texts_are_left_alone(name: str) -> None:
    broken = wire(name)

    assert {broken.arrived(text) for text in ORDINARY if text != ABOUT[name]} == {None}


@pytest.mark.parametrize("name", ABOUT)
def test_other_stations_are_left_alone(name: str) -> None:
    assert wire(name, "OTHER").arrived(ABOUT[name]) is None


@pytest.mark.parametrize("name", ["unknown-action-ignored", "late-stop-refused", "zone-offset-refused"])
def test_a_fault_of_one_version_leaves_connections_of_others_alone(name: str) -> None:
    assert wire(name, subprotocol="ocpp2.0.1").arrived(ABOUT[name]) is None


@pytest.mark.parametrize("name", ["repeated-id-ignored", "repeated-id-ends-connection"])
def test_an_id_is_repeated_only_after_it_came(name: str) -> None:
    broken = wire(name)

    assert broken.arrived(HEARTBEAT) is None
    assert broken.arrived(call("Heartbeat", id="m-2")) is None
    assert broken.arrived(HEARTBEAT) is not None


def test_a_call_is_ignored_while_one_of_the_csms_waits() -> None:
    broken = wire("call-ignored-while-own-waits")
    broken.leaves(call("ClearCache", id="c-1"))

    assert broken.arrived(HEARTBEAT) == Reaction()
    assert broken.arrived('[3,"c-1",{"status":"Accepted"}]') is None
    assert broken.arrived(HEARTBEAT) is None


def test_an_answer_is_stray_only_when_nothing_waits_for_it() -> None:
    broken = wire("stray-error-answered")
    broken.leaves(call("ClearCache", id="c-1"))

    assert broken.arrived('[4,"c-1","NotSupported","",{}]') is None
    assert broken.arrived('[4,"c-1","NotSupported","",{}]') is not None


@pytest.mark.parametrize(("name", "ends"), [("late-answer-answered", False), ("late-answer-ends-connection", True)])
def test_an_answer_is_late_only_when_another_call_has_followed(name: str, ends: bool) -> None:
    broken = wire(name)
    broken.leaves(call("ClearCache", id="c-1"))
    assert broken.arrived('[3,"c-1",{"status":"Accepted"}]') is None

    broken.leaves(call("ClearCache", id="c-2"))
    broken.leaves(call("ClearCache", id="c-3"))
    reaction = broken.arrived('[3,"c-2",{"status":"Accepted"}]')
    assert reaction is not None
    assert (reaction.ends, bool(reaction.texts)) == (ends, not ends)
    assert broken.arrived('[3,"c-3",{"status":"Accepted"}]') is None


def test_from_the_fiftieth_heartbeat_on_none_is_answered() -> None:
    broken = wire("fiftieth-heartbeat-ignored")
    reactions = []
    for number in range(52):
        reactions.append(broken.arrived(call("Heartbeat", id=f"m-{number}")))
        if reactions[-1] is None:
            broken.leaves(f'[3,"m-{number}",{{"currentTime":"{LONG_AGO}"}}]')

    assert reactions == [None] * 49 + [Reaction()] * 3


def test_a_stop_is_repeated_only_with_the_same_content() -> None:
    broken = wire("stop-again-refused")
    broken.arrived(stop())
    broken.leaves('[3,"m-1",{}]')

    assert broken.arrived(stop(8)) is None
    assert broken.arrived(stop()) is not None


# --- on a connection -------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_what_is_ignored_never_reaches_the_csms(csms: Csms, station: Station) -> None:
    csms.switchboard.switch("unknown-action-ignored", True, STATION)
    await station.next_frame()  # the answer to its boot
    await station.peer.send_raw(call("NoSuchAction", id="ignored"))
    await station.peer.send_raw(call("Heartbeat", id="next"))

    answer = await station.next_frame()

    assert isinstance(answer, CallResult)
    assert answer.id == "next"


@pytest.mark.asyncio
async def test_a_fault_may_answer_and_cut_the_connection(csms: Csms, station: Station) -> None:
    csms.switchboard.switch("unknown-action-ends-connection", True, STATION)

    with pytest.raises(CallRefused, match="NotImplemented"):
        await station.call("NoSuchAction")

    async with asyncio.timeout(30):
        assert isinstance(await station.peer.wait_closed(), ConnectionClosed)


@pytest.mark.asyncio
async def test_the_csms_may_get_to_see_another_text(csms: Csms, station: Station) -> None:
    csms.switchboard.switch("action-in-any-case", True, STATION)

    assert "currentTime" in await station.call("heartbeat")
    assert isinstance(frames.parse(HEARTBEAT), Call)
