"""What every route gets."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from simulator.views.record import Record


def _record(request: Request) -> Record:
    return cast(Record, request.app.state.record)


Watched = Annotated[Record, Depends(_record)]
