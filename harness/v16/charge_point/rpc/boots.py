"""A station that boots and is not accepted, and what it may say meanwhile (OCPP 1.6 §4.2)."""

from __future__ import annotations

import asyncio
from typing import Any

from harness.case.message import Message
from harness.peers.wire.raw import shown
from harness.v16.charge_point.csms import Csms
from ocppj.frames import CallResult
from ocppj.session.session import Seen


async def restarted(csms: Csms, **answer: Any) -> Message:
    """The station is told to reset; the first BootNotification after it, which is answered with these members."""
    csms.answers("BootNotification", times=1, **answer)
    (await csms.sends("Reset", type="Hard")).shows(status="Accepted")
    boot = await csms.receives("BootNotification", within=csms.run.sut.timeouts.reboot_s)
    await csms.until(lambda: boot.is_answered, csms.run.sut.timeouts.message_s)
    await csms.wire.is_read()  # what comes next is for a station that knows what it is
    return boot


async def do_not_flood(csms: Csms, seconds: int, *, rule: str) -> None:
    """No more than one BootNotification a second comes in the next seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    count = 0
    while await csms.may_receive("BootNotification", within=max(deadline - loop.time(), 0)) is not None:
        count += 1
    csms.wire.judges(
        rule,
        count <= seconds,
        expected=f"at most {seconds} BootNotification in {seconds} s",
        actual=f"{count} came",
    )


def nothing_between(csms: Csms, first: Message, second: Message, *, rule: str) -> None:
    """No CALL has come between two others."""
    between = csms.heard_between(first, second)
    csms.wire.judges(
        rule,
        not between,
        expected=f"no CALL between {first.name} and the next one",
        actual=f"{', '.join(one.name for one in between)} came",
        seen=between[0].seen if between else None,
    )


def is_not_accepted(csms: Csms, answer: Seen, *, rule: str) -> None:
    """Judge that a request was not accepted, however it was refused."""
    frame = answer.frame
    payload = frame.payload if isinstance(frame, CallResult) and isinstance(frame.payload, dict) else {}
    csms.wire.judges(
        rule,
        payload.get("status") != "Accepted",
        expected="another answer than Accepted",
        actual=f"the answer is {shown(frame.raw)}",
        seen=answer,
    )
