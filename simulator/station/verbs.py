"""What is known of the parameters that verbs of every version have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from ocppj.times import moment
from simulator.kernel.timekeeping import FIRST_YEAR, LAST_YEAR
from simulator.kernel.verbs import Parameter, text
from simulator.wire.disturbance import HOW


def _dated(value: Any) -> datetime:
    try:
        at = moment(value)
    except (ValueError, AttributeError):  # no moment, or no text at all
        raise ValueError(f"{value!r} is no moment such as 2030-01-01T00:00:00Z") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"a clock is set to a year from {FIRST_YEAR} to {LAST_YEAR}, not {at.year}")
    return at


PARAMETERS: Final[Mapping[str, Parameter]] = {
    "side": Parameter("which end of the cable comes out", "vehicle", choices=("both", "station", "vehicle")),
    "jammed": Parameter("false repairs it", "false", choices=("true", "false")),
    "to": Parameter(
        "the new time of day, with a time zone",
        "2030-01-01T00:00:00Z",
        Annotated[datetime, BeforeValidator(_dated), Field(json_schema_extra={"format": "date-time"})],
    ),
    "tech_info": text("techInfo of SecurityEventNotification", "door open", 255),
    "graceful": Parameter("a buffer lets the station say goodbye", "true", choices=("true", "false")),
    "vendor": text("vendorId", "org.example", 255, 1),
    "message": text("messageId", "Hello", 50),
    "data": text("data", "text", 100_000),
    "text": text("the text, as it is to stand on the wire", '[2,"1","Heartbeat",{}]', 100_000),
    "how": Parameter("what becomes of the answer", "drop", choices=HOW),
    "seconds": Parameter("how late it comes", "5", Annotated[float, Field(ge=0, le=3600)]),
    "times": Parameter("to how many CALLs it happens", "1", Annotated[int, Field(ge=1, le=1_000_000)]),
    "chance": Parameter("of each CALL to be one of them", "1", Annotated[float, Field(ge=0, le=1)]),
    "seed": Parameter("says which CALLs they are", "0"),
}
"""By name; a version adds those of its own."""
