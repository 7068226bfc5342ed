"""What the operator was asked for beside what came on the wire.

A case judges what its rules are about. That the rest is what somebody asked for is no rule of OCPP, but whoever
unlocks connector 2 when connector 1 was chosen wants to know. So each difference that no rule of the case was broken
by is told: one INFO finding for each operation.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from harness.pki import facts, is_certificate, names_certificate, same_certificate
from harness.run import Asked, CaseRun
from ocppj.frames import Call
from ocppj.masking import SECRET_KEYS
from ocppj.matchers import MISSING, Path, mismatches, path_text, shown
from ocppj.rules import Finding
from ocppj.session import Seen
from reports.asked import RULE

OWN: Final[Mapping[str, frozenset[str]]] = {
    "ReserveNow": frozenset({"reservationId"}),
    "SetChargingProfile": frozenset({"chargingProfileId"}),
    "RemoteStartTransaction": frozenset({"chargingProfileId"}),
    "SendLocalList": frozenset({"listVersion"}),
    "GetLog": frozenset({"requestId"}),
    "SignedUpdateFirmware": frozenset({"requestId"}),
}
"""Members that a CSMS numbers itself; what is named by such a number later is named by the one it chose."""

TOLERANCE: Final = 60.0
"""Seconds by which a moment may be off: some consoles know no seconds."""
_LONGEST: Final = 120
MAX_TOLD: Final = 1_000
"""Characters of a sentence."""


class Difference(msgspec.Struct, frozen=True):
    """A member that was asked for and is another one on the wire."""

    path: Path
    asked: Any
    sent: Any

    @property
    def member(self) -> str:
        """The member as on the wire, for example ``idTagInfo.status``."""
        return path_text(self.path)


def findings(run: CaseRun, blamed: Collection[int]) -> Iterator[Finding]:
    """One for each operation of the case; ``blamed`` are the entries of the trace with which a rule was broken."""
    for index, asked in enumerate(run.asked):
        following = (other.seq for other in run.asked[index + 1 :] if other.action == asked.action)
        end = next(following, None)
        calls = [
            call
            for call in run.calls
            if _action(call) == asked.action and asked.seq < (call.seq or 0) and (end is None or (call.seq or 0) < end)
        ]
        if calls and not any(call.seq in blamed for call in calls):
            yield from _finding(run, asked, calls)


def _finding(run: CaseRun, asked: Asked, calls: list[Seen]) -> Iterator[Finding]:
    found = [differences(asked.action, asked.members, _payload(call)) for call in calls]
    wrong = next((index for index, one in enumerate(found) if one), None)
    times = f"{len(calls)} times"
    if wrong is None:
        if len(calls) == 1:
            return
        told = f"asked for {asked.action} once, sent {times}"
        yield Finding(RULE, "INFO", run.party, told, seq=calls[1].seq)
    else:
        first = found[wrong]
        message = (
            f"asked for {asked.action} with {_told((one.member, one.asked) for one in first)}, "
            f"sent {_told((one.member, one.sent) for one in first)}"
        )
        if len(calls) > 1:
            message += f"; {times} in all, {sum(not one for one in found)} of them as asked for"
        yield Finding(RULE, "INFO", run.party, message, first[0].path, calls[wrong].seq)


def differences(action: str, asked: Mapping[str, Any], sent: Any) -> list[Difference]:
    """The members of ``asked`` that are others in the payload ``sent``; what is sent besides is the CSMS's affair."""
    found: list[Difference] = []
    own = OWN.get(action, frozenset())
    if action == "ChangeConfiguration" and str(asked.get("key")).lower() in SECRET_KEYS:
        own = frozenset({"value"})  # a CSMS may make its passwords itself
    _compare(asked, sent, (), own, found)
    return found


def _compare(asked: Any, sent: Any, path: Path, own: Collection[str], found: list[Difference]) -> None:
    name = path[-1] if path else ""
    if name in own or asked is None or asked == []:
        return
    if name == "certificateHashData":
        same = not mismatches(names_certificate(asked), sent)
    elif isinstance(asked, Mapping):
        members = sent if isinstance(sent, Mapping) else {}
        for member, value in asked.items():
            _compare(value, members.get(member, MISSING), (*path, member), own, found)
        return
    elif isinstance(asked, list):
        _compare_list(asked, sent if isinstance(sent, list) else [], path, own, found)
        return
    else:
        same = _same(name, asked, sent)
    if not same:
        found.append(Difference(path, asked, sent))


def _compare_list(asked: list[Any], sent: list[Any], path: Path, own: Collection[str], found: list[Difference]) -> None:
    if not isinstance(asked[0], Mapping):
        if sorted(str(item).casefold() for item in asked) != sorted(str(item).casefold() for item in sent):
            found.append(Difference(path, asked, sent))
        return
    for index, item in enumerate(asked):
        place, other = index, sent[index] if index < len(sent) else MISSING
        if "idTag" in item:  # a list has no order, and a whole one may have more in it
            place, other = next(
                ((at, one) for at, one in enumerate(sent) if isinstance(one, dict) and _same_tag(item, one)),
                (index, MISSING),
            )
        _compare(item, other, (*path, place), own, found)


def _same_tag(item: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return str(item["idTag"]).casefold() == str(other.get("idTag")).casefold()


def _same(name: str | int, asked: Any, sent: Any) -> bool:
    if name == "numberPhases" and asked == 3 and sent is MISSING:  # what a missing one means (S §7.14)
        return True
    if is_certificate(asked):
        return same_certificate(asked).accepts(sent)
    moment = _moment(asked)
    if moment is not None:
        other = _moment(sent)
        return other is not None and abs((other - moment).total_seconds()) <= TOLERANCE
    return not mismatches({str(name): asked}, {} if sent is MISSING else {str(name): sent})


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or "T" not in value.upper():
        return None
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _told(members: Iterable[tuple[str, Any]]) -> str:
    text = ", ".join(f"{member} = {_brief(value)}" for member, value in members)
    return text if len(text) <= MAX_TOLD // 3 else text[: MAX_TOLD // 3] + "\N{HORIZONTAL ELLIPSIS}"


def _brief(value: Any) -> str:
    text = f"the certificate {facts(value)}" if is_certificate(value) else shown(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _action(call: Seen) -> str:
    return call.frame.action if isinstance(call.frame, Call) else ""


def _payload(call: Seen) -> Any:
    return call.frame.payload if isinstance(call.frame, Call) else None
