"""A person in front of the page: what a driver and an operator ask stands there, and a button answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from harness.adapters import person
from harness.adapters.base import NotOffered
from harness.adapters.desk import DESK, place
from harness.adapters.drivers.base import Cannot
from harness.adapters.drivers.manual import ManualDriver
from harness.adapters.operators.manual import ManualOperator
from harness.cli.ui.bench.desk import Desk
from tests.harness.support.suts import sut_of

pytestmark = pytest.mark.asyncio


class Watched:
    """A desk, and when something has changed there."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.desk = Desk(self.news.set)

    async def until(self, *texts: str) -> None:
        """What is asked begins so, and nothing else is."""
        async with asyncio.timeout(20):
            while not self._is(texts):
                self.news.clear()
                await self.news.wait()

    def _is(self, texts: tuple[str, ...]) -> bool:
        asked = [one["text"] for one in self.desk.asked()]
        return len(asked) == len(texts) and all(map(str.startswith, asked, texts))


@pytest_asyncio.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    watched = Watched()
    monkeypatch.setenv(DESK, await watched.desk.open())
    yield watched
    await watched.desk.close()


async def test_a_driver_asks_and_the_buttons_answer(watched: Watched, tmp_path: Path) -> None:
    driver = ManualDriver(sut_of(tmp_path, '[driver]\nkind = "none"\n[timeouts]\nmessage_s = 5\noperator_s = 55\n'))
    act = asyncio.create_task(driver.perform("present", {"tag": "CARD-1", "connector": 2}))
    await watched.until("Hold the card")
    (asked,) = watched.desk.asked()
    assert asked["text"] == "Hold the card CARD-1 to the reader of connector 2."
    assert asked["words"] == {"no": "It cannot be done", "done": "It is done"}

    assert not watched.desk.answer(asked["number"], "perhaps")
    assert watched.desk.answer(asked["number"], "done")
    assert not watched.desk.answer(asked["number"], "done")
    await asyncio.wait_for(act, 20)

    act = asyncio.create_task(driver.perform("cut_power", {}))
    await watched.until("Switch off")
    assert watched.desk.answer(watched.desk.asked()[0]["number"], "no")
    with pytest.raises(Cannot, match="says that this cannot be done: Switch off the power"):
        await asyncio.wait_for(act, 20)
    await driver.close()


async def test_the_next_instruction_takes_the_place_of_the_last(watched: Watched, tmp_path: Path) -> None:
    driver = ManualDriver(sut_of(tmp_path, ""))
    first = asyncio.create_task(driver.perform("plug_in", {"connector": 1}))
    await watched.until("Put the cable in")
    second = asyncio.create_task(driver.perform("unplug", {"connector": 1}))
    await asyncio.wait_for(first, 20)
    await watched.until("Take the cable out")
    await driver.close()
    await asyncio.wait_for(second, 20)
    await watched.until()


async def test_an_operator_asks_with_the_values(watched: Watched, tmp_path: Path) -> None:
    operator = ManualOperator(sut_of(tmp_path, ""))
    asked = asyncio.create_task(operator.perform("Reset", "CP-1", {"type": "Hard"}))
    await watched.until("Restart CP-1.")
    assert watched.desk.asked()[0]["text"].splitlines() == ["Restart CP-1.  [Reset]", "    type  Hard"]
    assert watched.desk.asked()[0]["words"] == {"no": "The back office does not offer this"}
    watched.desk.answer(watched.desk.asked()[0]["number"], "no")
    with pytest.raises(NotOffered):
        await asyncio.wait_for(asked, 20)
    await operator.close()


async def test_only_a_run_of_the_page_may_ask(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    port = (place() or "").partition(":")[0]
    for line in (b"no json\n", b'{"token": "x", "text": "", "seconds": 1, "words": {}}\n', b"x" * 100_000):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        writer.write(line)
        assert await asyncio.wait_for(reader.read(), 20) == b""
        writer.close()
    assert watched.desk.asked() == []

    assert person.problem("driver", 1) is None
    assert "who cannot serve 2 workers" in (person.problem("driver", 2) or "")
    await watched.desk.close()
    driver = ManualDriver(sut_of(tmp_path, ""))
    with pytest.raises(Cannot):
        await driver.perform("cut_power", {})
