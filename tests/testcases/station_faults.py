"""A plugin of pytest that runs each case for a charge point with several faults of the station, one after the other.

`PLUGPROOF_STATION_FAULTS` names a JSON file: case -> its faults, each with the stimulus from which on the station has
it (0: from the beginning of the case). A stimulus is what a case sends or has a driver do. Before the case is cleaned
up, the fault is taken away, and the CSMS is told what the station had misreported: nothing that it half did is left.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from harness.case.facts import cases_of
from harness.peers.csms import PlayedCsms
from harness.plugin.session import session_of
from harness.v16.charge_point.csms import Csms

PLAN = "PLUGPROOF_STATION_FAULTS"
NONE = "none"
_usual = PlayedCsms.marks


class _State:
    faults: tuple[str, ...] = ()
    since = 0
    stimuli = -1
    given = False


def plan() -> dict[str, list[tuple[str, int]]]:
    text = Path(os.environ[PLAN]).read_text("utf-8")
    return {case: [(fault, since) for fault, since in faults] for case, faults in json.loads(text).items()}


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases = cases_of(metafunc.function)
    if cases and metafunc.definition.get_closest_marker("asyncio"):
        wanted = plan()
        pairs = sorted({pair for case in cases for pair in wanted.get(case.id, ())})
        metafunc.parametrize("station_fault", pairs, ids=[f"{fault}@{since}" for fault, since in pairs], indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    wanted = plan()
    items[:] = [
        item
        for item in items
        if (params := getattr(getattr(item, "callspec", None), "params", {}))
        and params["station_fault"] in wanted.get(params["plugproof_case"].id, ())
    ]


@pytest.fixture(autouse=True)
def station_fault(request: pytest.FixtureRequest) -> Iterator[None]:
    fault, _State.since = request.param
    _State.faults = () if fault == NONE else tuple(fault.split("+"))
    _State.stimuli, _State.given = -1, False
    yield
    stand = session_of(request.config).stand
    if _State.faults and stand is not None and stand.lane.api is not None and not _is_well(stand.lane.api):
        stand._is_changed = True  # what a broken station has left is for no later case to find


def _is_well(api: str) -> bool:
    """Whether a station has nothing to say, and its connectors are free."""
    try:
        state = _state(api)
    except OSError:
        return False
    return not state["queued"] and all(one["status"] == "Available" for one in state["connectors"])


def _marks(self: Any) -> None:
    _usual(self)
    phase = self.run.trace.phase
    if not isinstance(self, Csms) or phase == "preamble:connected":
        return
    if phase == "cleanup":
        if _State.given:
            _State.given = False
            _put(self, ())
            self.statuses.update(_statuses(self))
        return
    _State.stimuli += 1
    if _State.faults and not _State.given and _State.stimuli == _State.since:
        _State.given = True
        _put(self, _State.faults)


def _put(csms: Csms, faults: tuple[str, ...]) -> None:
    body = json.dumps({"faults": list(faults)}).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{csms.stand.lane.api}/api/v1/faults", body, headers, method="PUT"), timeout=10):
        pass


def _statuses(csms: Csms) -> dict[int, str]:
    return {one["connectorId"]: one["status"] for one in _state(str(csms.stand.lane.api))["connectors"]}


def _state(api: str) -> dict[str, Any]:
    with urlopen(f"{api}/api/v1/state", timeout=10) as answer:
        state: dict[str, Any] = json.load(answer)
        return state


PlayedCsms.marks = _marks  # type: ignore[method-assign]
