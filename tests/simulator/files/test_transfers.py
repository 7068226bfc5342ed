"""Files by HTTP, HTTPS, FTP and FTPS, and what becomes of a file that is not moved."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from csms_core.pki import Pki
from csms_core.pki.contexts import TlsSettings, make_context
from simulator.files import transfer
from simulator.files.failure import TransferFailed
from simulator.files.transfer import download, upload
from simulator.pki.chains import split
from simulator.pki.contexts import for_files
from tests.simulator.support.files import Folder, FtpFolder, ftp_folder, http_folder

pytestmark = pytest.mark.asyncio

LOG = b"a line\nanother line\n"


@pytest_asyncio.fixture
async def folder() -> AsyncIterator[Folder]:
    async with http_folder() as folder:
        yield folder


@pytest_asyncio.fixture
async def ftp() -> AsyncIterator[FtpFolder]:
    async with ftp_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def web() -> ssl.SSLContext:
    return for_files(())


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/logs", "/logs/CP1.log"),
        ("/logs/", "/logs/CP1.log"),
        ("", "/CP1.log"),
        ("/signed/address?key=1", "/signed/address?key=1"),
    ],
)
async def test_a_file_is_put_into_the_folder(folder: Folder, web: ssl.SSLContext, location: str, path: str) -> None:
    await upload(folder.url + location, "CP1.log", LOG, web)

    assert folder.requests == [("PUT", path, LOG)]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_without_put_gets_a_form(folder: Folder, web: ssl.SSLContext, status: int) -> None:
    folder.answers = [status]
    await upload(f"{folder.url}/logs", "CP1.log", LOG, web)

    method, path, body = folder.requests[1]
    assert (method, path) == ("POST", "/logs")
    assert b'filename="CP1.log"' in body
    assert LOG in body


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([400], "BadMessage"),
        ([401], "PermissionDenied"),
        ([403], "PermissionDenied"),
        ([405, 405], "NotSupportedOperation"),
        ([404, 404], "UploadFailure"),
        ([500], "UploadFailure"),
        ([507], "UploadFailure"),
    ],
)
async def test_what_a_server_answers_is_the_problem(
    folder: Folder, web: ssl.SSLContext, answers: list[int], problem: str
) -> None:
    folder.answers = list(answers)
    with pytest.raises(TransferFailed, match=str(answers[-1])) as failure:
        await upload(folder.url, "CP1.log", LOG, web)

    assert (failure.value.problem, failure.value.hopeless) == (problem, False)


@pytest.mark.parametrize(
    ("location", "problem", "words"),
    [
        ("sftp://127.0.0.1/logs", "NotSupportedOperation", "none of FTP, FTPS, HTTP, HTTPS"),
        ("/logs", "NotSupportedOperation", "none of"),
        ("http:///logs", "BadMessage", "names no server"),
        ("ftp://[::1/logs", "BadMessage", "no address"),
        ("http://127.0.0.1:99999/logs", "BadMessage", "no address"),
        ("http://ä..invalid/logs", "BadMessage", "Invalid IDNA hostname"),
    ],
)
async def test_a_location_that_cannot_be_is_not_tried_again(
    web: ssl.SSLContext, location: str, problem: str, words: str
) -> None:
    for move in (upload(location, "CP1.log", LOG, web), download(location, web)):
        with pytest.raises(TransferFailed, match=words) as failure:
            await move
        assert (failure.value.problem, failure.value.hopeless) == (problem, True)


@pytest.mark.parametrize("scheme", ["http", "ftp"])
async def test_nobody_there_is_a_failure_that_may_pass(web: ssl.SSLContext, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    for move in (
        upload(f"{scheme}://127.0.0.1:{port}/", "CP1.log", LOG, web),
        download(f"{scheme}://127.0.0.1:{port}/fw.bin", web),
    ):
        with pytest.raises(TransferFailed) as failure:
            await move
        assert (failure.value.problem, failure.value.hopeless) == ("UploadFailure", False)


async def test_a_file_is_fetched_by_http(folder: Folder, web: ssl.SSLContext) -> None:
    folder.files["/fw.bin?version=2"] = b"image" * 100_000

    assert await download(f"{folder.url}/fw.bin?version=2", web) == b"image" * 100_000
    with pytest.raises(TransferFailed, match="404"):
        await download(f"{folder.url}/does_not_exist", web)


async def test_a_file_without_end_is_not_fetched(
    folder: Folder, web: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "MAX_FILE", 1000)
    folder.files = {"/small": b"x" * 1000, "/large": b"x" * 1001}

    assert len(await download(f"{folder.url}/small", web)) == 1000
    with pytest.raises(TransferFailed, match="more than 1000 bytes") as failure:
        await download(f"{folder.url}/large", web)
    assert failure.value.hopeless


async def test_a_file_is_left_and_fetched_by_ftp(ftp: FtpFolder, web: ssl.SSLContext) -> None:
    await ftp.write("/in/fw.bin", b"image" * 50_000)
    await upload(f"{ftp.url}/in/", "CP1.log", LOG, web)
    await upload(ftp.url, "top.log", LOG, web)

    assert await ftp.read("/in/CP1.log") == LOG
    assert await ftp.read("/top.log") == LOG
    assert await download(f"{ftp.url}/in/fw.bin", web) == b"image" * 50_000


@pytest.mark.parametrize("account", ["station:wrong", "nobody:secret"])
async def test_a_wrong_account_is_denied(ftp: FtpFolder, web: ssl.SSLContext, account: str) -> None:
    with pytest.raises(TransferFailed, match="530") as failure:
        await upload(f"ftp://{account}@{ftp.address}/", "CP1.log", LOG, web)
    assert failure.value.problem == "PermissionDenied"


async def test_an_ftp_file_or_folder_that_is_not_there_fails(ftp: FtpFolder, web: ssl.SSLContext) -> None:
    with pytest.raises(TransferFailed, match="550"):
        await download(f"{ftp.url}/does_not_exist", web)
    with pytest.raises(TransferFailed, match="550"):
        await upload(f"{ftp.url}/nowhere/", "CP1.log", LOG, web)


async def test_a_folder_for_reading_only_denies(web: ssl.SSLContext) -> None:
    async with ftp_folder(writable=False) as ftp:
        with pytest.raises(TransferFailed, match="550") as failure:
            await upload(ftp.url, "CP1.log", LOG, web)
    assert failure.value.problem == "PermissionDenied"


async def test_https_is_for_servers_that_a_root_vouches_for(pki: Pki, web: ssl.SSLContext) -> None:
    ours = for_files(split(pki.roots_file.read_text()))
    async with http_folder(make_context(pki, TlsSettings(asks=False))) as folder:
        await upload(folder.url, "CP1.log", LOG, ours)
        with pytest.raises(TransferFailed, match="CERTIFICATE_VERIFY_FAILED"):
            await upload(folder.url, "CP1.log", LOG, web)

    assert folder.methods == ["PUT"]


async def test_https_needs_tls_1_2(pki: Pki, tmp_path: Path) -> None:
    ours = for_files(split(pki.roots_file.read_text()))
    old = make_context(
        pki,
        TlsSettings(
            minimum=ssl.TLSVersion.TLSv1_1,
            maximum=ssl.TLSVersion.TLSv1_1,
            suites=("ECDHE-ECDSA-AES128-SHA", "AES128-SHA"),
            level=0,
            asks=False,
        ),
    )
    async with http_folder(old) as folder:
        with pytest.raises(TransferFailed):
            await upload(folder.url, "CP1.log", LOG, ours)
    assert folder.requests == []
