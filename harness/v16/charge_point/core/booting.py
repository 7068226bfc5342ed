"""A station that boots, and the pauses that it keeps (OCPP 1.6 §4.2, §4.6)."""

from __future__ import annotations

from typing import Final

from harness.case.message import Message
from harness.case.verdicts import CaseFailure, Inconclusive
from harness.peers.driving import EvDriver
from harness.v16.charge_point.csms import Csms

_WINDOWS: Final = 5
_EARLY: Final = 0.25
_LATE: Final = 0.5
"""The parts of a pause by which it may be shorter or longer, if that is not more than the deviation of clocks."""


async def power_cycles(csms: Csms, driver: EvDriver, **answer: object) -> Message:
    """The power goes and comes back; the first BootNotification after it, which is answered with these members."""
    csms.answers("BootNotification", times=1, **answer)
    await driver.cut_power()
    await driver.restore_power()
    return await csms.receives("BootNotification", within=csms.run.sut.timeouts.reboot_s)


async def booted_anew(csms: Csms, before: Message, pause: int, *, rule: str) -> Message:
    """The next BootNotification, which has waited for the ``pause`` in seconds that the one before was told."""
    within = pause + csms.run.sut.timeouts.message_s
    again = await csms.receives("BootNotification", rule=rule, within=within)
    not_before(csms, before, again, pause, rule=rule)
    return again


def not_before(csms: Csms, first: Message, second: Message, seconds: float, *, rule: str) -> None:
    """Check that so many ``seconds`` have passed between two messages, give or take what clocks differ by."""
    passed = (second.seen.at - first.seen.at) / 1e9
    if passed < seconds - min(csms.run.sut.timeouts.deviation_s, _EARLY * seconds):
        raise CaseFailure(
            "mismatch",
            expected=f"{second.name} {seconds:g} s after {first.name}",
            actual=f"it came after {passed:.1f} s",
            rule=csms.run.failed(rule),
            seq=second.seen.seq,
        )
    csms.run.judge(rule)


async def heartbeats(csms: Csms, seconds: int, *, rule: str) -> None:
    """Two heartbeats that are as far apart as the answer to the boot has said."""
    first = await _heartbeat(csms, seconds, rule)
    second = await _heartbeat(csms, seconds, rule)
    not_before(csms, first, second, seconds, rule=rule)


async def _heartbeat(csms: Csms, seconds: int, rule: str) -> Message:
    """The next one. Any other CALL may take its place (rule BOOT-07)."""
    window = seconds + min(csms.run.sut.timeouts.deviation_s, _LATE * seconds)
    for _ in range(_WINDOWS):
        heard = csms.heard
        heartbeat = await csms.may_receive("Heartbeat", within=window)
        if heartbeat is not None:
            return heartbeat
        if csms.heard == heard:
            return await csms.receives("Heartbeat", rule=rule, within=0)  # it says what is wrong with a wrong one
    raise Inconclusive("the station had something else to say whenever a Heartbeat was due")
