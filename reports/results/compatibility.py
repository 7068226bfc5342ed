"""What the official tool insists on beyond the standard, where a run looked for it: a section apart, and no verdict."""

from typing import Final, NamedTuple

from reports.results.verdicts import Results, ordered
from reports.text.plain import clean

HEADING: Final = "Like the official tool"
ABOUT: Final = (
    "What follows is right by the standard. The official tool is known not to take it; it decides about no verdict."
)
NOTHING: Final = "Nothing was seen that the official tool is known not to take."


class Insisted(NamedTuple):
    """One thing that it would not take, with the cases in which it was seen."""

    rule: str
    message: str
    ids: tuple[str, ...]


def is_looked_for(results: Results) -> bool:
    """Whether the run was to tell it."""
    return bool(results["run"].get("compatibility"))


def insisted(results: Results) -> list[Insisted]:
    """What was found: each once, by rule."""
    found: dict[tuple[str, str], list[str]] = {}
    for case in ordered(results["cases"]):
        for one in case.get("compatibility") or ():
            found.setdefault((clean(one["rule"]), clean(one["message"])), []).append(clean(case["id"]))
    return [Insisted(*key, tuple(dict.fromkeys(ids))) for key, ids in sorted(found.items())]
