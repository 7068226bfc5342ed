"""Which subprotocols a lenient CSMS takes for OCPP 2.0.1."""

from __future__ import annotations

import re
from collections.abc import Sequence

from csms_core.auth.findings import Finding

_ALIKE = re.compile(r"ocpp2(\.0(\.1)?)?j?", re.IGNORECASE)


def tolerated(offered: Sequence[str]) -> tuple[str | None, Finding] | None:
    """What to agree on where ocpp2.0.1 was not offered: a name that means it; None when it is something else."""
    for name in offered:
        if _ALIKE.fullmatch(name):
            return name, Finding("subprotocol", f"It offers {name}; ocpp2.0.1 is spoken with it.")
    return None
