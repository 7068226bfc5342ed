"""What a difference has to say, as plain sections: the same for whoever prints it, whatever was compared."""

from dataclasses import dataclass

from reports.text.table import Table


@dataclass(frozen=True)
class Section:
    """A table that somebody should look at now, or that may be folded away."""

    table: Table
    urgent: bool


@dataclass(frozen=True)
class Told:
    """A difference for people.

    ``note`` says how response times were compared, empty where there are none. A row of ``runs`` ends with the version
    of plugproof and the outcome.
    """

    headline: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    note: str
    runs: Table
