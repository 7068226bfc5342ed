"""The API of the operators: a login whose token expires, and the resources below it."""

from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

from tests.interop.depot.api_certificates import certificates
from tests.interop.depot.api_charging import charging
from tests.interop.depot.api_devices import devices
from tests.interop.depot.api_registry import registry
from tests.interop.depot.house import House

USER, PASSWORD = "depot-operator", "open-sesame"


class Login(BaseModel):
    """Who logs in."""

    user_name: str
    password: str


class Logins:
    """Tokens, and how many requests each is still good for."""

    def __init__(self, requests: int) -> None:
        self._requests = requests
        self._left: dict[str, float] = {}

    def begin(self) -> str:
        """A new token."""
        token = token_urlsafe(12)
        self._left[token] = self._requests or float("inf")
        return token

    def use(self, token: str) -> bool:
        """Whether the token is good for one more request."""
        self._left[token] = left = self._left.get(token, 0) - 1
        if left < 0:
            del self._left[token]
        return left >= 0


def make_api(house: House) -> FastAPI:
    """The whole API."""
    api = FastAPI(title="depot")
    logins = Logins(house.habits.requests_per_login)

    @api.post("/login")
    async def login(who: Login) -> dict[str, Any]:
        if (who.user_name, who.password) != (USER, PASSWORD):
            raise HTTPException(403, "nobody of that name and password works here")
        return {"session": {"token": logins.begin(), "kind": "Bearer"}}

    async def logged_in(authorization: Annotated[str, Header()] = "") -> None:
        if not logins.use(authorization.removeprefix("Bearer ")):
            raise HTTPException(401, "log in first, or again: a token does not live long")

    inside = APIRouter(dependencies=[Depends(logged_in)])
    for part in (registry(house), devices(house), charging(house), certificates(house)):
        inside.include_router(part)
    api.include_router(inside)
    return api
