"""How a resource of the API sends something to a station: as an operation does, with the same errors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import HTTPException

from csms_core.api.routes.operations import RESPONSES, STATUS
from csms_core.api.services import Services
from csms_core.hub.errors import OperationError
from csms_core.hub.operations import Operations
from csms_core.hub.registry import Request
from csms_core.store import stations

__all__ = ["RESPONSES", "known", "refused", "send", "through"]


async def send(operations: Operations, identity: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Send one CALL and wait for the payload of its answer. Raises HTTPException."""
    try:
        task = await operations.start(identity, action, payload)
        answer: dict[str, Any] = await asyncio.shield(task)  # a client that goes away ends no exchange
    except OperationError as error:
        raise _http(error) from None
    return answer


async def through(operations: Operations, identity: str, requests: Sequence[Request]) -> list[tuple[Request, Any]]:
    """Send several, see `Operations.through`. Raises HTTPException."""
    try:
        return await operations.through(identity, requests)
    except OperationError as error:
        raise _http(error) from None


async def known(csms: Services, identity: str) -> None:
    """Raises HTTPException when the station is not registered."""
    if await csms.store.look_up(lambda connection: stations.find(connection, identity)) is None:
        raise HTTPException(404, f"The station '{identity}' is not registered.")


def refused(identity: str, action: str, status: Any, outcome: str) -> HTTPException:
    """The station has said no, by the status of its answer."""
    return HTTPException(409, f"The station '{identity}' answered {action} with {status}; {outcome}.")


def _http(error: OperationError) -> HTTPException:
    code, _ = STATUS[type(error)]
    return HTTPException(code, str(error))
