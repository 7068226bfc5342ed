"""What the cases for a back office need beside what the cases of every version do (OCPP 2.0.1)."""

from __future__ import annotations

from typing import Final

from harness.sut.needs.conditions import Row

ROWS: Final[tuple[Row, ...]] = ()
"""None yet: the cases there are belong to Core and are mandatory (Part 5)."""
