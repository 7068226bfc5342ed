"""The files of report.html: the page from the results and the traces beside them, and a picture for each case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypedDict

import msgspec

from harness.artifacts.whole import write_whole
from reports.evidence.picture import picture
from reports.html import page

PAGE: Final = "report.html"
PICTURE: Final = "sequence.svg"
"""Beside the trace of each case."""


class Line(TypedDict):
    """One line of a trace (``schemas/documents/trace.schema.json``), as far as a page needs it."""

    seq: int
    kind: Literal["frame", "handshake", "operator", "driver", "note"]
    direction: Literal["station->csms", "csms->station"] | None
    at_ns: int
    phase: str
    text: str


def write_page(results: Mapping[str, Any], out: Path) -> None:
    """Write ``report.html`` into ``out``, and the sequence of each case beside its trace. Raises ``OutputError``."""
    traces = read_traces(results, out)
    for case in results["cases"]:
        if case["trace"] in traces:
            beside = (out / case["trace"]).with_name(PICTURE)
            write_whole(beside, picture(case, traces[case["trace"]]))
    write_whole(out / PAGE, page(results, traces))


def read_traces(results: Mapping[str, Any], folder: Path) -> dict[str, list[Line]]:
    """The traces that the results name, by their path; one that is not there any more, or not whole, is left out."""
    decoder = msgspec.json.Decoder(Line)
    traces = {}
    for case in results["cases"]:
        path = case["trace"]
        if path is None or not (folder / path).resolve().is_relative_to(folder.resolve()):
            continue
        try:
            traces[path] = decoder.decode_lines((folder / path).read_bytes())
        except (OSError, msgspec.DecodeError):
            continue
    return traces
