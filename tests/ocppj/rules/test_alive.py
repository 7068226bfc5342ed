"""Boot, heartbeats and statuses: what a station could not help, or what nobody saw, breaks no rule."""

from typing import Any

import pytest

from ocppj import frames
from ocppj.v16.rules.alive import MOST_CONNECTORS
from tests.ocppj.support.talk import NOW, STATUS, Talk, accepted, metered

HOUR = 3_600.0


def station() -> Talk:
    return Talk("station")


def beat(talk: Talk) -> list[str]:
    talk.exchange("station", "Heartbeat", {}, {"currentTime": NOW})
    return [rule for rule, _ in talk.broken]


def last(talk: Talk) -> str:
    """What was found of the station last."""
    return [finding.message for finding in talk.found if finding.party == "station"][-1]


def tells(talk: Talk, *connectors: int) -> None:
    for connector in connectors:
        talk.exchange("station", "StatusNotification", {**STATUS, "connectorId": connector}, {})


def settled() -> Talk:
    """A station that has booted, told its statuses, and has 300 s between heartbeats."""
    talk = station()
    talk.booted()
    tells(talk, 0, 1)
    return talk


# --- BOOT-01 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status"), [("Soft", "Accepted"), ("Hard", "Rejected")], ids=["it may wait", "it does not come"]
)
def test_boot_01_not_every_reset_has_to_be_seen(kind: str, status: str) -> None:
    talk = settled()
    talk.exchange("csms", "Reset", {"type": kind}, {"status": status})
    talk.reconnects()
    assert beat(talk) == []


def test_boot_01_on_the_connection_of_the_reset_the_station_may_end_what_it_does() -> None:
    talk = settled()
    talk.exchange("csms", *accepted("Reset", type="Hard"))
    assert beat(talk) == []
    talk.reconnects()
    talk.booted()
    tells(talk, 0, 1)
    assert beat(talk) == []


def test_boot_01_is_told_once_for_a_reset() -> None:
    talk = settled()
    talk.exchange("csms", *accepted("Reset", type="Hard"))
    talk.reconnects()
    assert beat(talk) == ["BOOT-01"]
    assert beat(talk) == ["BOOT-01"]


def test_boot_01_data_of_a_csms_is_no_call_of_a_station() -> None:
    talk = station()
    talk.booted("Rejected")
    talk.exchange("csms", *accepted("DataTransfer", vendorId="v"))
    assert talk.broken == []


# --- BOOT-06 ----------------------------------------------------------------------------------------------------------


def test_boot_06_every_connector_that_the_station_has_told_of() -> None:
    talk = station()
    talk.configured(NumberOfConnectors="3")
    talk.booted()
    tells(talk, 0, 2)
    talk.passes(61)
    assert beat(talk) == ["BOOT-06"]
    assert last(talk).endswith("the status of connector 1, 3")
    assert beat(talk) == ["BOOT-06"]  # it is told once


def test_boot_06_a_station_has_a_minute() -> None:
    talk = station()
    talk.booted()
    talk.passes(60)
    assert beat(talk) == []


def test_boot_06_a_connection_that_was_lost_meanwhile_shows_nothing() -> None:
    talk = station()
    talk.booted()
    talk.reconnects()
    talk.passes(61)
    assert beat(talk) == []


def test_boot_06_of_many_connectors_some_are_looked_for() -> None:
    talk = station()
    talk.configured(NumberOfConnectors="900")
    talk.booted()
    tells(talk, *range(MOST_CONNECTORS + 5))
    talk.passes(61)
    assert beat(talk) == []


def test_boot_06_a_station_that_is_pending_need_not() -> None:
    talk = station()
    talk.booted("Pending")
    talk.passes(61)
    assert beat(talk) == []


# --- BOOT-07 ----------------------------------------------------------------------------------------------------------


def test_boot_07_two_intervals_and_what_clocks_may_differ() -> None:
    talk = settled()
    talk.passes(604)
    assert beat(talk) == []
    talk.passes(605)
    assert beat(talk) == ["BOOT-07"]
    assert last(talk) == "the station was silent for 605 s, the interval of the boot answer is 300 s"


def test_boot_07_without_a_wall_time_nothing_is_added_to_two_intervals() -> None:
    talk = Talk("station", wall=None)
    talk.booted()
    tells(talk, 0, 1)
    talk.passes(601)
    assert beat(talk) == ["BOOT-07"]


def test_boot_07_any_other_call_takes_the_place_of_a_heartbeat() -> None:
    talk = settled()
    for _ in range(4):
        talk.passes(300)
        talk.exchange("station", *metered(NOW))
    assert talk.broken == []


def test_boot_07_who_waits_for_an_answer_is_silent() -> None:
    talk = settled()
    talk.says('[2,"unanswered","Heartbeat",{}]')
    talk.passes(1_000)
    assert beat(talk) == []


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
def test_boot_07_an_interval_that_was_changed_is_not_known(status: str) -> None:
    talk = settled()
    talk.exchange("csms", "ChangeConfiguration", {"key": "heartbeatINTERVAL", "value": "9000"}, {"status": status})
    talk.passes(1_000)
    assert beat(talk) == []


def test_boot_07_another_key_changes_no_interval() -> None:
    talk = settled()
    talk.exchange("csms", "ChangeConfiguration", {"key": "WebSocketPingInterval", "value": "0"}, {"status": "Accepted"})
    talk.passes(1_000)
    assert beat(talk) == ["BOOT-07"]


@pytest.mark.parametrize("interval", [0, -5])
def test_boot_07_no_interval_is_none(interval: int) -> None:
    talk = station()
    answer: dict[str, Any] = {"status": "Accepted", "currentTime": NOW, "interval": interval}
    talk.exchange("station", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}, answer)
    tells(talk, 0, 1)
    talk.passes(1_000)
    assert beat(talk) == []


def test_boot_07_nobody_was_there_between_two_connections() -> None:
    talk = settled()
    talk.reconnects()
    talk.passes(1_000)
    assert beat(talk) == []


def test_boot_07_data_of_a_csms_ends_no_silence_of_a_station() -> None:
    talk = settled()
    talk.passes(1_000)
    talk.exchange("csms", *accepted("DataTransfer", vendorId="v"))
    assert talk.broken == []


# --- CON-15 -----------------------------------------------------------------------------------------------------------


def test_con_15_other_calls_take_the_place_of_no_heartbeat_a_day() -> None:
    talk = station()
    beat(talk)
    for _ in range(26):
        talk.exchange("station", *metered(NOW))
        talk.passes(HOUR)
    assert [one for one in talk.broken if one[0] == "CON-15"] == [("CON-15", "SHOULD")]
    assert [finding.message for finding in talk.found if finding.rule == "CON-15"] == [
        "there was no Heartbeat for 25.0 h"
    ]


def test_con_15_what_a_csms_sends_is_no_sign_of_life() -> None:
    talk = station()
    beat(talk)
    talk.passes(25 * HOUR)
    talk.exchange("csms", *accepted("DataTransfer", vendorId="v"))
    talk.exchange("station", *accepted("DataTransfer", vendorId="v"))
    assert talk.broken == []
    talk.session.observe("station", frames.call("z", "Heartbeat", {}), talk.now)
    assert [rule for rule, _ in talk.broken] == ["CON-15"]
