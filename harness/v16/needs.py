"""The needs of the cases of OCPP 1.6, of both roles."""

from __future__ import annotations

from typing import Final

from harness.sut.needs import Needs, table
from harness.sut.needs.common import COMMON
from harness.sut.needs.conditions import affirmed, denied
from harness.v16.charge_point import needs as charge_point
from harness.v16.claims import SIX_PROFILES
from harness.v16.csms import needs as csms
from harness.v16.profiles import CLAIMED

PROFILES: Final = {CLAIMED[key]: key for key in SIX_PROFILES}
"""Feature profile as on the wire -> its question in `[profiles]`."""

_WITHOUT: Final = {f"without-{key.replace('_', '-')}": key for key in SIX_PROFILES if key != "core"}

NEEDS: Final = Needs(
    table=table(
        *(
            (f"profiles.{key}", f"The product has the feature profile {wire}.", denied(f"profiles.{key}"))
            for wire, key in PROFILES.items()
        ),
        *(
            (name, f"The product is without {CLAIMED[key]}.", affirmed(f"profiles.{key}"))
            for name, key in _WITHOUT.items()
        ),
        *csms.ROWS,
        *COMMON,
        *charge_point.ROWS,
    ),
    profiles={name.casefold(): key for wire, key in PROFILES.items() for name in (wire, key)},
    shown=(*PROFILES, "Security", "Performance", "rpc"),
    questions={"csms": csms.QUESTIONS, "charge_point": charge_point.QUESTIONS},
    without=frozenset({"local-list-off", *_WITHOUT}),
)
