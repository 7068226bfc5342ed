"""CALLs that a station has to refuse: by a status, or by a CALLERROR."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

import pytest

from harness.case.facts import Case
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure
from harness.peers.counterpart import Counterpart
from ocppj.evidence.trace import Role
from ocppj.frames import CallError, CallResult, Malformed
from ocppj.session.session import Memory, Seen
from tests.harness.support.suts import reference_sut

CASE = Case(
    id="TC_1_CS",
    title="One",
    sut="charge_point",
    profile="Core",
    ref="OCPP 1.6 §4.1",
    rules={"TC_1_CS.R1": "First."},
)
REJECTED = CallResult("1", {"status": "Rejected"}, "")
ACCEPTED = CallResult("1", {"status": "Accepted"}, "")
CONSTRAINT = CallError("1", "PropertyConstraintViolation", "", {}, "")
INTERNAL = CallError("1", "InternalError", "oh", {}, "")

pytestmark = pytest.mark.asyncio


class Answered(Counterpart):
    """Whatever is sent is answered with this frame."""

    side: ClassVar[Role] = "csms"
    frame: Any = None

    async def _exchanged(self, action: str, members: dict[str, Any], rule: str | None) -> Seen:
        return Seen(self.frame, "station", 0, seq=3)


def asked(frame: Any) -> tuple[Answered, CaseRun]:
    sut = reference_sut("ws://127.0.0.1:9/ocpp", "http://127.0.0.1:9")
    run = CaseRun(CASE, sut, sut.lane(0), Memory())
    peer = Answered(run, "CP-1")
    peer.frame = frame
    return peer, run


@pytest.mark.parametrize(
    ("frame", "codes"),
    [(REJECTED, None), (REJECTED, ["FormationViolation"]), (INTERNAL, None), (CONSTRAINT, [CONSTRAINT.code])],
)
async def test_a_refusal_holds(frame: Any, codes: Collection[str] | None) -> None:
    peer, run = asked(frame)
    await peer.sends_in_vain("Reset", rule="R1", codes=codes, type="Soft")
    assert run.judged == ["TC_1_CS.R1"]


@pytest.mark.parametrize(
    ("frame", "codes", "kind", "actual"),
    [
        (ACCEPTED, None, "mismatch", "status = Accepted"),
        (INTERNAL, [CONSTRAINT.code], "callerror", "CALLERROR InternalError: oh"),
        (Malformed("[3]", "error-shape", "it has one element", "1"), None, "protocol", "it has one element"),
    ],
)
async def test_anything_else_breaks_the_rule(frame: Any, codes: Collection[str] | None, kind: str, actual: str) -> None:
    peer, _ = asked(frame)
    with pytest.raises(CaseFailure) as failed:
        await peer.sends_in_vain("Reset", rule="R1", codes=codes, type="Soft")
    assert (failed.value.kind, failed.value.actual, failed.value.rule) == (kind, actual, "TC_1_CS.R1")
