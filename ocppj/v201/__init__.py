"""OCPP 2.0.1: what the engine has to know of this version.

Sources: P2 and P4 = OCPP 2.0.1 edition 3, Part 2 (specification) and Part 4 (OCPP-J).
"""

import re
from typing import Final

from ocppj.protocol import Identity, Protocol
from ocppj.v201.codes import CODES
from ocppj.v201.folded import FOLDED
from ocppj.v201.rules import BOOK
from ocppj.v201.rules.values import rule_of

# An identifierString of at most 48 characters, without the colon that ends a user name (P4 §3.1.1).
_IDENTITY: Final = Identity(re.compile(r"[A-Za-z0-9*\-_=+|@.]+"), 48)

PROTOCOL: Final = Protocol("2.0.1", "ocpp2.0.1", CODES, BOOK, rule_of, FOLDED, _IDENTITY)
"""OCPP 2.0.1 edition 3."""
