"""The virtual clock: order, stillness while work is under way, and the event stream beside it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from simulator import Event, NotReached, SystemClock, VirtualClock
from simulator.kernel.events import Events

pytestmark = pytest.mark.asyncio


async def test_timers_fire_in_the_order_of_time_then_of_setting() -> None:
    clock = VirtualClock()
    fired: list[str] = []
    clock.call_later(2, lambda: fired.append("late"))
    clock.call_later(1, lambda: fired.append("first"))
    clock.call_later(1, lambda: fired.append("second"))
    clock.call_later(1, lambda: fired.append("cancelled")).cancel()

    await clock.advance(1)
    assert fired == ["first", "second"]
    await clock.advance(1)
    assert fired == ["first", "second", "late"]


async def test_a_timer_set_by_a_timer_fires_in_the_same_advance() -> None:
    clock = VirtualClock(datetime(2026, 3, 29, tzinfo=UTC))
    fired: list[timedelta] = []

    def again() -> None:
        fired.append(clock.now() - datetime(2026, 3, 29, tzinfo=UTC))
        clock.call_later(10, again)

    clock.call_later(10, again)
    await clock.advance(30)
    assert fired == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=30)]
    assert clock.monotonic() == 30.0


async def test_time_stands_still_while_somebody_holds_the_clock() -> None:
    clock = VirtualClock()
    answered = asyncio.Event()
    seen: list[tuple[str, float]] = []

    async def work() -> None:
        await answered.wait()
        seen.append(("answer", clock.monotonic()))
        hold.release()

    clock.call_later(5, lambda: seen.append(("timer", clock.monotonic())))
    hold = clock.hold()
    task = asyncio.create_task(work())
    advancing = asyncio.create_task(clock.advance(10))
    await asyncio.sleep(0)
    assert seen == []
    answered.set()
    await asyncio.gather(task, advancing)
    hold.release()
    assert seen == [("answer", 0.0), ("timer", 5.0)]


async def test_sleep_ends_when_the_time_has_come() -> None:
    clock = VirtualClock()
    sleeper = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    await clock.advance(60)
    await sleeper
    assert clock.now() == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


async def test_a_start_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(datetime(2026, 1, 1))


async def test_the_system_clock_is_utc_and_does_not_go_back() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= before
    clock.hold().release()


@pytest.fixture
def events() -> Events:
    return Events(VirtualClock())


async def test_until_looks_now_and_after_each_event(events: Events) -> None:
    await events.until(lambda: True)
    seen: list[Event] = []
    events.listen(seen.append)
    waiting = asyncio.create_task(events.until(lambda: len(seen) >= 2, within=5))
    await asyncio.sleep(0)
    events.publish("driver", "one")
    events.publish("driver", "two", 1, detail=7)
    await waiting
    assert seen[1].details == {"detail": 7}


async def test_until_says_that_the_time_is_over(events: Events) -> None:
    with pytest.raises(NotReached, match=r"within 0\.001 s"):
        await events.until(lambda: False, within=0.001)


async def test_until_hands_on_the_error_of_its_condition(events: Events) -> None:
    waiting = asyncio.create_task(events.until(lambda: 1 / len(later)))
    later: list[int] = []
    with pytest.raises(ZeroDivisionError):
        await waiting


async def test_a_slow_reader_loses_the_oldest_events_and_knows_it(events: Events) -> None:
    subscription = events.subscribe(limit=2)
    for number in range(3):
        events.publish("driver", str(number))
    events.close()
    assert [event.text async for event in subscription] == ["1", "2"]
    assert subscription.dropped == 1
