"""The description of the operations: one route per action with the schema of its payload.

Requests never come here, because the general route of `csms_core.api.operations` is asked first. These routes take a
tenth of a second to make, which only who reads the description has to wait for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from csms_core.api.deps import Csms
from csms_core.api.operations import RESPONSES, Payload, RulesApply, Wait, perform
from schemas import load

router = APIRouter(prefix="/api/v1", tags=["operations"])


def _route(action: str) -> Callable[..., Awaitable[JSONResponse]]:
    async def send(
        csms: Csms, identity: str, wait: Wait = True, rules: RulesApply = True, payload: Payload = None
    ) -> JSONResponse:
        return await perform(csms, identity, action, wait, payload, rules)

    return send


def documented(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of OCPP as OpenAPI wants it."""
    return {name: value for name, value in schema.items() if name not in ("$schema", "id", "$id", "title")}


def _add_routes() -> None:
    schemas = load("1.6")
    for action, info in schemas.actions.items():
        if info.sender == "station":
            continue
        schema = documented(schemas.schema(action, "call"))
        body = {"content": {"application/json": {"schema": schema}}, "required": "required" in schema}
        router.add_api_route(
            f"/stations/{{identity:segment}}/operations/{action}",
            _route(action),
            methods=["POST"],
            name=action,
            operation_id=action,
            summary=f"{action} ({info.profile})",
            response_model=None,
            responses=RESPONSES,
            openapi_extra={"requestBody": body},
        )


_add_routes()
