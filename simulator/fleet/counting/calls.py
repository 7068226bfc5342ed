"""What is counted of the CALLs with one action: what became of them, and how long their answers took."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.fleet.counting.samples import Samples


@dataclass(slots=True)
class ActionTally:
    """The CALLs of the stations with one action."""

    sent: int = 0
    refused: int = 0  # answered with a CALLERROR
    invalid: int = 0  # answered with what the schema forbids, or with no message
    unanswered: int = 0  # given up after the time-out
    cut: int = 0  # the connection was lost before the answer
    samples: Samples = field(default_factory=Samples)  # of all that were answered, from the write of the CALL
    due: Samples = field(default_factory=Samples)  # of the same, from the moment that the CALL was due

    @property
    def errors(self) -> int:
        """The CALLs without a usable answer."""
        return self.refused + self.invalid + self.unanswered + self.cut

    def include(self, other: ActionTally) -> None:
        """Count what another one has counted, too."""
        self.sent += other.sent
        self.refused += other.refused
        self.invalid += other.invalid
        self.unanswered += other.unanswered
        self.cut += other.cut
        self.samples.extend(other.samples)
        self.due.extend(other.due)

    def since(self, before: ActionTally) -> ActionTally:
        """What was counted since `before`, which is from a `glance`."""
        return ActionTally(
            self.sent - before.sent,
            self.refused - before.refused,
            self.invalid - before.invalid,
            self.unanswered - before.unanswered,
            self.cut - before.cut,
            samples=self.samples.since(before.samples),
            due=self.due.since(before.due),
        )
