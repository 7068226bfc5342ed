"""The physical verbs as data, read off a class: for those who call them by name, over HTTP or by a typed command.

A verb that is added to the class is here at once. What a signature does not say about a parameter is in a `Parameter`.
"""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from simulator.kernel.errors import NotPossible
from simulator.kernel.nearest import nearest


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


def one_of(names: Collection[str], what: str) -> Parameter:
    """One of these words, of which each is a `what`."""
    choices = tuple(sorted(names))

    def known(value: str) -> str:
        if value not in names:
            near = nearest(value, choices)
            fix = f"did you mean {near}?" if near else f"it is one of {', '.join(choices)}"
            raise ValueError(f"{value!r} is no {what}; {fix}")
        return value

    type = Annotated[str, AfterValidator(known), Field(json_schema_extra={"enum": [*choices]})]
    return Parameter(f"the {what}", choices[0], type, choices)


def text(description: str, example: str, most: int, least: int = 0) -> Parameter:
    """A text of so many characters."""
    return Parameter(description, example, Annotated[str, Field(min_length=least, max_length=most)])


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its name in Python, what it does in a sentence, and its arguments as a model and one by one."""

    name: str
    sentence: str
    arguments: type[Arguments]
    parameters: Mapping[str, Parameter]

    @property
    def usage(self) -> str:
        """How it is typed; what may be left out stands in brackets."""
        required = self.required
        words = (name.upper() if name in required else f"[{name.upper()}]" for name in self.arguments.model_fields)
        return " ".join([self.name, *words])

    @property
    def example(self) -> str:
        """The shortest way to type it."""
        return shlex.join([self.name, *(self.parameters[name].example for name in self.required)])

    @property
    def example_json(self) -> str:
        """The same over HTTP."""
        required = {name: self.parameters[name].example for name in self.required}
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

    async def perform(self, station: Any, arguments: Arguments) -> dict[str, Any] | None:
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
        return f"{name} is one of {', '.join(verb.parameters[name].choices)}, not {value!r}"
    if kind in ("string_too_long", "string_too_short"):
        bounds = f"at least {context['min_length']}" if "min_length" in context else f"at most {context['max_length']}"
        return f"{name} has {bounds} characters, not {len(str(value))}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message


def verbs_of(world: type, known: Mapping[str, Parameter]) -> dict[str, Verb]:
    """All verbs of a class, in its order, then of its bases; `known` are the parameters of all of them by name."""
    methods = {name: getattr(world, name) for kind in world.__mro__ for name in vars(kind)}
    return {
        name: _verb(name, method, known)
        for name, method in methods.items()
        if inspect.iscoroutinefunction(method) and not name.startswith("_")
    }


def _sentence(method: Any) -> str:
    text = " ".join((inspect.getdoc(method) or "").split())
    return f"{text.partition('. ')[0].removesuffix('.')}."


def _verb(verb: str, method: Any, known: Mapping[str, Parameter]) -> Verb:
    hints = get_type_hints(method)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        about = known[name]
        type_ = hints[name] if about.type is None else about.type
        is_required = parameter.default is inspect.Parameter.empty
        if not is_required and parameter.default is None:
            type_ = type_ | None
        default = ... if is_required else parameter.default
        fields[name] = (type_, Field(default, description=about.description, examples=[about.example]))
    title = "".join(part.capitalize() for part in verb.split("_"))
    arguments = create_model(title, __base__=Arguments, __doc__=_sentence(method), **fields)
    return Verb(verb, _sentence(method), arguments, {name: known[name] for name in fields})
