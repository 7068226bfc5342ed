"""OCPP 1.6: what the engine has to know of this version."""

import re
from typing import Final

from ocppj.protocol import Identity, Protocol
from ocppj.v16.codes import CODES
from ocppj.v16.folded import FOLDED
from ocppj.v16.rules import BOOK
from ocppj.v16.rules.values.schemas import rule_of

PROTOCOL: Final = Protocol("1.6", "ocpp1.6", CODES, BOOK, rule_of, FOLDED, Identity(re.compile(r".+", re.DOTALL)))
"""OCPP-J 1.6 with OCPP 1.6 edition 2. It says nothing of what an identity is made of (J §3.1.1)."""
