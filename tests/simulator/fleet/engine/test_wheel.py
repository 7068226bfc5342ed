"""The timer structure of a fleet: order, time, and that a cancelled timer leaves nothing behind."""

import asyncio
from functools import partial

import pytest

from simulator.fleet.engine.wheel import Wheel

pytestmark = pytest.mark.asyncio


async def until(wheel: Wheel, seconds: float) -> None:
    async with asyncio.timeout(30):
        await wheel.sleep(seconds)


async def test_timers_fire_in_the_order_of_their_time_and_equal_ones_in_the_order_they_were_set() -> None:
    wheel = Wheel()
    fired: list[str] = []
    for name, delay in [("late", 0.06), ("soon", 0.02), ("soon too", 0.02), ("at once", 0.0), ("before", -5.0)]:
        wheel.call_later(delay, partial(fired.append, name))
    await until(wheel, 0.09)

    assert fired == ["at once", "before", "soon", "soon too", "late"]


async def test_no_timer_fires_early() -> None:
    wheel, loop = Wheel(), asyncio.get_running_loop()
    early: list[float] = []

    def fire(due: float) -> None:
        early.append(due - loop.time())

    for number in range(40):
        due = loop.time() + number * 0.0017
        wheel.call_later(number * 0.0017, partial(fire, due))
    await until(wheel, 0.09)

    assert len(early) == 40
    assert max(early) <= 0


async def test_a_shorter_timer_wakes_a_loop_that_waits_for_a_longer_one() -> None:
    wheel = Wheel()
    wheel.call_later(3600.0, lambda: None)
    await until(wheel, 0.02)

    assert wheel.pending == 1
    wheel.close()
    assert wheel.pending == 0


async def test_a_cancelled_timer_does_not_fire_and_leaves_nothing() -> None:
    wheel, fired = Wheel(), []
    timers = [wheel.call_later(3600.0 + number, lambda: fired.append("no")) for number in range(1000)]
    soon = wheel.call_later(0.01, lambda: fired.append("no"))
    for timer in [*timers, soon, soon]:
        timer.cancel()
    assert wheel.pending == 0
    await until(wheel, 0.03)

    assert fired == []


async def test_a_timer_may_cancel_another_one_of_its_slot_and_set_new_ones() -> None:
    wheel, fired = Wheel(), []

    def first() -> None:
        fired.append("first")
        second.cancel()
        wheel.call_later(0.0, lambda: fired.append("third"))

    wheel.call_later(0.02, first)
    second = wheel.call_later(0.02, lambda: fired.append("second"))
    await until(wheel, 0.06)

    assert fired == ["first", "third"]


async def test_a_timer_that_fails_is_logged_and_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    wheel, fired = Wheel(), []

    def fail() -> None:
        raise ZeroDivisionError

    wheel.call_later(0.01, fail)
    wheel.call_later(0.01, lambda: fired.append("yes"))
    await until(wheel, 0.03)

    assert fired == ["yes"]
    assert "a timer of the fleet failed" in caplog.text
    caplog.clear()


async def test_how_late_a_timer_was_is_told_once() -> None:
    wheel, loop = Wheel(), asyncio.get_running_loop()
    end = loop.time() + 0.2

    def busy() -> None:
        while loop.time() < end:
            pass

    wheel.call_later(0.0, busy)
    wheel.call_later(0.05, lambda: None)
    await until(wheel, 0.06)

    assert wheel.lateness() >= 0.1
    assert wheel.lateness() == 0.0
    assert wheel.late >= 0.1
