"""Every habit of the depot is real: it shows on the wire where its switch is on, and only there."""

import ast
import asyncio
import tomllib
from datetime import datetime
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests import ROOT
from tests.interop.depot.door import Breather
from tests.interop.depot.habits import PLAIN, Habits
from tests.interop.depot_client import TIME, Bare, Depot

pytestmark = pytest.mark.asyncio

HOUR = 3600


async def start(station: Bare, tag: str) -> dict[str, Any]:
    return await station.calls("StartTransaction", connectorId=1, idTag=tag, meterStart=0, timestamp=TIME)


async def stop(station: Bare, transaction: int) -> dict[str, Any]:
    return await station.calls("StopTransaction", transactionId=transaction, meterStop=1, timestamp=TIME)


async def test_it_shares_no_code_with_plugproof() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ours = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    files = sorted((ROOT / "tests" / "interop" / "depot").glob("*.py"))
    imported = {
        name.partition(".")[0]
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in _imports(node)
    }

    assert {"tests", "websockets"} <= imported
    assert imported & ours == set()


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


async def test_all_habits_can_be_switched_off() -> None:
    on, off = (msgspec.structs.asdict(habits) for habits in (Habits(), PLAIN))
    del on["too_soon"], off["too_soon"]  # how, and not whether

    assert [name for name in on if on[name] == off[name]] == []


@pytest.mark.parametrize(("habit", "second"), [(True, "ConcurrentTx"), (False, "Accepted")])
async def test_a_tag_charges_once_at_a_time(habit: bool, second: str) -> None:
    async with (
        Depot.with_habits(one_transaction_per_tag=habit) as depot,
        depot.station("S-1") as one,
        depot.station("S-2") as two,
    ):
        await depot.issues("TAG", "OTHER")
        running = await start(one, "TAG")
        while_it_runs = await start(two, "tag")
        other = await start(two, "OTHER")
        await stop(one, running["transactionId"])
        if not habit:
            await stop(two, while_it_runs["transactionId"])
        afterwards = await start(two, "TAG")

    statuses = [answer["idTagInfo"]["status"] for answer in (running, while_it_runs, other, afterwards)]
    assert statuses == ["Accepted", second, "Accepted", "Accepted"]


@pytest.mark.parametrize(("habit", "second"), [(True, "Blocked"), (False, "Invalid")])
async def test_a_stranger_is_remembered(habit: bool, second: str) -> None:
    async with Depot.with_habits(remembers_strangers=habit) as depot:
        async with depot.station() as station:
            first = await station.calls("Authorize", idTag="NOBODY")
        async with depot.station() as station:
            again = await start(station, "nobody")
            await depot.issues("NOBODY")
            issued = await station.calls("Authorize", idTag="NOBODY")

    assert [answer["idTagInfo"]["status"] for answer in (first, again, issued)] == ["Invalid", second, "Accepted"]


@pytest.mark.parametrize(
    ("habit", "unasked"),
    [(True, ["GetConfiguration", "ChangeConfiguration", "TriggerMessage"]), (False, [])],
)
async def test_it_talks_after_a_boot(habit: bool, unasked: list[str]) -> None:
    async with Depot.with_habits(talks_after_boot=habit) as depot, depot.station() as station:
        await station.calls("BootNotification", chargePointVendor="Bare", chargePointModel="Bare")
        await depot.asks("POST", "/resets", json={"station_ids": ["S-1"], "kind": "hard"})
        await station.is_asked(len(unasked) + 1)

    asked = [action for action, _ in station.asked]
    asked.remove("Reset")  # it comes in between
    assert asked == unasked


async def test_a_station_that_comes_back_at_once_is_cut_off() -> None:
    async with Depot.with_habits(breather_s=HOUR, too_soon="breaks") as depot:
        async with depot.station() as station:
            await station.calls("Heartbeat")
        async with depot.station() as station:
            with pytest.raises(ConnectionClosedError) as closed:
                await station.calls("Heartbeat")

    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "no queue for this station")


async def test_a_station_that_comes_back_at_once_is_refused() -> None:
    async with Depot.with_habits(breather_s=HOUR, too_soon="refuses") as depot:
        async with depot.station() as station:
            await station.calls("Heartbeat")
        with pytest.raises(InvalidStatus) as refused:
            async with depot.station():
                pass

    assert refused.value.response.status_code == 503


async def test_without_the_habit_a_station_comes_back_at_once() -> None:
    async with Depot.with_habits() as depot:
        for _ in range(2):
            async with depot.station() as station:
                assert "currentTime" in await station.calls("Heartbeat")


async def test_a_breather_is_as_long_as_it_says() -> None:
    breather = Breather(0.05)
    breather.arrives("A")
    while_here = breather.is_rested("A", 100)
    breather.leaves("A", 10)

    assert [while_here, breather.is_rested("A", 10.049), breather.is_rested("A", 10.05)] == [False, False, True]
    assert breather.is_rested("B", 10)


@pytest.mark.parametrize(("requests", "statuses"), [(1, [200, 401]), (2, [200, 200]), (0, [200, 200])])
async def test_a_token_expires(requests: int, statuses: list[int]) -> None:
    async with Depot.with_habits(requests_per_login=requests) as depot:
        found = [(await depot.api.delete("/stations", params={"station_id": "S"})).status_code for _ in statuses]
        await depot.log_in()
        renewed = await depot.api.delete("/stations", params={"station_id": "S"})
        depot.api.headers["Authorization"] = "Bearer forged"
        forged = await depot.api.delete("/stations", params={"station_id": "S"})

    assert (found, renewed.status_code, forged.status_code) == (statuses, 200, 401)


async def test_the_api_answers_after_the_stations() -> None:
    async with Depot.with_habits(answers_late=True) as depot, depot.station(Reset={"status": "Rejected"}) as station:
        request = asyncio.create_task(
            depot.asks("POST", "/resets", json={"station_ids": ["S-1", "S-9"], "kind": "soft"})
        )
        await station.is_asked()
        answered = await request

    assert answered == {
        "results": [
            {"station_id": "S-1", "answer": {"status": "Rejected"}},
            {"station_id": "S-9", "error": "this station is not connected"},
        ]
    }


async def test_without_the_habit_it_answers_before_them() -> None:
    async with Depot.with_habits(answers_late=False) as depot, depot.station() as station:
        answered = await depot.asks("POST", "/resets", json={"station_ids": ["S-1"], "kind": "soft"})
        before = list(station.asked)
        await station.is_asked()

    assert answered == {"results": [{"station_id": "S-1", "queued": True}]}
    assert (before, station.asked) == ([], [("Reset", {"type": "Soft"})])


@pytest.mark.parametrize(
    ("times", "written"),
    [
        ("zulu", "2030-05-06T07:08:09Z"),
        ("milliseconds", "2030-05-06T07:08:09.000Z"),
        ("local", "2030-05-06T12:38:09.000+05:30"),
    ],
)
async def test_times_are_written_in_its_way(times: str, written: str) -> None:
    """Its own clock and what an operator says."""
    reservation = {"station_id": "S-1", "connector": 1, "tag": "TAG", "until": "2030-05-06T09:08:09+02:00"}
    async with Depot.with_habits(times=times) as depot, depot.station() as station:
        clock = (await station.calls("Heartbeat"))["currentTime"]
        await depot.asks("POST", "/reservations", json=[reservation])
        await station.is_asked()

    assert station.asked[0][1]["expiryDate"] == written
    assert len(clock) == len(written)
    assert datetime.fromisoformat(clock).utcoffset() == datetime.fromisoformat(written).utcoffset()


@pytest.mark.parametrize("first", [1, 2_000_000_000])
async def test_transactions_of_all_stations_have_one_sequence(first: int) -> None:
    async with (
        Depot.with_habits(first_transaction=first) as depot,
        depot.station("S-1") as one,
        depot.station("S-2") as two,
    ):
        ids = [(await start(station, "TAG"))["transactionId"] for station in (one, two, one)]

    assert ids == [first, first + 1, first + 2]


@pytest.mark.parametrize("seconds", [47, 300])
async def test_the_interval_is_its_own(seconds: int) -> None:
    async with Depot.with_habits(heartbeat_s=seconds) as depot, depot.station() as station:
        booted = await station.calls("BootNotification", chargePointVendor="Bare", chargePointModel="Bare")

    assert (booted["status"], booted["interval"]) == ("Accepted", seconds)


PROFILE = {
    "number": 5,
    "stack_level": 2,
    "purpose": "tx_default_profile",
    "kind": "absolute",
    "schedule": {"unit": "A", "steps": [{"after": 0, "limit": 6.0, "phases": 3}]},
}


@pytest.mark.parametrize("habit", [True, False])
async def test_charging_profiles_are_numbered(habit: bool) -> None:
    async with Depot.with_habits(own_profile_ids=habit) as depot, depot.station() as station:
        for _ in range(2):
            await depot.asks(
                "POST", "/charging_profiles", json={"station_ids": ["S-1"], "connector": 1, "profile": PROFILE}
            )
        await station.is_asked(2)
    ids = [members["csChargingProfiles"]["chargingProfileId"] for _, members in station.asked]

    assert (5 not in ids and len(set(ids)) == 2) if habit else ids == [5, 5]


@pytest.mark.parametrize(
    ("habit", "asked"),
    [(True, [("GetLocalListVersion", None), ("SendLocalList", 8)]), (False, [("SendLocalList", 3)])],
)
async def test_list_versions_are_counted(habit: bool, asked: list[tuple[str, int | None]]) -> None:
    wish = {"station_ids": ["S-1"], "mode": "full", "tags": ["TAG"], "version": 3}
    async with (
        Depot.with_habits(own_list_versions=habit, answers_late=True) as depot,
        depot.station(GetLocalListVersion={"listVersion": 7}) as station,
    ):
        request = asyncio.create_task(depot.asks("PUT", "/local_lists", json=wish))
        await station.is_asked(len(asked))
        await request

    assert [(action, members.get("listVersion")) for action, members in station.asked] == asked


@pytest.mark.parametrize("habit", [True, False])
async def test_optional_members_are_spelt_out(habit: bool) -> None:
    """In answers, in requests, and deep inside of one."""
    ids = ["S-1"]
    async with Depot.with_habits(spells_out=habit) as depot, depot.station() as station:
        await depot.asks("POST", "/tags", json=[{"tag": "TAG", "valid_until": "2040-01-01T00:00:00Z"}])
        authorized = await station.calls("Authorize", idTag="TAG")
        stopped = await stop(station, (await start(station, "TAG"))["transactionId"])
        await depot.asks("GET", "/configuration", params={"station_id": ids})
        await depot.asks("POST", "/uploads", json={"station_ids": ids, "url": "ftp://files/"})
        await depot.asks("POST", "/charging_profiles", json={"station_ids": ids, "connector": 1, "profile": PROFILE})
        await station.is_asked(3)
    (_, keys), (_, upload), (_, profile) = station.asked
    period = profile["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]

    assert ("expiryDate" in authorized["idTagInfo"], "idTagInfo" in stopped) == (habit, habit)
    assert keys == ({"key": []} if habit else {})
    assert ("retries" in upload, "startTime" in upload) == (habit, habit)
    assert period.get("numberPhases") == (3 if habit else None)


@pytest.mark.parametrize(("habit", "value"), [(True, "battery-staple-19"), (False, b"battery-staple-19".hex())])
async def test_a_password_is_taken_as_text(habit: bool, value: str) -> None:
    settings = [{"key": "AuthorizationKey", "value": value}]
    async with Depot.with_habits(plain_keys=habit) as depot, depot.station() as station:
        await depot.asks("PUT", "/configuration", json={"station_ids": ["S-1"], "settings": settings})
        await station.is_asked()

    assert station.asked == [("ChangeConfiguration", {"key": "AuthorizationKey", "value": b"battery-staple-19".hex()})]


async def test_the_api_speaks_in_lists() -> None:
    """Several stations, several keys and several tags in one request; a tag is blocked by a second one."""
    stations = ("S-1", "S-2")
    async with Depot.with_habits() as depot, depot.station("S-1") as one, depot.station("S-2") as two:
        await depot.asks("GET", "/configuration", params={"station_id": stations, "key": ["A", "B"]})
        await asyncio.gather(one.is_asked(), two.is_asked())
        lost, kept = await depot.issues("LOST", "KEPT")
        await depot.asks("POST", f"/tags/{lost}/block")
        known = [(await one.calls("Authorize", idTag=tag))["idTagInfo"] for tag in ("LOST", "KEPT")]
        await depot.asks("DELETE", "/tags", params={"id": [lost, kept]})
        gone = [(await one.calls("Authorize", idTag=tag))["idTagInfo"] for tag in ("LOST", "KEPT")]

    assert one.asked == two.asked == [("GetConfiguration", {"key": ["A", "B"]})]
    assert known == [{"status": "Blocked", "parentIdTag": "FLEET"}, {"status": "Accepted", "parentIdTag": "FLEET"}]
    assert gone == [{"status": "Invalid"}, {"status": "Invalid"}]
