"""How an answer of the SUT file is printed."""

from typing import Any, Final

from reports.v16.abstract.printing import number

_WORDS: Final = {
    "csms": "Charging Station Management System",
    "charge_point": "Charging Station",
    "rw": "present, can be changed",
    "true_only": "present, always true",
    "false_only": "present, always false",
    "absent": "not present",
    "one_shared": "one, shared by the connectors",
    "one_per_connector": "one per connector",
    "lab": "tested by a laboratory",
    "vendor_declaration": "declared by the vendor",
}
_CHOICES: Final = ("product.sut", "product.declared_route", "hardware.rfid_readers")
_ACCESS: Final = frozenset({"rw", "true_only", "false_only", "absent"})


def answer(key: str, value: Any, unit: str | None) -> str:
    """The words of an answer that is there; free texts stay as they are."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return _several(key, value, unit)
    if isinstance(value, int | float):
        return f"{number(value)} {unit}" if unit else number(value)
    if key in _CHOICES or (key.startswith("features.") and value in _ACCESS):
        return _WORDS.get(str(value), str(value))
    return str(value)


def _several(key: str, values: list[Any] | tuple[Any, ...], unit: str | None) -> str:
    if not values:
        return "none"
    if key.endswith("_range"):
        return f"{number(values[0])} to {number(values[1])} {unit}"
    return ", ".join(str(value) for value in values)
