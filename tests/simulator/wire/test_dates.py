"""dateTimes that are legal on the wire and have no name in Python stop nothing at the station (OCPP 1.6 §3.14)."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import Station, VirtualClock
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.dialler import Dialler
from simulator.v16.transactions.deauthorization import Deauthorization
from simulator.wire.dialing import Connect
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

LATE, EARLY, LEAP = "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00", "2016-12-31T23:59:60Z"
ODD = (LATE, EARLY, LEAP)


@pytest.fixture(params=["asyncio", "fleet"])
def connect(request: pytest.FixtureRequest, clock: VirtualClock) -> Connect | None:
    """Both transports: CALLs as coroutines, and as callbacks."""
    return Dialler(Tally(), clock).connect if request.param == "fleet" else None


@pytest.mark.parametrize("date", ODD)
async def test_a_tag_with_an_odd_expiry_date_starts_and_stops(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, connect: Connect | None, date: str
) -> None:
    """Rules VAL-02, AUTH-05; the date comes by Authorize, StartTransaction and StopTransaction."""
    info = {"status": "Accepted", "expiryDate": date}
    csms.answers["Authorize"] = {"idTagInfo": info}
    csms.answers["StartTransaction"] = {"transactionId": 7, "idTagInfo": info}
    csms.answers["StopTransaction"] = {"idTagInfo": info}
    station = await start(connect=connect)

    for _ in range(2):  # the second time the cache is asked, too
        await station.plug_in(1)
        await station.present("TAG-1")
        await clock.settle()
        await station.present("TAG-1")
        await station.unplug(1)
        await clock.settle()

    assert [one for one in csms.actions if "Transaction" in one] == ["StartTransaction", "StopTransaction"] * 2
    assert station.queued == 0


@pytest.mark.parametrize("date", ODD)
async def test_an_odd_current_time_is_an_answer(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, connect: Connect | None, date: str
) -> None:
    csms.answers["BootNotification"] = {"status": "Accepted", "currentTime": date, "interval": 60}
    csms.answers["Heartbeat"] = {"currentTime": date}

    station = await start(connect=connect)
    await clock.advance(125)

    assert station.online
    assert csms.actions.count("Heartbeat") == 2


@pytest.mark.parametrize(
    ("action", "payload", "said"),
    [
        (
            "ReserveNow",
            {"connectorId": 1, "idTag": "T", "reservationId": 1, "expiryDate": "DATE"},
            ["Accepted", "Rejected", "Rejected"],
        ),
        (
            "SendLocalList",
            {
                "listVersion": 1,
                "updateType": "Full",
                "localAuthorizationList": [
                    {"idTag": "T", "idTagInfo": {"status": "Accepted", "expiryDate": "DATE"}},
                ],
            },
            ["Accepted"] * 3,
        ),
        ("GetDiagnostics", {"location": "ftp://127.0.0.1:1/", "startTime": "DATE", "stopTime": "DATE"}, None),
        (
            "SetChargingProfile",
            {
                "connectorId": 1,
                "csChargingProfiles": {
                    "chargingProfileId": 1,
                    "stackLevel": 0,
                    "chargingProfilePurpose": "TxDefaultProfile",
                    "chargingProfileKind": "Absolute",
                    "validFrom": "DATE",
                    "validTo": "DATE",
                    "chargingSchedule": {
                        "chargingRateUnit": "A",
                        "startSchedule": "DATE",
                        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}],
                    },
                },
            },
            ["Accepted"] * 3,
        ),
    ],
)
async def test_an_odd_date_in_a_call_is_understood(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, action: str, payload: dict[str, Any], said: Any
) -> None:
    for place, date in enumerate(ODD):
        answer = await csms.call(action, **_dated(payload, date))
        await clock.settle()
        composite = await csms.call("GetCompositeSchedule", connectorId=1, duration=60)

        assert said is None or answer["status"] == said[place]
        assert composite["status"] == "Accepted"
    await clock.advance(86_400)
    assert station.online


async def test_an_update_for_the_end_of_time_waits(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await csms.call("UpdateFirmware", location="http://127.0.0.1:1/image", retrieveDate=LATE)
    await clock.advance(86_400)

    assert csms.payloads("FirmwareStatusNotification") == []


def _dated(value: Any, date: str) -> Any:
    if isinstance(value, dict):
        return {name: _dated(one, date) for name, one in value.items()}
    if isinstance(value, list):
        return [_dated(one, date) for one in value]
    return date if value == "DATE" else value


# --- a queue goes on whatever follows from an answer -----------------------------------------------------------------


async def test_what_fails_after_an_answer_does_not_stop_the_transaction_messages(
    start: StartStation,
    csms: ScriptedCsms,
    clock: VirtualClock,
    connect: Connect | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    station = await start(connect=connect)
    monkeypatch.setattr(Deauthorization, "answered", fail)
    await station.plug_in(1)
    await station.present("TAG-1")
    await station.present("TAG-1")
    await clock.settle()

    assert [one for one in csms.actions if "Transaction" in one] == ["StartTransaction", "StopTransaction"]
    assert station.queued == 0
    assert "what follows from the answer to StartTransaction failed" in caplog.text
    caplog.clear()  # `nothing_is_lost` looks at what is left


async def test_a_call_that_cannot_be_written_does_not_stop_the_others(
    start: StartStation,
    csms: ScriptedCsms,
    clock: VirtualClock,
    connect: Connect | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    station = await start(connect=connect)
    await station.present("TAG-\ud800")  # JSON cannot say it
    csms.forget()
    await station.present("TAG-1")
    await clock.settle()

    assert csms.payloads("Authorize") == [{"idTag": "TAG-1"}]
    assert "Authorize could not be sent" in caplog.text
    caplog.clear()
