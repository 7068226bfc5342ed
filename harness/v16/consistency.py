"""Mistakes in the answers to the questions of OCPP 1.6 that only show when they are read together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.sut.checks.lanes import fewest_connectors
from harness.sut.model import Sut
from harness.sut.sentences import toml_key
from harness.v16.claims import SIX_PROFILES

ASKED_AS: Final[dict[str, dict[str, str]]] = {
    "csms": {"AQ-1": "features.boot_pending", "AQ-6": "features.reject_unknown_at_handshake"},
    "charge_point": {"CP-7": "features.download_firmware_during_tx"},
}
"""Role -> additional questions that a feature asks already: one question has one key, and it is that of the feature."""


def open_profiles(sut: Sut) -> Iterator[str]:
    """Profiles that nobody has claimed or denied, and Core, which nobody can deny."""
    open_questions = [name for name in SIX_PROFILES if getattr(sut.profiles, name) is None]
    if open_questions:
        lines = ", ".join(f"profiles.{name}" for name in open_questions)
        yield f"{lines} not answered, but the answer decides which cases run; write true or false"
    if sut.profiles.core is False:
        yield "profiles.core = false, but every OCPP 1.6 product has Core; write core = true"


def contradicting_answers(sut: Sut) -> Iterator[str]:
    """A question that is answered twice, ranges with their ends exchanged, and a connector that no lane has."""
    for id, key in ASKED_AS[sut.role].items():
        if id in sut.questions:
            table, _, name = key.partition(".")
            answer = str(sut.questions[id]).lower()
            yield (
                f"questions.{toml_key(id)} asks the same as {key}, which is the one that counts; "
                f"take it out and write {name} = {answer} in [{table}]"
            )
    for name in ("connection_timeout_range", "meter_interval_range", "heartbeat_range"):
        bounds = getattr(sut.limits, name)
        if bounds is not None and bounds[0] > bounds[1]:
            yield f"limits.{name} has its lowest value last; exchange the two"
    connectors = fewest_connectors(sut)
    if connectors is not None and sut.run.connector_id > connectors:
        yield (
            f"run.connector_id = {sut.run.connector_id}, but a lane has {connectors} connectors only; "
            "correct one of them"
        )
