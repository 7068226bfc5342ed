"""What is kept of a finding: a session that is played again, what passed, and a script that anybody can run."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from harness.artifacts.whole import OutputError
from harness.instruments.fuzzing.dialect import Dialect
from harness.instruments.fuzzing.folder import FILE, RESULTS, BadFinding, keep, known, results, write_results
from harness.instruments.fuzzing.hunt import Finding, Outcome
from harness.instruments.fuzzing.problem import Problem
from harness.instruments.fuzzing.script import MOST_LINES, Where, script
from harness.instruments.fuzzing.steps import Step, call
from harness.instruments.fuzzing.table import REPEATED, VALID
from ocppj.evidence.trace import Role, Trace
from simulator import Station
from simulator.v16.faults import set_faults
from simulator.wire.dialing import BackOff
from tests import ROOT
from tests.harness.instruments.fuzzing.benches import Bench, a_csms
from tests.harness.instruments.fuzzing.test_drawing import DIALECTS

VALIDATOR = Draft202012Validator(json.loads((ROOT / "schemas/documents/fuzz.schema.json").read_text("utf-8")))
UNKNOWN = call(0, "action-unknown", "NoSuchAction", {}, "@run-1")


def problem(*steps: Step, seen: tuple[str, ...] = ("3",), title: str = 'a "title" with \u00e9 and \\') -> Problem:
    return Problem(
        symptom="CALLRESULT",
        title=title,
        rule="ERR-02",
        level="MUST",
        expected="a CALLERROR NotImplemented",
        actual='[3,"1",{}]',
        steps=steps or (UNKNOWN,),
        seen=seen,
    )


def finding(**options: Any) -> Finding:
    trace = Trace(secrets=["SECRET"])
    trace.add("note", "the SECRET")
    return Finding(problem=problem(**options), trace=trace)


def sentences(document: Any) -> list[str]:
    """What is wrong with the results of a run by their schema."""
    return [error.message for error in VALIDATOR.iter_errors(document)]


def kept(folder: Path, one: Finding, role: str = "csms") -> Path:
    return keep(folder, one, "print(1)\n", version="1.6", role=role, scrub=lambda text: text.replace("SECRET", "***"))


# ---- the folder


def test_what_is_kept_is_played_by_the_next_run(tmp_path: Path) -> None:
    one = finding(title="the SECRET is out")
    own = kept(tmp_path, one)

    (old,) = known(tmp_path, "1.6", "csms")

    assert (old.title, old.steps, old.signature) == ("the *** is out", one.problem.steps, one.problem.signature)
    assert sorted(file.name for file in own.iterdir()) == [
        FILE,
        f"repro_{one.problem.slug.replace('-', '_')}.py",
        "trace.jsonl",
    ]
    assert "SECRET" not in "".join(file.read_text("utf-8") for file in own.iterdir())
    assert json.loads((own / "trace.jsonl").read_text())["text"] == "the ********"


def test_what_was_found_in_another_role_or_version_is_left_alone(tmp_path: Path) -> None:
    kept(tmp_path, finding(), role="charge_point")

    assert known(tmp_path, "1.6", "csms") == []
    assert known(tmp_path, "2.0.1", "charge_point") == []
    assert len(known(tmp_path, "1.6", "charge_point")) == 1
    assert known(tmp_path / "nowhere", "1.6", "csms") == []


@pytest.mark.parametrize("text", ["{", "{}", '{"format":"x"}'])
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, text: str) -> None:
    own = kept(tmp_path, finding())
    (own / FILE).write_text(text)

    with pytest.raises(BadFinding) as raised:
        known(tmp_path, "1.6", "csms")

    assert str(raised.value).startswith(f"{own / FILE} cannot be read (")
    assert str(raised.value).endswith("; mend it or remove its folder")


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match="cannot be written"):
        kept(tmp_path / "file", finding())


def test_the_results_of_a_run(tmp_path: Path) -> None:
    outcome = Outcome(
        seed=7,
        seconds=1.25,
        sessions=3,
        messages=30,
        findings=[finding(title="SECRET")],
        gone=["old SECRET"],
        unsure=[problem(title="once")],
        ended="SECRET died",
    )

    document = results(outcome, name="X", version="1.6", role="csms", scrub=lambda text: text.replace("SECRET", "***"))
    write_results(tmp_path / "new", document)

    again = json.loads((tmp_path / "new" / RESULTS).read_text("utf-8"))
    assert again == document
    assert sentences(again) == []
    assert "SECRET" not in json.dumps(again)
    assert (again["seed"], again["sessions"], again["messages"], again["ended"]) == (7, 3, 30, "*** died")
    assert [one["title"] for one in again["findings"]] == ["***"]
    assert again["findings"][0]["messages"] == list(UNKNOWN.texts)
    assert [one["title"] for one in again["unconfirmed"]] == ["once"]
    assert again["gone"] == ["old ***"]


@pytest.mark.parametrize(
    ("key", "value"), [("format", 2), ("seed", "7"), ("host", "x"), ("findings", [{}]), ("gone", [""])]
)
def test_what_is_no_outcome_is_none_by_the_schema(tmp_path: Path, key: str, value: object) -> None:
    document = results(Outcome(seed=7), name="X", version="1.6", role="csms", scrub=str)

    assert sentences(document) == []
    assert sentences(document | {key: value}) != []


# ---- the script

EVERYTHING = Where(urls=("wss://h/1", "wss://h/2"), with_key=True, within_tls=True, with_certificate=True)


@pytest.mark.parametrize("where", [Where(urls=("ws://h/1",), tag="T"), EVERYTHING], ids=["plain", "everything"])
@pytest.mark.parametrize("party", ["csms", "station"])
def test_a_script_has_twenty_lines_and_is_python(where: Where, party: Role) -> None:
    where = where if party == "csms" else Where(tag=where.tag)
    steps = tuple(call(number % 2, VALID, "Heartbeat", {}, f"@run-{number}") for number in range(9))

    text = script(problem(*steps), DIALECTS[party], where, party)

    compile(text, "script", "exec")
    lines = text.splitlines()
    extra = where.within_tls + where.with_certificate
    assert len(lines) - extra <= MOST_LINES, "certificates want a line each"
    assert max(map(len, (line for line in lines if not line.startswith(("SENT", '"""'))))) <= 200
    assert "plugproof" not in "\n".join(line for line in lines if line.startswith(("import", "from")))
    assert ('os.environ["TAG"]' in text) == (where.tag is None)


def test_a_script_asks_for_what_is_secret_or_a_file() -> None:
    text = script(problem(), DIALECTS["csms"], EVERYTHING, "csms")

    assert '"Basic " + os.environ["BASIC"]' in text
    assert 'TLS.load_cert_chain(os.environ["CERTIFICATE"], os.environ["KEY"])' in text
    assert text.startswith('"""a \'title\' with /u00e9 and //')


@pytest.fixture(scope="module")
def csms() -> Iterator[Bench]:
    with a_csms() as bench:
        yield bench


def run(bench: Bench, file: Path, text: str) -> tuple[int, str]:
    """Run a script while the loop of the CSMS runs."""
    file.write_text(text, "utf-8")

    async def runs() -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(file), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    return bench.loop.run(runs())


def about(bench: Bench, dialect: Dialect, *steps: Step) -> str:
    """The script of what is wrong with a session; it has to be something."""
    arena = bench.arena()
    arena.plays(())
    found, _ = arena.plays(steps)
    assert found is not None
    urls = tuple(getattr(bench.contact, "urls", ()))
    return script(found, dialect, Where(urls=urls, tag=dialect.tag), bench.sut.party)


@pytest.mark.parametrize(
    ("fault", "steps", "seen"),
    [
        ("unknown-action-accepted", [UNKNOWN], ["3"]),
        (
            "repeated-id-silences",
            [
                call(1, VALID, "Heartbeat", {}, "@run-1"),
                call(1, REPEATED, "Authorize", {"idTag": "@tag"}, "@run-1"),
            ],
            ["silence"],
        ),
        (
            "largest-number-crashes",
            [
                call(
                    0,
                    VALID,
                    "StartTransaction",
                    {"connectorId": 1, "idTag": "@tag", "meterStart": 0, "timestamp": "2026-11-21T10:00:00Z"},
                    "@run-1",
                ),
                call(
                    0,
                    VALID,
                    "StopTransaction",
                    {"transactionId": "@given0", "meterStop": 2**31 - 1, "timestamp": "2026-11-21T10:00:00Z"},
                    "@run-2",
                ),
            ],
            ["4 InternalError"],
        ),
    ],
)
def test_the_script_of_a_csms_shows_it_as_long_as_it_is_there(
    csms: Bench, tmp_path: Path, fault: str, steps: list[Step], seen: list[str]
) -> None:
    csms.broken(fault)
    text = about(csms, csms.dialect, *steps)

    broken = run(csms, tmp_path / "repro.py", text)
    csms.broken()
    mended = run(csms, tmp_path / "repro.py", text)

    assert (broken[0], mended[0]) == (1, 0), broken[1] + mended[1]
    assert broken[1].endswith(f"was answered with {seen}\n")


@pytest.mark.parametrize("fault", ["unicode-crashes", ""])
def test_the_script_of_a_station_waits_for_it_and_shows_it(tmp_path: Path, fault: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    odd = call(0, "text-unicode", "DataTransfer", {"vendorId": "\u00e9"}, "@run-1")
    file = tmp_path / "repro.py"
    file.write_text(script(problem(odd, seen=("4 InternalError",)), DIALECTS["station"], Where(tag="T"), "station"))

    async def runs() -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(file),
            env={"PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        back_off = BackOff(first=0.05, ceiling=0.1)
        async with Station(f"ws://127.0.0.1:{port}", id="S", retry=True, back_off=back_off) as station:
            set_faults(station, [fault] if fault else [])
            out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    code, out = asyncio.run(runs())

    assert code == (1 if fault else 0), out
    assert "was answered with ['4 InternalError']" in out or not fault


def test_a_finding_is_written_as_it_is_read() -> None:
    one = problem()

    assert msgspec.json.decode(msgspec.json.encode(one), type=Problem) == one
