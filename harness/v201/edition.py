"""OCPP 2.0.1 as the harness needs it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from harness.edition import Claims, Edition
from harness.sut.layout import schema
from harness.v201 import claims, consistency
from harness.v201.charge_point.bench import BENCH as CHARGE_POINT
from harness.v201.csms.bench import BENCH as CSMS
from harness.v201.needs import NEEDS
from harness.v201.needs import PROFILES as CERTIFICATION_PROFILES
from harness.v201.profiles import PROFILES
from ocppj.v201 import PROTOCOL

_TITLES: Final = {"product": "Product", "profiles": "Certification profiles"}


def _all_profiles() -> claims.Profiles:
    return claims.Profiles(**dict.fromkeys(claims.Profiles.__struct_fields__, True))


def _titles() -> Mapping[str, str]:
    return _TITLES


def _asked(role: str) -> Mapping[str, Any]:
    """What the vendor is asked beside the tables of every version."""
    members = schema(PROTOCOL.version)["properties"]["profiles"]["properties"]
    return {f"profiles.{name}": shape for name, shape in members.items()}


EDITION: Final = Edition(
    version=PROTOCOL.version,
    claims=Claims(
        sut=claims.Sut,
        schema=partial(schema, PROTOCOL.version),
        own=consistency,
        profiles=CERTIFICATION_PROFILES,
        all_profiles=_all_profiles,
        titles=_titles,
        asked=_asked,
        statement=None,
    ),
    needs=NEEDS,
    profiles=PROFILES,
    effects={},  # there are no cases for stations of 2.0.1 that could measure any
    benches={"csms": CSMS, "charge_point": CHARGE_POINT},
)
