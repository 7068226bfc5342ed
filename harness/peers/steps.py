"""Cases whose parts stand alone: what breaks in one is blamed on its rule, and the others are judged all the same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from harness.adapters.operators import NotOffered, OperatorError
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, one_line
from harness.peers.counterpart import Counterpart
from harness.sut import NoOperator, Sut
from harness.sut.needs import Needs


@asynccontextmanager
async def step(peer: Counterpart, rules: str) -> AsyncIterator[None]:
    """A part of a case that judges ``rules`` (``"R1 R2"``) and no other part depends on.

    A rule that is broken inside, an operation that the operator does not have, and one that its API refuses fail the
    case without ending it; the first of the rules is blamed where the failure names none. What is left of them was not
    reached, and the record says why. Anything else that breaks ends the case as usual.
    """
    run = peer.run
    try:
        yield
    except CaseFailure as failure:
        broken = failure
    except NotOffered as error:
        if isinstance(run.sut.operator, NoOperator):
            raise  # nobody operates this CSMS: nothing can be observed
        broken = _refused(run, rules, f"claimed, but not offered: {one_line(error)}")
    except OperatorError as error:
        if error.status is None:
            raise  # the API could not be asked at all
        broken = _refused(run, rules, one_line(error), error.evidence)
    else:
        return
    broken.rule = broken.rule or run.failed(rules.split()[0])
    run.failures.append(broken)
    peer.leaves_out(rules, f"not reached, because {broken.rule} failed before")
    peer.forgets_operations()
    if peer.is_connected:
        await peer.answers_the_rest()


async def rounds(sut: Sut, count: int) -> AsyncIterator[int]:
    """So many rounds of a measurement, with the pause of ``timeouts.round_s`` between two of them."""
    for number in range(count):
        if number and sut.timeouts.round_s:
            await asyncio.sleep(sut.timeouts.round_s)
        yield number


def claims(needs: Needs) -> Callable[[Counterpart, str, str], bool]:
    """``is_claimed`` for the cases of a version, whose needs these are."""

    def is_claimed(peer: Counterpart, need: str, rules: str) -> bool:
        """Whether a named need is met; else ``rules`` (``"R1 R2"``) are left out, and the record says why.

        Raises ``KeyError`` for a need that there is not.
        """
        reason = needs.need(need).unmet(peer.run.sut)
        if reason is not None:
            peer.leaves_out(rules, f"not claimed: {reason}")
        return reason is None

    return is_claimed


def _refused(run: CaseRun, rules: str, actual: str, evidence: str = "") -> CaseFailure:
    first = rules.split()[0]
    expected = f"the operation for {first}: {run.case.rules[run.case.rid(first)]}"
    return CaseFailure("operator", expected=expected, actual=actual, rule=run.failed(first), evidence=evidence)
