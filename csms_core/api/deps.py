"""What every route of the API gets, and the parameters they share."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Query, Request

from csms_core.api.services import Services


def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


Csms = Annotated[Services, Depends(_services)]
Offset = Annotated[int, Query(ge=0, le=10**9, description="how many to skip")]
Limit = Annotated[int, Query(ge=1, le=10_000, description="how many to return at most")]
