"""Traces on the disk: one file for each connection, bounded in all, and a disk that takes no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.instruments.proxy.judging import keeping
from harness.instruments.proxy.judging.judge import Judge
from harness.instruments.proxy.judging.keeping import Keeper
from harness.instruments.proxy.wire.records import Closed, Opened, Passed, Record, Requested
from ocppj.evidence.masking import MASK
from tests.harness.instruments.proxy.support import BOOT, BOOTED, agreed, request, says


def test_the_name_of_a_file_is_harmless(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, 1_000)
    names = [keeper.open(7, identity).path.name for identity in ("CP-1", "../../etc/passwd", "", "ü" * 100, "..")]

    assert names == [
        "00007-CP-1.jsonl",
        "00007-_.._etc_passwd.jsonl",
        "00007-nobody.jsonl",
        f"00007-{'_' * 60}.jsonl",
        "00007-nobody.jsonl",
    ]


def test_a_file_that_is_full_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_OF_ONE", 10)
    file = Keeper(tmp_path, 10_000).open(1, "CP")
    for number in range(5):
        file.write(f"{number} and more\n")
    file.close()

    assert (tmp_path / "00001-CP.jsonl").read_text() == "4 and more\n"
    assert (tmp_path / "00001-CP.1.jsonl").read_text() == "3 and more\n"


def test_the_oldest_files_of_what_has_ended_go(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, 250)
    lives = keeper.open(0, "LIVES")
    lives.write("x" * 100)
    for number in range(1, 4):
        file = keeper.open(number, "CP")
        file.write("x" * 60)
        file.close()
    lives.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000-LIVES.jsonl", "00002-CP.jsonl", "00003-CP.jsonl"]
    assert keeper.removed == 1


def test_a_disk_that_takes_no_more_is_told_once_and_the_rest_goes_on(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, 1_000)
    (tmp_path / "00001-CP.jsonl").mkdir()
    file = keeper.open(1, "CP")
    file.write("one\n")
    file.write("two\n")
    file.close()

    assert keeper.problem.startswith(f"{tmp_path / '00001-CP.jsonl'}: the trace cannot be written any more")


def test_what_is_written_is_a_trace_without_secrets(tmp_path: Path) -> None:
    judge = Judge(tmp_path, secrets=["hunter2"])
    key = '[2,"k","ChangeConfiguration",{"key":"AuthorizationKey","value":"0123456789abcdef"}]'
    records: list[Record] = [
        Opened(1, 1, "127.0.0.1:5", "TLSv1.3, TLS_AES_128_GCM_SHA256"),
        Requested(1, 2, request("/CP-1", "Authorization: Basic Q1A6c2VjcmV0"), ["Authorization was replaced"]),
        Passed(1, 3, "csms", agreed()),
        Passed(1, 4, "station", says("station", BOOT.replace("plugproof", "hunter2"))),
        Passed(1, 5, "csms", says("csms", BOOTED) + says("csms", key)),
        Closed(1, 6, "station", ""),
    ]
    for record in records:
        judge.take(record)

    text = (tmp_path / "00001-CP-1.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["kind"] for line in lines if line["kind"] != "note"] == ["handshake"] * 2 + ["frame"] * 3
    assert not any(secret in text for secret in ("Q1A6c2VjcmV0", "0123456789abcdef", "hunter2"))
    assert MASK in text
    assert lines[0]["text"] == "a station has connected from 127.0.0.1:5 within TLSv1.3, TLS_AES_128_GCM_SHA256"
    assert lines[-1]["text"] == "the connection was ended by the station"
    kept = b"".join(event.to_json() for event in judge.feed.kept)
    assert not any(secret in kept for secret in (b"Q1A6c2VjcmV0", b"0123456789abcdef"))
