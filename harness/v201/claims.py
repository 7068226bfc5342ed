"""The claims of OCPP 2.0.1: what the vendor says the product can do. An unanswered question is None, never a default.

As far as the cases ask for them: all cases there are belong to Core, which every product has (Part 5).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from harness.sut import model
from harness.sut.tables import values
from harness.sut.tables.shapes import NOT_IN_FILE, Positive, means
from ocppj.v201 import PROTOCOL


class Profiles(msgspec.Struct, frozen=True, kw_only=True):
    """Certification profiles claimed (Part 5)."""

    core: Annotated[bool | None, means("Core; always true.")] = None


class CsmsFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of a back office that switch single cases.

    None yet.
    """


class Features(CsmsFeatures, frozen=True, kw_only=True):
    """Answers of a charge point that switch single cases.

    None yet.
    """


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """The physical side of a station: nothing is asked yet."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a station: nothing is asked yet."""


class Run(values.Run, frozen=True, kw_only=True):
    """How the run is done."""

    connector_id: Annotated[
        Positive,
        means(
            "Connector of that EVSE that the cases use; every EVSE of the station that is played has so many "
            "connectors.",
            1,
        ),
    ] = 1
    evse_id: Annotated[Positive, means("EVSE the cases use.", 1)] = 1
    id_token_type: Annotated[
        Literal["Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress"],
        means("Type of the idTokens in [tags].", "ISO14443"),
    ] = "ISO14443"


class Sut(model.Sut, frozen=True, kw_only=True):
    """A system under test that speaks OCPP 2.0.1."""

    version: Annotated[str, NOT_IN_FILE] = PROTOCOL.version
    profiles: Profiles
    features: Annotated[Features, model.FEATURES] = Features()
    hardware: Annotated[Hardware, NOT_IN_FILE] = Hardware()
    limits: Annotated[Limits, NOT_IN_FILE] = Limits()
    questions: Annotated[dict[str, bool], NOT_IN_FILE] = msgspec.field(default_factory=dict)
    run: Run = Run()
    smart: Annotated[values.Smart, NOT_IN_FILE] = values.Smart()
    files: Annotated[values.Files, NOT_IN_FILE] = values.Files()
