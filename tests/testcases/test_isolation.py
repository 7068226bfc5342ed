"""All cases on a CSMS that forgets nothing: again, in the opposite order, and by several workers at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.adapters.provisioning.ledger import FOLDER
from tests.harness.support.suts import sut_of
from tests.testcases.kill_matrix import ROOT, UNPLUGGED
from tests.testcases.remembering import RememberingCsms, remembering_csms

MORE = """
[performance]
ocpp_response = 20
authorize_response = 20
[operator]
kind = "reference"
api = "{api}"
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
            *(
                "--plugproof-out",
                str(self.folder / out),
                "-c",
                str(ROOT / "harness" / "cli" / "precheck" / "precheck.ini"),
            ),
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

    def text(self, *, tags: str = "", fixtures: str = '[fixtures]\nkind = "none"\n') -> None:
        sut_of(self.folder, MORE.format(api=self.csms.api) + fixtures, url=self.csms.url, stations=LANES)
        if tags:
            file = self.folder / "sut.toml"
            head, _, tail = file.read_text("utf-8").partition("[tags]\n")
            file.write_text(f"{head}[tags]\n{tags}{tail[tail.index('expired') :]}", "utf-8")


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    with remembering_csms() as csms:
        made = Runs(csms, tmp_path)
        made.text()
        yield made


REVERSE = "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_collection_modifyitems(items): items.reverse()\n"
GOOD = ("PASS", "NOT_APPLICABLE")


def test_all_cases_pass_again_in_both_orders_and_by_four_workers(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    (runs.folder / "reverse_order.py").write_text(REVERSE)
    monkeypatch.setenv("PYTHONPATH", str(runs.folder))

    for arguments in ([], ["-p", "reverse_order"], ["-n", "4"]):
        verdicts = runs.run(*arguments)
        assert {id: (verdict, runs.reasons[id]) for id, verdict in verdicts.items() if verdict not in GOOD} == {}
        assert sum(verdict == "PASS" for verdict in verdicts.values()) > 60
        assert (runs.csms.left, runs.csms.conflicts) == ({}, [])
    assert runs.verdicts[0] == runs.verdicts[1] == runs.verdicts[2]
    assert runs.csms.most_at_once == 1  # they took turns with the only tag
    assert not (runs.folder / "out" / FOLDER).exists()


def test_the_memory_is_real_a_tag_that_is_shown_twice_is_not_unknown(runs: Runs) -> None:
    """What the file fixes is presented as it is, so that the second run meets what the first one did."""
    runs.text(tags='valid = "VALID-1"\ninvalid = "NOBODY"\n')
    chosen = ("--plugproof-case", "TC_023_1_CSMS", "--plugproof-case", "TC_037_3_CSMS", "-p", "no:xdist")

    assert list(runs.run(*chosen).values()) == ["PASS", "FAIL"]
    assert list(runs.run(*chosen).values()) == ["FAIL", "FAIL"]


def test_tags_that_are_made_for_a_case_are_its_own_and_gone_after_it(runs: Runs) -> None:
    made: list[str] = []
    takes = runs.csms.on_request

    def tags(method: str, target: str) -> None:
        takes(method, target)
        tag = target.rpartition("/")[2]
        if "/tags/" in target and method == "PUT":
            made.append(tag)
            runs.csms.valid.add(tag)
        elif "/tags/" in target:
            runs.csms.valid.remove(tag)

    runs.csms.valid = set()
    runs.csms.on_request = tags
    runs.text(fixtures=f'[fixtures]\nkind = "reference"\napi = "{runs.csms.api}"\ntags_per = "case"\n')
    # without TC_053_CSMS: the family of a tag is in a body, and this CSMS reads addresses only
    cases = ["TC_003_CSMS", "TC_004_2_CSMS", "TC_010_CSMS", "TC_043_4_CSMS", "TC_064_CSMS"]
    verdicts = runs.run(*(part for id in cases for part in ("--plugproof-case", id)), "-p", "no:xdist")

    assert {id: runs.reasons[id] for id, verdict in verdicts.items() if verdict != "PASS"} == {}
    own = [tag for tag in made if tag.startswith("PP-")]
    assert len(own) == len(set(own)) == 2 * (len(cases) - 1)  # valid and valid_2, and none for the case without tags
    assert all(len(tag) <= 20 for tag in own)
    assert set(made) - set(own) == {"EXPIRED-1", "BLOCKED-1"}
    assert (runs.csms.valid, runs.csms.left) == (set(), {})


def test_the_second_phase_of_a_run_with_background_meets_unknown_tags_too(runs: Runs) -> None:
    runs.text(fixtures='[fixtures]\nkind = "none"\n[background]\nidentity = "LOAD-{station}"\n')
    cases = ("--case", "TC_023_1_CSMS", "--case", "TC_037_3_CSMS")
    command = [sys.executable, "-c", "from harness.cli import main; main()", "precheck", "--sut", "sut.toml", *cases]
    done = subprocess.run(
        [*command, "--background", "1", "--out", "out", "-n", "1"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=runs.folder,
        check=False,
    )

    results = json.loads((runs.folder / "out" / "results.json").read_text("utf-8"))
    assert [case["verdict"] for case in results["cases"]] == ["PASS"] * 4, done.stdout + done.stderr
    assert results["background"]["verdict"] == "PASS"
    assert len([tag for tag in runs.csms.seen if tag.startswith("PP-NOBODY-")]) == 4
