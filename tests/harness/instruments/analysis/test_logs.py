"""Logs as files: packed, cut, long, from standard input; and how far the reading is."""

import gzip
import hashlib
import io
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from harness.instruments.analysis.logs import LONGEST_LINE, Log
from harness.instruments.analysis.reading import Unusable
from tests.harness.instruments.analysis.support import LOGS, analysed, rules

PLAIN = (LOGS / "plain.log").read_bytes()


def packed(name: str) -> bytes:
    return {"x.log": PLAIN, "x.log.gz": gzip.compress(PLAIN), "x.log.zst": zstd.compress(PLAIN)}[name]


@pytest.mark.parametrize("name", ["x.log", "x.log.gz", "x.log.zst"])
def test_a_log_may_be_packed(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(packed(name))
    found, _, log = analysed(tmp_path / name)

    assert (log.frames, log.shape, log.trouble) == (12, "plain", None)
    assert log.bytes == len(packed(name))
    assert rules(found) == {}


def test_packed_logs_that_follow_one_another_in_a_file_are_one(tmp_path: Path) -> None:
    lines = PLAIN.splitlines(keepends=True)
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"".join(lines[:7])) + gzip.compress(b"".join(lines[7:])))

    assert analysed(tmp_path / "x.gz")[2].frames == 12


@pytest.mark.parametrize("name", ["x.log.gz", "x.log.zst"])
def test_a_log_that_is_cut_is_judged_as_far_as_it_goes(name: str, tmp_path: Path) -> None:
    ids = [hashlib.sha256(bytes([number % 256, number // 256])).hexdigest()[:36] for number in range(9_000)]
    many = "".join(f'2030-01-01T00:00:00Z CP station [2,"{id}","Heartbeat",{{}}]\n' for id in ids).encode()
    whole = gzip.compress(many) if name.endswith("gz") else zstd.compress(many)
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    _, _, log = analysed(tmp_path / name, shape="plain")

    assert 1_000 < log.frames < 8_000
    assert log.trouble is not None
    assert log.trouble.startswith("it ends in the middle of itself")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLAIN)))
    log = Log("-")

    assert (log.name, log.size) == ("standard input", None)
    assert [line for _, line in log.lines()] == PLAIN.decode().splitlines()


def test_a_line_that_is_longer_than_any_frame_is_cut_and_told(tmp_path: Path) -> None:
    long = b'2030-01-01T00:00:00Z CP in [2,"1","DataTransfer",{"data":"' + b"x" * LONGEST_LINE + b'"}]\n'
    (tmp_path / "x.log").write_bytes(long + PLAIN)
    _, kept, log = analysed(tmp_path / "x.log", shape="plain")

    assert log.document()["unread"][-1]["why"] == "lines that are longer than any frame"
    assert len(kept.taken) == 15


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_bytes(b"\xff\xfe\x00 noise\n" + PLAIN)

    assert analysed(tmp_path / "x.log")[2].frames == 12


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(Unusable, match=r"^nowhere\.log: there is no such file; name a log, or - for standard input$"):
        analysed(Path("nowhere.log"))


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be read, Is a directory"):
        analysed(tmp_path)


@pytest.mark.parametrize(
    ("path", "station"), [("CP-7.log", "CP-7"), ("CP-7.log.gz", "CP-7"), ("TC_1/trace.jsonl", "TC_1"), ("CP-7", "CP-7")]
)
def test_a_station_that_no_log_names_is_called_after_the_file(path: str, station: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_bytes(b'[2,"1","Heartbeat",{}]\n')
    _, kept, _ = analysed(tmp_path / path, shape="plain")

    assert [of for _, of, _ in kept.taken] == [station]


def test_progress_is_told_in_bytes_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.log.gz").write_bytes(gzip.compress(PLAIN * 200))
    told: list[int] = []
    analysed(tmp_path / "x.log.gz", progress=lambda log: told.append(log.done))

    assert told == sorted(told)
    assert told[-1] == (tmp_path / "x.log.gz").stat().st_size
    assert len(told) > 3
