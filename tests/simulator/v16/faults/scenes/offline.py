"""What happens during an outage or a fault, and what breaks its rules."""

from __future__ import annotations

from typing import Any

from ocppj.times import moment
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import (
    Open,
    Proof,
    Record,
    never,
    prove,
    reports,
    sends,
    sends_only,
    spaced,
)
from tests.simulator.v16.faults.scenes.remote import charging


async def values_of_an_outage(open: Open) -> Bench:
    bench = await charging(open, configuration={"MeterValueSampleInterval": "60"})
    await bench.do("lose_network")
    await bench.wait(200)
    await bench.do("restore_network")
    await bench.wait(100)
    return bench


def _sampled_at(record: Record) -> list[float]:
    return [
        moment(value["timestamp"]).timestamp() for one in record.calls("MeterValues") for value in one["meterValue"]
    ]


async def _known(open: Open, **keys: str) -> Bench:
    """TAG-1 is in the cache, and then the network is lost."""
    bench = await open(configuration={"LocalAuthorizeOffline": "true", **keys})
    await bench.do("present", "TAG-1", 1)
    await bench.do("present", "TAG-1", 1)
    bench.mark()
    await bench.do("lose_network")
    return bench


async def started_offline(open: Open) -> Bench:
    bench = await _known(open)
    await bench.charge()
    await bench.do("restore_network")
    return bench


async def _started_invalid(open: Open, stops: str) -> Bench:
    bench = await _known(open, StopTransactionOnInvalidId=stops)
    bench.office.answers["StartTransaction"] = {"transactionId": 1, "idTagInfo": {"status": "Invalid"}}
    await bench.charge()
    await bench.do("restore_network")
    return bench


async def started_invalid_and_suspended(open: Open) -> Bench:
    return await _started_invalid(open, "false")


async def started_invalid_and_stopped(open: Open) -> Bench:
    return await _started_invalid(open, "true")


async def stopped_offline(open: Open) -> Bench:
    bench = await charging(open)
    await bench.do("lose_network")
    await bench.do("present", "TAG-1", 1)
    await bench.do("restore_network")
    return bench


async def charged_offline(open: Open) -> Bench:
    bench = await _known(open)
    await bench.charge()
    await bench.do("present", "TAG-1", 1)
    await bench.do("unplug", 1)
    await bench.do("restore_network")
    return bench


async def broken(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.do("raise_fault", 1, "GroundFailure")
    await bench.do("present", "TAG-1", 1)
    await bench.do("plug_in", 1)
    return bench


def _offline() -> list[Proof]:
    local = sends_only("StopTransaction", reason={"Local", None})
    whole: dict[str, Any] = {"least": 5}
    return [
        *prove(
            values_of_an_outage,
            ("meter-values-out-of-order", lambda r: _sampled_at(r) == sorted(_sampled_at(r)), "036.R1"),
            ("meter-values-lost-offline meter-values-missing", spaced(_sampled_at, 60, **whole), "036.R2"),
        ),
        *prove(started_offline, ("charging-as-preparing", reports("Charging"), "037_1.R2")),
        *prove(
            started_invalid_and_suspended,
            ("charging-as-preparing", reports("Charging"), "037_2.R2"),
            ("suspendedevse-as-charging start-refusal-ignored", reports("SuspendedEVSE"), "037_2.R3"),
            ("invalid-id-always-stops", never("StopTransaction"), "037_2.R4"),
        ),
        *prove(
            started_invalid_and_stopped,
            ("charging-as-preparing", reports("Charging"), "037_3.R2"),
            (
                "stop-reason-other start-refusal-ignored",
                sends("StopTransaction", reason="DeAuthorized"),
                "037_3.R3",
            ),
            ("finishing-as-charging", reports("Finishing"), "037_3.R4"),
        ),
        *prove(
            stopped_offline,
            ("stop-reason-other stop-missing", local, "038.R1"),
            ("finishing-as-charging", reports("Finishing"), "038.R2"),
        ),
        *prove(charged_offline, ("stop-reason-other", local, "039.R2")),
        *prove(
            broken,
            ("faulted-as-available", reports("Faulted"), "041.R1"),
            ("starts-while-faulted", never("StartTransaction"), "041.R2"),
        ),
    ]


PROOFS = _offline()
