"""What a variable of the device model is: its place, its type, who may change it and to what (P1 §4; P2 §2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ocppj.times import moment
from simulator.kernel.errors import BadValue

LONGEST_VALUE: Final = 1000
"""Characters of a value that can be set (SetVariables, attributeValue)."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")

Type = Literal["boolean", "dateTime", "decimal", "integer", "MemberList", "OptionList", "SequenceList", "string"]
Mutability = Literal["ReadOnly", "ReadWrite", "WriteOnly"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a variable is: of the station, of an EVSE, or of a connector of one. `instance` is that of the variable."""

    component: str
    variable: str
    instance: str | None = None
    evse: int | None = None
    connector: int | None = None

    @property
    def name(self) -> str:
        """How it is called: `TxCtrlr.TxStartPoint`, `OCPPCommCtrlr.MessageTimeout[Default]`, `EVSE#1.Power`."""
        where = "" if self.evse is None else f"#{self.evse}"
        where += "" if self.connector is None else f".{self.connector}"
        instance = "" if self.instance is None else f"[{self.instance}]"
        return f"{self.component}{where}.{self.variable}{instance}"

    @property
    def key(self) -> str:
        """The same whatever the case of the letters: names are identifierStrings that ignore it (P2 §2.13, §2.46)."""
        return self.name.lower()

    @classmethod
    def of(cls, component: Mapping[str, Any], variable: Mapping[str, Any]) -> Place:
        """Out of a ComponentType without an instance and a VariableType."""
        evse = component.get("evse") or {}
        return cls(
            component["name"], variable["name"], variable.get("instance"), evse.get("id"), evse.get("connectorId")
        )

    def component_type(self) -> dict[str, Any]:
        """The ComponentType."""
        if self.evse is None:
            return {"name": self.component}
        evse = {"id": self.evse} if self.connector is None else {"id": self.evse, "connectorId": self.connector}
        return {"name": self.component, "evse": evse}

    def variable_type(self) -> dict[str, Any]:
        """The VariableType."""
        return {"name": self.variable} if self.instance is None else {"name": self.variable, "instance": self.instance}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable with its attribute Actual, which is the only one that these variables have.

    `minimum` and `maximum` are those of a number; `maximum` of a string is its length, of a list its entries.
    `live`: the value is that of the moment, so it is asked of the station and not kept.
    """

    place: Place
    mutability: Mutability
    type: Type
    default: str = ""
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    constant: bool = False
    reboot: bool = False  # a new value is in force after the next boot
    live: bool = False

    def normal(self, value: str) -> str:
        """The value as it will be kept; raises `BadValue`."""
        if len(value) > LONGEST_VALUE:
            raise BadValue(f"{self.place.name} takes at most {LONGEST_VALUE} characters, not {len(value)}")
        return _NORMALISERS[self.type](self, value)

    def characteristics(self) -> dict[str, Any]:
        """The VariableCharacteristicsType."""
        found: dict[str, Any] = {"dataType": self.type, "supportsMonitoring": False}
        optional = {"unit": self.unit, "minLimit": self.minimum, "maxLimit": self.maximum}
        found |= {name: value for name, value in optional.items() if value is not None}
        if self.values:
            found["valuesList"] = ",".join(self.values)
        return found


def _bounded(variable: Variable, number: float, value: str) -> None:
    low, high = variable.minimum, variable.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        least = "" if low is None else f" from {low:g}"
        most = "" if high is None else f" up to {high:g}"
        raise BadValue(f"{variable.place.name} is a number{least}{most}, not {value!r}")


def _boolean(variable: Variable, value: str) -> str:
    if value.lower() not in ("true", "false"):
        raise BadValue(f"{variable.place.name} is true or false, not {value!r}")
    return value.lower()


def _integer(variable: Variable, value: str) -> str:
    if not _INTEGER.fullmatch(value):
        raise BadValue(f"{variable.place.name} is a whole number, not {value!r}")
    _bounded(variable, int(value), value)
    return str(int(value))


def _decimal(variable: Variable, value: str) -> str:
    if not _DECIMAL.fullmatch(value):
        raise BadValue(f"{variable.place.name} is a number, not {value!r}")
    _bounded(variable, float(value), value)
    return value


def _date_time(variable: Variable, value: str) -> str:
    try:
        moment(value)
    except ValueError:
        raise BadValue(f"{variable.place.name} is a moment such as 2030-01-01T00:00:00Z, not {value!r}") from None
    return value


def _string(variable: Variable, value: str) -> str:
    _bounded_length(variable, len(value), "characters")
    return value


def _option(variable: Variable, value: str) -> str:
    return _known(variable, value)


def _list(variable: Variable, value: str) -> str:
    items = [_known(variable, item.strip()) for item in value.split(",")] if value.strip() else []
    _bounded_length(variable, len(items), "entries")
    if len(set(items)) != len(items):
        raise BadValue(f"{variable.place.name} names an entry twice: {value!r}")
    return ",".join(items)


def _known(variable: Variable, item: str) -> str:
    if variable.values and item not in variable.values:
        raise BadValue(f"{variable.place.name} does not know {item!r}; it takes {', '.join(variable.values)}")
    return item


def _bounded_length(variable: Variable, length: int, what: str) -> None:
    low, high = variable.minimum or 0, variable.maximum
    if length < low:
        raise BadValue(f"{variable.place.name} takes at least {low:g} {what}, not {length}")
    if high is not None and length > high:
        raise BadValue(f"{variable.place.name} takes at most {high:g} {what}, not {length}")


_NORMALISERS: Mapping[str, Callable[[Variable, str], str]] = {
    "boolean": _boolean,
    "dateTime": _date_time,
    "decimal": _decimal,
    "integer": _integer,
    "MemberList": _list,
    "OptionList": _option,
    "SequenceList": _list,
    "string": _string,
}
