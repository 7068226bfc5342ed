"""Booting and charging sessions on-line, and what breaks their rules."""

from __future__ import annotations

from tests.simulator.v16.faults.bench import NOW, Bench
from tests.simulator.v16.faults.proof import (
    Open,
    Proof,
    Record,
    answers,
    both,
    each_is,
    never,
    prove,
    reports,
    sends,
    spaced,
    within,
)


def _boot(status: str, interval: int) -> dict[str, object]:
    return {"status": status, "currentTime": NOW, "interval": interval}


async def cold_boot(open: Open) -> Bench:
    bench = await open(answers={"BootNotification": [_boot("Rejected", 50), _boot("Accepted", 100)]})
    await bench.wait(400)
    return bench


async def pending_boot(open: Open) -> Bench:
    bench = await open(answers={"BootNotification": [_boot("Pending", 50), _boot("Accepted", 100)]})
    await bench.ask("GetConfiguration")
    await bench.ask("ChangeConfiguration", key="MeterValueSampleInterval", value="33")
    await bench.wait(400)
    return bench


def _boots(record: Record) -> list[float]:
    return record.times("BootNotification")


def _heartbeats(record: Record) -> list[float]:
    return record.times("Heartbeat")


def booting() -> list[Proof]:
    return [
        *prove(
            cold_boot,
            ("boot-retried-early", spaced(_boots, 50), "001.R3"),
            ("available-as-unavailable statuses-missing status-of-next-connector", each_is("Available"), "001.R6"),
            ("heartbeat-late", spaced(_heartbeats, 100), "001.R7"),
        ),
        *prove(
            pending_boot,
            ("change-configuration-rejected", answers("ChangeConfiguration", status="Accepted"), "002.R6"),
            ("boot-retried-early", spaced(_boots, 50), "002.R7"),
            ("available-as-unavailable", each_is("Available"), "002.R10"),
            ("heartbeat-late", spaced(_heartbeats, 100), "002.R11"),
        ),
    ]


# --- a session --------------------------------------------------------------------------------------------------------


async def plug_in_first(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.charge()
    return bench


async def card_first(open: Open) -> Bench:
    bench = await open()
    await bench.do("present", "TAG-1", 1)
    bench.mark()
    await bench.do("plug_in", 1)
    return bench


async def card_and_no_cable(open: Open) -> Bench:
    bench = await open(configuration={"ConnectionTimeOut": "60"})
    bench.mark()
    await bench.do("present", "TAG-1", 1)
    await bench.wait(90)
    return bench


def _gives_up_in_time(record: Record) -> bool:
    moments = {
        one.payload["status"]: one.at for one in record.said if one.action == "StatusNotification" and one.payload
    }
    return not record.calls("StartTransaction") and moments["Available"] - moments["Preparing"] >= 60


async def unplugged_at_the_vehicle(open: Open) -> Bench:
    bench = await open()
    await bench.charge()
    bench.mark()
    await bench.do("unplug", 1, "vehicle")
    await bench.do("unplug", 1, "station")
    return bench


async def unplugged_and_locked(open: Open) -> Bench:
    bench = await open(configuration={"UnlockConnectorOnEVSideDisconnect": "false"})
    await bench.charge()
    bench.mark()
    await bench.do("unplug", 1, "vehicle")
    await bench.ask("UnlockConnector", connectorId=1)
    bench.chapter("unlocked")
    await bench.do("unplug", 1, "station")
    return bench


async def unplugged_and_not_stopped(open: Open) -> Bench:
    bench = await open(configuration={"StopTransactionOnEVSideDisconnect": "false"})
    await bench.charge()
    bench.mark()
    await bench.do("unplug", 1, "vehicle")
    bench.notes["stopped"] = any(one.action == "StopTransaction" for one in bench.office.said)
    await bench.ask("RemoteStopTransaction", transactionId=1)
    return bench


async def stopped_by_the_card(open: Open) -> Bench:
    bench = await open()
    await bench.charge("TAG-1")
    bench.mark()
    await bench.do("present", "TAG-2", 1)
    bench.notes["stopped"] = any(one.action == "StopTransaction" for one in bench.office.said)
    await bench.do("present", "TAG-1", 1)
    return bench


async def stopped_by_the_group(open: Open) -> Bench:
    info = {"idTagInfo": {"status": "Accepted", "parentIdTag": "GROUP"}}
    bench = await open(answers={"Authorize": info, "StartTransaction": {"transactionId": 1, **info}})
    await bench.charge("TAG-1")
    bench.mark()
    await bench.do("present", "TAG-2", 1)
    return bench


def sessions() -> list[Proof]:
    return [
        *prove(
            plug_in_first,
            ("preparing-as-available", reports("Preparing"), "003.R1"),
            ("charging-as-preparing statuses-missing", reports("Charging"), "003.R4"),
        ),
        *prove(card_first, ("charging-as-preparing", reports("Charging"), "004_1.R2")),
        *prove(
            card_and_no_cable,
            ("authorization-endless available-as-unavailable", reports("Available"), "004_2.R1"),
            ("authorization-short", _gives_up_in_time, "004_2.R2"),
        ),
        *prove(
            unplugged_at_the_vehicle,
            ("stop-reason-other stop-missing", sends("StopTransaction", reason="EVDisconnected"), "005_1.R1"),
            ("finishing-as-charging", reports("Finishing"), "005_1.R2"),
            ("available-as-unavailable", reports("Available"), "005_1.R3"),
        ),
        *prove(
            unplugged_and_locked,
            ("stop-reason-other", sends("StopTransaction", reason="EVDisconnected"), "005_2.R1"),
            ("finishing-as-charging", lambda r: set(r.statuses(1)) <= {"Finishing", "Available"}, "005_2.R2"),
            ("unlock-fails", answers("UnlockConnector", status={"Unlocked", "NotSupported"}), "005_2.R4"),
            ("available-as-unavailable unlock-undone", within("unlocked", reports("Available")), "005_2.R5"),
        ),
        *prove(
            unplugged_and_not_stopped,
            ("suspendedev-as-charging", reports("SuspendedEV"), "005_3.R1"),
            ("status-without-info", sends("StatusNotification", info="EV side disconnected"), "005_3.R2"),
            ("ev-disconnect-always-stops", lambda r: not r.notes["stopped"], "005_3.R3"),
            ("remote-stop-rejected", answers("RemoteStopTransaction", status="Accepted"), "005_3.R5"),
            ("finishing-as-charging", reports("Finishing"), "005_3.R6"),
            ("stop-reason-other remote-stop-undone", sends("StopTransaction", reason="Remote"), "005_3.R7"),
        ),
        *prove(
            stopped_by_the_card,
            ("foreign-card-stops", both(never("Authorize"), lambda r: not r.notes["stopped"]), "068.R1"),
            ("stop-wrong-tag", sends("StopTransaction", idTag="TAG-1"), "068.R2"),
            ("finishing-as-charging", reports("Finishing"), "068.R3"),
        ),
        *prove(
            stopped_by_the_group,
            ("authorize-first-tag", never("Authorize", idTag="TAG-1"), "069.R1"),
            ("stop-wrong-tag", sends("StopTransaction", idTag="TAG-2"), "069.R4"),
            ("finishing-as-charging", reports("Finishing"), "069.R5"),
        ),
    ]


PROOFS = [*booting(), *sessions()]
