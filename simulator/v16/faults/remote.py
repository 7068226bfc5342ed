"""Faults of what the CSMS does from afar: start, stop, unlock, trigger (OCPP 1.6 §5.6, §5.11, §5.12, §5.17, §5.18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from simulator.faults.model import Fault, Message, Operate
from simulator.faults.words import answered, call, not_followed, operation, pretended, put, said, says
from simulator.v16.parts import Parts
from simulator.wire.operations import Answer


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    start, stop, unlock, trigger = (
        "RemoteStartTransaction",
        "RemoteStopTransaction",
        "UnlockConnector",
        "TriggerMessage",
    )
    for action, name in ((start, "remote-start"), (stop, "remote-stop"), (trigger, "trigger")):
        yield operation(f"{name}-rejected", f"{action} is always Rejected.", action, pretended(status="Rejected"))
        yield operation(
            f"{name}-accepts-everything",
            f"{action} is Accepted also when it should not be.",
            action,
            answered(put("status", "Accepted")),
        )
        yield operation(f"{name}-undone", f"{action} is answered, and nothing follows.", action, not_followed)
    yield operation(
        "unlock-fails", "UnlockConnector always says UnlockFailed.", unlock, pretended(status="UnlockFailed")
    )
    yield operation(
        "unlock-accepts-everything",
        "UnlockConnector says Unlocked, also where there is nothing to unlock.",
        unlock,
        answered(put("status", "Unlocked")),
    )
    yield operation("unlock-undone", "UnlockConnector is answered, and nothing follows.", unlock, not_followed)
    yield operation(
        "trigger-refused-and-sent",
        "A TriggerMessage that is Rejected makes the station send MeterValues.",
        trigger,
        _anyway,
    )
    yield call(
        "idle-diagnostics-as-uploaded",
        "A triggered DiagnosticsStatusNotification says Uploaded instead of Idle.",
        "DiagnosticsStatusNotification",
        said(put("status", "Uploaded"), says("status", "Idle")),
    )
    yield call(
        "idle-firmware-as-installed",
        "A triggered FirmwareStatusNotification says Installed instead of Idle.",
        "FirmwareStatusNotification",
        said(put("status", "Installed"), says("status", "Idle")),
    )
    yield operation(
        "data-transfer-unknown-status",
        "A DataTransfer is answered with a status that there is not.",
        "DataTransfer",
        pretended(status="Ignored"),
    )
    yield operation(
        "data-transfer-accepts-everything",
        "A DataTransfer of a vendor nobody knows is Accepted.",
        "DataTransfer",
        pretended(status="Accepted"),
    )


def _anyway(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    if answer.payload["status"] != "Rejected":
        return answer
    return replace(answer, then=lambda: cast(Parts, message.base).sampler.send_now(1))
