"""OCPP 1.6 as the harness needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from harness.case.facts import Case
from harness.edition import Claims, Edition, Statement
from harness.sut import Sut
from harness.sut.layout import schema
from harness.v16 import claims, consistency
from harness.v16.charge_point.bench import BENCH as CHARGE_POINT
from harness.v16.csms.bench import BENCH as CSMS
from harness.v16.effects import EFFECTS
from harness.v16.needs import NEEDS
from harness.v16.needs import PROFILES as FEATURE_PROFILES
from harness.v16.profiles import PROFILES
from ocppj.v16 import PROTOCOL


def _all_profiles() -> claims.Profiles:
    return claims.Profiles(**dict.fromkeys(claims.SIX_PROFILES, True))


def _titles() -> Mapping[str, str]:
    from harness.v16.pics.questions import TITLES

    return TITLES


def _asked(role: str) -> Mapping[str, Any]:
    from harness.v16.pics.questions import Role, asked

    return asked(cast("Role", role))


def _statement(sut: Sut, made: str, cases: Sequence[Case]) -> Statement:
    from harness.v16.pics.form import PrintedForm, form

    return PrintedForm(form(sut, made, cases))


EDITION: Final = Edition(
    version=PROTOCOL.version,
    claims=Claims(
        sut=claims.Sut,
        schema=partial(schema, PROTOCOL.version),
        own=consistency,
        profiles=FEATURE_PROFILES,
        all_profiles=_all_profiles,
        titles=_titles,
        asked=_asked,
        statement=_statement,
    ),
    needs=NEEDS,
    profiles=PROFILES,
    effects=EFFECTS,
    benches={"csms": CSMS, "charge_point": CHARGE_POINT},
)
