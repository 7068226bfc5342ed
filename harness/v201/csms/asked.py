"""What an operator of OCPP 2.0.1 asks for that a CSMS chooses itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from harness.case.run import CaseRun
from harness.peers import asked
from harness.v201.csms.reach.secret_keys import keys_in
from ocppj.rules import Finding

OWN: Final[Mapping[str, frozenset[str]]] = {
    "GetBaseReport": frozenset({"requestId"}),
    "RequestStartTransaction": frozenset({"remoteStartId"}),
}
"""Members that a CSMS numbers itself."""


def own(action: str, members: Mapping[str, Any]) -> Collection[str]:
    """The members of an operation that a CSMS chooses itself: numbers, and passwords."""
    return ("attributeValue",) if any(keys_in(action, members)) else OWN.get(action, ())


def findings(run: CaseRun, blamed: Collection[int]) -> Iterator[Finding]:
    """One for each operation of the case; ``blamed`` are the entries of the trace with which a rule was broken."""
    return asked.findings(run, blamed, own)
