"""What an operator asked for and what was sent instead, where no case judged it: a sentence each, and no verdict."""

from typing import Final

from reports.results.verdicts import Case, Results, ordered
from reports.text.plain import clean

RULE: Final = "ASK-01"
"""The rule of these findings. It is ours and none of OCPP: what is sent is what was asked for, once."""
HEADING: Final = "Asked for and sent"


def sentences(case: Case) -> list[str]:
    """The differences that were seen in one case."""
    return [clean(one["message"]) for one in case["findings"] if one["rule"] == RULE]


def differences(results: Results) -> list[str]:
    """Those of a run: each once, with the cases that saw it."""
    seen: dict[str, list[str]] = {}
    for case in ordered(results["cases"]):
        for sentence in sentences(case):
            seen.setdefault(sentence, []).append(clean(case["id"]))
    return [f"{', '.join(dict.fromkeys(ids))}: {sentence}" for sentence, ids in seen.items()]
