"""Which subprotocols a lenient CSMS takes for OCPP 1.6."""

from __future__ import annotations

import re
from collections.abc import Sequence

from csms_core.auth.findings import Finding

_OLDER = re.compile(r"ocpp(1\.[0-6]j?)?", re.IGNORECASE)


def tolerated(offered: Sequence[str]) -> tuple[str | None, Finding] | None:
    """What to agree on where ocpp1.6 was not offered: nothing, or an older name; None when it is something else."""
    if not offered:
        return None, Finding("subprotocol", "It offers no subprotocol; ocpp1.6 is spoken with it.")
    for name in offered:
        if _OLDER.fullmatch(name):
            return name, Finding("subprotocol", f"It offers {name}; ocpp1.6 is spoken with it.")
    return None
