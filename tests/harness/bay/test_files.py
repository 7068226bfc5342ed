"""The file server of the harness: what a station fetches from it and leaves at it, by either protocol."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from csms_core.files.places import MAX_FILES
from csms_core.files.server import Protocol
from harness.bay.files import BayFiles
from simulator.files.failure import TransferFailed
from simulator.files.transfer import download, upload

pytestmark = pytest.mark.asyncio
NO_TLS = ssl.create_default_context()
PROTOCOLS: tuple[Protocol, ...] = ("http", "ftp")


def _none() -> ssl.SSLContext:
    raise AssertionError("nothing here is within TLS")


@pytest_asyncio.fixture
async def changes() -> list[None]:
    return []


@pytest_asyncio.fixture
async def files(tmp_path: Path, changes: list[None]) -> AsyncIterator[BayFiles]:
    server = BayFiles("127.0.0.1", tmp_path / "files", lambda: changes.append(None))
    for protocol in PROTOCOLS:
        await server.opens(protocol, _none)
    yield server
    await server.closes()


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_image_is_fetched(files: BayFiles, protocol: Protocol, changes: list[None]) -> None:
    shelf = await files.offers(protocol, "1.0.1.bin", b"code")
    assert shelf.url.startswith(f"{protocol}://")
    assert shelf.url.endswith("/1.0.1.bin")
    assert shelf.fetches == 0
    assert await download(shelf.url, NO_TLS) == b"code"
    assert shelf.fetches == len(changes) == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_files_are_left(files: BayFiles, protocol: Protocol, changes: list[None]) -> None:
    shelf = files.awaits(protocol)
    await upload(shelf.url, "diagnostics.log", b"all is well", NO_TLS)
    assert {name: path.read_bytes() for name, path in shelf.left.items()} == {"diagnostics.log": b"all is well"}
    assert len(changes) == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_nothing_is_nowhere(files: BayFiles, protocol: Protocol) -> None:
    with pytest.raises(TransferFailed):
        await download(files.nowhere(protocol, "firmware.bin"), NO_TLS)
    with pytest.raises(TransferFailed):
        await upload(files.nowhere(protocol, ""), "diagnostics.log", b"all is well", NO_TLS)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_is_asked_for_in_vain_is_remembered(
    files: BayFiles, protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.bay.files.MOST_MISSED", 2)
    shelf = files.awaits(protocol)
    await upload(shelf.url, "diagnostics.log", b"all is well", NO_TLS)
    assert files.missed == []
    for _ in range(3):
        with pytest.raises(TransferFailed):
            await download(files.nowhere(protocol, "firmware.bin"), NO_TLS)
    assert len(files.missed) == 2
    assert files.missed == sorted(files.missed)


async def test_a_place_takes_no_more_than_there_may_be(files: BayFiles) -> None:
    shelf = files.awaits("http")
    for number in range(MAX_FILES):
        await upload(shelf.url, f"{number}.log", b"x", NO_TLS)
    with pytest.raises(TransferFailed):
        await upload(shelf.url, "one-more.log", b"x", NO_TLS)
    assert len(shelf.left) == MAX_FILES


async def test_a_file_that_is_sent_once_more_is_kept_once(files: BayFiles, tmp_path: Path) -> None:
    shelf = files.awaits("http")
    await upload(shelf.url, "diagnostics.log", b"first", NO_TLS)
    await upload(shelf.url, "diagnostics.log", b"second", NO_TLS)
    assert shelf.left["diagnostics.log"].read_bytes() == b"second"
    assert [shelf.left["diagnostics.log"]] == list((tmp_path / "files").iterdir())
