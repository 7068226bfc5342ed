"""The benchmark of the engine runs and compares like with like."""

import pytest

from benchmarks import engine


def test_the_benchmark_prints_a_row_for_each_side(capsys: pytest.CaptureFixture[str]) -> None:
    engine.main(["--rounds", "1", "--messages", "20"])

    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "| engine | median | min | max | ratio |"
    assert [line.split("|")[1].split("`")[1] for line in lines[4:]] == ["Session", "ocpp"]


def test_the_benchmark_can_be_profiled(capsys: pytest.CaptureFixture[str]) -> None:
    engine.main(["--profile", "--messages", "20"])

    assert "_observe_call" in capsys.readouterr().out
