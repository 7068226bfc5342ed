"""What a case shows of what the official tool insists on (`ocppj.v16.insistence`), read off its trace afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from harness.case.run import CaseRun
from ocppj import frames
from ocppj.evidence.trace import DIRECTION
from ocppj.rules import Finding
from ocppj.session.session import Session

_ASKED: Final = "GetConfiguration"
_SENDER: Final = {direction: role for role, direction in DIRECTION.items()}


def insisted(run: CaseRun) -> Iterator[Finding]:
    """What the system under test does that the tool would not have, in the order of the trace."""
    from ocppj.v16.insistence import IDS, INSISTENT, UNASKED

    asked = min((one.seq for one in run.asked if one.action == _ASKED), default=None)
    session = Session("csms", INSISTENT)
    for entry in run.trace:
        if entry.kind == "handshake":  # another connection begins
            session = Session("csms", INSISTENT)
        if entry.kind != "frame" or entry.direction is None:
            continue
        for finding in session.observe(_SENDER[entry.direction], frames.parse(entry.text), entry.at).findings:
            by_itself = finding.rule != UNASKED or asked is None or entry.seq < asked
            if finding.rule in IDS and finding.party == run.party and by_itself:
                yield msgspec.structs.replace(finding, seq=entry.seq)
