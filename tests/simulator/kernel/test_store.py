"""What a station keeps over the end of its process: rules AUTH-07, STAT-05, TX-03, TX-12, TX-15 and the file itself."""

import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from simulator import Station, VirtualClock
from simulator.kernel.store import NOWHERE, SqliteFile, StoreError
from simulator.v16.profiles.local_list import LocalList
from tests.simulator.support.scripted_csms import ScriptedCsms

Reborn = Callable[..., Awaitable[Station]]


@pytest_asyncio.fixture
async def reborn(csms: ScriptedCsms, clock: VirtualClock, tmp_path: Path) -> AsyncIterator[Reborn]:
    """Starts a station on a file; called again, kills the one before and starts a new one on the same file."""
    living: list[tuple[Station, SqliteFile]] = []

    async def kill() -> None:
        for station, file in living:
            station._parts.store = NOWHERE  # whatever it would still write is lost
            station._parts.authorizer.cache._store = station.configuration._store = NOWHERE
            await station.stop()
            file.close()
        living.clear()

    async def start(**options: Any) -> Station:
        await kill()
        file = SqliteFile(tmp_path / "station.db")
        station = Station(csms.url, id="CP1", connectors=2, clock=clock, store=file.of("CP1"), **options)
        living.append((station, file))
        csms.forget()
        await station.start()
        await clock.settle()
        return station

    yield start
    await kill()


async def charge(station: Station, clock: VirtualClock, seconds: float) -> None:
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.advance(seconds)


@pytest.mark.asyncio
async def test_auth_07_stat_05_tags_lists_keys_and_availability_are_kept(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await reborn()
    await station.present("CACHED", 1)
    await csms.call(
        "SendLocalList",
        listVersion=3,
        updateType="Full",
        localAuthorizationList=[{"idTag": "LISTED", "idTagInfo": {"status": "Accepted", "parentIdTag": "G"}}],
    )
    await csms.call("ChangeConfiguration", key="MeterValueSampleInterval", value="17")
    await csms.call("ChangeAvailability", connectorId=2, type="Inoperative")

    station = await reborn()
    assert [csms.statuses(number) for number in (0, 1, 2)] == [["Available"], ["Available"], ["Unavailable"]]
    assert station.configuration["MeterValueSampleInterval"] == "17"
    assert await csms.call("GetLocalListVersion") == {"listVersion": 3}
    listed = station.features[LocalList].known("LISTED")
    assert listed is not None
    assert (listed.status, listed.parent) == ("Accepted", "G")
    await station.lose_network()
    await station.present("CACHED", 1)
    assert station.connector(1).status == "Preparing"

    await station.restore_network()
    await clock.settle()
    await csms.call("ClearCache")
    await csms.call("ChangeAvailability", connectorId=0, type="Inoperative")
    await csms.call("SendLocalList", listVersion=4, updateType="Full")
    station = await reborn()
    assert station._parts.authorizer.cache.get("CACHED") is None
    assert station.features[LocalList].known("LISTED") is None
    assert [csms.statuses(number) for number in (0, 1, 2)] == [["Unavailable"]] * 3


@pytest.mark.asyncio
async def test_read_only_keys_belong_to_the_model(reborn: Reborn, csms: ScriptedCsms) -> None:
    station = await reborn(configuration={"GetConfigurationMaxKeys": "5"})
    station.configuration.set("GetConfigurationMaxKeys", "6")
    assert (await reborn(configuration={"GetConfigurationMaxKeys": "7"})).configuration[
        "GetConfigurationMaxKeys"
    ] == "7"


@pytest.mark.asyncio
async def test_tx_12_tx_15_a_transaction_cut_off_is_stopped_with_what_was_known(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    options = {"configuration": {"StopTxnSampledData": "SoC", "MeterValueSampleInterval": "60"}}
    station = await reborn(**options)
    await charge(station, clock, 150)

    station = await reborn(**options)
    (stop,) = csms.payloads("StopTransaction")
    assert (stop["transactionId"], stop["reason"], stop["meterStop"]) == (1, "PowerLoss", 366)
    assert stop["timestamp"] == "2026-01-01T00:02:00.000Z"
    contexts = [value["sampledValue"][0]["context"] for value in stop["transactionData"]]
    assert contexts == ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]
    assert station.connector(1).status == "Finishing"
    await station.present("TAG-1", 1)
    await clock.settle()
    assert csms.payloads("StartTransaction")[0]["meterStart"] == 366


@pytest.mark.asyncio
@pytest.mark.parametrize("kill", [True, False])
async def test_tx_12_or_it_goes_on(reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock, kill: bool) -> None:
    station = await reborn(resumes=True)
    await charge(station, clock, 120)
    if kill:
        station = await reborn(resumes=True)
    else:
        await station.cut_power()
        await clock.advance(3600)
        csms.forget()
        await station.restore_power()
        await clock.settle()
    assert csms.statuses(1) == ["Charging"]
    assert csms.payloads("StopTransaction") == []
    await clock.advance(60)
    (values,) = csms.payloads("MeterValues")
    assert (values["transactionId"], values["meterValue"][0]["sampledValue"][0]["value"]) == (1, "550")
    await station.present("TAG-1", 1)
    stop = await csms.receives("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (1, "Local")


@pytest.mark.asyncio
@pytest.mark.parametrize(("stops", "outcome"), [("true", "EVDisconnected"), ("false", None)])
async def test_tx_13_a_vehicle_that_left_in_the_dark(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock, stops: str, outcome: str | None
) -> None:
    station = await reborn(resumes=True, configuration={"StopTransactionOnEVSideDisconnect": stops})
    await charge(station, clock, 60)
    await station.cut_power()
    await station.unplug(1, "vehicle")
    await station.restore_power()
    await clock.settle()

    assert [payload["reason"] for payload in csms.payloads("StopTransaction")] == ([outcome] if outcome else [])
    assert station.connector(1).status == ("Finishing" if outcome else "SuspendedEV")


@pytest.mark.asyncio
async def test_tx_03_the_queue_is_kept_in_order(reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock) -> None:
    options = {"configuration": {"AllowOfflineTxForUnknownId": "true"}}
    station = await reborn(**options)
    await station.lose_network()
    for tag in ("ONE", "TWO"):
        await station.plug_in(1)
        await station.present(tag, 1)
        await clock.advance(60)
        await station.present(tag, 1)
        await station.unplug(1)
    assert station.queued == 6
    station = await reborn(**options)

    sent = [(name, p.get("idTag"), p.get("transactionId")) for name, p in csms.received if "Transaction" in name]
    assert sent == [
        ("StartTransaction", "ONE", None),
        ("StopTransaction", "ONE", 1),
        ("StartTransaction", "TWO", None),
        ("StopTransaction", "TWO", 2),
    ]
    assert station.queued == 0
    assert [station._parts.store.read(kind) for kind in ("queue", "transaction")] == [[], []]


@pytest.mark.asyncio
async def test_tx_11_a_locked_cable_stays_so(reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 3, "idTagInfo": {"status": "Blocked"}}
    await charge(await reborn(), clock, 1)
    station = await reborn()
    await station.present("STRANGER", 1)
    assert station.connector(1).locked
    await station.present("TAG-1", 1)
    assert not station.connector(1).locked


@pytest.mark.asyncio
async def test_res_03_reservations_are_kept(reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await reborn()
    for number, connector in ((-5, 1), (6, 0)):
        answer = await csms.call(
            "ReserveNow", reservationId=number, connectorId=connector, idTag="OWNER", expiryDate="2026-01-01T01:00:00Z"
        )
        assert answer == {"status": "Accepted"}
    await clock.settle()
    station = await reborn()
    assert [csms.statuses(number) for number in (1, 2)] == [["Reserved"], ["Reserved"]]
    await station.plug_in(1)
    await station.present("OWNER", 1)
    assert (await csms.receives("StartTransaction"))["reservationId"] == -5
    assert await csms.call("CancelReservation", reservationId=-5) == {"status": "Rejected"}
    assert await csms.call("CancelReservation", reservationId=6) == {"status": "Accepted"}


@pytest.mark.asyncio
async def test_transaction_data_is_bounded_in_the_file_too(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.v16.transactions.sampling.MAX_TRANSACTION_DATA", 4)
    station = await reborn(configuration={"StopTxnSampledData": "SoC", "MeterValueSampleInterval": "60"})
    await charge(station, clock, 600)
    transaction = station.connector(1).transaction
    assert transaction is not None
    kept = [value for _, value in station._parts.store.read(f"data/{transaction.number}")]
    assert kept == transaction.data
    assert len(kept) <= 4
    await station.present("TAG-1", 1)
    await clock.settle()
    assert station._parts.store.read(f"data/{transaction.number}") == []


@pytest.mark.asyncio
async def test_a_station_may_have_a_file_of_its_own(csms: ScriptedCsms, clock: VirtualClock, tmp_path: Path) -> None:
    path = tmp_path / "station.db"
    async with Station(csms.url, id="CP1", clock=clock, store=path) as station:
        station.configuration.set("LightIntensity", "40")
        with pytest.raises(StoreError, match="in use by another process"):
            Station(csms.url, id="CP1", clock=clock, store=str(path))
    async with Station(csms.url, id="CP1", clock=clock, store=str(path)) as station:
        assert station.configuration["LightIntensity"] == "40"


# --- the file ---------------------------------------------------------------------------------------------------------


def test_stations_in_one_file_do_not_see_each_other(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "fleet.db")
    one, other = file.of("ONE"), file.of("OTHER")
    one.put("key", "b", {"x": [1, None]})
    one.put("key", "a", 2)
    other.put("key", "a", 3)
    one.put("cache", "a", 4)
    other.clear("cache")

    assert one.read("key") == [("a", 2), ("b", {"x": [1, None]})]
    one.drop("key", "a")
    one.drop("key", "nothing")
    assert other.read("key") == [("a", 3)]
    one.clear("key")
    assert (one.read("key"), one.read("cache")) == ([], [("a", 4)])
    file.close()
    with_it_again = SqliteFile(tmp_path / "fleet.db").of("OTHER")
    assert with_it_again.read("key") == [("a", 3)]


def test_a_unit_is_kept_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "station.db")
    store = file.of("CP1")

    def fail() -> None:
        with store.unit():
            store.put("kind", "outer", 1)
            with store.unit():
                store.put("kind", "inner", 2)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    assert store.read("kind") == []
    with store.unit(), store.unit():
        store.put("kind", "a", 1)
    assert store.read("kind") == [("a", 1)]
    file.close()


def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "station.db"
    file = SqliteFile(path)
    with pytest.raises(StoreError, match=r"station\.db is in use by another process"):
        SqliteFile(path)
    file.change("PRAGMA user_version=2")
    file.close()
    with pytest.raises(StoreError, match="newer version of plugproof"):
        SqliteFile(path)
    foreign = sqlite3.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE theirs (a)")
    foreign.close()
    with pytest.raises(StoreError, match="the database of another program"):
        SqliteFile(tmp_path / "foreign.db")
    (tmp_path / "text").write_text("no database, but long enough to be looked at " * 100)
    with pytest.raises(StoreError, match=r"cannot be used .* name another file"):
        SqliteFile(tmp_path / "text")
    with pytest.raises(StoreError, match="cannot be used"):
        SqliteFile(tmp_path / "nowhere" / "station.db")


def test_the_default_keeps_nothing() -> None:
    with NOWHERE.unit():
        NOWHERE.put("kind", "key", 1)
    NOWHERE.drop("kind", "key")
    NOWHERE.clear("kind")
    assert NOWHERE.read("kind") == []
    assert not NOWHERE.keeps


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
@pytest.mark.parametrize("name", ["station.db", "link", "file:station.db"])
def test_a_new_file_is_its_owners_alone_from_its_creation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It holds private keys and passwords, and so does what SQLite puts beside it."""
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to("station.db")
    masked = os.umask(0)
    try:
        file = SqliteFile(name)
        file.of("CP1").put("key", "1", "secret")
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in os.scandir() if each.name != "link"}
        file.close()
    finally:
        os.umask(masked)

    made = "station.db" if name == "link" else name
    assert modes == dict.fromkeys((made, f"{made}-wal"), 0o600)


def test_a_memory_without_a_file_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SqliteFile(":memory:").close()

    assert list(tmp_path.iterdir()) == []
