"""A CSMS that does not answer an ordinary CALL as it should: whatever case meets it, the FAIL names the rule.

Every case is run against a scripted CSMS. What it sends of its own is noted in a healthy run; then each of these CALLs
meets, in one run each, a CALLERROR, silence and a closed connection. Preambles stay healthy. Cases that need TLS are
not among them: they speak through the same verb.
"""

from __future__ import annotations

import contextlib
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from harness.case.message import Message
from harness.sut import Timeouts
from harness.v16.csms.station import Station
from ocppj.errors import OcppError
from tests.harness.support.scripted_sut import Answer, Hangup, Never, ScriptedSut, scripted_sut
from tests.harness.support.suts import sut_of
from tests.testcases.kill_matrix import ROOT, UNPLUGGED

MORE = """
[performance]
ocpp_response = 5
authorize_response = 5
[operator]
kind = "reference"
api = "{api}"
[timeouts]
message_s = 20
settle_s = 0.05
quiet_s = 0.05
[endpoints.1]
"""
WAYS: Mapping[str, Answer] = {
    "callerror": OcppError("InternalError", "database is down"),
    "silence": Never,
    "closed": Hangup(1011, "oops"),
}
IMPATIENT = Timeouts(message_s=0.01)
STATUS_OF_TAG = {"EXPIRED-1": "Expired", "BLOCKED-1": "Blocked", "NOBODY-1": "Invalid"}
ACKNOWLEDGED = ("DiagnosticsStatusNotification", "FirmwareStatusNotification")


class Break(NamedTuple):
    """The action of an ordinary CALL of a case, and what it meets."""

    action: str
    way: str


class Breaking:
    """A pytest plugin: the first CALL of the action that a case sends, outside of preamble and cleanup, is broken."""

    def __init__(self, csms: ScriptedSut, breaks: Mapping[str, Break]) -> None:
        self.sent: dict[str, dict[str, None]] = defaultdict(dict)
        self.results: dict[str, Any] | None = None
        self._csms = csms
        self._breaks = breaks

    def pytest_plugproof_results(self, results: dict[str, Any]) -> None:
        self.results = results

    @contextlib.contextmanager
    def at_the_station(self) -> Iterator[None]:
        """While the block lasts, every CALL of a case comes by here before it is sent."""
        sends = Station.sends

        async def instead(station: Station, action: str, /, **members: Any) -> Message:
            case = station.run.case.id
            if station.run.trace.phase == "case":
                self.sent[case][action] = None
                meets = self._breaks.get(case)
                if meets is not None and meets.action == action:
                    self._csms.once[station.identity] = WAYS[meets.way]
                    if WAYS[meets.way] is Never:  # which nobody has to wait for
                        station.run.sut = msgspec.structs.replace(station.run.sut, timeouts=IMPATIENT)
            return await sends(station, action, **members)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Station, "sends", instead)
            yield


def play(csms: ScriptedSut, folder: Path, breaks: Mapping[str, Break]) -> tuple[dict[str, dict[str, Any]], Breaking]:
    """One run of the cases of ``breaks`` (of all, when there are none): the records by id, and what was sent."""
    plugin = Breaking(csms, breaks)
    arguments = [
        *("--pyargs", "testcases", "--sut", str(folder / "sut.toml"), "--plugproof-out", str(folder / "out")),
        *("--rootdir", str(folder), "-c", str(ROOT / "harness" / "cli" / "precheck" / "precheck.ini")),
        *(part for name in UNPLUGGED for part in ("-p", f"no:{name}")),
        *(part for id in breaks for part in ("--plugproof-case", id)),
    ]
    with contextlib.redirect_stdout(io.StringIO()), plugin.at_the_station():
        pytest.main(arguments, plugins=[plugin])
    assert plugin.results is not None, "the run did not come to its end"
    return {case["id"]: case for case in plugin.results["cases"]}, plugin


@pytest.fixture
def csms(tmp_path: Path) -> Iterator[ScriptedSut]:
    with scripted_sut() as sut:
        sut.answers |= {action: {} for action in ACKNOWLEDGED}
        sut.answers["Authorize"] = lambda payload: {
            "idTagInfo": {"status": STATUS_OF_TAG.get(payload["idTag"], "Accepted")}
        }
        connection = 'auth_key = "sixteen-octets-k"'
        stations = '[identities]\npattern = "PP-{run}-{case}"\n'
        sut_of(tmp_path, MORE.format(api=sut.api), url=sut.url, stations=stations, connection=connection)
        yield sut


def test_every_fail_names_its_rule(csms: ScriptedSut, tmp_path: Path) -> None:
    healthy, plugin = play(csms, tmp_path, {})
    plans = {id: [Break(action, way) for action in actions for way in WAYS] for id, actions in plugin.sent.items()}
    assert len(plans) > 40, {id: case["reason"] for id, case in healthy.items() if case["verdict"] != "PASS"}

    without: list[tuple[str, Break, str, str | None]] = []
    for row in zip_longest(*plans.values()):
        breaks = {id: plan for id, plan in zip(plans, row, strict=True) if plan is not None}
        records, _ = play(csms, tmp_path, breaks)
        without += [
            (id, breaks[id], record["verdict"], record["reason"])
            for id, record in records.items()
            if record["verdict"] != "FAIL" or not record["failure"]["rule"] or not record["failure"]["sentence"]
        ]
    assert without == []
