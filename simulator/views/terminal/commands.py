"""Typed commands: every verb of the physical side by its name or a prefix that is unique, and a few more."""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from simulator.faults.catalogue import Catalogue, UnknownFault, active
from simulator.kernel.errors import NotPossible
from simulator.kernel.nearest import nearest
from simulator.kernel.verbs import Verb, WrongArguments
from simulator.views.subject import Subject

log = logging.getLogger(__name__)

HELP, QUIT, FAULTS = "help", "quit", "faults"
WORDS: Mapping[str, str] = {
    FAULTS: "faults [NAME ...]: the deliberate defects it has; give it these, or none",
    HELP: "help [COMMAND]: this text, or what a command does",
    QUIT: "quit: end the station",
}
"""The commands that are no verbs."""

NONE = "none"


class Mistake(Exception):
    """A command that cannot be carried out; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What Tab makes of a line, and the words that are still possible."""

    line: str
    candidates: tuple[str, ...] = ()


class Commands:
    """Carries out what is typed. `end` ends the station."""

    def __init__(self, station: Subject, catalogue: Catalogue, end: Callable[[], None]) -> None:
        self._station = station
        self._catalogue = catalogue
        self._verbs = station.verbs()
        self._end = end

    async def run(self, line: str) -> list[str]:
        """Carry out one line; returns what there is to say, nothing for an empty one. Raises `Mistake`."""
        try:
            words = shlex.split(line, posix=True)
        except ValueError:
            raise Mistake(f"{line.strip()}: a quote is open; close it") from None
        if not words:
            return []
        name, words = self._command(words[0]), words[1:]
        if name == QUIT:
            self._end()
            return ["the station is switched off"]
        if name == HELP:
            return self._help(words)
        if name == FAULTS:
            return self._faults(words)
        verb = self._verbs[name]
        given = _arguments(verb, words)
        try:
            answer = await verb.perform(self._station, verb.read(given, typed=True))
        except (WrongArguments, NotPossible) as error:
            raise Mistake(str(error)) from None
        except Exception as error:  # a defect of the station, which must not end the dialogue
            log.exception("%s has failed", name)
            raise Mistake(f"{name}: the station failed at it ({type(error).__name__})") from None
        said = "done" if answer is None else json.dumps(answer, ensure_ascii=False)
        return [f"{' '.join([name, *words])}: {said}"]

    def _faults(self, names: Sequence[str]) -> list[str]:
        if not names:
            on = active(self._station)
            return [
                f"{name} {'(on) ' if name in on else ''}- {text}" for name, text in self._catalogue.sentences().items()
            ]
        try:
            self._catalogue.give(self._station, () if list(names) == [NONE] else names)
        except UnknownFault as error:
            raise Mistake(f"{FAULTS}: {error}") from None
        return [f"{FAULTS}: {', '.join(active(self._station)) or NONE}"]

    def _command(self, word: str) -> str:
        """The command a word stands for. Raises `Mistake`."""
        names = [*self._verbs, *WORDS]
        wanted = word.lower().replace("-", "_")
        found = [wanted] if wanted in names else [name for name in names if name.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Mistake(f"{word} can be {', '.join(found[:-1])} or {found[-1]}; type more of it")
        near = nearest(wanted, names)
        raise Mistake(
            f"there is no command {word!r}; " + (f"did you mean {near}?" if near else f"{HELP} names them all")
        )

    def _help(self, words: Sequence[str]) -> list[str]:
        if not words:
            usages = [verb.usage for verb in self._verbs.values()]
            return ["Commands; the beginning of a word is enough, Tab completes it:", *usages, *WORDS.values()]
        name = self._command(words[0])
        if name in WORDS:
            return [WORDS[name]]
        verb = self._verbs[name]
        lines = [verb.usage, verb.sentence]
        for field, parameter in verb.parameters.items():
            choices = f": {', '.join(parameter.choices)}" if parameter.choices else ""
            lines.append(f"{field.upper()} is {parameter.description}{choices}")
        return lines

    def complete(self, line: str) -> Completion:
        """Complete the last word of a line as far as it is clear."""
        head, space, last = line.rpartition(" ")
        words = head.split()
        found = [one for one in self._candidates(words) if one.lower().startswith(last.lower())]
        if not found:
            return Completion(line)
        if len(found) == 1:
            return Completion(f"{head}{space}{found[0]} ")
        common = _common(found)
        return Completion(f"{head}{space}{common if len(common) >= len(last) else last}", tuple(found))

    def _candidates(self, words: Sequence[str]) -> Sequence[str]:
        if not words:
            return [*self._verbs, *WORDS]
        try:
            name = self._command(words[0])
        except Mistake:
            return []
        if name == HELP:
            return [*self._verbs, *WORDS] if len(words) == 1 else []
        if name == FAULTS:
            return [*self._catalogue, NONE]
        parameters = self._verbs[name].parameters if name in self._verbs else {}
        fields = list(parameters)
        if len(words) > len(fields):
            return []
        parameter = fields[len(words) - 1]
        if parameter == "connector":
            return [str(one.connectorId) for one in self._station.state().connectors]
        return parameters[parameter].choices


def _common(words: Sequence[str]) -> str:
    """What all words begin with."""
    first, last = min(words), max(words)
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in alike)


def _arguments(verb: Verb, words: Sequence[str]) -> dict[str, str]:
    """Words in the order of the parameters, or as NAME=VALUE. Raises `Mistake`."""
    fields = list(verb.arguments.model_fields)
    given: dict[str, str] = {}
    free = iter(fields)
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or name not in fields:
            name, value = next((one for one in free if one not in given), ""), word
        if not name:
            raise Mistake(f"{verb.name}: {word!r} is too much; it is {verb.usage}, a text with blanks stands in quotes")
        given[name] = _chosen(verb.parameters[name].choices, value)
    return given


def _chosen(choices: Sequence[str], word: str) -> str:
    """The only choice that begins with a word, or the word."""
    found = [one for one in choices if one.lower().startswith(word.lower())]
    return found[0] if len(found) == 1 and word else word
