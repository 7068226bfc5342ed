"""Faults of what is read and set of the device model (B05, B06)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from csms_core.faults.edits import Edit, call_of, drop, fault, put, silence, with_payload
from csms_core.faults.model import Fault, Instead, Outgoing

Item = dict[str, Any]

OTHER_VARIABLE = {"component": "SecurityCtrlr", "variable": "OrganizationName"}


def faults() -> Iterator[Fault]:
    """The faults of these messages."""
    for action, name, data in (
        ("GetVariables", "get-variables", "getVariableData"),
        ("SetVariables", "set-variables", "setVariableData"),
    ):
        where = call_of(action)
        yield fault(f"{name}-not-sent", f"{action} is not sent.", where, silence)
        yield fault(f"{name}-without-data", f"{action} lacks {data}.", where, drop(data))
        yield fault(f"{name}-data-empty", f"{data} of {action} is empty.", where, put(data, []))
        for member, other in OTHER_VARIABLE.items():
            yield fault(
                f"{name}-wrong-{member}", f"{action} names another {member}.", where, _each(data, _named(member, other))
            )
            yield fault(
                f"{name}-without-{member}",
                f"{action} does not name the {member}.",
                where,
                _each(data, _without(member)),
            )
        yield fault(
            f"{name}-wrong-attribute",
            f"{action} is about MinSet instead of Actual.",
            where,
            _each(data, lambda item: item | {"attributeType": "MinSet"}),
        )
    where = call_of("SetVariables")
    yield fault(
        "set-variables-wrong-value",
        "SetVariables sets another value.",
        where,
        _each("setVariableData", lambda item: item | {"attributeValue": "61"}),
    )
    yield fault(
        "set-variables-value-as-number",
        "The value of SetVariables is a number.",
        where,
        _each("setVariableData", lambda item: item | {"attributeValue": 61}),
    )
    yield fault(
        "set-variables-without-value",
        "SetVariables names no value.",
        where,
        _each("setVariableData", _without("attributeValue")),
    )


def _each(data: str, change: Callable[[Item], Item]) -> Edit:
    """Every item of the list is another one."""

    def edit(message: Outgoing) -> Instead:
        payload = copy.deepcopy(message.payload)
        payload[data] = [change(item) for item in payload[data]]
        return with_payload(message, payload)

    return edit


def _named(member: str, name: str) -> Callable[[Item], Item]:
    return lambda item: item | {member: {"name": name}}


def _without(member: str) -> Callable[[Item], Item]:
    return lambda item: {name: value for name, value in item.items() if name != member}
