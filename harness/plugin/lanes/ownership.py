"""What a case needs to itself is in its hands before it begins: the station of its lane, and the tags it charges with.

Lanes and lists of tags give each worker its own. Where the file has fewer tags than there are workers, those that
charge take turns. What another case left open there (it failed in its cleanup, or its process died) is ended first.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final

from harness.adapters.provisioning.ledger import MADE, Entry, ledger_of
from harness.case.run import CaseRun
from harness.case.tags import CHARGES, presented
from harness.plugin.lanes.turns import PAUSE, Turn, Turns
from harness.plugin.session import RunSession

NOTABLE_WAIT: Final = 0.05
"""Seconds of waiting from which on the trace mentions it."""


def begins(session: RunSession, run: CaseRun, fixtures: Collection[str], is_over: Callable[[], bool]) -> Turn | None:
    """Wait for the turn of a case, and take back what others left open; ``None`` when ``is_over`` ended the waiting."""
    if session.bench.reach is None:  # a charge point under test is its worker's alone, and it is we who know the tags
        return Turn()
    keys = () if run.sut.fresh_tags else presented(run.case, fixtures)
    tags = [tag for tag in (getattr(run.tags, key) for key in keys if key in CHARGES) if tag is not None]
    turns, who = Turns(session.out), run.case.id
    turn: Turn | None = Turn()
    if not session.is_alone:
        turn = turns.take([_station(run.lane.identity), *map(_tag, tags)], who, is_over)
    if turn is None:
        return None
    if turn.waited > NOTABLE_WAIT:
        before = f", which {turn.before} had" if turn.before else ""
        run.note(f"waited {turn.waited:.1f} s for its turn with {', '.join(tags) or 'its station'}{before}")
    _end_what_is_open(session, run, tags, turns, is_over)
    return turn


def _end_what_is_open(
    session: RunSession, run: CaseRun, tags: Collection[str], turns: Turns, is_over: Callable[[], bool]
) -> None:
    ledger = ledger_of(run.sut, session.out)
    for entry in [entry for entry in ledger if _concerns(entry, run.lane.identity, tags)]:
        if entry.name in session.given_up:
            run.note(f"{entry.text} is open still")
            continue
        session.given_up.add(entry.name)
        run.note(f"{entry.text} was left open; it is ended before this case begins")
        for problem in _ended(session, run, entry, turns, is_over):
            run.note(problem)


def _ended(session: RunSession, run: CaseRun, entry: Entry, turns: Turns, is_over: Callable[[], bool]) -> list[str]:
    """End it as its station, which may be another worker's: then that is waited for."""
    ledger, seconds = ledger_of(run.sut, session.out), run.sut.timeouts.message_s
    deadline = time.monotonic() + seconds
    while entry in ledger and not is_over():
        if session.is_alone or entry.station == run.lane.identity:
            return asyncio.run(session.bench.take_back(run.sut, ledger, [entry]))
        with turns.tried(_station(entry.station), run.case.id) as is_free:
            if is_free:
                return asyncio.run(session.bench.take_back(run.sut, ledger, [entry]))
        if time.monotonic() > deadline:
            return [f"{entry.text} did not end in {seconds:g} s"]
        time.sleep(PAUSE)
    return []


def _concerns(entry: Entry, station: str, tags: Collection[str]) -> bool:
    if entry.kind in MADE:
        return False
    charged_with = str(entry.facts.get("idTag", "")).casefold()
    return entry.station == station or charged_with in [tag.casefold() for tag in tags]


def _station(identity: str) -> str:
    return f"station {identity}"


def _tag(tag: str) -> str:
    return f"tag {tag}"
