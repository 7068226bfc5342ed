"""What a system under test may answer to each kind of message: the shape of a code table. Each version has its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

VALID: Final = "valid"
"""The kind of a message with which nothing is wrong."""
AT_ONCE: Final = "call-while-open"
"""That of two right CALLs of which the second does not wait for the first to be answered."""
REPEATED: Final = "id-repeated"
"""That of a right CALL whose id an earlier one had."""


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """What may come back: a CALLRESULT, a CALLERROR with one of these codes, nothing at all.

    ``rule`` is what anything else breaks, ``level`` how much it binds.
    """

    rule: str
    level: str = "MUST"
    result: bool = False
    codes: frozenset[str] = frozenset()
    silence: bool = False

    @property
    def sentence(self) -> str:
        """What was expected, in words."""
        ways = ["a CALLRESULT"] if self.result else []
        ways += [f"a CALLERROR {' or '.join(sorted(self.codes))}"] if self.codes else []
        ways += ["no answer"] if self.silence else []
        return ", or ".join(ways)


class CodeTable(msgspec.Struct, frozen=True, kw_only=True):
    """The table of a version, for one role.

    ``for_action`` goes before ``for_kind``: the kind, and the action for which it is different. A product may leave out
    the actions ``optional``, and says so with one of ``unsupported``. ``same`` are spellings that stand for another.
    """

    for_kind: Mapping[str, Allowed]
    for_action: Mapping[tuple[str, str], Allowed]
    optional: frozenset[str]
    unsupported: frozenset[str]
    same: Mapping[str, str]

    def allowed(self, kind: str, action: str) -> Allowed:
        """What may come back. Raises KeyError for a kind that the version does not know."""
        found = self.for_action.get((kind, action)) or self.for_kind[kind]
        if action not in self.optional or not (found.result or found.codes):
            return found
        return msgspec.structs.replace(found, codes=found.codes | self.unsupported)
