"""What operators do with charging: starts, stops, reservations, local lists and charging profiles."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel

from tests.interop.depot.asking import Asking, Ids, Results, Stations, said, wire
from tests.interop.depot.house import House
from tests.interop.depot.line import Members
from tests.interop.depot.times import written


class Step(BaseModel):
    """From so many seconds `after` the start on, this limit."""

    after: int
    limit: float
    phases: int | None = None


class Schedule(BaseModel):
    """Steps, in ampere or watt."""

    starts: AwareDatetime | None = None
    seconds: int | None = None
    unit: str
    steps: list[Step]


class Profile(BaseModel):
    """A charging profile. `number` counts only where the back office does not number them itself."""

    number: int
    stack_level: int
    purpose: str
    kind: str
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    transaction_id: int | None = None
    schedule: Schedule


class NewProfile(Stations):
    """A charging profile for a connector; 0 is the station."""

    connector: int
    profile: Profile


class Start(Stations):
    """A session that is to begin."""

    tag: str
    connector: int | None = None
    profile: Profile | None = None


class Stop(BaseModel):
    """Sessions that are to end; where they run is in the books."""

    transaction_ids: list[int]


class NewReservation(BaseModel):
    """A reservation; `parent` is that of the tag where it is not named."""

    station_id: str
    connector: int
    tag: str
    until: AwareDatetime
    parent: str | None = None


class LocalList(Stations):
    """Tags for the list of a station. What they may do is in the books. `version` counts where nobody else does."""

    mode: str
    tags: list[str]
    version: int


def charging(house: House) -> APIRouter:
    """The resources."""
    routes, asking, habits, books = APIRouter(), Asking(house), house.habits, house.books

    def profile_of(profile: Profile) -> Members:
        schedule = profile.schedule
        steps = [
            said(startPeriod=step.after, limit=step.limit, numberPhases=_phases(step.phases, habits.spells_out))
            for step in schedule.steps
        ]
        return said(
            chargingProfileId=books.next_id() if habits.own_profile_ids else profile.number,
            stackLevel=profile.stack_level,
            chargingProfilePurpose=wire(profile.purpose),
            chargingProfileKind=wire(profile.kind),
            validFrom=profile.valid_from and written(profile.valid_from, habits.times),
            validTo=profile.valid_until and written(profile.valid_until, habits.times),
            transactionId=profile.transaction_id,
            chargingSchedule=said(
                duration=schedule.seconds,
                startSchedule=schedule.starts and written(schedule.starts, habits.times),
                chargingRateUnit=schedule.unit,
                chargingSchedulePeriod=steps,
                minChargingRate=0.5 if habits.spells_out else None,
            ),
        )

    @routes.post("/sessions")
    async def start(request: Start) -> Results:
        profile = None if request.profile is None else profile_of(request.profile)
        members = said(idTag=request.tag, connectorId=request.connector, chargingProfile=profile)
        return await asking.ask(request.station_ids, "RemoteStartTransaction", members)

    @routes.post("/sessions/stops")
    async def stop(request: Stop) -> Results:
        results: Results = {"results": []}
        for id in request.transaction_ids:
            transaction = books.transactions.get(id)
            if transaction is None or transaction.stopped is not None:
                raise HTTPException(404, f"session {id} does not run")
            answers = await asking.ask([transaction.station], "RemoteStopTransaction", {"transactionId": id})
            results["results"] += answers["results"]
        return results

    @routes.post("/reservations")
    async def reserve(reservations: list[NewReservation]) -> Results:
        results: Results = {"results": []}
        for one in reservations:
            parent = one.parent
            if parent is None and habits.spells_out:
                parent = books.tag_info(one.tag).get("parentIdTag")
            members = said(
                connectorId=one.connector,
                idTag=one.tag,
                expiryDate=written(one.until, habits.times),
                reservationId=books.next_id(),
                parentIdTag=parent,
            )
            answers = await asking.ask([one.station_id], "ReserveNow", members)
            results["results"] += [{**answer, "id": members["reservationId"]} for answer in answers["results"]]
        return results

    @routes.delete("/reservations")
    async def cancel(station_id: Ids, id: Annotated[list[int], Query()]) -> Results:
        """A station is asked whether or not the books have such a reservation: it knows better."""
        results: Results = {"results": []}
        for one in id:
            answers = await asking.ask(station_id, "CancelReservation", {"reservationId": one})
            results["results"] += answers["results"]
        return results

    @routes.get("/local_lists/versions")
    async def list_version(station_id: Ids) -> Results:
        return await asking.ask(station_id, "GetLocalListVersion", {})

    @routes.put("/local_lists")
    async def put_list(request: LocalList) -> Results:
        entries = [{"idTag": tag, "idTagInfo": books.tag_info(tag)} for tag in request.tags]
        results: Results = {"results": []}
        for id in request.station_ids:
            version = await next_version(id) if habits.own_list_versions else request.version
            members = {"listVersion": version, "updateType": wire(request.mode), "localAuthorizationList": entries}

            def taken(id: str, answer: Members, version: int = version) -> None:
                if answer["status"] == "Accepted" and id in books.places:
                    books.places[id].list_version = version

            answers = await asking.ask([id], "SendLocalList", members, taken)
            results["results"] += answers["results"]
        return results

    async def next_version(id: str) -> int:
        """One more than what the station has and what it was sent; a station that says nothing counts as empty."""
        answers = (await asking.ask([id], "GetLocalListVersion", {}))["results"]
        has: int = answers[0].get("answer", {}).get("listVersion", 0)
        kept = books.places[id].list_version if id in books.places else 0
        return max(has, kept) + 1

    @routes.post("/charging_profiles")
    async def set_profile(request: NewProfile) -> Results:
        members = {"connectorId": request.connector, "csChargingProfiles": profile_of(request.profile)}
        return await asking.ask(request.station_ids, "SetChargingProfile", members)

    @routes.delete("/charging_profiles")
    async def clear_profiles(
        station_id: Ids,
        id: int | None = None,
        connector: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> Results:
        members = said(
            id=id,
            connectorId=connector,
            chargingProfilePurpose=purpose and wire(purpose),
            stackLevel=stack_level,
        )
        return await asking.ask(station_id, "ClearChargingProfile", members)

    @routes.get("/composite_schedules")
    async def composite(station_id: Ids, connector: int, seconds: int, unit: str | None = None) -> Results:
        members: dict[str, Any] = {"connectorId": connector, "duration": seconds, "chargingRateUnit": unit}
        return await asking.ask(station_id, "GetCompositeSchedule", said(**members))

    return routes


def _phases(phases: int | None, spells_out: bool) -> int | None:
    """Three is what is meant where nothing is said (1.6 §7.14)."""
    return phases if spells_out or phases != 3 else None
