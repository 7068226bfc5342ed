"""All rules of one version of OCPP, with their checks in the form in which the session runs them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, get_args

import msgspec

from ocppj.rules.chapter import Chapter, Check, Guard, Moment
from ocppj.rules.model import Rule

ALWAYS: Final = -1
"""The sign that every frame has of which there are few: errors, and what is no message."""


class About(msgspec.Struct):
    """What is for one action: checks, those with a guard beside it, then lessons."""

    checks: tuple[Check, ...] = ()
    guarded: tuple[tuple[Guard, tuple[Check, ...]], ...] = ()
    lessons: tuple[Check, ...] = ()

    def add(self, check: Check, guard: Guard | None) -> None:
        """Register a check; those with one guard stay together."""
        if guard is None:
            self.checks = (*self.checks, check)
            return
        guarded = dict(self.guarded)
        guarded[guard] = (*guarded.get(guard, ()), check)
        self.guarded = tuple(guarded.items())


class OfSign(dict[int, tuple[Check, ...]]):
    """By the signs of a frame the checks that look at it, put together when the first such frame comes."""

    def __init__(self, entries: Iterable[tuple[int, Check]] = ()) -> None:
        super().__init__()
        self._entries = tuple(entries)

    def __missing__(self, signs: int) -> tuple[Check, ...]:
        found = self[signs] = tuple(check for sign, check in self._entries if sign & signs)
        return found


class Book:
    """The rules by ``id``, the rule of each check, and what runs when: checks in the order of the rules.

    ``at[moment][signs]`` are the checks for frames with these signs, ``about[moment][action]`` what is for one action.
    ``passive`` are the rules that frames are judged by; what else is named, cases judge. Raises ``ValueError`` when a
    rule is named twice or a check belongs to none.
    """

    def __init__(self, chapters: Iterable[Chapter], edited: Callable[[Rule], Rule | None] = lambda rule: rule) -> None:
        """``edited`` gives a rule as it reads here, None where it is none."""
        chapters = tuple(chapters)
        rules: dict[str, Rule] = {}
        for rule in filter(None, (edited(rule) for chapter in chapters for rule in chapter.rules)):
            if rule.id in rules:
                raise ValueError(f"{rule.id} is named twice")
            rules[rule.id] = rule
        self.rules: Mapping[str, Rule] = rules
        self.rule_of: dict[Check, Rule] = {}
        at: dict[Moment, list[tuple[int, Check]]] = {moment: [] for moment in get_args(Moment)}
        self.about: dict[Moment, dict[str, About]] = {"call": {}, "result": {}, "error": {}}
        checks = [entry for chapter in chapters for entry in chapter.checks]
        validated = {id for chapter in chapters for id in chapter.validated}
        self.passive: frozenset[str] = frozenset(validated.union(entry.rule for entry in checks))
        if odd := sorted(self.passive - rules.keys()):
            raise ValueError(f"{', '.join(odd)}, which a check is for, is no rule")
        order = list(rules)
        for entry in sorted(checks, key=lambda entry: order.index(entry.rule)):
            self.rule_of[entry.check] = rules[entry.rule]
            for moment in entry.moments:
                for action in entry.actions:
                    self.about[moment].setdefault(action, About()).add(entry.check, entry.guard)
                if not entry.actions:
                    at[moment].append((entry.sign or ALWAYS, entry.check))
        self.at: Mapping[Moment, OfSign] = {moment: OfSign(entries) for moment, entries in at.items()}
        for lesson, moment, actions in (lesson for chapter in chapters for lesson in chapter.lessons):
            for action in actions:
                about = self.about[moment].setdefault(action, About())
                about.lessons = (*about.lessons, lesson)
