"""The needs of the cases of OCPP 2.0.1, of both roles."""

from __future__ import annotations

from typing import Final

from harness.sut.needs import Needs, table
from harness.sut.needs.common import COMMON
from harness.v201.csms import needs as csms
from harness.v201.profiles import CLAIMED

PROFILES: Final = {name: key for key, name in CLAIMED.items()}
"""Certification profile -> its question in `[profiles]`."""

NEEDS: Final = Needs(
    table=table(*csms.ROWS, *COMMON),
    profiles={name.casefold(): key for wire, key in PROFILES.items() for name in (wire, key)},
    shown=tuple(PROFILES),
    questions={"csms": {}, "charge_point": {}},
)
