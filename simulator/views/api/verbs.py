"""One route for each verb of the physical side: `POST /api/v1/verbs/plug_in` with its arguments as a JSON object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Body, HTTPException

from simulator.kernel.errors import NotPossible
from simulator.kernel.nearest import nearest
from simulator.kernel.verbs import Arguments, Verb, WrongArguments
from simulator.views.api.deps import Watched
from simulator.views.api.models import Done, ErrorOut
from simulator.views.record import Record

PREFIX = "/api/v1/verbs"


def _route(verb: Verb) -> Callable[..., Awaitable[Done]]:
    async def call(record: Record, arguments: Arguments) -> Done:
        try:
            answer = await verb.perform(record.station, arguments)
        except WrongArguments as error:
            raise HTTPException(422, str(error)) from None
        except NotPossible as error:
            raise HTTPException(409, str(error)) from None
        return Done(verb=verb.name, answer=answer, state=record.station.state())

    call.__name__, call.__doc__ = verb.name, verb.sentence
    call.__annotations__ |= {"record": Watched, "arguments": verb.arguments, "return": Done}
    if not any(field.is_required() for field in verb.arguments.model_fields.values()):
        call.__defaults__ = (Body(default_factory=verb.arguments),)
    return call


def routes(verbs: Mapping[str, Verb]) -> APIRouter:
    """A route for each of these verbs."""
    router = APIRouter(prefix=PREFIX, tags=["verbs"])
    cannot: dict[int | str, dict[str, Any]] = {409: {"model": ErrorOut, "description": "it cannot be done now"}}
    for verb in verbs.values():
        router.post(f"/{verb.name}", responses=cannot)(_route(verb))

    @router.post("/{name}", include_in_schema=False)
    async def unknown(name: str) -> Any:
        """A verb that nobody knows."""
        near = nearest(name, verbs)
        known = f"did you mean {near}?" if near else f"they are {', '.join(verbs)}."
        raise HTTPException(404, f"There is no verb {name!r}; {known}")

    return router
