"""A payload that came from the system under test, and the failure when it is not what a case expects."""

from typing import Any, cast

from harness.case.failures import blamed
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure
from harness.pki import facts, is_certificate
from ocppj.evidence.masking import MASK
from ocppj.frames import Call, CallResult
from ocppj.matchers import Mismatch, mismatches, shown
from ocppj.rules import Finding
from ocppj.session.session import Seen


class Message:
    """A payload that came from the system under test."""

    def __init__(self, run: CaseRun, name: str, seen: Seen, rule: str | None) -> None:
        self._run = run
        self._rule = rule
        self.name = name
        self.seen = seen

    @property
    def payload(self) -> Any:
        """The payload as it was on the wire; ``{}`` for ``null``."""
        payload = cast("Call | CallResult", self.seen.frame).payload
        return {} if payload is None else payload

    def __getitem__(self, member: str) -> Any:
        """A member that the case goes on with. A missing one fails the case."""
        if not isinstance(self.payload, dict) or member not in self.payload:
            raise CaseFailure(
                "schema",
                expected=f"{self.name} with {member}",
                actual=f"no {member}",
                rule=self._run.failed(self._rule) or _payload_rule(self.seen),
                seq=self.seen.seq,
                path=(),
            )
        return self.payload[member]

    def shows(self, *, rule: str | None = None, **members: Any) -> "Message":
        """Check members of the payload against values or matchers, under the rule(s) named, for example ``"R4"``.

        Without a rule it is what the case needs to go on, and no failure when it is not so.
        """
        rule = rule or self._rule
        found = mismatches(members, self.payload, self._run.protocol.folded)
        if found:
            raise mismatch(self._run, self.name, self.seen, found, rule)
        self._run.judge(rule)
        return self

    def prefers(self, *, rule: str, **members: Any) -> "Message":
        """Like ``shows``, for a warning: what does not hold is a finding and fails the case only with ``--strict``."""
        found = mismatches(members, self.payload, self._run.protocol.folded)
        for rid in self._run.rids(rule) if found else ():
            message = f"{found[0]}: {self._run.case.rules[rid]}"
            self._run.remarks.append(Finding(rid, "SHOULD", self._run.party, message, found[0].path, self.seen.seq))
        self._run.judge(rule)
        return self


def _payload_rule(seen: Seen) -> str:
    """The rule of the protocol that a payload without a member that it needs has broken."""
    if seen.findings:
        return blamed(seen.findings).rule
    return "VAL-00" if isinstance(seen.frame, Call) else "RPC-19"


def mismatch(run: CaseRun, name: str, seen: Seen, found: list[Mismatch], rule: str | None) -> CaseFailure:
    """The failure for members that are not as expected."""
    first = found[0]
    return CaseFailure(
        "mismatch",
        expected=f"{name} with {first.member} = {first.expected}",
        actual=f"{first.member} = {_brief(run, first, cast('Call | CallResult', seen.frame).payload)}",
        rule=run.failed(rule),
        seq=seen.seq,
        path=first.path,
    )


def _brief(run: CaseRun, found: Mismatch, payload: Any) -> str:
    """A value as an explanation shows it: of a password its length, of a certificate what it says."""
    value = found.actual
    key = payload.get("key") if isinstance(payload, dict) else None
    if found.path == ("value",) and isinstance(value, str) and str(key).lower() in run.protocol.secrets.names:
        return f"{MASK} ({len(value)} characters)"
    return f"the certificate {facts(value)}" if is_certificate(value) else shown(value)
