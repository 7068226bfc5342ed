"""What the CSMS does from afar: start, stop, unlock, and what breaks their rules."""

from __future__ import annotations

from typing import Any

from schemas import load
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import (
    Judge,
    Open,
    Proof,
    answers,
    never,
    prove,
    refuses,
    reports,
    sends,
)
from tests.simulator.v16.faults.scenes.keys import tells

_TAG, _CONNECTOR = "TAG-1", 1
_SCHEMAS = load("1.6")


async def _asked(open: Open, **options: Any) -> Bench:
    bench = await open(**options)
    bench.mark()
    await bench.ask("GetConfiguration", key=["AuthorizeRemoteTxRequests"])
    return bench


async def _remote_start(bench: Bench, **more: Any) -> None:
    await bench.ask("RemoteStartTransaction", **{"connectorId": _CONNECTOR, "idTag": _TAG, **more})


async def cable_first(open: Open) -> Bench:
    bench = await _asked(open)
    await bench.do("plug_in", 1)
    await _remote_start(bench)
    return bench


async def start_first(open: Open) -> Bench:
    bench = await _asked(open)
    await _remote_start(bench)
    await bench.do("plug_in", 1)
    return bench


async def start_and_no_cable(open: Open) -> Bench:
    bench = await _asked(open, configuration={"ConnectionTimeOut": "60"})
    await _remote_start(bench)
    await bench.wait(90)
    return bench


async def lock_fails(open: Open) -> Bench:
    bench = await _asked(open)
    await _remote_start(bench)
    await bench.do("jam_lock", 1)
    await bench.do("plug_in", 1)
    return bench


async def charging(open: Open, **options: Any) -> Bench:
    """Connector 1 charges, and what was said before does not count."""
    bench = await open(**options)
    await bench.charge()
    bench.mark()
    return bench


async def stopped_from_afar(open: Open) -> Bench:
    bench = await charging(open)
    await bench.ask("RemoteStopTransaction", transactionId=1)
    return bench


async def start_refused(open: Open) -> Bench:
    bench = await charging(open)
    await _remote_start(bench)
    return bench


async def start_at_connector_0(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await _remote_start(bench, connectorId=0)
    return bench


async def stop_refused(open: Open) -> Bench:
    bench = await charging(open)
    await bench.ask("RemoteStopTransaction", transactionId=999)
    return bench


def _start_and_stop() -> list[Proof]:
    key = tells(0, "AuthorizeRemoteTxRequests")
    accepted = answers("RemoteStartTransaction", status="Accepted")
    here = {"connectorId": _CONNECTOR}
    return [
        *prove(
            cable_first,
            ("keys-not-told", key, "010.R2"),
            ("status-of-next-connector", sends("StatusNotification", status="Preparing", **here), "010.R3"),
            ("preparing-as-available", reports("Preparing"), "010.R4"),
            ("remote-start-rejected", accepted, "010.R7"),
            ("authorize-wrong-tag authorize-missing", sends("Authorize", idTag=_TAG), "010.R8"),
            ("start-wrong-connector remote-start-undone", sends("StartTransaction", **here), "010.R10"),
            ("start-wrong-tag start-missing", sends("StartTransaction", idTag=_TAG), "010.R11"),
            ("status-of-next-connector", sends("StatusNotification", status="Charging", **here), "010.R13"),
            ("charging-as-preparing", reports("Charging"), "010.R14"),
        ),
        *prove(
            start_first,
            ("keys-not-told", key, "011_1.R2"),
            ("remote-start-rejected", accepted, "011_1.R5"),
            ("preparing-as-available", reports("Preparing"), "011_1.R7"),
            ("charging-as-preparing", reports("Charging"), "011_1.R9"),
        ),
        *prove(
            start_and_no_cable,
            ("keys-not-told", key, "011_2.R2"),
            ("remote-start-rejected", accepted, "011_2.R5"),
            ("preparing-as-available", reports("Preparing"), "011_2.R7"),
            ("available-as-unavailable authorization-endless", reports("Available"), "011_2.R8"),
        ),
        *prove(
            lock_fails,
            ("keys-not-told", key, "024.R2"),
            ("remote-start-rejected", accepted, "024.R5"),
            ("preparing-as-available", reports("Preparing"), "024.R7"),
            (
                "lock-failure-as-other-error",
                sends("StatusNotification", status="Faulted", errorCode="ConnectorLockFailure"),
                "024.R8",
            ),
            ("faulted-as-available", reports("Faulted"), "024.R9"),
            ("lock-failure-ignored", never("StartTransaction"), "024.R10"),
        ),
        *prove(
            stopped_from_afar,
            ("remote-stop-rejected", answers("RemoteStopTransaction", status="Accepted"), "012.R2"),
            ("stop-reason-other", sends("StopTransaction", reason="Remote"), "012.R3"),
            ("finishing-as-charging", reports("Finishing"), "012.R4"),
        ),
        *prove(start_refused, ("remote-start-accepts-everything", refuses("RemoteStartTransaction"), "026.R2")),
        *prove(start_at_connector_0, ("remote-start-accepts-everything", refuses("RemoteStartTransaction"), "027.R2")),
        *prove(
            stop_refused,
            ("remote-stop-accepts-everything", answers("RemoteStopTransaction", status="Rejected"), "028.R2"),
        ),
    ]


# --- unlock -----------------------------------------------------------------------------------------------------------


async def unlock(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.ask("UnlockConnector", connectorId=1)
    return bench


async def unlock_fixed_cable(open: Open) -> Bench:
    bench = await open(fixed_cable=True)
    bench.mark()
    await bench.ask("UnlockConnector", connectorId=1)
    return bench


async def unlock_while_charging(open: Open) -> Bench:
    bench = await charging(open)
    await bench.ask("UnlockConnector", connectorId=1)
    await bench.do("unplug", 1)
    return bench


async def unlock_fixed_cable_while_charging(open: Open) -> Bench:
    bench = await charging(open, fixed_cable=True)
    await bench.ask("UnlockConnector", connectorId=1)
    return bench


async def unlock_jammed(open: Open) -> Bench:
    bench = await open()
    await bench.do("jam_lock", 1)
    await bench.ask("UnlockConnector", connectorId=1)
    return bench


async def unlock_nothing(open: Open) -> Bench:
    bench = await open()
    await bench.ask("UnlockConnector", connectorId=99)
    return bench


def _says(status: str) -> Judge:
    return answers("UnlockConnector", status=status)


def _unlock() -> list[Proof]:
    return [
        *prove(unlock, ("unlock-fails", _says("Unlocked"), "017_1.R2")),
        *prove(unlock_fixed_cable, ("unlock-accepts-everything", _says("NotSupported"), "017_2.R2")),
        *prove(
            unlock_while_charging,
            ("unlock-fails", _says("Unlocked"), "018_1.R2"),
            ("stop-reason-other unlock-undone", sends("StopTransaction", reason="UnlockCommand"), "018_1.R3"),
            ("finishing-as-charging", reports("Finishing"), "018_1.R4"),
            ("available-as-unavailable", reports("Available"), "018_1.R5"),
        ),
        *prove(unlock_fixed_cable_while_charging, ("unlock-accepts-everything", _says("NotSupported"), "018_2.R2")),
        *prove(unlock_jammed, ("unlock-accepts-everything", _says("UnlockFailed"), "030.R2")),
        *prove(unlock_nothing, ("unlock-accepts-everything", _says("NotSupported"), "031.R2")),
    ]


PROOFS = [*_start_and_stop(), *_unlock()]
