"""What breaks a rule that frames are judged by, as a conversation beside one that keeps it."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from ocppj.evidence.trace import Role
from ocppj.rules import Level
from ocppj.rules.model import Rule
from tests.ocppj.support.talk import Payload, Talk

Conversation = Callable[[Talk], object]

BOUND: Final[Mapping[str, tuple[Role, ...]]] = {"both": ("station", "csms"), "station": ("station",), "csms": ("csms",)}
"""Whom a rule binds -> the parties that can break it."""


class Breach(msgspec.Struct, frozen=True):
    """``breaks`` trips the rule and nothing else, against the party under test; ``keeps`` touches it and trips nothing.

    ``what`` says what is done wrong, for the kill matrix. ``party``: only this one does it, None: whoever is bound.
    ``level`` is that of the finding where it is not that of the rule; ``beside`` are rules that nobody can keep who
    breaks it so. What the other party breaks, to see what becomes of it, is nobody's affair here.
    """

    rule: str
    what: str
    keeps: Conversation
    breaks: Conversation
    party: Role | None = None
    level: Level | None = None
    beside: tuple[str, ...] = ()

    def parties(self, rule: Rule) -> tuple[Role, ...]:
        """Who is shown to break it."""
        return (self.party,) if self.party else BOUND[rule.who]


def exchange(sender: Role, action: str, payload: Payload, answer: Payload) -> Conversation:
    """A conversation of one CALL and its answer."""
    return lambda talk: talk.exchange(sender, action, payload, answer)


def after(first: Conversation, *rest: Conversation) -> Conversation:
    """One conversation after the other."""

    def whole(talk: Talk) -> None:
        for one in (first, *rest):
            one(talk)

    return whole


def told(**keys: str) -> Conversation:
    """The station tells its configuration."""
    return lambda talk: talk.configured(**keys)
