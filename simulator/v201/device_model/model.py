"""The values of a station's variables: read, set, kept, reported (P2 B05 to B08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulator.kernel.errors import BadValue, UnknownKey
from simulator.kernel.store import NOWHERE, Store
from simulator.v201.device_model.variables import Place, Variable

ACTUAL = "Actual"
_KIND = "variable"  # of records
_AVAILABILITY = frozenset({"Available", "AvailabilityState"})

Verdict = Callable[[Place, str], "str | None"]
"""Why a value cannot be set although it is one, as an attributeStatus; None: it can."""


class DeviceModel:
    """Variables by their names. What was set survives a reset and a loss of power."""

    __slots__ = ("_before", "_live", "_store", "_values", "_variables", "on_change", "verdict")

    def __init__(
        self, variables: Iterable[Variable], overrides: Mapping[str, str] | None = None, store: Store = NOWHERE
    ) -> None:
        """`overrides` are the values of this make by name; what is read-only may be among them. What the store has kept
        goes before them. Raises `UnknownKey`, `BadValue`.
        """
        self.on_change: Callable[[str], None] | None = None
        self.verdict: Verdict = _no_objection
        self._variables = {variable.place.key: variable for variable in variables}
        self._store = store
        self._values: dict[str, str] = {}
        self._before: dict[str, str] = {}  # values in force until the next boot
        self._live: dict[str, Callable[[], str]] = {}
        for name, value in (overrides or {}).items():
            variable = self._variable(name)
            self._values[variable.place.key] = variable.normal(value)
        for key, value in store.read(_KIND):
            kept = self._variables.get(key)
            if kept is not None and kept.mutability != "ReadOnly":  # what is read-only belongs to the make
                self._values[key] = value

    def _variable(self, name: str) -> Variable:
        variable = self._variables.get(name.lower())
        if variable is None:
            raise UnknownKey(f"this station has no variable {name!r}; write it as Component.Variable")
        return variable

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._variables

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._variables.values())

    def __getitem__(self, name: str) -> str:
        """The value in force. Raises `UnknownKey`."""
        variable = self._variable(name)
        before = self._before.get(variable.place.key)
        return self._value(variable) if before is None else before

    def _value(self, variable: Variable) -> str:
        key = variable.place.key
        if variable.live and key in self._live:
            return self._live[key]()
        return self._values.get(key, variable.default)

    def flag(self, name: str) -> bool:
        """A boolean variable."""
        return self[name] == "true"

    def number(self, name: str) -> int:
        """An integer variable."""
        return int(self[name])

    def items(self, name: str) -> tuple[str, ...]:
        """A list variable."""
        text = self[name]
        return tuple(text.split(",")) if text else ()

    def shows(self, place: Place, value: Callable[[], str]) -> None:
        """Ask for a live value here."""
        self._live[place.key] = value

    def boot(self) -> None:
        """The station comes up: values that need a reboot are in force from now on."""
        self._before = {}

    def put(self, name: str, value: str) -> None:
        """Keep a value, whoever may change it over OCPP. Raises `UnknownKey`, `BadValue`."""
        variable = self._variable(name)
        key, value = variable.place.key, variable.normal(value)
        if value == self._value(variable):
            return
        if variable.reboot:
            self._before.setdefault(key, self._value(variable))
        self._values[key] = value
        self._store.put(_KIND, key, value)
        if self.on_change is not None and not variable.reboot:
            self.on_change(variable.place.name)

    # --- as messages have it ------------------------------------------------------------------------------------------

    def get(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The GetVariableResultType of a GetVariableDataType (B06)."""
        status, variable = self._found(asked)
        if variable is not None and variable.mutability == "WriteOnly":
            status, variable = "Rejected", None  # B06.FR.09
        result = self._result(asked, status)
        if variable is not None:
            result["attributeValue"] = self._value(variable)
        return result

    def set(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The SetVariableResultType of a SetVariableDataType, which is carried out (B05)."""
        status, variable = self._found(asked)
        return self._result(asked, status if variable is None else self._change(variable, asked["attributeValue"]))

    def _change(self, variable: Variable, value: str) -> str:
        if variable.mutability == "ReadOnly":
            return "Rejected"
        try:
            refused = self.verdict(variable.place, variable.normal(value))
            if refused is not None:
                return refused
            self.put(variable.place.name, value)
        except BadValue:
            return "Rejected"
        return "RebootRequired" if variable.reboot else "Accepted"

    def _found(self, asked: Mapping[str, Any]) -> tuple[str, Variable | None]:
        """The variable that is asked for, or why there is none."""
        component, place = asked["component"], Place.of(asked["component"], asked["variable"])
        variable = None if "instance" in component else self._variables.get(place.key)
        if variable is None:
            return ("UnknownVariable" if self._has_component(component, place) else "UnknownComponent"), None
        if asked.get("attributeType", ACTUAL) != ACTUAL:
            return "NotSupportedAttributeType", None
        return "Accepted", variable

    def _has_component(self, component: Mapping[str, Any], place: Place) -> bool:
        if "instance" in component:
            return False
        wanted = (place.component.lower(), place.evse, place.connector)
        return any(
            wanted == (one.place.component.lower(), one.place.evse, one.place.connector)
            for one in self._variables.values()
        )

    @staticmethod
    def _result(asked: Mapping[str, Any], status: str) -> dict[str, Any]:
        result = {"attributeStatus": status, "component": asked["component"], "variable": asked["variable"]}
        if "attributeType" in asked:
            result["attributeType"] = asked["attributeType"]
        return result

    # --- reports ------------------------------------------------------------------------------------------------------

    def report(self, base: str) -> list[dict[str, Any]] | None:
        """The ReportDataType of each variable of a base report (B07, B08); None: there is no such report."""
        wanted = _BASES.get(base)
        return None if wanted is None else [self._reported(one) for one in self if wanted(one)]

    def _reported(self, variable: Variable) -> dict[str, Any]:
        attribute: dict[str, Any] = {"type": ACTUAL, "mutability": variable.mutability}
        if variable.mutability != "WriteOnly":
            attribute["value"] = self._value(variable)
        attribute["persistent"] = not variable.live
        attribute["constant"] = variable.constant
        return {
            "component": variable.place.component_type(),
            "variable": variable.place.variable_type(),
            "variableAttribute": [attribute],
            "variableCharacteristics": variable.characteristics(),
        }


def _no_objection(_place: Place, _value: str) -> None:
    return None


_BASES: Mapping[str, Callable[[Variable], bool]] = {
    "ConfigurationInventory": lambda one: one.mutability != "ReadOnly",
    "FullInventory": lambda one: True,
    "SummaryInventory": lambda one: one.place.variable in _AVAILABILITY,
}
"""Which variables are in each report (GetBaseReport, reportBase)."""
