"""Rules that were broken: how often, and one example of each. Bounded, whatever a CSMS makes up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from ocppj.rules import Finding

MOST_RULES: Final = 500
"""Different broken rules (by action and party) that are told apart."""

LONGEST_NAME: Final = 50
"""Characters kept of what a CSMS gives out as the name of an action."""

LONGEST_SENTENCE: Final = 500
"""Characters kept of a sentence about a failure, in which the CSMS may have put words of its own."""

LONGEST_EXAMPLE: Final = 500
"""Characters kept of a message that broke a rule."""


@dataclass(slots=True)
class Violation:
    """One rule, broken by one party in frames of one action."""

    rule: str
    level: str
    party: str
    action: str
    message: str
    example: str
    count: int = 0


class Violations(dict[tuple[str, str, str, str], Violation]):
    """By rule, level, party and action."""

    def add(self, finding: Finding, action: str, text: str, shown: Callable[[str, int], str]) -> None:
        """A rule was broken in a frame; `shown` makes so many characters of a text harmless."""
        key = (finding.rule, finding.level, finding.party, action)
        violation = self.get(key)
        if violation is None and len(self) >= MOST_RULES:
            action = "(others)"
            key = (finding.rule, finding.level, finding.party, action)
            violation = self.get(key)
        if violation is None:
            example, message = shown(text, LONGEST_EXAMPLE), shown(finding.message, LONGEST_SENTENCE)
            about = shown(action, LONGEST_NAME)
            violation = Violation(finding.rule, finding.level, finding.party, about, message, example)
            self[key] = violation
        violation.count += 1

    def breaches(self, party: str, action: str | None = None) -> int:
        """How often `party` broke a MUST rule, in frames of one action or altogether."""
        return sum(
            violation.count
            for violation in self.values()
            if violation.party == party and violation.level == "MUST" and action in (None, violation.action)
        )

    def include(self, others: Violations) -> None:
        """Count what another process has counted, too."""
        for key, violation in others.items():
            mine = self.get(key)
            if mine is None:
                self[key] = replace(violation)
            else:
                mine.count += violation.count

    def mark(self) -> Violations:
        """How things are now, for `since`."""
        return Violations((key, replace(one)) for key, one in self.items())

    def since(self, mark: Violations) -> Violations:
        """What was broken since a `mark`."""
        found = Violations()
        for key, violation in self.items():
            known = mark.get(key)
            if more := violation.count - (0 if known is None else known.count):
                found[key] = replace(violation, count=more)
        return found
