"""What a case has opened in the system under test and not ended yet: transactions, reservations, charging profiles.

It is in the ledger of the run from its beginning to its end, so that other cases, other workers and the next run can
see it, whatever happens to this one. Each version reads off its frames what is opened and ended
(``harness.v16.csms.frames.left_open``), and takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from harness.adapters.provisioning.ledger import Entry, Kind, Ledger
from harness.sut import ManualSettings, NoOperator, Sut

ALWAYS: Final = "transaction"
"""The kind that counts whoever plays the station next, as a tag is everybody's."""


def can_undo(sut: Sut) -> bool:
    """Whether an operator takes back what stations cannot. A person is not asked to: it would be most of the work."""
    return not isinstance(sut.operator, NoOperator | ManualSettings)


class LeftOpen:
    """What one case has open. Without a ``ledger`` only the case itself knows.

    ``is_met_again``: other cases play the same station, so that what the CSMS remembers of it matters to them. Then
    reservations, charging profiles and connectors out of service count as well; a transaction always does, as a tag is
    everybody's.
    """

    def __init__(self, case: str, ledger: Ledger | None = None, *, is_met_again: bool = False) -> None:
        self._case = case
        self._ledger = ledger
        self._is_met_again = is_met_again
        self._open: dict[tuple[str, str], Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        """What this case has open, transactions first."""
        yield from sorted(self._open.values(), key=lambda entry: entry.kind != "transaction")

    def adopt(self, entry: Entry) -> None:
        """Deal with something that another case left open as if it were this case's own."""
        self._open[entry.kind, entry.name] = entry

    def who_charges_with(self, tag: str, *, but: object = None) -> Entry | None:
        """An open transaction of this run with a tag, except the transactionId ``but`` of this case; ``None``: none."""
        every = [*self._open.values(), *(self._ledger or ())]
        return next(
            (
                entry
                for entry in every
                if entry.kind == "transaction"
                and entry.facts["idTag"].casefold() == tag.casefold()  # idTags are compared so (S §7.28)
                and not (entry.facts["transactionId"] == but and entry.case == self._case)
            ),
            None,
        )

    def opens(self, kind: Kind, station: str, number: str, facts: dict[str, Any]) -> None:
        """Something was opened for a station, ``number`` being its name there; see ``is_met_again``."""
        if kind != ALWAYS and not self._is_met_again:
            return
        entry = Entry(kind, f"{station} {number}", facts=facts, station=station, case=self._case)
        self._open[kind, entry.name] = entry
        if self._ledger is not None:
            self._ledger.add(entry)

    def ends(self, kind: Kind, /, **facts: Any) -> None:
        """Those of a kind of which all these facts are true have ended."""
        for key, entry in list(self._open.items()):
            if key[0] == kind and all(entry.facts.get(name) == value for name, value in facts.items()):
                del self._open[key]
                if self._ledger is not None:
                    self._ledger.remove(entry)
