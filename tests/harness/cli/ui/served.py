"""The pages on a port of their own, and a client of their API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from harness.cli.ui.serving import Wish, served


@dataclass
class Ui:
    """Where the pages are, and who asks."""

    url: str
    client: httpx.AsyncClient

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = await self.client.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def until(self, path: str, wanted: Any) -> Any:
        """The first picture of a stream that is as wanted."""
        async with asyncio.timeout(120), self.client.stream("GET", path) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    picture = msgspec.json.decode(line.removeprefix("data: "))
                    if wanted(picture):
                        return picture
        raise AssertionError("the stream has ended")


@asynccontextmanager
async def ui(folder: Path, sut: str | None = None) -> AsyncIterator[Ui]:
    """The pages with the SUT files and the runs of a folder."""
    wish = Wish("127.0.0.1", 0, folder / (sut or "none.toml"), folder / "runs")
    async with served(wish) as url, httpx.AsyncClient(base_url=url, timeout=60, verify=False) as client:
        yield Ui(url.rstrip("/"), client)
