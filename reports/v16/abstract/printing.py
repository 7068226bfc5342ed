"""How a single value is printed. Rounding happens here, once, half up."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from reports.v16.abstract.model import Layout

_DATE: Final = re.compile(r"(\d{4})[-.](\d{2})[-.](\d{2})")
_SEPARATOR: Final[dict[Layout, str]] = {"2023": ".", "2024": "-"}


def clock(ms: float) -> str:
    """Milliseconds as HH:MM:SS in whole seconds."""
    whole = int((Decimal(repr(ms)) / 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def number(value: float) -> str:
    """A declared number as it was declared, a whole one without decimals."""
    return str(int(value)) if value == int(value) else str(value)


def date(text: str, layout: Layout) -> str:
    """A date with the separators of the layout; what is no date of that kind stays as it was written."""
    parts = _DATE.fullmatch(text)
    return _SEPARATOR[layout].join(parts.groups()) if parts else text
