"""Limits of a locust run: what all workers together measured, judged where locust ends (docs/load.md, "Locust").

locust keeps response times rounded (to the millisecond below 100 ms, to two digits above), so these percentiles are
coarser than those of `plugproof fleet`.
"""

from __future__ import annotations

import logging
from typing import Any

import schemas
from simulator.fleet.standing import Stations
from simulator.fleet.tally import Tally, Violation
from simulator.limits import BadLimit, judge, parse_limit

log = logging.getLogger(__name__)


def tally_of(stats: Any) -> Tally:
    """The statistics of locust as a tally."""
    tally = Tally()
    for (name, kind), entry in stats.entries.items():
        if kind == "CALL":
            counted = tally.action(name)
            counted.sent = entry.num_requests
            counted.refused = entry.num_failures  # locust does not tell the kinds of errors apart
            for milliseconds, count in entry.response_times.items():
                for _ in range(count):
                    counted.samples.add(round(milliseconds * 1e6))
        elif kind == "RULE":
            rule, level, party = name.replace("(", "").replace(")", "").replace("by the ", "").split()
            tally.violations[rule, level, party, ""] = Violation(rule, level, party, "", "", "", entry.num_requests)
    return tally


def judge_run(environment: Any) -> None:
    """Judge the limits of the command line; a broken one makes the exit code 1, one without a measurement 3."""
    texts = environment.parsed_options.limit
    if not texts:
        return
    actions = [name for name, info in schemas.load("1.6").actions.items() if info.sender != "csms"]
    tally = tally_of(environment.stats)
    code = 0
    for text in texts:
        try:
            judged = judge(parse_limit(text, actions), tally, Stations())
        except BadLimit as error:
            log.error("%s", error)
            environment.process_exit_code = 2
            return
        (log.info if judged.verdict == "PASS" else log.error)("limit %s: %s, %s", text, judged.verdict, judged.reason)
        if judged.verdict != "PASS" and code != 1:
            code = 1 if judged.verdict == "FAIL" else 3
    environment.process_exit_code = code
