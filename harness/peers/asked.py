"""What the operator was asked for beside what came on the wire.

A case judges what its rules are about. That the rest is what somebody asked for is no rule of OCPP, but whoever
unlocks connector 2 when connector 1 was chosen wants to know. So each difference that no rule of the case was broken
by is told: one INFO finding for each operation.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from harness.case.run import Asked, CaseRun
from harness.pki import facts, is_certificate, names_certificate, same_certificate
from ocppj import times
from ocppj.frames import Call
from ocppj.matchers import MISSING, Path, mismatches, path_text, shown
from ocppj.rules import Finding
from ocppj.session.session import Seen
from reports.results.asked import RULE

Own = Callable[[str, Mapping[str, Any]], Collection[str]]
"""The members of an operation that a CSMS chooses itself, given the action and what was asked for."""

TOLERANCE: Final = 60.0
"""Seconds by which a moment may be off: some consoles know no seconds."""
_TO_THE_MINUTE: Final = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?=[Zz+-])", re.ASCII)
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


def findings(run: CaseRun, blamed: Collection[int], own: Own) -> Iterator[Finding]:
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
            yield from _finding(run, asked, calls, own(asked.action, asked.members))


def _finding(run: CaseRun, asked: Asked, calls: list[Seen], own: Collection[str]) -> Iterator[Finding]:
    found = [differences(asked.members, _payload(call), own, run.protocol.folded) for call in calls]
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


def differences(asked: Mapping[str, Any], sent: Any, own: Collection[str], folded: Collection[str]) -> list[Difference]:
    """The members of ``asked`` that are others in the payload ``sent``; what is sent besides is the CSMS's affair.

    ``own`` are members that it chooses itself, ``folded`` those whose text is the same in any letter case.
    """
    return list(_Comparison(own, folded).of(asked, sent, ()))


class _Comparison(NamedTuple):
    own: Collection[str]
    folded: Collection[str]

    def of(self, asked: Any, sent: Any, path: Path) -> Iterator[Difference]:
        name = path[-1] if path else ""
        if name in self.own or asked is None or asked == []:
            return
        if name == "certificateHashData":
            same = not mismatches(names_certificate(asked), sent, self.folded)
        elif isinstance(asked, Mapping):
            members = sent if isinstance(sent, Mapping) else {}
            for member, value in asked.items():
                yield from self.of(value, members.get(member, MISSING), (*path, member))
            return
        elif isinstance(asked, list):
            yield from self._of_lists(asked, sent if isinstance(sent, list) else [], path)
            return
        else:
            same = self._same(name, asked, sent)
        if not same:
            yield Difference(path, asked, sent)

    def _of_lists(self, asked: list[Any], sent: list[Any], path: Path) -> Iterator[Difference]:
        if not isinstance(asked[0], Mapping):
            if sorted(str(item).casefold() for item in asked) != sorted(str(item).casefold() for item in sent):
                yield Difference(path, asked, sent)
            return
        for index, item in enumerate(asked):
            place, other = index, sent[index] if index < len(sent) else MISSING
            if "idTag" in item:  # a list has no order, and a whole one may have more in it
                place, other = next(
                    ((at, one) for at, one in enumerate(sent) if isinstance(one, dict) and _same_tag(item, one)),
                    (index, MISSING),
                )
            yield from self.of(item, other, (*path, place))

    def _same(self, name: str | int, asked: Any, sent: Any) -> bool:
        if name == "numberPhases" and asked == 3 and sent is MISSING:  # what a missing one means (S §7.14)
            return True
        if is_certificate(asked):
            return same_certificate(asked).accepts(sent)
        moment = _moment(asked)
        if moment is not None:
            other = _moment(sent)
            return other is not None and abs((other - moment).total_seconds()) <= TOLERANCE
        return not mismatches({str(name): asked}, {} if sent is MISSING else {str(name): sent}, self.folded)


def _same_tag(item: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return str(item["idTag"]).casefold() == str(other.get("idTag")).casefold()


def _moment(value: Any) -> datetime | None:
    """The moment that a text names with its zone, also one without seconds: an API is not the wire."""
    if not isinstance(value, str):
        return None
    try:
        return times.moment(_TO_THE_MINUTE.sub(r"\g<0>:00", value))
    except ValueError:
        return None


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
