"""The verbs of a station of OCPP 2.0.1 as data, and what is known of their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from simulator.kernel.verbs import Parameter, Verb, one_of, text, verbs_of
from simulator.station import verbs
from simulator.v201.authorization.id_token import LONGEST, TYPES
from simulator.v201.blocks.security import EVENTS
from simulator.v201.world import World

PARAMETERS: Final[Mapping[str, Parameter]] = {
    **verbs.PARAMETERS,
    "connector": Parameter("number of the EVSE, from 1; for faults 0 is the whole station", "1"),
    "tag": text("idToken of the card", "TAG-1", LONGEST, 1),
    "token_type": one_of(TYPES, "type of idToken"),
    "error_code": text("what is broken", "InternalError", 50, 1),
    "type": one_of(EVENTS, "security event"),
}
"""The parameters of all verbs by name."""

VERBS: Final[Mapping[str, Verb]] = verbs_of(World, PARAMETERS)
"""All verbs, in the order of `World`."""
