"""One route for each verb of the physical side: `POST /api/v1/verbs/plug_in` with its arguments as a JSON object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Body, HTTPException

from simulator.api.deps import Watched
from simulator.api.models import Done, ErrorOut
from simulator.errors import NotPossible
from simulator.nearest import nearest
from simulator.record import Record
from simulator.state import state_of
from simulator.verbs import Arguments, Verb, WrongArguments, verbs

PREFIX = "/api/v1/verbs"

router = APIRouter(prefix=PREFIX, tags=["verbs"])


def _route(verb: Verb) -> Callable[..., Awaitable[Done]]:
    async def call(record: Record, arguments: Arguments) -> Done:
        try:
            answer = await verb.perform(record.station, arguments)
        except WrongArguments as error:
            raise HTTPException(422, str(error)) from None
        except NotPossible as error:
            raise HTTPException(409, str(error)) from None
        return Done(verb=verb.name, answer=answer, state=state_of(record.station))

    call.__name__, call.__doc__ = verb.name, verb.sentence
    call.__annotations__ |= {"record": Watched, "arguments": verb.arguments, "return": Done}
    if not any(field.is_required() for field in verb.arguments.model_fields.values()):
        call.__defaults__ = (Body(default_factory=verb.arguments),)
    return call


for _verb in verbs().values():
    router.post(f"/{_verb.name}", responses={409: {"model": ErrorOut, "description": "it cannot be done now"}})(
        _route(_verb)
    )


@router.post("/{name}", include_in_schema=False)
async def unknown(name: str) -> Any:
    """A verb that nobody knows."""
    near = nearest(name, verbs())
    raise HTTPException(404, f"There is no verb {name!r}; " + (f"did you mean {near}?" if near else _all()))


def _all() -> str:
    return f"they are {', '.join(verbs())}."
