"""A case that another one interrupted is run again, as nothing that came of it is its own.

pytest runs each item once, so this takes the place of its protocol for the cases. What came of the case before stays in
its record, as ``attempts``.
"""

from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from harness.plugin.session import ATTEMPTS, CASE, JUDGEMENT, RUN, SECONDS, SESSION

MAX_ATTEMPTS: Final = 3
"""So often a case is begun at the most, however often others interrupt it."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a case until nobody interrupts it; the reports of the last time are those that pytest gets to see."""
    if SESSION not in item.config.stash or CASE not in item.stash:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    while _is_interrupted(item) and len(item.stash.setdefault(ATTEMPTS, [])) < MAX_ATTEMPTS - 1:
        _begin_anew(item)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _is_interrupted(item: pytest.Item) -> bool:
    judged = item.stash.get(JUDGEMENT, None)
    return judged is not None and judged.interrupted


def _begin_anew(item: Any) -> None:
    """Forget everything of the case but what came of it."""
    from harness.plugin.hooks import end_turn  # which has this module loaded

    judged = item.stash[JUDGEMENT]
    reason = item.stash[RUN].trace.mask(judged.reason or "")
    attempt = {"verdict": judged.verdict, "reason": reason, "seconds": round(item.stash[SECONDS], 6)}
    item.stash[ATTEMPTS].append(attempt)
    for key in (JUDGEMENT, RUN, SECONDS):
        del item.stash[key]
    end_turn(item)  # or it would wait for itself
    item._initrequest()  # the fixtures of a function are made once for each request
