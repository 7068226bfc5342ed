"""The queue of transaction messages and life without a CSMS: rules TX-03, TX-06 to TX-10, AUTH-09, STAT-07."""

from itertools import pairwise

import pytest

from ocppj.peers.aio import OcppError
from simulator import Station, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio


@pytest.fixture
def offline(station: Station) -> Station:
    station.configuration.set("AllowOfflineTxForUnknownId", "true")
    return station


async def test_tx_03_messages_queue_and_leave_in_order_before_newer_ones(
    offline: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    offline.configuration.set("MeterValueSampleInterval", "600")
    await offline.lose_network()
    await offline.plug_in(1)
    await offline.present("TAG-1")
    await clock.advance(1800)
    await offline.present("TAG-1")
    await offline.unplug(1)
    assert offline.queued == 5
    await offline.restore_network()
    await clock.settle()

    sent = [action for action in csms.actions if action not in ("StatusNotification", "Heartbeat")]
    assert sent == ["StartTransaction", "MeterValues", "MeterValues", "MeterValues", "StopTransaction"]
    assert csms.payloads("StartTransaction")[0]["timestamp"] == "2026-01-01T00:00:00.000Z"
    assert csms.payloads("StopTransaction")[0]["timestamp"] == "2026-01-01T00:30:00.000Z"
    assert {p["transactionId"] for p in csms.payloads("MeterValues") + csms.payloads("StopTransaction")} == {1}
    assert offline.queued == 0


async def test_stat_07_after_an_outage_only_what_has_changed_is_reported(
    offline: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await offline.lose_network()
    await offline.plug_in(1)
    await offline.present("TAG-1")
    await offline.plug_in(2)
    await offline.unplug(2)
    await offline.restore_network()
    await clock.settle()

    assert [(p["connectorId"], p["status"]) for p in csms.payloads("StatusNotification")] == [(1, "Charging")]


async def test_meter_values_of_an_outage_have_no_gaps(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("MeterValueSampleInterval", "60")
    await clock.advance(60)
    await charging.lose_network()
    await clock.advance(300)
    await charging.restore_network()
    await clock.advance(60)

    stamps = [p["meterValue"][0]["timestamp"][14:16] for p in csms.payloads("MeterValues")]
    assert stamps == ["01", "02", "03", "04", "05", "06", "07"]


async def test_a_refused_offline_start_is_stopped_after_the_outage(
    offline: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": {"status": "Invalid"}}
    await offline.lose_network()
    await offline.plug_in(1)
    await offline.present("TAG-1")
    await offline.restore_network()
    await clock.settle()

    assert csms.payloads("StopTransaction")[0]["reason"] == "DeAuthorized"
    assert csms.statuses(1) == ["Charging", "Finishing"]


async def test_auth_09_an_unknown_card_needs_a_key_to_charge_offline(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.lose_network()
    await station.plug_in(1)
    await station.present("UNKNOWN")
    assert station.connector(1).status == "Preparing"


async def test_auth_09_a_known_card_charges_offline_if_that_is_allowed(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charging.present("TAG-1")
    await clock.settle()
    await charging.lose_network()
    charging.configuration.set("LocalAuthorizeOffline", "false")
    await charging.present("TAG-1", 1)
    assert charging.connector(1).status == "Finishing"
    charging.configuration.set("LocalAuthorizeOffline", "true")
    await charging.present("TAG-1", 1)
    assert charging.connector(1).status == "Charging"


async def test_auth_09_a_blocked_card_does_not_charge_offline(
    offline: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    await offline.plug_in(1)
    await offline.present("TAG-1")
    await offline.lose_network()
    await offline.present("TAG-1")
    assert offline.connector(1).status == "Preparing"


async def test_tx_06_a_failed_message_is_repeated_with_growing_pauses(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("TransactionMessageAttempts", "4")
    station.configuration.set("TransactionMessageRetryInterval", "10")
    times: list[float] = []

    def fail(_: dict) -> OcppError:
        times.append(clock.monotonic())
        return OcppError("InternalError")

    csms.answers["StartTransaction"] = fail
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(300)

    assert [later - earlier for earlier, later in pairwise(times)] == [10.0, 20.0, 30.0]


async def test_tx_07_tx_08_a_start_without_an_answer_leaves_minus_one(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("TransactionMessageAttempts", "2")
    station.configuration.set("TransactionMessageRetryInterval", "10")
    csms.answers["StartTransaction"] = OcppError("InternalError")
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(9)
    await station.present("TAG-1")
    assert csms.payloads("StopTransaction") == []
    await clock.advance(1)

    assert len(csms.payloads("StartTransaction")) == 2
    assert csms.payloads("StopTransaction")[0]["transactionId"] == -1


async def test_tx_08_a_later_answer_to_the_repetition_counts(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    answers = [OcppError("InternalError"), {"transactionId": 77, "idTagInfo": {"status": "Accepted"}}]
    csms.answers["StartTransaction"] = lambda _: answers.pop(0)
    station.configuration.set("TransactionMessageRetryInterval", "10")
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(10)
    await station.present("TAG-1")

    assert (await csms.receives("StopTransaction"))["transactionId"] == 77


async def test_a_connection_that_breaks_during_a_start_costs_no_attempt(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("TransactionMessageAttempts", "1")
    answer = csms.answers["StartTransaction"]

    async def break_off(_: dict) -> dict:
        csms.answers["StartTransaction"] = answer
        assert csms.peer is not None
        await csms.peer.close(1011, "overload")
        return {}

    csms.answers["StartTransaction"] = break_off
    await station.plug_in(1)
    await station.present("TAG-1")
    await station.until(lambda s: not s.connected, within=5)
    await clock.advance(2)

    assert len(csms.payloads("StartTransaction")) == 2
    transaction = station.connector(1).transaction
    assert transaction is not None
    assert transaction.transactionId == 1


async def test_tx_04_other_messages_go_on_while_the_queue_waits(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["StartTransaction"] = OcppError("InternalError")
    await station.plug_in(1)
    await station.present("TAG-1")
    await station.plug_in(2)
    await clock.settle()

    assert csms.statuses(2) == ["Preparing"]
    assert station.queued == 1


async def test_a_full_queue_drops_meter_values_and_never_a_start_or_a_stop(
    offline: Station, csms: ScriptedCsms, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.station.queue.MAX_QUEUED", 4)
    await offline.lose_network()
    await offline.plug_in(1)
    await offline.present("TAG-1")
    await clock.advance(600)
    await offline.present("TAG-1")
    await offline.restore_network()
    await clock.settle()

    sent = [action for action in csms.actions if action in ("StartTransaction", "MeterValues", "StopTransaction")]
    assert sent == ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]
    assert [p["meterValue"][0]["timestamp"][14:16] for p in csms.payloads("MeterValues")] == ["09", "10"]


async def test_auth_05_the_cache_learns_from_start_and_stop_too(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["StopTransaction"] = {"idTagInfo": {"status": "Blocked"}}
    await charging.present("TAG-1")
    await charging.delivered()
    await charging.lose_network()
    await charging.present("TAG-1", 1)
    assert charging.connector(1).status == "Finishing"
    await charging.restore_network()
    await charging.until(lambda s: s.online, within=5)
    await charging.present("TAG-1", 1)
    assert charging.connector(1).status == "Charging"


async def test_auth_05_concurrent_tx_says_nothing_about_the_tag(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "ConcurrentTx"}}
    await charging.present("TAG-1", 2)
    await charging.lose_network()
    await charging.present("TAG-1", 2)
    assert charging.connector(2).status == "Preparing"
    assert charging.connector(2).authorized is not None


async def test_the_cache_is_bounded_and_lets_go_of_what_is_refused_first(
    station: Station, csms: ScriptedCsms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.station.cache.MAX_CACHED", 2)
    station.configuration.set("LocalPreAuthorize", "true")
    for tag, status in [("GOOD-1", "Accepted"), ("BAD", "Blocked"), ("GOOD-2", "Accepted"), ("GOOD-3", "Accepted")]:
        csms.answers["Authorize"] = {"idTagInfo": {"status": status}}
        await station.present(tag, 1)
        if status == "Accepted":
            await station.present(tag, 1)  # the second time ends the wait for a cable
    csms.forget()
    for tag in ("GOOD-2", "GOOD-3", "GOOD-1"):
        await station.present(tag, 1)
        await station.present(tag, 1)

    assert [payload["idTag"] for payload in csms.payloads("Authorize")] == ["GOOD-1"]
