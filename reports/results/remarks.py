"""What a reader should know about the response times of a run, as sentences: they change no verdict."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reports.results.load import load_remarks
from reports.results.performance import (
    FEW_SAMPLES,
    LOADED,
    PHASES,
    limit_ns,
    milliseconds,
    part,
    samples_of,
)
from reports.results.station_times import MEASURES
from reports.text.plain import clean

NAMES: Final[Mapping[str, str]] = {
    "ocpp_response": "OCPP response time",
    "authorize_response": "Response time Authorize",
    "triggered_function": "OCPP triggered function timeout",
    "remote_start_authorization": "Transaction authorization time by RemoteStartTransaction",
    "remote_stop_end": "Transaction authorization end time by RemoteStopTransaction",
}
"""Key in the results and name in print, 2024 layout."""
_FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    "csms": ("ocpp_response", "authorize_response"),
    "charge_point": ("ocpp_response", *MEASURES),
}
"""Role -> the keys of what its products are measured by, in print order."""
_ONLY: Final = {"authorize_response": "Authorize"}


def sections(results: Mapping[str, Any]) -> list[str]:
    """The keys of the figures that are declared and measured for the product of this run, in print order."""
    return [name for name in _FIGURES[results["run"]["sut"]["role"]] if name in results["performance"]]


def remarks(results: Mapping[str, Any]) -> list[str]:
    """The sentences, first what is over a declared maximum, last how the measuring was done."""
    return [
        *(sentence for phase in PHASES for sentence in _of_phase(results, phase)),
        *_background(results),
        *_compared(results),
    ]


def _of_phase(results: Mapping[str, Any], phase: str) -> Iterable[str]:
    measured = part(results, phase)
    if measured is None:
        return
    under = " under load" if phase == LOADED else ""
    for key in sections(results):
        row = measured[key]
        name = f"{NAMES[key]}{under}"
        if row["declared_s"] is not None and row["max_ms"] is not None and row["within_declared"] is False:
            yield from _over(name, row, samples_of(results, phase), _ONLY.get(key), key)
        if row["timeouts"]:
            yield f"{name}: requests without an answer in time: {row['timeouts']}; they are no samples."
        if 0 < row["n"] < FEW_SAMPLES:
            yield f"{name}: number of samples {row['n']}; a figure needs at least {FEW_SAMPLES}."
    samples = measured.get("samples")
    if samples and samples["thinned"]:
        kept = f"{samples['kept']} of {samples['taken']} single times{under} are kept"
        yield f"{kept}: {samples['thinned']}."


def _over(
    name: str, row: Mapping[str, Any], samples: Iterable[Mapping[str, Any]], action: str | None, key: str
) -> Iterable[str]:
    if row["max_ms"] * 1e6 <= limit_ns(row["declared_s"]):
        return  # only unanswered requests make it so
    text = f"{name}: the longest took {milliseconds(row['max_ms'])} ms"
    known = [one for one in samples if action in (None, one["action"])] if key not in MEASURES else []
    longest = max(known, key=lambda one: one["ns"], default=None)
    if longest is not None and longest["ns"] / 1e6 == row["max_ms"]:
        text += f" ({clean(longest['action'])} in {clean(longest['case'])})"
    yield f"{text}, more than the declared {row['declared_s']:g} s."


def _background(results: Mapping[str, Any]) -> Iterable[str]:
    background = results.get("background")
    if background is None:
        return
    stations = f"{background['stations']} background station{'s' * (background['stations'] != 1)}"
    yield from load_remarks(results)
    if background["verdict"] == "ERROR":
        yield f"Nothing was measured under load: {clean(background['reason'])}."
    calls, sessions = background["calls"], background["sessions"]
    yield (
        f"{stations} sent {calls['sent']} requests, {calls['per_second']:g} a second; "
        f"sessions begun: {sessions['begun']}."
    )
    bad = {name: calls[name] for name in ("refused", "invalid", "unanswered", "cut") if calls[name]}
    if bad:
        yield f"Requests of the {stations} without a usable answer: {_counted(bad)}."
    if sessions["refused"]:
        hint = "" if sessions["begun"] else "; name idTags that the CSMS accepts in [background] of the SUT file"
        yield f"Drivers at the {stations} that the CSMS did not let in: {sessions['refused']}{hint}."
    lost = {name.replace("_", " "): background["connections"][name] for name in ("not_connected", "lost")}
    if any(lost.values()):
        yield f"Connections of the {stations}: {_counted({name: count for name, count in lost.items() if count})}."
    for one in background["violations"]:
        who = "CSMS" if one["party"] == "csms" else "background stations themselves"
        yield f"{one['level']} rule {one['rule']} broken by the {who} {one['count']} times: {clean(one['message'])}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _compared(results: Mapping[str, Any]) -> Iterable[str]:
    """How the figures move under load; from few samples nothing is concluded."""
    quiet, loaded = part(results), part(results, LOADED)
    if quiet is None or loaded is None:
        return
    for key in ("ocpp_response", "authorize_response"):
        before, after = quiet[key], loaded[key]
        if min(before["n"], after["n"]) < FEW_SAMPLES or not before["p95_ms"]:
            continue
        change = f"{milliseconds(before['p95_ms'])} ms quiet, {milliseconds(after['p95_ms'])} ms under load"
        yield f"{NAMES[key]}, p95: {change}, {after['p95_ms'] / before['p95_ms']:.2g} times as long."
