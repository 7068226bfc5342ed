"""An operator and the fixtures of examples/sut-python.toml: plain Python that calls the back office's own API.

A method is named after the OCPP action it brings about; plain methods run in a thread, `async` ones on the loop. Raise
`NotOffered` for what the product does not have, and anything else when it went wrong: the case says what.
"""

from typing import Any
from urllib.parse import quote

import httpx

from harness.adapters.operators import NotOffered


class Operator:
    """Makes the back office send messages."""

    def __init__(self, api: str) -> None:
        self._client = httpx.Client(base_url=f"{api}/api/v1", trust_env=False, timeout=30)

    def reset(self, station: str, payload: dict[str, Any]) -> None:
        """An action with a method of its own."""
        self._ask("Reset", station, {"type": payload["type"]})

    def reserve_now(self, station: str, payload: dict[str, Any]) -> None:
        """An action that the product does not have."""
        raise NotOffered("this product has no reservations")

    def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Every other action."""
        self._ask(action, station, payload)

    def close(self) -> None:
        """The end of a case."""
        self._client.close()

    def _ask(self, action: str, station: str, payload: dict[str, Any]) -> None:
        path = f"/stations/{quote(station, safe='')}/operations/{action}"
        self._client.post(path, params={"wait": "false"}, json=payload).raise_for_status()


class Fixtures:
    """Makes stations and tags known to the back office, and removes them."""

    def __init__(self, api: str) -> None:
        self._client = httpx.Client(base_url=f"{api}/api/v1", trust_env=False, timeout=30)

    def create_station(self, station: str, connectors: int, auth_key: str | None) -> None:
        """Before a case, or before the run."""
        self._client.put(f"/stations/{quote(station, safe='')}", json={}).raise_for_status()

    def remove_station(self, station: str, created: dict[str, Any]) -> None:
        """After it."""
        self._client.delete(f"/stations/{quote(station, safe='')}")

    def create_tag(
        self, name: str, idTag: str, status: str, parentIdTag: str | None, expiryDate: str | None
    ) -> dict[str, Any]:
        """Before the run; what is returned comes back as `created`."""
        if name == "parent":
            return {}
        info = {"status": "Accepted" if status == "Expired" else status}
        optional = {"parentIdTag": parentIdTag, "expiryDate": expiryDate}
        info |= {key: value for key, value in optional.items() if value is not None}
        self._client.put(f"/tags/{quote(idTag, safe='')}", json=info).raise_for_status()
        return {"idTag": idTag}

    def remove_tag(self, name: str, idTag: str, created: dict[str, Any]) -> None:
        """After the run."""
        if created:
            self._client.delete(f"/tags/{quote(created['idTag'], safe='')}")

    def close(self) -> None:
        """When it is done."""
        self._client.close()
