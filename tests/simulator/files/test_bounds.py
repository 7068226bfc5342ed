"""No server can fill a station's memory: every body has a bound, unpacked too, and so has what FTP says."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.responses import RedirectResponse, Response, StreamingResponse

from simulator.files import transfer
from simulator.files.failure import TransferFailed
from simulator.files.transfer import MOST_REDIRECTS, download, fetch, upload
from simulator.pki.contexts import for_files
from tests.simulator.support.files import Folder, http_folder

pytestmark = pytest.mark.asyncio

MEGABYTES_64 = 64 << 20
BOMB = gzip.compress(gzip.compress(bytes(MEGABYTES_64)))
"""A few hundred bytes of two layers of gzip."""


@pytest_asyncio.fixture
async def folder() -> AsyncIterator[Folder]:
    async with http_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def web() -> ssl.SSLContext:
    return for_files(())


@pytest.mark.parametrize("status", [200, 302, 500])
@pytest.mark.parametrize("way", ["upload", "download"])
async def test_what_unpacks_to_gigabytes_is_not_unpacked(
    folder: Folder, web: ssl.SSLContext, way: str, status: int
) -> None:
    headers = {"Content-Encoding": "gzip, gzip", "Location": "/again"}
    folder.said = Response(BOMB, status, headers)
    move = upload(folder.url, "CP1.log", b"log", web) if way == "upload" else download(f"{folder.url}/fw.bin", web)

    tracemalloc.start()
    try:
        if way == "upload" and status == 200:
            await move
        else:
            with pytest.raises(TransferFailed, match=r"packed the file|more than 5 times|500"):
                await move
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES_64 / 4
    finally:
        tracemalloc.stop()


async def test_the_answer_to_an_upload_is_not_read(folder: Folder, web: ssl.SSLContext) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1 << 16)
            await asyncio.sleep(0)

    folder.said = StreamingResponse(endless())
    async with asyncio.timeout(20):
        await upload(folder.url, "CP1.log", b"log", web)

    assert folder.methods == ["PUT"]


async def test_a_redirect_is_followed_so_often_and_no_more(folder: Folder, web: ssl.SSLContext) -> None:
    folder.said = RedirectResponse("/again")
    with pytest.raises(TransferFailed, match="another address"):
        await download(f"{folder.url}/fw.bin", web)

    assert len(folder.requests) == MOST_REDIRECTS + 1


async def test_what_a_server_says_is_shown_without_what_a_terminal_obeys(web: ssl.SSLContext) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 \x1b[31m" + b"x" * 1000 + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TransferFailed) as failure:
            await download(f"http://127.0.0.1:{port}/fw.bin", web)

    assert "\x1b" not in str(failure.value)
    assert len(str(failure.value)) < 300


@pytest.mark.parametrize("line", [b"220-welcome\r\n", b"220-" + b"x" * 100_000, b"220 \xff\r\n"])
async def test_a_server_that_talks_for_ever_by_ftp_is_left(web: ssl.SSLContext, line: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(line)
                await writer.drain()
        except OSError:
            pass

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(20):
            with pytest.raises(TransferFailed) as failure:
                await download(f"ftp://127.0.0.1:{port}/fw.bin", web)

    assert failure.value.problem == "UploadFailure"


async def test_stations_that_all_want_a_file_fetch_it_in_turns(
    web: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request is answered when a second one is there; without turns all six come before that."""
    monkeypatch.setattr(transfer, "AT_ONCE", 2)
    now = most = 0
    pair = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        await reader.readuntil(b"\r\n\r\n")
        now += 1
        most = max(most, now)
        if now == 2:
            pair.set()
        await pair.wait()
        now -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(30):
        port = server.sockets[0].getsockname()[1]
        files = await asyncio.gather(*(download(f"http://127.0.0.1:{port}/fw.bin", web) for _ in range(6)))
    assert files == [b"x"] * 6
    assert most == 2


async def test_what_is_fetched_is_handed_on_and_not_kept(folder: Folder, web: ssl.SSLContext) -> None:
    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(256):
            yield bytes(1 << 16)

    folder.said = StreamingResponse(blocks())
    length = 0

    def take(block: bytes) -> None:
        nonlocal length
        length += len(block)

    tracemalloc.start()
    try:
        await fetch(f"{folder.url}/fw.bin", web, take)
        assert length == MEGABYTES_64 // 4
        assert tracemalloc.get_traced_memory()[1] < length / 4
    finally:
        tracemalloc.stop()
