"""The universal rules of OCPP-J and of OCPP 1.6, judged passively on every frame.

A rule is a fact (id, level, whom it binds, source, our own sentence), and a check is a small function over a frame and
the connection so far. Each chapter registers its own (``chapter``); a ``Book`` has all of a version. Rules about single
payload members have no function: they are read off the schema validation (``v16.values``).

Sources: J = OCPP-J 1.6 specification, JE = its errata, S = OCPP 1.6 edition 2, E = OCPP 1.6 errata.
"""

from ocppj.rules.model import Finding, Level, Remark, Rule, Who
from ocppj.rules.v16 import BOOK

__all__ = ["BOOK", "RULES", "Finding", "Level", "Remark", "Rule", "Who"]

RULES = BOOK.rules
"""Every rule by id."""
