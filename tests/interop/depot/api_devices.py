"""What operators do to stations as devices: settings, resets, availability, triggers, firmware, uploads."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from tests.interop.depot.asking import Asking, Ids, Results, Stations, said, wire
from tests.interop.depot.house import House
from tests.interop.depot.line import Members
from tests.interop.depot.times import now, written

RETRIES, RETRY_SECONDS = 3, 60
HISTORY = timedelta(days=7)


class Setting(BaseModel):
    """A configuration key and its value."""

    key: str
    value: str


class Settings(Stations):
    """Settings to make, one after the other."""

    settings: list[Setting]


class Reset(Stations):
    """`kind`: hard or soft."""

    kind: str


class Connector(Stations):
    """A connector of each station."""

    connector: int


class Availability(Connector):
    """`state`: operative or inoperative."""

    state: str


class Trigger(Stations):
    """`extended`: by ExtendedTriggerMessage."""

    message: str
    connector: int | None = None
    extended: bool = False


class Update(Stations):
    """Firmware, signed when there is a signature."""

    url: str
    not_before: AwareDatetime
    signature: str | None = None
    certificate: str | None = None


class Upload(Stations):
    """Where diagnostics go, or a log of this `kind`."""

    url: str
    kind: str | None = None


def devices(house: House) -> APIRouter:
    """The resources."""
    routes, asking, habits, books = APIRouter(), Asking(house), house.habits, house.books

    def retried(**members: Any) -> Members:
        more = {"retries": RETRIES, "retryInterval": RETRY_SECONDS} if habits.spells_out else {}
        return {**members, **more}

    def of_last_days(begin: str, end: str) -> Members:
        if not habits.spells_out:
            return {}
        return {begin: written(now() - HISTORY, habits.times), end: written(now(), habits.times)}

    @routes.get("/configuration")
    async def read(station_id: Ids, key: Annotated[list[str] | None, Query()] = None) -> Results:
        keys = [] if key is None and habits.spells_out else key
        return await asking.ask(station_id, "GetConfiguration", said(key=keys))

    @routes.put("/configuration")
    async def change(request: Settings) -> Results:
        """The password of a station is the key AuthorizationKey, which OCPP wants in hexadecimal digits."""
        results: Results = {"results": []}
        for setting in request.settings:
            value = setting.value
            if setting.key == "AuthorizationKey" and habits.plain_keys:
                value = value.encode().hex()

            def changed(id: str, answer: Members, key: str = setting.key, value: str = value) -> None:
                if answer["status"] != "Accepted" or id not in books.places:
                    return
                if key == "AuthorizationKey":
                    books.places[id].password = bytes.fromhex(value)
                elif key == "SecurityProfile":
                    books.places[id].rises_to = int(value)

            members = {"key": setting.key, "value": value}
            answers = await asking.ask(request.station_ids, "ChangeConfiguration", members, changed)
            results["results"] += answers["results"]
        return results

    @routes.post("/resets")
    async def reset(request: Reset) -> Results:
        return await asking.ask(request.station_ids, "Reset", {"type": wire(request.kind)})

    @routes.post("/unlocks")
    async def unlock(request: Connector) -> Results:
        return await asking.ask(request.station_ids, "UnlockConnector", {"connectorId": request.connector})

    @routes.post("/availability")
    async def availability(request: Availability) -> Results:
        members = {"connectorId": request.connector, "type": wire(request.state)}
        return await asking.ask(request.station_ids, "ChangeAvailability", members)

    @routes.post("/cache_clearings")
    async def clear_cache(request: Stations) -> Results:
        return await asking.ask(request.station_ids, "ClearCache", {})

    @routes.post("/triggers")
    async def trigger(request: Trigger) -> Results:
        action = "ExtendedTriggerMessage" if request.extended else "TriggerMessage"
        members = said(requestedMessage=wire(request.message), connectorId=request.connector)
        return await asking.ask(request.station_ids, action, members)

    @routes.post("/firmware_updates")
    async def update(request: Update) -> Results:
        moment = written(request.not_before, habits.times)
        if request.signature is None:
            plain = retried(location=request.url, retrieveDate=moment)
            return await asking.ask(request.station_ids, "UpdateFirmware", plain)
        firmware = {"location": request.url, "retrieveDateTime": moment, "signature": request.signature}
        signed = retried(requestId=books.next_id(), firmware={**firmware, "signingCertificate": request.certificate})
        return await asking.ask(request.station_ids, "SignedUpdateFirmware", signed)

    @routes.post("/uploads")
    async def upload(request: Upload) -> Results:
        if request.kind is None:
            members = retried(location=request.url, **of_last_days("startTime", "stopTime"))
            return await asking.ask(request.station_ids, "GetDiagnostics", members)
        log = {"remoteLocation": request.url, **of_last_days("oldestTimestamp", "latestTimestamp")}
        members = retried(logType=wire(request.kind), requestId=books.next_id(), log=log)
        return await asking.ask(request.station_ids, "GetLog", members)

    return routes
