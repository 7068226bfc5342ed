"""OCPP 1.6: what the engine has to know of this version."""

import re
from collections.abc import Mapping
from typing import Final

from ocppj.protocol import Identity, Protocol
from ocppj.v16.codes import CODES
from ocppj.v16.errata import LEVELS, NEWEST, book_of
from ocppj.v16.folded import FOLDED
from ocppj.v16.rules.values.schemas import rule_of

_IDENTITY: Final = Identity(re.compile(r".+", re.DOTALL))
"""OCPP-J 1.6 says nothing of what an identity is made of (J §3.1.1)."""

ERRATA: Final[Mapping[str, Protocol]] = {
    errata.level: Protocol("1.6", "ocpp1.6", CODES, book_of(errata), rule_of, FOLDED, _IDENTITY) for errata in LEVELS
}
"""OCPP-J 1.6 with OCPP 1.6 edition 2, by the level of their errata."""

PROTOCOL: Final = ERRATA[NEWEST.level]
