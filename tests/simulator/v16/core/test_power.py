"""Loss of power: rules BOOT-01, STAT-05, TX-12, AUTH-07."""

import pytest

from simulator import NotPossible, Station, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio


async def test_tx_12_a_transaction_cut_off_is_stopped_after_the_boot(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await clock.advance(30)
    csms.forget()
    await charging.cut_power()
    await clock.advance(600)
    assert csms.actions == []
    await charging.restore_power()
    await clock.settle()

    assert csms.actions[0] == "BootNotification"
    stop = csms.payloads("StopTransaction")[0]
    assert (stop["reason"], stop["transactionId"]) == ("PowerLoss", 1)
    assert stop["timestamp"] == "2026-01-01T00:00:30.000Z"
    assert [csms.statuses(number) for number in (0, 1, 2)] == [["Available"], ["Finishing"], ["Available"]]


async def test_tx_12_or_before_the_lights_go_out(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await charging.cut_power(graceful=True)

    assert csms.actions == ["StopTransaction", "StatusNotification"]
    assert csms.payloads("StopTransaction")[0]["reason"] == "PowerLoss"
    assert csms.statuses(1) == ["Finishing"]


async def test_stat_05_out_of_service_survives(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await csms.call("ChangeAvailability", connectorId=0, type="Inoperative")
    await clock.settle()
    await station.cut_power()
    csms.forget()
    await station.restore_power()
    await clock.settle()

    assert [csms.statuses(number) for number in (0, 1, 2)] == [["Unavailable"]] * 3


async def test_keys_the_cache_and_the_register_survive(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("LocalPreAuthorize", "true")
    await clock.advance(3600)
    await charging.cut_power()
    await charging.restore_power()
    await clock.settle()
    csms.forget()
    await charging.present("TAG-1")
    await clock.settle()

    assert csms.payloads("Authorize") == []
    assert csms.payloads("StartTransaction")[0]["meterStart"] == 11_000


async def test_cables_move_while_the_power_is_off(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await charging.cut_power()
    await charging.unplug(1)
    await charging.plug_in(2)
    with pytest.raises(NotPossible, match="no power"):
        await charging.present("TAG-1")
    await charging.restore_power()
    await clock.settle()

    assert [csms.statuses(number)[-1] for number in (0, 1, 2)] == ["Available", "Available", "Preparing"]


async def test_power_and_network_cannot_be_lost_twice(station: Station) -> None:
    with pytest.raises(NotPossible, match="has power already"):
        await station.restore_power()
    with pytest.raises(NotPossible, match="not lost"):
        await station.restore_network()
    await station.lose_network()
    with pytest.raises(NotPossible, match="already lost"):
        await station.lose_network()
    await station.cut_power()
    with pytest.raises(NotPossible, match="no power already"):
        await station.cut_power()


async def test_power_back_without_network_boots_when_the_network_is_back(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.lose_network()
    await station.cut_power()
    await station.restore_power()
    await clock.advance(60)
    assert csms.actions == []
    await station.restore_network()
    await clock.settle()
    assert csms.actions[0] == "BootNotification"


@pytest.mark.parametrize("verb", ["cut_power", "lose_network"])
async def test_a_cut_wire_sends_no_close_frame(station: Station, csms: ScriptedCsms, verb: str) -> None:
    peer = csms.peer
    assert peer is not None
    await getattr(station, verb)()

    assert (await peer.wait_closed()).code == 1006


async def test_what_is_not_plugged_in_cannot_be_taken_out(station: Station, csms: ScriptedCsms) -> None:
    csms.forget()
    with pytest.raises(NotPossible, match="connector 1 has no vehicle connected"):
        await station.unplug(1, "vehicle")
    with pytest.raises(NotPossible, match="connector 1 has no cable"):
        await station.unplug(1)
    assert csms.actions == []
