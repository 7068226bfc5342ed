"""Bodies of the API that are about tags."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, field_validator

from csms_core.api.models import Body
from ocppj.times import moment, timestamp
from ocppj.versions import LONGEST_TAG

_PRINTABLE = re.compile(r"[ -~]+")


def printable(value: str) -> str:
    """Raises ValueError when a character could not be on a card."""
    if _PRINTABLE.fullmatch(value) is None:
        raise ValueError("an idTag holds printable ASCII characters only")
    return value


AnyTag = Annotated[
    str, StringConstraints(min_length=1, max_length=max(LONGEST_TAG.values())), AfterValidator(printable)
]
"""An idTag of OCPP 1.6, which has 20 characters at most, or the text of an idToken of OCPP 2.0.1."""


class TagIn(Body):
    """What a tag is worth. After `expiryDate` an Accepted tag is Expired.

    `type` is for stations of OCPP 2.0.1, which tell a type with every idToken: it has to be this one; null: any.
    """

    status: Literal["Accepted", "Blocked", "Expired", "Invalid"] = "Accepted"
    parentIdTag: AnyTag | None = None
    expiryDate: Annotated[str, Field(json_schema_extra={"format": "date-time"})] | None = None
    type: Literal["Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress"] | None = None

    @field_validator("expiryDate")
    @classmethod
    def _names_a_moment(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return timestamp(moment(value))
        except ValueError:
            raise ValueError(f"'{value}' is no dateTime such as 2030-01-01T00:00:00Z") from None


class NamedTagIn(TagIn):
    """A tag among others."""

    idTag: AnyTag


class TagOut(BaseModel):
    """A tag."""

    idTag: str
    status: str
    parentIdTag: str | None
    expiryDate: str | None
    type: str | None
