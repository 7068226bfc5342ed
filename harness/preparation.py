"""Before the first case: stations and tags are made known, and the system under test is looked at once.

A mistake of the user's, and that nobody is there at all, would be the same in every case, so it is one sentence.
Whoever answers anything is judged: what the look finds is said, and the cases go on.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from harness import operators, provisioning
from harness.found import Answers, Found
from harness.looking import Look, look
from harness.operators import OperatorError, manual
from harness.provisioning.scopes import made_for_look, make_for_run, makes_tag, remove_all
from harness.sut import Lane, ManualSettings, Sut, key_of
from harness.sut.loading import DEFAULT_TAG
from harness.tags import CHARGES
from harness.verdicts import HarnessError, Unreachable

_USELESS: Final = frozenset({"Invalid", "Blocked", "Expired"})
"""What Authorize tells of a tag with which none can."""


class NotReady(Exception):
    """The run cannot begin because of a file or an option; the text is one sentence with the fix."""


class Prepared(msgspec.Struct, frozen=True):
    """What a run begins with. ``look`` is None where nothing is looked at, as a charge point connects by itself."""

    look: Look | None = None
    found: Found = Found()
    sentences: tuple[str, ...] = ()
    """What a reader should know before the verdicts; each once."""

    @property
    def rtt_ms(self) -> float | None:
        """Median round trip of a ping in milliseconds."""
        return None if self.look is None else self.look.rtt_ms


async def prepare(sut: Sut, lanes: list[Lane], out: Path, run: str = "") -> Prepared:
    """Make lanes and tags known, and look at the system under test as a station that no case plays, if there is one.

    Raises ``NotReady`` for what the user has to change, ``Unreachable`` when nobody answers; then nothing that was made
    is left.
    """
    if sut.role != "csms":
        return Prepared()
    if isinstance(sut.operator, ManualSettings) and (problem := manual.problem(len(lanes))) is not None:
        raise NotReady(f"{sut.source}: {problem}")
    try:
        await operators.make(sut).close()  # a class of the user's may not be there
        await provisioning.make(sut).close()
    except OperatorError as error:
        raise NotReady(str(error)) from None
    lane = looker(sut, lanes, run)
    try:
        problems = await make_for_run(sut, lanes, out)
        async with made_for_look(sut, lane, out):
            return _prepared(sut, await _look(sut, lane), problems)
    except BaseException as error:
        await remove_all(sut, out)
        if isinstance(error, OperatorError | HarnessError):  # the API of [fixtures], or a ledger that cannot be written
            raise Unreachable(str(error), getattr(error, "evidence", "")) from None
        raise


async def _look(sut: Sut, lane: Lane) -> Look:
    try:
        return await look(sut, lane, tags=True)
    except HarnessError as error:  # a file of certificates
        raise NotReady(str(error)) from None


def looker(sut: Sut, lanes: list[Lane], run: str) -> Lane:
    """Who looks: a station of its own, so that those of the cases come for the first time when their case begins."""
    if sut.fresh_identities:
        return sut.lane(0, run, "LOOK")
    spare = len(lanes)
    if sut.lane_count is None or spare < sut.lane_count:
        return sut.lane(spare, run)
    return lanes[0]


def _prepared(sut: Sut, seen: Look, problems: Iterable[str]) -> Prepared:
    if seen.answers is Answers.NOTHING:
        raise Unreachable(str(seen.sentence))
    unknown = dict(unknown_tags(sut, seen))
    told = (*([seen.sentence] if seen.sentence else ()), *unknown.values(), *_doubtful(sut, seen, unknown))
    named = sut.named_tags()
    found = Found(seen.answers, {named[name]: sentence for name, sentence in unknown.items()})
    return Prepared(seen, found, (*problems, *told))


def unknown_tags(sut: Sut, seen: Look) -> Iterator[tuple[str, str]]:
    """The tags that are not at the CSMS what the file says, by their key, with the sentence.

    What plugproof has made itself is there, so what the CSMS tells of it is for the cases to judge. A CSMS that knows
    the valid tag and calls the expired one Invalid is judged as well: the file says that it knows both.
    """
    accepted = any(status == "Accepted" for name, status in seen.tags.items() if _charges(name))
    for name, status in seen.tags.items():
        unwanted = status in _USELESS if _charges(name) else status == "Invalid" and not accepted
        if unwanted and not makes_tag(sut, key_of(name)):
            is_what = "not known to this CSMS (Authorize was answered Invalid)"
            if status != "Invalid":
                is_what = f"{status} at this CSMS"
            yield name, f"{_named(sut, name)} is {is_what}; {_fix(sut, name)}"


def _doubtful(sut: Sut, seen: Look, unknown: Mapping[str, str]) -> Iterator[str]:
    for name, status in seen.tags.items():
        if not _charges(name) and status == "Invalid" and name not in unknown and not makes_tag(sut, key_of(name)):
            wanted = key_of(name).capitalize()
            yield f"{_named(sut, name)} was answered Invalid, not {wanted}; is it registered as such at this CSMS?"


def _charges(name: str) -> bool:
    return key_of(name) in CHARGES


def _named(sut: Sut, name: str) -> str:
    tag = sut.named_tags()[name]
    if sut.digest is None:
        return f"{tag} (no --tag was given)" if tag == DEFAULT_TAG else f"{tag} of --tag"
    return f"{sut.scrub(tag)} of [tags]"


def _fix(sut: Sut, name: str) -> str:
    if sut.digest is None:
        return "register it, or give --tag one that the CSMS accepts"
    return f"register it, or name another one in tags.{name} of {sut.source}"
