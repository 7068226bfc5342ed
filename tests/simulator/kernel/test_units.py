"""What belongs together is kept together: whatever moment a station dies at, no half of it is on disk (rule TX-03)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from simulator import Station, VirtualClock
from simulator.kernel.store import SqliteFile
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

Snapshot = dict[str, dict[str, Any]]


class Photographed(SqliteFile):
    """A file that is photographed after each commit, which is all a killed process leaves."""

    def __init__(self, path: Path) -> None:
        self.photos: list[Snapshot] = []
        super().__init__(path)

    def change(self, statement: str, *values: Any) -> None:
        super().change(statement, *values)
        self._look()

    @contextmanager
    def unit(self) -> Iterator[None]:
        with super().unit():
            yield
        self._look()

    def _look(self) -> None:
        if not self._depth:
            photo: Snapshot = {}
            for kind, key, value in self.fetch("SELECT kind, key, value FROM record"):
                photo.setdefault(kind, {})[key] = msgspec.json.decode(value)
            self.photos.append(photo)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Photographed]:
    file = Photographed(tmp_path / "station.db")
    yield file
    file.close()


@pytest_asyncio.fixture
async def kept(file: Photographed, start: StartStation) -> tuple[Station, Photographed]:
    return await start(store=file.of("CP1"), connectors=1), file


def with_transaction(photos: list[Snapshot]) -> list[Snapshot]:
    """Those on which a connector has a transaction."""
    return [photo for photo in photos if photo.get("connector", {}).get("1", {}).get("transaction") is not None]


async def test_a_start_and_the_end_of_its_reservation(
    kept: tuple[Station, Photographed], csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station, file = kept
    order = {"connectorId": 1, "idTag": "TAG-1", "reservationId": 7, "expiryDate": "2030-01-01T00:00:00Z"}
    assert (await csms.call("ReserveNow", **order))["status"] == "Accepted"
    await station.until(lambda s: s.connector(1).status == "Reserved", within=5)
    assert file.photos[-1]["reservation"]
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.settle()

    assert csms.payloads("StartTransaction")[0]["reservationId"] == 7
    assert with_transaction(file.photos)
    assert [photo for photo in with_transaction(file.photos) if photo.get("reservation")] == []


async def test_a_remote_start_and_its_profile_and_their_end(
    kept: tuple[Station, Photographed], csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station, file = kept
    profile = {
        "chargingProfileId": 5,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 4000.0}]},
    }
    await station.plug_in(1)
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=profile)
    assert answer["status"] == "Accepted"
    await clock.settle()
    assert station.connector(1).power == 4000
    await station.present("TAG-1", 1)
    await clock.settle()

    assert with_transaction(file.photos)
    assert [photo for photo in with_transaction(file.photos) if not photo["charging-profiles"]["all"]] == []
    after = file.photos[file.photos.index(with_transaction(file.photos)[-1]) + 1 :]
    assert after
    assert [photo for photo in after if photo["charging-profiles"]["all"]] == []


async def test_a_start_and_its_first_values(
    kept: tuple[Station, Photographed], csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station, file = kept
    station.configuration.set("StopTxnSampledData", "Energy.Active.Import.Register")
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.settle()

    photos = with_transaction(file.photos)
    assert photos
    first = [[key for kind in photo if kind.startswith("data/") for key in photo[kind]] for photo in photos]
    assert all(first), "a station that dies now has nothing to say about the beginning"


async def test_the_answer_to_a_start_and_what_follows_from_it(
    kept: tuple[Station, Photographed], csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station, file = kept
    csms.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": {"status": "Blocked"}}
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.settle()

    (stop,) = csms.payloads("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (9, "DeAuthorized")
    known = [one for photo in file.photos for one in photo.get("transaction", {}).values() if one.get("transactionId")]
    assert known
    answered = [photo for photo in with_transaction(file.photos) if photo["transaction"] and _is_answered(photo)]
    assert answered == []  # from the moment it is known that the CSMS disagrees, nobody charges


def _is_answered(photo: Snapshot) -> bool:
    return any(one.get("transactionId") is not None for one in photo["transaction"].values())
