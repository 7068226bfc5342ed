"""Metrics, health and readiness."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from csms_core import Csms
from csms_core.hub.metrics import BUCKETS, Times
from ocppj.peers.aio import CallRefused
from tests.csms_core.support.bench import STATION, Station

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def samples(api: httpx.AsyncClient) -> Samples:
    response = await api.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


@pytest.mark.asyncio
async def test_frames_answers_and_stations_are_counted(api: httpx.AsyncClient, station: Station) -> None:
    await station.call("Heartbeat")
    await station.call("Heartbeat")
    await api.post(f"/api/v1/stations/{STATION}/operations/ClearCache")

    found = await samples(api)

    assert value(found, "ocpp_frames_total", sender="station", kind="call", action="Heartbeat") == 2
    assert value(found, "ocpp_frames_total", sender="csms", kind="result", action="Heartbeat") == 2
    assert value(found, "ocpp_frames_total", sender="csms", kind="call", action="ClearCache") == 1
    assert value(found, "ocpp_answer_seconds_count", sender="csms", action="Heartbeat") == 2
    assert value(found, "ocpp_answer_seconds_count", sender="station", action="ClearCache") == 1
    assert value(found, "csms_stations_online") == 1
    assert value(found, "csms_connections_total") == 1
    assert value(found, "csms_store_commits_total") > 0
    assert any(name == "process_resident_memory_bytes" for name, _ in found)


@pytest.mark.asyncio
async def test_what_a_station_makes_up_gets_no_label_of_its_own(api: httpx.AsyncClient, station: Station) -> None:
    for number in range(20):
        with pytest.raises(CallRefused):
            await station.call(f"MadeUp{number}")
    with pytest.raises(CallRefused):
        await station.call("Heartbeat", {"made": "up"})
    await station.peer.send_raw('[4,"nobody-asked","MadeUpCode","",{}]')
    await station.peer.send_raw("no frame at all")
    await station.call("Heartbeat")

    found = await samples(api)

    assert value(found, "ocpp_frames_total", sender="station", kind="call", action="unknown") == 20
    assert value(found, "ocpp_call_errors_total", sender="csms", code="NotImplemented") == 20
    assert value(found, "ocpp_call_errors_total", sender="station", code="other") == 1
    assert value(found, "ocpp_invalid_frames_total", sender="station", action="Heartbeat") == 1
    assert value(found, "ocpp_frames_total", sender="station", kind="malformed", action="unknown") == 1
    assert "MadeUp" not in str(found)


def test_times_fall_into_the_bucket_that_holds_them() -> None:
    times = Times()
    for seconds in (0.0005, 0.001, 0.002, 99.0):
        times.add(seconds)

    buckets = dict(times.buckets())

    assert (buckets["0.001"], buckets["0.0025"], buckets[str(BUCKETS[-1])], buckets["+Inf"]) == (2, 3, 3, 4)


@pytest.mark.asyncio
async def test_ready_means_that_the_database_answers(csms: Csms, api: httpx.AsyncClient) -> None:
    assert (await api.get("/ready")).json() == {"status": "ready"}

    await csms.store.writer.close()

    response = await api.get("/ready")
    assert response.status_code == 503
    assert response.json()["detail"] == "The database does not answer (StoreClosed)."
    assert (await api.get("/health")).status_code == 200, "it lives all the same"
