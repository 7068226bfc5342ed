"""Bodies of the API that are about transactions of OCPP 1.6."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from csms_core.api.models import Body
from csms_core.api.tags import printable
from csms_core.v16.id_tags import LONGEST

IdTag = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(printable)]
"""An idTag, which is shorter than what a version after it may have."""


class TransactionOut(BaseModel):
    """A transaction; registers in Wh. The stop members are null while it runs.

    `ended_by` says what showed its end: `StopTransaction`, or a later `StartTransaction` or `StatusNotification` of its
    connector, or the `operator`; `evidence` is the sentence about any but the first. A StopTransaction that comes late
    is booked all the same. `doubt` says why a transaction that seems to run may not.
    """

    transactionId: int
    station: str
    connectorId: int
    idTag: str
    idTagInfo: dict[str, Any]
    meterStart: int
    started_at: str
    reservationId: int | None
    running: bool
    meterStop: int | None
    stopped_at: str | None
    reason: str | None
    stop_idTag: str | None
    ended_by: Literal["StopTransaction", "StartTransaction", "StatusNotification", "operator"] | None
    evidence: str | None
    doubt: str | None


class EndIn(Body):
    """An end by hand. `why` is kept with it; `meterStop` in Wh, when it is known."""

    why: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "An operator ended it."
    meterStop: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class TransactionWithValues(TransactionOut):
    """A transaction and its meter values as on the wire."""

    meterValue: list[dict[str, Any]]
