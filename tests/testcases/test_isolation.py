"""All cases on a CSMS that forgets nothing: again, in the opposite order, and by several workers at once."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.ledger import FOLDER, Entry, Ledger
from tests.harness.suts import sut_of
from tests.testcases.kill_matrix import ROOT, UNPLUGGED
from tests.testcases.remembering import RememberingCsms, remembering_csms

MORE = """
[performance]
ocpp_response = 20
authorize_response = 20
[operator]
kind = "reference"
api = "{api}"
[fixtures]
kind = "none"
[timeouts]
message_s = 30
settle_s = 0.05
quiet_s = 0.05
round_s = 0
"""
LANES = "".join(f'[[lanes]]\nidentity = "CP-{number}"\nconnectors = 2\n' for number in range(1, 5))


@dataclass
class Runs:
    """Runs of all cases without certificates on one CSMS that lives as long as the test."""

    csms: RememberingCsms
    folder: Path
    verdicts: list[dict[str, str]] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, out: str = "out") -> dict[str, str]:
        options = [
            *("--pyargs", "testcases", "--sut", str(self.folder / "sut.toml"), "--rootdir", str(self.folder)),
            *("--plugproof-out", str(self.folder / out), "-c", str(ROOT / "harness" / "precheck.ini")),
            *(part for name in UNPLUGGED if name not in ("terminal", "xdist") for part in ("-p", f"no:{name}")),
        ]
        command = [sys.executable, "-m", "pytest", *options, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        file = self.folder / out / "results.json"
        assert file.exists(), done.stdout + done.stderr
        results: dict[str, Any] = json.loads(file.read_text("utf-8"))
        self.reasons = {case["id"]: str(case["reason"]) for case in results["cases"]}
        self.verdicts.append({case["id"]: case["verdict"] for case in results["cases"]})
        return self.verdicts[-1]

    def text(self, *, tags: str = "", fixtures: str = "") -> None:
        sut_of(self.folder, MORE.format(api=self.csms.api) + fixtures, url=self.csms.url, stations=LANES)
        if tags:
            file = self.folder / "sut.toml"
            head, _, tail = file.read_text("utf-8").partition("[tags]\n")
            rest = tail[tail.index("expired") :]
            file.write_text(f"{head}[tags]\n{tags}{rest}", "utf-8")


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    with remembering_csms() as csms:
        made = Runs(csms, tmp_path)
        made.text()
        yield made


REVERSE = "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_collection_modifyitems(items): items.reverse()\n"


@pytest.mark.xdist_group("isolation")
def test_all_cases_pass_again_in_both_orders_and_by_four_workers(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    (runs.folder / "reverse_order.py").write_text(REVERSE)
    monkeypatch.setenv("PYTHONPATH", str(runs.folder))

    for arguments in ([], ["-p", "reverse_order"], ["-n", "4"]):
        verdicts = runs.run(*arguments)
        bad = {id: (verdict, runs.reasons[id]) for id, verdict in verdicts.items() if verdict not in _GOOD}
        assert bad == {}
        assert sum(verdict == "PASS" for verdict in verdicts.values()) > 60
        assert (runs.csms.left, runs.csms.conflicts) == ({}, [])
    assert runs.verdicts[0] == runs.verdicts[1] == runs.verdicts[2]
    assert runs.csms.most_at_once == 1  # they took turns with the only tag
    assert not (runs.folder / "out" / FOLDER).exists()


_GOOD = ("PASS", "NOT_APPLICABLE")
_ = (contextlib, io, Entry, Ledger)
