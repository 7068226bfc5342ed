"""How real back offices are measured beside ours (`benchmarks.beside.offices`): the plan, the load and the figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from benchmarks import csms
from benchmarks.beside import back_offices, offices
from benchmarks.beside.processes import tree_seconds
from benchmarks.csms import OURS, Round

PLAN = f"""\
[[office]]
name = "another"
keeps = "MariaDB"
url = "ws://127.0.0.1:1/ocpp"
pid = {os.getpid()}
store = [{os.getpid()}]
"""

BUSY = "import time\nwhile time.process_time() < 0.3: pass\n"
PARENT = (
    f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])\nprint(flush=True)\nsys.stdin.read()\n"
)


def written(folder: Path, text: str) -> Path:
    """A plan with this text."""
    file = folder / "plan.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_plan_says_where_a_back_office_is_and_what_it_is_made_of(tmp_path: Path) -> None:
    (office,) = offices.read(written(tmp_path, PLAN))

    server = office.server()
    assert (office.name, office.keeps) == ("another", "MariaDB")
    assert (server.url, server.pid, server.store) == ("ws://127.0.0.1:1/ocpp", os.getpid(), (os.getpid(),))
    assert server.tag.format(7) == "BENCH-TAG-7"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("office = 1", "office"),
        (PLAN + "speed = 1", "speed"),
        (PLAN.replace('keeps = "MariaDB"\n', ""), "keeps"),
        (PLAN.replace("store = [", "store = [999999999, "), "process 999999999, and there is none; start it first"),
    ],
    ids=["no office", "unknown key", "missing key", "no such process"],
)
def test_a_plan_that_cannot_be_used_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(offices.BadPlan, match=said) as caught:
        offices.read(written(tmp_path, text))

    assert "plan.toml" in str(caught.value)


def test_each_station_has_a_tag_of_its_own() -> None:
    with csms.reference("--database", ":temporary:") as server:
        for number in range(2):
            put = urllib.request.Request(f"{server.api}/api/v1/tags/OWN-{number}", method="PUT")
            urllib.request.urlopen(put, timeout=10).close()
        measured = csms.alternating({"ours": server._replace(tag="OWN-{}")}, 1, stations=2, loops=1, warming=0)
        with urllib.request.urlopen(f"{server.api}/api/v1/transactions", timeout=10) as answer:
            transactions = json.load(answer)

    assert [one.messages for one in measured["ours"]] == [2 * 2 * len(csms.LOOP)]
    booked = transactions if isinstance(transactions, list) else transactions["transactions"]
    assert sorted(each["idTag"] for each in booked) == ["OWN-0", "OWN-1"]


def test_what_a_database_has_started_counts_also_when_it_has_ended() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        parent.stdout.readline()  # its child was busy, and has ended
        assert tree_seconds(parent.pid) > 0.25
        assert tree_seconds(os.getpid()) > csms.cpu_seconds(os.getpid()), "a child that is there counts, too"
    finally:
        parent.communicate()


def test_figures_are_medians_and_those_of_the_store_stand_apart(tmp_path: Path) -> None:
    ours = [Round(1000, 1.0, cpu) for cpu in (0.1, 0.2, 0.4)]
    other = [Round(1000, 10.0, 4.0, store) for store in (1.0, 2.0, 6.0)]
    measured = {OURS: ours, "another": other, "a third: keeps nothing": ours}

    document = offices.results(measured, {"another": "MariaDB"})

    assert document["ours"] == {
        "messages_per_second": 1000,
        "cpu_us": 200.0,
        "cpu_us_min": 100.0,
        "cpu_us_max": 400.0,
        "store_us": 0.0,
    }
    another, third = document["others"]
    assert (another["cpu_us"], another["store_us"], another["messages_per_second"]) == (4000.0, 2000.0, 100)
    assert (another["durable"], third["durable"], third["store"], third["name"]) == (True, False, "", "a third")
    file = tmp_path / "results.json"
    file.write_text(json.dumps({**document, "taken": "a day"}), "utf-8")
    assert back_offices.rows(file).splitlines()[-2].endswith("| 4000 | 4000 | 4000 | 2000 | 30.00 |")
