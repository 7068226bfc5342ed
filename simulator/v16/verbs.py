"""The verbs of a station of OCPP 1.6 as data, and what is known of their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from simulator.kernel.verbs import Parameter, Verb, one_of, text, verbs_of
from simulator.station import verbs
from simulator.v16.profiles.security.events import LOGGED
from simulator.v16.transactions.reader import LONGEST
from simulator.v16.world import ERROR_CODES, World

PARAMETERS: Final[Mapping[str, Parameter]] = {
    **verbs.PARAMETERS,
    "connector": Parameter("number of the connector, from 1; for faults 0 is the whole station", "1"),
    "tag": text("idTag of the card", "TAG-1", LONGEST, 1),
    "error_code": one_of(ERROR_CODES, "errorCode"),
    "info": text("info of StatusNotification", "wet", 50),
    "vendor_error_code": text("vendorErrorCode of StatusNotification", "E42", 50),
    "type": one_of(LOGGED, "security event"),
}
"""The parameters of all verbs by name."""

VERBS: Final[Mapping[str, Verb]] = verbs_of(World, PARAMETERS)
"""All verbs, in the order of `World`."""
