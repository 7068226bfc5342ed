"""The password a station connects with, as a variable of its device model: SecurityCtrlr.BasicAuthPassword (A01)."""

from __future__ import annotations

from typing import Any, Final

SHORTEST, LONGEST = 16, 40
"""Characters."""

_VARIABLE: Final = ("securityctrlr", "basicauthpassword")
"""Component and variable, in lower case: their case does not matter."""


def set_by(payload: dict[str, Any]) -> str | None:
    """The password that a SetVariables sets; None when it sets none."""
    return next((item["attributeValue"] for item in payload["setVariableData"] if _is_password(item)), None)


def status_of(answer: dict[str, Any]) -> str | None:
    """What the station said of the password; None when it said nothing that can be read."""
    results = answer.get("setVariableResult")
    for result in results if isinstance(results, list) else ():
        if isinstance(result, dict) and _is_password(result):
            status: str | None = result.get("attributeStatus")
            return status
    return None


def _is_password(item: dict[str, Any]) -> bool:
    return (_name(item, "component"), _name(item, "variable")) == _VARIABLE


def _name(item: dict[str, Any], member: str) -> str:
    """The name of a component or variable in lower case; an answer that breaks its schema may lack it."""
    holder = item.get(member)
    return str(holder.get("name")).lower() if isinstance(holder, dict) else ""
