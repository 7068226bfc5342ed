"""Is the system under test still there? Asked after a case that ended badly, so that one crash is one ERROR.

"Away" is what answers less than it did at first: a CSMS that never answered a boot is not away because it does not
answer one now. While it is away, no case is begun: every worker waits for it, ``timeouts.recover_s`` at most. When it
stays away, the cases that are left are not run. It is back when a station boots and is answered, twice. One case is
blamed (``outages``), and those that it interrupted are run again (``again``). What one worker finds out, the others
read from files in the output folder.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from harness.case.judgement import Judgement
from harness.case.verdicts import HarnessError
from harness.edition import bench_of
from harness.peers.look import Answers
from harness.plugin.lanes.found import FILE, Found
from harness.plugin.trouble.outages import Outage, Outages
from harness.sut import Lane, Sut

AWAY: Final = ".sut-is-away"
GONE: Final = ".sut-is-gone"
SUSPICIOUS: Final = ("closed", "silence", "handshake", "preamble", "operator", "harness")
"""Kinds of failure that can mean that nobody is there any more."""
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0


ROUNDS: Final = 2
"""So often a station boots and is answered before a system under test counts as back: some die again at once."""


class Health:
    """The health of a system under test as the workers of a run share it through ``folder``."""

    def __init__(
        self,
        sut: Sut,
        lane: Lane,
        folder: Path,
        number: int = 0,
        tell: Callable[[str], object] = lambda sentence: None,
    ) -> None:
        """``lane`` is the station of this worker, and ``number`` its place among the workers.

        ``tell`` is given a sentence about what the run waits for, once for each outage.
        """
        self._tell = tell
        self._sut = sut
        self._lane = lane
        self._reach = bench_of(sut).reach
        self._away = folder / AWAY
        self._gone = folder / GONE
        self._folder = folder
        self._outages = Outages(folder, number, sut.timeouts.message_s + 2 * sut.timeouts.connect_s)

    def reset(self) -> None:
        """Forget what an earlier run, or this one, found out; for the controller."""
        self._away.unlink(missing_ok=True)
        self._gone.unlink(missing_ok=True)
        (self._folder / FILE).unlink(missing_ok=True)
        self._outages.reset()

    def begins(self, case_id: str) -> None:
        """A case begins; the other workers know that it is on the wire."""
        self._outages.begins(case_id)

    def after(
        self, case_id: str, judged: Judgement, answered: int = 0, is_over: Callable[[], bool] = lambda: False
    ) -> Judgement:
        """The judgement of a case that is over: an ERROR when the system under test went away during it.

        ``answered`` is when its last answer came, in monotonic nanoseconds. Where another case is blamed for it, the
        judgement is one of an interrupted case, which is to be run again. ``is_over`` ends the waiting for the others.
        """
        kind = None if judged.failure is None else judged.failure["kind"]
        if kind not in SUSPICIOUS or self._reach is None:
            self._outages.ends(case_id, answered)
            return judged
        known = self._outages.current()
        problem = self.look() if known is None else known.problem
        if problem is None:
            known = self._outages.current()  # it may have been away and be back already
            if known is None:
                self._outages.ends(case_id, answered)
                return judged
            problem = known.problem
        elif known is None:
            with suppress(OSError):  # a disk that is full: then every worker finds out for itself
                self._away.parent.mkdir(parents=True, exist_ok=True)
                self._away.write_text(f"since {case_id} ({problem})", "utf-8")
            self._tell(
                f"the system under test went away in {case_id} ({problem}): waiting for it, for "
                f"{self._sut.timeouts.recover_s:g} s at the most (timeouts.recover_s)"
            )
        return _cut(case_id, judged, self._outages.cut(case_id, answered, problem, is_over))

    def before(self, is_over: Callable[[], bool] = lambda: False) -> tuple[Judgement | None, float]:
        """Wait for a system under test that is away: the judgement for a case that cannot be run, and the seconds.

        ``is_over`` ends the waiting.
        """
        began = time.monotonic()
        if self._away.exists():
            self._outages.settle(is_over)  # what is still under way has met the same outage
        while self._away.exists() and not self._gone.exists() and not is_over():
            if self._is_back():
                self._away.unlink(missing_ok=True)
                break
            waited = time.monotonic() - began
            if waited >= self._sut.timeouts.recover_s:
                since = f"the system under test is gone {_read(self._away)}"
                with suppress(OSError):
                    self._gone.write_text(
                        f"{since} and did not come back in {self._sut.timeouts.recover_s:g} s", "utf-8"
                    )
                break
            time.sleep(min(FIRST_PAUSE + waited, LONGEST_PAUSE, self._sut.timeouts.recover_s - waited))
        if not self._gone.exists():
            return None, time.monotonic() - began
        judged = Judgement("INCONCLUSIVE", f"not run: {_read(self._gone)}", not_run=True)
        return judged, time.monotonic() - began

    def look(self) -> str | None:
        """Ask once; a sentence when nobody is there."""
        return asyncio.run(presence(self._sut, self._lane, Found.of(self._folder).answers))

    def _is_back(self) -> bool:
        """Whether it answers a boot and a CALL again, and once more."""
        at_first = Found.of(self._folder).answers
        return all(asyncio.run(presence(self._sut, self._lane, at_first, beats=True)) is None for _ in range(ROUNDS))


def _cut(case_id: str, judged: Judgement, outage: Outage) -> Judgement:
    """What becomes of a case that an outage has cut off: the blame, or another try."""
    problem = outage.problem
    who = f" ({outage.told})" if outage.wire != (outage.last,) else ""
    is_named = outage.named == case_id
    what = "the system under test went away during this case" if is_named else f"interrupted by {outage.named}"
    more = problem if is_named else f"the system under test went away: {problem}"
    failure = {
        **(judged.failure or {}),
        "kind": "harness",
        "rule": None,
        "sentence": "",
        "expected": "a system under test that stays up",
        "actual": f"it went away: {problem}{who}",
    }
    reason = f"{what}: {more}{who}; what the case saw of it: {judged.reason}"
    return Judgement("ERROR", reason, failure, interrupted=not is_named)


async def presence(sut: Sut, lane: Lane, at_first: Answers, *, beats: bool = False) -> str | None:
    """Ask ``connection.health``, else connect as ``lane`` and boot; a sentence when less answers than ``at_first``.

    ``beats``: ask both, and a heartbeat has to be answered as well. A station that is turned away is none of it: that
    is an answer, and a case has judged it.
    """
    reach = bench_of(sut).reach
    if reach is None:  # it comes by itself
        return None
    if sut.connection.health is not None:
        problem = await ask(sut.connection.health, sut.timeouts.connect_s)
        if problem is not None or not beats:
            return problem
    try:
        now = await reach.look(sut, lane, until=at_first, beats=beats)
    except HarnessError:  # a file of certificates, of which the case has told
        return None
    if now.answers >= at_first or now.answers is Answers.TURNS_AWAY:
        return None
    return now.sentence or f"{sut.connection.url} answers no more"


async def ask(url: str, seconds: float) -> str | None:
    """Ask a page for its status; a sentence when it is no success."""
    import httpx

    try:
        # The status says it: the body is not read, however long it is.
        async with httpx.AsyncClient(timeout=seconds) as client, client.stream("GET", url) as response:
            pass
    except (httpx.HTTPError, OSError) as error:
        return f"{url} (connection.health) cannot be asked ({str(error) or type(error).__name__})"
    if response.is_success:
        return None
    return f"{url} (connection.health) was answered {response.status_code}"


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text("utf-8")
    return ""
