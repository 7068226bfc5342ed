"""What the shell offers behind an option: known names, looked up when TAB is pressed and never before.

Each function gives all words and what they mean; typer leaves those that begin as what was typed.
"""

from __future__ import annotations

from collections.abc import Callable

Offer = Callable[[], list[tuple[str, str]]]


def words(*known: str) -> Offer:
    """Words that never change, and need no explanation."""
    return lambda: [(word, "") for word in known]


def cases() -> list[tuple[str, str]]:
    """The ids of the cases, with their titles."""
    from harness.case.registry import all_cases

    return [(case.id, case.title) for case in all_cases()]


def profiles() -> list[tuple[str, str]]:
    """The profiles by the names that need no quotes in a shell."""
    from harness.edition import editions

    return list({name: known for edition in editions() for name, known in edition.profiles.names.items()}.items())


def loads() -> list[tuple[str, str]]:
    """The load profiles by name."""
    from simulator.fleet.cli.options import profiles

    return profiles()


def chapters() -> list[tuple[str, str]]:
    """The chapters of rules, with their titles."""
    from ocppj.rules.titles import TITLES

    return [*TITLES.items()]


def versions() -> list[tuple[str, str]]:
    """The versions of OCPP of which there are cases."""
    from harness.edition import VERSIONS

    return [(version, "") for version in VERSIONS]


def log_formats() -> list[tuple[str, str]]:
    """The formats that `analyze` reads, with what they are."""
    from harness.instruments.analysis.shapes.known import SHAPES

    return [("auto", "recognised by its beginning"), *((shape.name, shape.title) for shape in SHAPES.values())]


def faults() -> list[tuple[str, str]]:
    """The deliberate defects of the reference CSMS, with what each does."""
    from csms_core import versions

    return [(fault.name, fault.sentence) for fault in versions.faults().values()]


def proxy_faults() -> list[tuple[str, str]]:
    """What the proxy can break, with what each does."""
    from harness.instruments.proxy.faults.catalogue import FAULTS

    return [(fault.name, fault.sentence) for fault in FAULTS.values()]
