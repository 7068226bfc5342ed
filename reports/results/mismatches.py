"""Claims that the wire contradicts, one sentence each. They are findings beside the cases and change no verdict."""

from collections.abc import Iterable
from typing import Final

from reports.results.verdicts import Results
from reports.text.plain import clean

HEADING: Final = "Claims that the wire contradicts"


def contradictions(results: Results) -> list[str]:
    """What was claimed, what was seen, and where; empty for a run that recorded none."""
    return [clean(f"{one['message']} ({', '.join(_where(one))})") for one in results.get("pics_mismatch", ())]


def _where(one: Results) -> Iterable[str]:
    yield one["rule"]
    if one["case"] is not None:
        yield one["case"]
    if one["frame"] is not None:
        yield f"entry {one['frame']['seq']} of its trace"
