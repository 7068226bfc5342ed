"""Triggers, DataTransfer, local lists, and how messages are written, and what breaks their rules."""

from __future__ import annotations

from typing import Any

from schemas import load
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.station import FEATURES
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import (
    Judge,
    Open,
    Proof,
    Record,
    answers,
    never,
    prove,
    refuses,
    sends_only,
)
from tests.simulator.v16.faults.scenes.remote import start_first, unlock

_SCHEMAS = load("1.6")


# --- triggers, DataTransfer -------------------------------------------------------------------------------------------

_TRIGGERED: tuple[dict[str, Any], ...] = (
    {"requestedMessage": "MeterValues", "connectorId": 1},
    {"requestedMessage": "Heartbeat"},
    {"requestedMessage": "StatusNotification", "connectorId": 1},
    {"requestedMessage": "DiagnosticsStatusNotification"},
    {"requestedMessage": "FirmwareStatusNotification"},
)


async def triggered(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    for payload in _TRIGGERED:
        await bench.ask("TriggerMessage", **payload)
    return bench


async def triggered_in_vain(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.ask("TriggerMessage", requestedMessage="MeterValues", connectorId=3)
    return bench


_REFUSALS = {"Rejected", "UnknownMessageId", "UnknownVendorId"}


async def data_of_a_stranger(open: Open) -> Bench:
    bench = await open()
    await bench.ask("DataTransfer", vendorId="nobody.example")
    return bench


def _triggers() -> list[Proof]:
    def nth(place: int, *statuses: str) -> Judge:
        return answers("TriggerMessage", place, status=set(statuses))

    return [
        *prove(
            triggered,
            ("trigger-rejected", nth(0, "Accepted"), "054.R3"),
            ("trigger-rejected", nth(1, "Accepted"), "054.R5"),
            ("trigger-rejected", nth(2, "Accepted"), "054.R8"),
            ("trigger-rejected", nth(3, "Accepted", "NotImplemented"), "054.R10"),
            ("idle-diagnostics-as-uploaded", sends_only("DiagnosticsStatusNotification", status="Idle"), "054.R11"),
            ("trigger-rejected", nth(4, "Accepted", "NotImplemented"), "054.R13"),
            (
                "idle-firmware-as-installed trigger-undone",
                sends_only("FirmwareStatusNotification", status="Idle"),
                "054.R14",
            ),
        ),
        *prove(
            triggered_in_vain,
            ("trigger-accepts-everything", refuses("TriggerMessage"), "055.R3"),
            ("trigger-refused-and-sent", never("MeterValues"), "055.R4"),
        ),
        *prove(
            data_of_a_stranger,
            ("data-transfer-unknown-status", answers("DataTransfer", status={*_REFUSALS, "Accepted"}), "062.R2"),
            ("data-transfer-accepts-everything", answers("DataTransfer", status=_REFUSALS), "062.R3"),
        ),
    ]


# --- local lists ------------------------------------------------------------------------------------------------------

_ENTRY = [{"idTag": "TAG-1", "idTagInfo": {"status": "Accepted"}}]
_OFF = {"LocalAuthListEnabled": "false"}


async def _send(bench: Bench, version: int, kind: str = "Full", **more: Any) -> None:
    await bench.ask("SendLocalList", listVersion=version, updateType=kind, **more)


async def no_list(open: Open) -> Bench:
    bench = await open(configuration=_OFF)
    await bench.ask("GetLocalListVersion")
    await _send(bench, 1, localAuthorizationList=_ENTRY)
    return bench


async def list_without_the_profile(open: Open) -> Bench:
    bench = await open(features=tuple(one for one in FEATURES if one is not LocalList))
    await _send(bench, 1, localAuthorizationList=_ENTRY)
    return bench


async def empty_list(open: Open) -> Bench:
    bench = await open()
    await _send(bench, 1)
    await bench.ask("GetLocalListVersion")
    return bench


async def two_lists(open: Open) -> Bench:
    bench = await open()
    await _send(bench, 1, localAuthorizationList=_ENTRY)
    await _send(bench, 2, "Differential", localAuthorizationList=_ENTRY)
    return bench


async def list_versions(open: Open) -> Bench:
    bench = await open()
    for version, kind in ((2, "Full"), (5, "Differential"), (4, "Differential")):
        await _send(bench, version, kind, localAuthorizationList=_ENTRY)
        await bench.ask("GetLocalListVersion")
    return bench


async def list_memory_broken(open: Open) -> Bench:
    bench = await open()
    await bench.do("jam_memory")
    await _send(bench, 2, localAuthorizationList=_ENTRY)
    return bench


def _lists() -> list[Proof]:
    def sent(place: int, status: str) -> Judge:
        return answers("SendLocalList", place, status=status)

    def version(place: int, number: int) -> Judge:
        return answers("GetLocalListVersion", place, listVersion=number)

    return [
        *prove(
            no_list,
            ("list-version-wrong", version(0, -1), "042_1.R1"),
            ("send-list-accepts-everything", sent(0, "NotSupported"), "043_1.R2"),
        ),
        *prove(
            list_without_the_profile,
            ("send-list-undone", refuses("SendLocalList", "NotSupported"), "043_1.R2"),
        ),
        *prove(
            empty_list,
            ("send-list-fails", sent(0, "Accepted"), "042_2.R4"),
            ("list-version-wrong", version(0, 0), "042_2.R5"),
        ),
        *prove(
            two_lists,
            ("send-list-fails", sent(0, "Accepted"), "043.R2"),
            ("send-list-fails", sent(1, "Accepted"), "043.R4"),
        ),
        *prove(
            list_versions,
            ("send-list-fails", sent(0, "Accepted"), "043_2.R3"),
            ("list-version-wrong send-list-undone", version(0, 2), "043_2.R4"),
            ("send-list-fails", sent(1, "Accepted"), "043_2.R7"),
            ("list-version-wrong send-list-undone", version(1, 5), "043_2.R8"),
            ("send-list-accepts-everything", sent(2, "VersionMismatch"), "043_2.R11"),
            ("list-version-wrong", version(2, 5), "043_2.R12"),
        ),
        *prove(list_memory_broken, ("send-list-accepts-everything", sent(0, "Failed"), "043_3.R3")),
    ]


# --- how messages are written -----------------------------------------------------------------------------------------


def _written(record: Record) -> bool:
    calls = [one for one in record.said if (one.by, one.kind) == ("csms", "call")]
    written = [one for one in record.said if one.by == "station" and one.kind != "call"]
    return len(written) == len(calls) and all(one.kind == "result" and one.action for one in written)


def _valid(record: Record) -> bool:
    calls = [one for one in record.said if (one.by, one.kind) == ("station", "call")]
    return bool(calls) and all(_SCHEMAS.call[one.action](one.payload) for one in calls)


def _frames() -> list[Proof]:
    against_schema = "calls-with-extra-member timestamps-without-zone connectors-as-text"
    return [
        *prove(unlock, ("answers-missing answers-twice answer-id-foreign answers-refused", _written, "")),
        *prove(start_first, (against_schema, _valid, "")),
    ]


PROOFS = [*_triggers(), *_lists(), *_frames()]
