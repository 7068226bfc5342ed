"""Cases that say nothing of the product although it has the function: a step it cannot do, or left out on purpose."""

from reports.results.verdicts import Results, once, ordered
from reports.text.plain import clean


def untested(results: Results) -> list[str]:
    """Each with its reason, those that share one together."""
    found: dict[str, list[str]] = {}
    for case in ordered(once(results)):
        if case.get("not_tested") is True:
            reason = clean(case["reason"] or "").removeprefix("not tested: ").removeprefix("not run: ")
            found.setdefault(reason, []).append(clean(case["id"]))
    return [f"{', '.join(ids)}: {reason}" for reason, ids in found.items()]
