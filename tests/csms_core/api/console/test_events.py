"""Live events: what the stream says, in which order, and that nothing ever waits for who reads it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from csms_core import Csms
from csms_core.hub import feed
from csms_core.hub.feed import Feed
from csms_core.hub.readers import MAX_READERS, MAX_WAITING, TooManyReaders
from ocppj.errors import ConnectFailed
from tests.csms_core.cli.test_process import running
from tests.csms_core.support.bench import STATION, Connecting, Station

EVENTS = "/api/v1/events"


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The events of an open stream."""
    kind = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


async def kept(api: httpx.AsyncClient, **parameters: Any) -> list[tuple[str, dict[str, Any]]]:
    async with api.stream("GET", EVENTS, params={"follow": "false", **parameters}) as response:
        return [event async for event in events(response)]


@pytest.mark.asyncio
async def test_the_stream_begins_with_what_led_there_and_goes_on_live(api: httpx.AsyncClient, station: Station) -> None:
    async with asyncio.timeout(30), api.stream("GET", EVENTS) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        stream = events(response)
        seen = [await anext(stream) for _ in range(4)]
        await station.call("Heartbeat")
        seen += [await anext(stream) for _ in range(2)]

    assert [(kind, event.get("direction")) for kind, event in seen] == [
        ("connected", None),
        ("frame", "station->csms"),
        ("frame", "csms->station"),
        ("live", None),
        ("frame", "station->csms"),
        ("frame", "csms->station"),
    ]
    assert json.loads(seen[4][1]["text"])[2] == "Heartbeat"
    assert {event["station"] for kind, event in seen if kind != "live"} == {STATION}


@pytest.mark.asyncio
async def test_a_reader_comes_back_with_its_last_number(api: httpx.AsyncClient, station: Station) -> None:
    first = await kept(api)
    number = first[1][1]["seq"]

    again = await kept(api, after=number)
    async with api.stream("GET", f"{EVENTS}?follow=false", headers={"Last-Event-ID": str(number)}) as response:
        as_browsers_do = [event async for event in events(response)]

    assert again == first[2:] == as_browsers_do


@pytest.mark.asyncio
async def test_a_number_of_an_earlier_life_gives_everything(api: httpx.AsyncClient, station: Station) -> None:
    assert await kept(api, after=10**9) == await kept(api)


@pytest.mark.asyncio
async def test_one_station_can_be_followed_alone(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    csms.hub.feed.connected("ANOTHER")

    assert {event["station"] for kind, event in await kept(api, station="ANOTHER") if kind != "live"} == {"ANOTHER"}


@pytest.mark.asyncio
async def test_a_station_that_goes_is_told(csms: Csms, api: httpx.AsyncClient, connecting: Connecting) -> None:
    async with asyncio.timeout(30), api.stream("GET", EVENTS) as response:
        stream = events(response)
        station = await connecting()
        await station.close()
        kinds = [kind async for kind, _ in _until(stream, "disconnected")]

    assert kinds == ["live", "connected", "disconnected"]


@pytest.mark.asyncio
async def test_a_station_that_is_refused_is_told_with_the_reason(
    csms: Csms, api: httpx.AsyncClient, connecting: Connecting
) -> None:
    with pytest.raises(ConnectFailed):
        await connecting("STRANGER")

    (refused, _) = await kept(api)
    assert refused[0] == "refused"
    assert (refused[1]["station"], refused[1]["text"]) == ("STRANGER", "This station is not registered.")


async def _until(
    stream: AsyncIterator[tuple[str, dict[str, Any]]], last: str
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    async for kind, event in stream:
        yield kind, event
        if kind == last:
            return


@pytest.mark.asyncio
async def test_what_a_fault_made_of_a_frame_is_what_is_shown(
    csms: Csms, api: httpx.AsyncClient, station: Station
) -> None:
    csms.switchboard.switch("heartbeat-answer-without-current-time", True)
    assert await station.call("Heartbeat") == {}

    _, answer = (await kept(api))[-2]
    assert json.loads(answer["text"])[2] == {}


@pytest.mark.asyncio
async def test_secrets_are_masked(csms: Csms, api: httpx.AsyncClient, station: Station) -> None:
    payload = {"key": "AuthorizationKey", "value": "0123456789ABCDEF0123456789ABCDEF"}
    await api.post(f"/api/v1/stations/{STATION}/operations/ChangeConfiguration", json=payload)

    text = str(await kept(api))

    assert "AuthorizationKey" in text
    assert "0123456789ABCDEF" not in text


@pytest.mark.asyncio
async def test_the_end_of_the_csms_ends_the_streams(csms: Csms, api: httpx.AsyncClient) -> None:
    async with api.stream("GET", EVENTS) as response:
        stream = events(response)
        assert (await anext(stream))[0] == "live"

        async with asyncio.timeout(30):
            await csms.hub.close()
            assert [event async for event in stream] == []


@pytest.mark.asyncio
async def test_as_many_readers_as_may_be_and_no_more(csms: Csms, api: httpx.AsyncClient) -> None:
    readers = [csms.hub.feed.open() for _ in range(MAX_READERS)]

    response = await api.get(EVENTS)
    assert response.status_code == 503
    assert "close one of them" in response.json()["detail"]

    csms.hub.feed.leave(readers[0])
    assert (await kept(api))[-1] == ("live", {})


@pytest.mark.asyncio
async def test_a_reader_that_goes_away_makes_room(csms: Csms, api: httpx.AsyncClient) -> None:
    left = asyncio.Event()
    leave = csms.hub.feed.leave

    def leaves(reader: feed.Reader) -> None:
        leave(reader)
        left.set()

    csms.hub.feed.leave = leaves  # type: ignore[method-assign]
    async with api.stream("GET", EVENTS) as response:
        assert (await anext(events(response)))[0] == "live"
        assert csms.hub.feed.readers == 1

    async with asyncio.timeout(30):
        await left.wait()
    assert csms.hub.feed.readers == 0


@pytest.mark.asyncio
async def test_a_reader_that_falls_behind_is_dropped_and_told(csms: Csms, api: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30), api.stream("GET", EVENTS) as response:
        stream = events(response)
        assert (await anext(stream))[0] == "live"
        for _ in range(MAX_WAITING + 1):  # without giving the reader a turn
            csms.hub.feed.frame(STATION, "station->csms", "x")

        assert [kind async for kind, _ in stream] == ["dropped"]
    assert csms.hub.feed.dropped == 1


def test_what_is_kept_is_bounded_in_number_and_in_text() -> None:
    events = Feed()
    for _ in range(feed.MAX_KEPT + 5):
        events.frame(STATION, "station->csms", "short")
    assert len(list(events.kept())) == feed.MAX_KEPT

    for _ in range(feed.MAX_KEPT):
        events.frame(STATION, "station->csms", "x" * 10 * feed.LONGEST_TEXT)

    found = list(events.kept())
    assert sum(len(event.text) for event in found) == feed.MAX_KEPT * feed.LONGEST_TEXT
    assert (len(found[-1].text), found[-1].size) == (feed.LONGEST_TEXT, 10 * feed.LONGEST_TEXT)


def test_no_number_of_refused_strangers_loses_an_event_of_a_known_station() -> None:
    events = Feed()
    events.connected(STATION)
    events.refused(STATION, "Its certificate was revoked.", stranger=False)
    for number in range(10 * feed.MAX_KEPT):
        events.refused(f"STRANGER-{number}", "This station is not registered.", stranger=True)
    events.finding(STATION, "It writes no zone.")

    found = list(events.kept())
    assert [event.kind for event in found if event.station == STATION] == ["connected", "refused", "finding"]
    assert len(found) == 3 + feed.MAX_REFUSED
    assert found[-2].station == f"STRANGER-{10 * feed.MAX_KEPT - 1}"
    assert [event.seq for event in found] == sorted(event.seq for event in found)


def test_who_guesses_at_a_known_station_pushes_out_no_refusal_of_another() -> None:
    events = Feed()
    events.refused("ANOTHER", "Its certificate was revoked.", stranger=False)
    for _ in range(10 * feed.MAX_REFUSED):
        events.refused(STATION, "The password is wrong.", stranger=False)

    assert [(event.station, event.seq) for event in events.kept()] == [
        ("ANOTHER", 1),
        (STATION, 10 * feed.MAX_REFUSED + 1),
    ]


@pytest.mark.asyncio
async def test_a_known_station_that_is_refused_is_no_stranger(
    csms: Csms, api: httpx.AsyncClient, connecting: Connecting
) -> None:
    await api.put(f"/api/v1/stations/{STATION}/security", json={"profile": 2})
    with pytest.raises(ConnectFailed):
        await connecting()
    for number in range(feed.MAX_REFUSED + 1):
        csms.hub.feed.refused(f"STRANGER-{number}", "This station is not registered.", stranger=True)

    (told,) = [event for _, event in await kept(api, station=STATION) if event]
    assert told["text"] == "This station has to connect with security profile 2."


def test_a_secret_that_is_cut_off_is_masked_as_well() -> None:
    events = Feed()
    events.frame(
        STATION, "csms->station", '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"' + "A" * 99_999
    )

    assert b"AAA" not in next(events.kept()).to_json()


def test_too_many_readers_is_a_sentence() -> None:
    events = Feed()
    for _ in range(MAX_READERS):
        events.open()

    with pytest.raises(TooManyReaders, match="follow the events already"):
        events.open()


@pytest.mark.asyncio
async def test_a_signal_ends_the_process_also_while_somebody_looks() -> None:
    async with (
        running("--database", ":temporary:") as (process, ready),
        httpx.AsyncClient(base_url=ready["api"], timeout=30) as api,
        api.stream("GET", EVENTS) as response,
    ):
        stream = events(response)
        assert (await anext(stream))[0] == "live"

        process.send_signal(signal.SIGTERM)

        async with asyncio.timeout(20):
            assert [kind async for kind, _ in stream] == []
            assert await process.wait() == 0
