"""The benchmark of the engine compares like with like, and its figures are what was measured."""

import pytest

from benchmarks import engine
from ocppj.rules import signs
from ocppj.session.session import Memory, Session
from ocppj.v16 import PROTOCOL


def figures(printed: str) -> dict[str, dict[str, float]]:
    """The numbers of the table that was printed, by engine and column."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if "|" in line]
    (_, *columns), _, *rows = cells
    return {name: dict(zip(columns, map(float, numbers), strict=True)) for name, *numbers in rows}


def test_both_sides_are_measured_and_compared(capsys: pytest.CaptureFixture[str]) -> None:
    engine.main(["--rounds", "3", "--messages", "20"])

    ours, bare, theirs = figures(capsys.readouterr().out).values()
    for one in (ours, bare, theirs):
        assert 0 < one["min"] <= one["median"] <= one["max"]
    assert ours["ratio"] == 1
    assert theirs["ratio"] == pytest.approx(theirs["median"] / ours["median"], abs=0.1, rel=0.05)


def test_what_the_rules_add_is_the_difference_of_the_medians() -> None:
    told = engine.cost_of_rules({engine.WITH: [9.0, 5.5, 1.0], engine.WITHOUT: [3.0, 4.0, 2.0]})
    assert told.endswith(f"{len(PROTOCOL.book.passive)} passive rules of OCPP 1.6 together add 2.5 µs to a message.")


def test_without_its_rules_a_session_finds_nothing_and_is_itself_again_afterwards() -> None:
    bare = Session("csms", engine.bare(PROTOCOL), memory=Memory())
    before = signs.of_call
    assert engine.without_rules(bare)(engine.texts(4, 1) * 2) > 0  # every id twice
    assert bare.findings == []
    assert signs.of_call is before

    judged = Session("csms", PROTOCOL, memory=Memory())
    engine.engine(judged)(engine.texts(4, 1) * 2)
    assert {finding.rule for finding in judged.findings} == {"RPC-06"}


def test_the_ratio_is_that_of_the_medians() -> None:
    printed = engine.table({"one": [2.0, 4.0, 90.0], "other": [8.0, 10.0, 12.0]}, 20)

    assert figures(printed) == {
        "one": {"median": 4.0, "min": 2.0, "max": 90.0, "ratio": 1.0},
        "other": {"median": 10.0, "min": 8.0, "max": 12.0, "ratio": 2.5},
    }
    assert "20 messages a round, 3 rounds each" in printed


def test_other_answers_are_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.ANSWERS, "Authorize", {"idTagInfo": {"status": "Blocked"}})

    with pytest.raises(AssertionError, match="Blocked"):
        engine.main(["--rounds", "1", "--messages", "20"])


def test_the_benchmark_can_be_profiled(capsys: pytest.CaptureFixture[str]) -> None:
    engine.main(["--profile", "--messages", "20"])

    assert "_observe_call" in capsys.readouterr().out
