"""The physical verbs as data, read off `World`: for those who call them by name, over HTTP or by a typed command.

A verb that is added to `World` is here at once. What a signature does not say about a parameter is in `PARAMETERS`.
"""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from ocppj.times import moment
from simulator.by_hand import HOW
from simulator.cards import MAX_TAG
from simulator.errors import NotPossible
from simulator.nearest import nearest
from simulator.security.events import LOGGED
from simulator.timekeeping import FIRST_YEAR, LAST_YEAR
from simulator.world import ERROR_CODES, World


class WrongArguments(Exception):
    """The verb cannot be called like this; the text is one sentence that names verb, parameter and fix."""


class Arguments(BaseModel):
    """The arguments of a verb. Members nobody knows and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is known of a parameter wherever it occurs; `type` takes the place of the one in the signature."""

    description: str
    example: str
    type: Any = None
    choices: tuple[str, ...] = ()


def _one_of(names: Collection[str], what: str) -> Parameter:
    choices = tuple(sorted(names))

    def known(value: str) -> str:
        if value not in names:
            near = nearest(value, choices)
            fix = f"did you mean {near}?" if near else f"it is one of {', '.join(choices)}"
            raise ValueError(f"{value!r} is no {what}; {fix}")
        return value

    type = Annotated[str, AfterValidator(known), Field(json_schema_extra={"enum": [*choices]})]
    return Parameter(f"the {what}", choices[0], type, choices)


def _text(description: str, example: str, most: int, least: int = 0) -> Parameter:
    return Parameter(description, example, Annotated[str, Field(min_length=least, max_length=most)])


def _dated(value: Any) -> datetime:
    try:
        at = moment(value)
    except (ValueError, AttributeError):  # no moment, or no text at all
        raise ValueError(f"{value!r} is no moment such as 2030-01-01T00:00:00Z") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"a clock is set to a year from {FIRST_YEAR} to {LAST_YEAR}, not {at.year}")
    return at


PARAMETERS: Final[Mapping[str, Parameter]] = {
    "connector": Parameter("number of the connector, from 1; for faults 0 is the whole station", "1"),
    "side": Parameter("which end of the cable comes out", "vehicle", choices=("both", "station", "vehicle")),
    "tag": _text("idTag of the card", "TAG-1", MAX_TAG, 1),
    "error_code": _one_of(ERROR_CODES, "errorCode"),
    "info": _text("info of StatusNotification", "wet", 50),
    "vendor_error_code": _text("vendorErrorCode of StatusNotification", "E42", 50),
    "jammed": Parameter("false repairs it", "false", choices=("true", "false")),
    "to": Parameter(
        "the new time of day, with a time zone",
        "2030-01-01T00:00:00Z",
        Annotated[datetime, BeforeValidator(_dated), Field(json_schema_extra={"format": "date-time"})],
    ),
    "type": _one_of(LOGGED, "security event"),
    "tech_info": _text("techInfo of SecurityEventNotification", "door open", 255),
    "graceful": Parameter("a buffer lets the station say goodbye", "true", choices=("true", "false")),
    "vendor": _text("vendorId", "org.example", 255, 1),
    "message": _text("messageId", "Hello", 50),
    "data": _text("data", "text", 100_000),
    "text": _text("the text, as it is to stand on the wire", '[2,"1","Heartbeat",{}]', 100_000),
    "how": Parameter("what becomes of the answer", "drop", choices=HOW),
    "seconds": Parameter("how late it comes", "5", Annotated[float, Field(ge=0, le=3600)]),
    "times": Parameter("to how many CALLs it happens", "1", Annotated[int, Field(ge=1, le=1_000_000)]),
    "chance": Parameter("of each CALL to be one of them", "1", Annotated[float, Field(ge=0, le=1)]),
    "seed": Parameter("says which CALLs they are", "0"),
}
"""The parameters of all verbs by name."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its name in Python, what it does in a sentence, and the model of its arguments."""

    name: str
    sentence: str
    arguments: type[Arguments]

    @property
    def usage(self) -> str:
        """How it is typed; what may be left out stands in brackets."""
        required = self.required
        words = (name.upper() if name in required else f"[{name.upper()}]" for name in self.arguments.model_fields)
        return " ".join([self.name, *words])

    @property
    def example(self) -> str:
        """The shortest way to type it."""
        return shlex.join([self.name, *(PARAMETERS[name].example for name in self.required)])

    @property
    def example_json(self) -> str:
        """The same over HTTP."""
        required = {name: PARAMETERS[name].example for name in self.required}
        return self.read(required, typed=True).model_dump_json(include=set(required))

    @property
    def required(self) -> list[str]:
        """The arguments that cannot be left out."""
        return [name for name, field in self.arguments.model_fields.items() if field.is_required()]

    def read(self, given: Mapping[str, Any], *, typed: bool = False) -> Arguments:
        """The arguments out of what a client sent; `typed`: texts that stand for numbers and so on.

        Raises `WrongArguments`.
        """
        try:
            return self.arguments.model_validate(given, strict=False if typed else None)
        except ValidationError as error:
            raise WrongArguments(self.complaint(error.errors())) from None

    def complaint(self, problems: Iterable[Mapping[str, Any]]) -> str:
        """What is wrong with the arguments, in one sentence."""
        return f"{self.name}: " + "; ".join(_reason(self, problem) for problem in problems)

    async def perform(self, station: World, arguments: Arguments) -> dict[str, Any] | None:
        """Call the verb; returns what it returns.

        Raises `WrongArguments` for what this station cannot have, `NotPossible` for what cannot be now.
        """
        given = {name: getattr(arguments, name) for name in type(arguments).model_fields}
        try:
            answer: dict[str, Any] | None = await getattr(station, self.name)(**given)
        except NotPossible as error:
            raise NotPossible(f"{self.name}: {error}") from None
        except ValueError as error:
            raise WrongArguments(f"{self.name}: {error}") from None
        return answer


def _reason(verb: Verb, problem: Mapping[str, Any]) -> str:
    """One problem of pydantic in words of our own."""
    name, kind, value = ".".join(str(step) for step in problem["loc"]), str(problem["type"]), problem.get("input")
    if kind == "json_invalid" or not name:
        return f"the arguments are a JSON object such as {verb.example_json}, sent as application/json"
    taken = ", ".join(verb.arguments.model_fields) or "no arguments"
    context = problem.get("ctx") or {}
    if kind == "missing":
        return f"{name} is missing, as in: {verb.example}"
    if kind == "extra_forbidden":
        return f"there is no {name!r}; it takes {taken}"
    if kind.startswith("int_"):
        return f"{name} is a whole number, not {value!r}"
    if kind.startswith("bool_"):
        return f"{name} is true or false, not {value!r}"
    if kind == "string_type":
        return f"{name} is a text, not {value!r}"
    if kind == "literal_error":
        return f"{name} is one of {', '.join(PARAMETERS[name].choices)}, not {value!r}"
    if kind in ("string_too_long", "string_too_short"):
        bounds = f"at least {context['min_length']}" if "min_length" in context else f"at most {context['max_length']}"
        return f"{name} has {bounds} characters, not {len(str(value))}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message


@cache
def verbs() -> Mapping[str, Verb]:
    """All verbs, in the order of `World`."""
    return {
        name: Verb(name, _sentence(method), _arguments(name, method))
        for name, method in vars(World).items()
        if inspect.iscoroutinefunction(method) and not name.startswith("_")
    }


def _sentence(method: Any) -> str:
    text = " ".join((inspect.getdoc(method) or "").split())
    return f"{text.partition('. ')[0].removesuffix('.')}."


def _arguments(verb: str, method: Any) -> type[Arguments]:
    hints = get_type_hints(method)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        known = PARAMETERS[name]
        type_ = hints[name] if known.type is None else known.type
        is_required = parameter.default is inspect.Parameter.empty
        if not is_required and parameter.default is None:
            type_ = type_ | None
        default = ... if is_required else parameter.default
        fields[name] = (type_, Field(default, description=known.description, examples=[known.example]))
    title = "".join(part.capitalize() for part in verb.split("_"))
    return create_model(title, __base__=Arguments, __doc__=_sentence(method), **fields)
