"""The doors of the file server: what they take, what they refuse, and that nobody gets out of a place."""

from __future__ import annotations

import asyncio
import ftplib
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from csms_core.files import places as places_module
from csms_core.files.depot import Depot, DepotError, TooLarge
from csms_core.files.places import clean_name, new_token
from csms_core.gateway.sockets import CannotListen
from csms_core.store import jobs
from tests.csms_core.support.bench import STATION, configured, default_config

pytestmark = pytest.mark.asyncio

BOUNDARY = "--frontier"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, verify=False) as client:
        yield client


async def place(csms: Csms, action: str = "GetDiagnostics", content: bytes | None = None) -> tuple[int, str]:
    """A place to leave files, or with a content to fetch `x.bin`; gives job and token."""
    image_id = None
    if content is not None:
        async with csms.files.places.depot.intake() as intake:
            await intake.write(content)
            kept = await intake.keep()
        row = {"name": "x.bin", "size": kept.size, "sha256": kept.sha256, "stored": kept.stored, "created_at": "now"}
        image_id = (await csms.store.write(lambda c: jobs.add_image(c, row))).image_id
    token = new_token()
    job_id = await csms.store.write(lambda c: jobs.plan(c, STATION, action, "now", token, image_id))
    return job_id, token


async def left(csms: Csms, job_id: int) -> list[tuple[str, bytes]]:
    """Names and contents of what was left."""
    job = await csms.store.read(lambda c: jobs.find(c, job_id))
    assert job is not None
    assert job.transfers is not None
    depot = csms.files.places.depot
    return [(moved.name, depot.path(moved.stored).read_bytes()) for moved in job.transfers if moved.stored]


def names_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def stored(csms: Csms) -> list[Path]:
    folder = csms.files.places.depot.folder
    return list(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    ("path", "name"), [("", "file"), ("/", "file"), ("/a.log", "a.log"), ("/a%20b.log", "a b.log")]
)
async def test_the_body_is_the_file(csms: Csms, client: httpx.AsyncClient, method: str, path: str, name: str) -> None:
    job_id, token = await place(csms)

    response = await client.request(method, f"{csms.files.urls['http']}/{token}{path}", content=b"content")

    assert response.status_code == 201
    assert await left(csms, job_id) == [(name, b"content")]


async def test_the_name_may_be_in_the_header(csms: Csms, client: httpx.AsyncClient) -> None:
    job_id, token = await place(csms)

    headers = {"Content-Disposition": 'attachment; filename="a/b.log"'}
    await client.put(f"{csms.files.urls['http']}/{token}/", content=b"x", headers=headers)

    assert await left(csms, job_id) == [("b.log", b"x")]


async def test_an_empty_file_is_a_file(csms: Csms, client: httpx.AsyncClient) -> None:
    job_id, token = await place(csms)

    assert (await client.put(f"{csms.files.urls['http']}/{token}/empty")).status_code == 201

    assert await left(csms, job_id) == [("empty", b"")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\logs\\a.log", "a.log"),
        ("..", "file"),
        ("", "file"),
        ("a\nb\x00c", "abc"),
        ("x" * 300, "x" * 255),
        ("größe.log", "größe.log"),
    ],
)
async def test_a_name_is_a_name_and_no_path(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/wrong",
        "/wrong/x.bin",
        "/%2e%2e/%2e%2e/csms.db",
        "/{token}/../../csms.db",
        "/{token}/%2e%2e%2fcsms.db",
        "/{token}/y.bin",
    ],
)
async def test_nobody_gets_out_of_a_place(csms: Csms, client: httpx.AsyncClient, path: str) -> None:
    _, token = await place(csms, "UpdateFirmware", b"content")

    assert (await client.get(f"{csms.files.urls['http']}{path.format(token=token)}")).status_code == 404


async def test_a_place_is_for_leaving_or_for_fetching(csms: Csms, client: httpx.AsyncClient) -> None:
    job_id, leaving = await place(csms)
    _, fetching = await place(csms, "UpdateFirmware", b"content")
    await client.put(f"{csms.files.urls['http']}/{leaving}/a.log", content=b"secret")

    assert (await client.get(f"{csms.files.urls['http']}/{leaving}/a.log")).status_code == 404
    assert (await client.put(f"{csms.files.urls['http']}/{fetching}/x.bin", content=b"other")).status_code == 404
    assert (await client.get(f"{csms.files.urls['http']}/{fetching}/x.bin")).content == b"content"
    assert (await client.delete(f"{csms.files.urls['http']}/{fetching}/x.bin")).status_code == 405
    assert len(await left(csms, job_id)) == 1


async def test_looking_is_not_fetching(csms: Csms, client: httpx.AsyncClient) -> None:
    job_id, token = await place(csms, "UpdateFirmware", b"content")

    head = await client.head(f"{csms.files.urls['http']}/{token}/x.bin")
    beyond = await client.get(f"{csms.files.urls['http']}/{token}/x.bin", headers={"Range": "bytes=100-"})

    assert (head.status_code, head.headers["content-length"], beyond.status_code) == (200, "7", 416)
    job = await csms.store.read(lambda c: jobs.find(c, job_id))
    assert job is not None
    assert job.transfers == []


async def test_a_file_that_is_gone(csms: Csms, client: httpx.AsyncClient) -> None:
    _, token = await place(csms, "UpdateFirmware", b"content")
    stored(csms)[0].unlink()

    assert (await client.get(f"{csms.files.urls['http']}/{token}/x.bin")).status_code == 410


async def body(size: int) -> AsyncIterator[bytes]:
    for _ in range(size):
        yield b"x"


@configured(max_file=100)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_that_is_too_large_leaves_nothing(csms: Csms, client: httpx.AsyncClient, announced: bool) -> None:
    job_id, token = await place(csms)
    content = b"x" * 100_000 if announced else body(101)

    response = await client.put(f"{csms.files.urls['http']}/{token}/a.log", content=content)

    assert (response.status_code, "100 bytes" in response.text) == (413, True)
    assert await left(csms, job_id) == []
    assert stored(csms) == []


async def test_a_place_holds_so_many_files(
    csms: Csms, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_module, "MAX_FILES", 2)
    job_id, token = await place(csms)

    codes = [(await client.put(f"{csms.files.urls['http']}/{token}/{n}", content=b"x")).status_code for n in range(3)]

    assert codes == [201, 201, 409]
    assert len(await left(csms, job_id)) == len(stored(csms)) == 2


@pytest.mark.parametrize("limit", ["MAX_AT_A_PLACE", "MAX_TRANSFERS"])
async def test_so_many_transfers_at_once(
    csms: Csms, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    _, token = await place(csms)
    _, fetching = await place(csms, "UpdateFirmware", b"content")
    assert (await client.put(f"{csms.files.urls['http']}/{token}/a", content=b"x")).status_code == 201
    monkeypatch.setattr(places_module, limit, 0)

    put = await client.put(f"{csms.files.urls['http']}/{token}/a", content=b"x")
    got = await client.get(f"{csms.files.urls['http']}/{fetching}/x.bin")

    assert [(answer.status_code, answer.headers["retry-after"]) for answer in (put, got)] == [(503, "10")] * 2


async def test_a_dawdler_keeps_nobody_else_waiting(csms: Csms, client: httpx.AsyncClient) -> None:
    _, dawdling = await place(csms)
    _, other = await place(csms)
    url = urlsplit(csms.files.urls["http"])
    writers = []
    for number in range(places_module.MAX_AT_A_PLACE):
        _, writer = await asyncio.open_connection(url.hostname, url.port)
        writers.append(writer)
        head = f"PUT /{dawdling}/{number} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
    codes: list[int] = []
    while 503 not in codes:  # from when the server has seen them all
        codes.append((await client.put(f"{csms.files.urls['http']}/{dawdling}/more", content=b"x")).status_code)

    assert (await client.put(f"{csms.files.urls['http']}/{other}/a", content=b"x")).status_code == 201
    for writer in writers:
        writer.close()
        await writer.wait_closed()


async def test_what_a_killed_process_had_begun_is_swept_away(tmp_path: Path) -> None:
    depot = Depot(tmp_path, 100)
    async with depot.intake() as intake:
        await intake.write(b"whole")
        kept = await intake.keep()
    (tmp_path / "incoming-0123").write_bytes(b"half")

    await depot.sweep()

    assert names_in(tmp_path) == [kept.stored]


async def test_an_upload_that_breaks_off_leaves_nothing(csms: Csms, client: httpx.AsyncClient) -> None:
    job_id, token = await place(csms)
    url = urlsplit(csms.files.urls["http"])
    _, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(f"PUT /{token}/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await client.put(
        f"{csms.files.urls['http']}/{token}/whole", content=b"x"
    )  # the server has seen to the other by then

    assert [name for name, _ in await left(csms, job_id)] == ["whole"]


async def test_a_pause_ends_an_upload(csms: Csms, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csms_core.files.http.IDLE_SECONDS", 0.0)
    job_id, token = await place(csms)
    url = urlsplit(csms.files.urls["http"])
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(f"PUT /{token}/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n".encode())

    assert b" 408 " in await reader.readline()

    writer.close()
    await writer.wait_closed()
    assert await left(csms, job_id) == []
    assert stored(csms) == []


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (b"no form", f"multipart/form-data; boundary={BOUNDARY}"),
        (b"no form", "multipart/form-data"),
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--{BOUNDARY}--\r\n'.encode(),
            f"multipart/form-data; boundary={BOUNDARY}",
        ),
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nhalf'.encode(),
            f"multipart/form-data; boundary={BOUNDARY}",
        ),
    ],
    ids=["no-form", "no-boundary", "no-file", "cut-off"],
)
async def test_a_form_that_is_none(csms: Csms, client: httpx.AsyncClient, form: bytes, kind: str) -> None:
    job_id, token = await place(csms)

    response = await client.post(f"{csms.files.urls['http']}/{token}/", content=form, headers={"Content-Type": kind})

    assert response.status_code == 400
    assert await left(csms, job_id) == []
    assert stored(csms) == []


async def test_only_the_first_file_of_a_form_is_taken(csms: Csms, client: httpx.AsyncClient) -> None:
    job_id, token = await place(csms)

    await client.post(f"{csms.files.urls['http']}/{token}/", files=[("a", ("1.log", b"one")), ("b", ("2.log", b"two"))])

    assert await left(csms, job_id) == [("1.log", b"one")]


async def test_a_depot_that_cannot_be_written(csms: Csms, client: httpx.AsyncClient, tmp_path: Path) -> None:
    _, token = await place(csms)
    (tmp_path / "taken").write_text("a file")
    csms.files.places.depot = Depot(tmp_path / "taken", 100)

    assert (await client.put(f"{csms.files.urls['http']}/{token}/a", content=b"x")).status_code == 507


async def test_the_depot_knows_no_names_but_its_own(tmp_path: Path) -> None:
    depot = Depot(tmp_path / "depot", 3)

    with pytest.raises(ValueError, match="no name of the depot"):
        depot.path("../csms.db")
    with pytest.raises(DepotError, match="A file may have 3 bytes"):
        async with depot.intake() as intake:
            await intake.write(b"four")
    async with depot.intake() as intake:
        await intake.write(b"two")
        with pytest.raises(TooLarge):
            await intake.write(b"two")
    assert list((tmp_path / "depot").iterdir()) == []


async def test_a_port_that_is_taken(tmp_path: Path, csms: Csms) -> None:
    (tmp_path / "other").mkdir()
    port = urlsplit(csms.files.urls["http"]).port
    config = replace(default_config(tmp_path / "other"), ftp_port=port)

    with pytest.raises(CannotListen, match="choose another with --ftp-port"):
        async with Csms(config):
            pass


@configured(host="0.0.0.0")
async def test_who_listens_everywhere_is_reached_by_name(csms: Csms) -> None:
    assert "0.0.0.0" not in csms.files.location("http", 1, "token")


@configured(files_url="http://192.0.2.7:8080/files/", ftp_port=0)
async def test_stations_are_told_the_address_they_can_reach(csms: Csms) -> None:
    assert csms.files.location("http", 1, "token") == "http://192.0.2.7:8080/files/token/"
    assert csms.files.location("ftp", 1, "token").startswith("ftp://job-1:token@192.0.2.7:")


@contextmanager
def ftp_session(csms: Csms, job_id: int, password: str) -> Iterator[ftplib.FTP]:
    address = urlsplit(csms.files.urls["ftp"])
    with ftplib.FTP(timeout=30) as ftp:
        ftp.connect(address.hostname or "", address.port or 0)
        ftp.login(f"job-{job_id}", password)
        yield ftp


T = TypeVar("T")


async def by_ftp(csms: Csms, job_id: int, token: str, work: Callable[[ftplib.FTP], T]) -> T:
    def run() -> T:
        with ftp_session(csms, job_id, token) as ftp:
            return work(ftp)

    return await asyncio.to_thread(run)


@configured(ftp_port=0)
@pytest.mark.parametrize("user", ["job-1", "job-77", "job-x", "job-" + "9" * 30, "anonymous", ""])
async def test_ftp_wants_the_token(csms: Csms, user: str) -> None:
    await place(csms)

    def log_in() -> None:
        address = urlsplit(csms.files.urls["ftp"])
        with ftplib.FTP(timeout=30) as ftp:
            ftp.connect(address.hostname or "", address.port or 0)
            ftp.login(user, "wrong")

    with pytest.raises(ftplib.error_perm, match="530"):
        await asyncio.to_thread(log_in)


@configured(ftp_port=0)
async def test_ftp_leaves_nothing_to_see_or_to_change(csms: Csms) -> None:
    job_id, token = await place(csms)
    refused: list[str] = []

    def work(ftp: ftplib.FTP) -> None:
        ftp.storbinary("STOR a.log", io.BytesIO(b"secret"))
        for command in ("MKD x", "DELE a.log", "RNFR a.log", "SIZE a.log", "CWD /etc", "RMD /"):
            try:
                ftp.voidcmd(command)
            except ftplib.Error:
                refused.append(command)
        with pytest.raises(ftplib.Error):
            ftp.retrbinary("RETR a.log", lambda data: None)
        with pytest.raises(ftplib.Error):
            ftp.storbinary("STOR b.log", io.BytesIO(b"x"), rest=2)
        with pytest.raises(ftplib.Error):
            ftp.storbinary("APPE a.log", io.BytesIO(b"more"))

    await by_ftp(csms, job_id, token, work)

    assert refused == ["MKD x", "DELE a.log", "RNFR a.log", "SIZE a.log", "CWD /etc", "RMD /"]
    assert await left(csms, job_id) == [("a.log", b"secret")]


@configured(ftp_port=0)
async def test_ftp_shows_and_gives_what_is_to_be_fetched(csms: Csms) -> None:
    job_id, token = await place(csms, "UpdateFirmware", b"content")
    got = bytearray()

    def work(ftp: ftplib.FTP) -> list[str]:
        ftp.retrbinary("RETR x.bin", got.extend, rest=3)
        with pytest.raises(ftplib.Error):
            ftp.storbinary("STOR x.bin", io.BytesIO(b"other"))
        lines: list[str] = []
        ftp.retrlines("LIST", lines.append)
        return lines

    (line,) = await by_ftp(csms, job_id, token, work)

    assert bytes(got) == b"tent"
    assert line.endswith("x.bin")


@configured(ftp_port=0, max_file=100)
async def test_ftp_takes_no_more_than_may_be(csms: Csms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_module, "MAX_FILES", 1)
    job_id, token = await place(csms)

    def work(ftp: ftplib.FTP) -> None:
        with pytest.raises(ftplib.Error, match="451"):
            ftp.storbinary("STOR large", io.BytesIO(b"x" * 101))
        ftp.storbinary("STOR a", io.BytesIO(b"x"))
        with pytest.raises(ftplib.Error, match="451"):
            ftp.storbinary("STOR b", io.BytesIO(b"x"))

    await by_ftp(csms, job_id, token, work)

    assert await left(csms, job_id) == [("a", b"x")]
    assert len(stored(csms)) == 1
