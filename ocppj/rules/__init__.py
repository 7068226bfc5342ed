"""The universal rules of OCPP-J, judged passively on every frame.

A rule is a fact (id, level, whom it binds, source, our own sentence), and a check is a small function over a frame and
the connection so far. Each chapter registers its own (``chapter``); a ``Book`` has all of a version. Rules about single
payload members have no function: they are read off the schema validation (``Protocol.rule_of``).

Sources: J = OCPP-J 1.6 specification, JE = its errata, S = OCPP 1.6 edition 2, E = OCPP 1.6 errata; P2, P4 = OCPP 2.0.1
edition 3, Part 2 and Part 4.
"""

from ocppj.rules.model import Finding, Level, Remark, Rule, Who

__all__ = ["Finding", "Level", "Remark", "Rule", "Who"]
