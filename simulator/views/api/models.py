"""Answers of the API. OCPP names are as on the wire, everything else is snake_case."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from simulator.kernel.snapshot import State
from simulator.views.record import FrameSeen


class ErrorOut(BaseModel):
    """Every error: one sentence."""

    detail: str


class Done(BaseModel):
    """The verb is done. `answer` is what it returns, for most of them nothing; `state` that of the station now."""

    verb: str
    answer: dict[str, Any] | None
    state: State


class FindingOut(BaseModel):
    """A rule of the protocol that a frame breaks."""

    rule: str
    level: Literal["MUST", "SHOULD", "INFO"]
    party: Literal["station", "csms"]
    message: str


class FrameOut(BaseModel):
    """A frame. `text` is as on the wire with secrets masked, `action` that of its CALL where it is known."""

    number: int
    at: datetime
    sender: Literal["station", "csms"]
    type: Literal["CALL", "CALLRESULT", "CALLERROR", "malformed"]
    action: str | None
    text: str
    findings: list[FindingOut]

    @classmethod
    def of(cls, seen: FrameSeen) -> FrameOut:
        """A frame of the record."""
        findings = [
            FindingOut(rule=one.rule, level=one.level, party=one.party, message=one.message) for one in seen.findings
        ]
        return cls(
            number=seen.number,
            at=seen.at,
            sender=seen.sender,
            type=seen.type,
            action=seen.action,
            text=seen.text,
            findings=findings,
        )
