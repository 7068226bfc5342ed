"""TLS on either side and on both, with certificates of stations and of the proxy, and what goes wrong with them."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from pathlib import Path
from typing import Any

import pytest

from csms_core.pki import Pki
from harness.exit_codes import ExitCode
from harness.instruments.proxy.relay import tls
from harness.instruments.proxy.relay.settings import Problem, Settings, target
from tests.csms_core.support.tls import client_context, station_certificate
from tests.harness.instruments.proxy.relay.test_bytes import odd_stream, send_in_pieces
from tests.harness.instruments.proxy.support import BOOT, BOOTED, agreed, exchange, proxied, raw_csms, request


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A certificate authority; no test changes it."""
    return Pki.create(tmp_path_factory.mktemp("authority") / "pki")


def server_context(pki: Pki, *, asks: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.servers[0].certificate, pki.servers[0].key)
    if asks:
        context.load_verify_locations(pki.roots_file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def of_stations(pki: Pki) -> dict[str, Any]:
    return {"certificate": str(pki.servers[0].certificate), "key": str(pki.servers[0].key)}


@pytest.mark.asyncio
@pytest.mark.parametrize("mutual", [False, True], ids=["servers only", "mutual"])
async def test_tls_on_both_sides(tmp_path: Path, pki: Pki, mutual: bool) -> None:
    own, _ = station_certificate(tmp_path, pki, "CP-1")
    more: dict[str, Any] = {"ca": str(pki.roots_file), **of_stations(pki)}
    if mutual:
        more |= {"station_ca": str(pki.roots_file), "client_certificate": str(own), "client_key": str(own)}
    async with (
        raw_csms(server_context(pki, asks=mutual)) as csms,
        proxied(tmp_path, f"wss://localhost:{csms.port}", **more) as proxy,
    ):
        station = await proxy.station(client_context(pki, own if mutual else None))
        await station.send(request())
        wire = await csms.next()
        assert await wire.head() == request()
        await wire.send(agreed())
        assert await station.head() == agreed()
        await exchange(station, wire, [("station", BOOT), ("csms", BOOTED)])
        await proxy.watching.judged(2)
        up, down = (odd_stream(way, masked=not way) for way in range(2))
        sending = [asyncio.create_task(send_in_pieces(*each)) for each in ((station, up, 1), (wire, down, 2))]
        came_up = asyncio.create_task(wire.get(len(up)))
        assert await station.get(len(down)) == down
        assert await came_up == up
        await asyncio.gather(*sending)
        shown = wire.writer.get_extra_info("peercert")

        assert bool(shown) is mutual
        assert "within TLSv1.3" in proxy.trace()


@pytest.mark.asyncio
async def test_a_station_without_a_certificate_is_not_let_in(tmp_path: Path, pki: Pki) -> None:
    async with (
        raw_csms() as csms,
        proxied(tmp_path, csms.url, station_ca=str(pki.roots_file), **of_stations(pki)) as proxy,
    ):
        station = await proxy.station(client_context(pki))
        await station.send(request())  # of TLS 1.3 it learns only now that it is not wanted
        with contextlib.suppress(OSError):
            assert await station.rest() == b""

        assert csms.arrived.empty()
        assert proxy.judge.figures.connections == 0


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("is_tls", "trusted", "sentence"),
    [
        (True, False, "the certificate of the CSMS is not trusted"),
        (False, True, "does the CSMS speak TLS here"),
    ],
)
async def test_a_csms_that_is_not_trusted_is_told(
    tmp_path: Path, pki: Pki, is_tls: bool, trusted: bool, sentence: str
) -> None:
    other = Pki.create(tmp_path / "other")
    roots = pki if trusted else other
    async with (
        raw_csms(server_context(pki, asks=False) if is_tls else None) as csms,
        proxied(tmp_path, f"wss://localhost:{csms.port}", ca=str(roots.roots_file)) as proxy,
    ):
        station = await proxy.station()
        await station.send(request())
        if not is_tls:
            await (await csms.next()).send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        assert sentence in (await station.rest()).decode()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"certificate": "none", "key": "none"}, r"--cert none, or its key, cannot be read \(No such file"),
        ({"certificate": "{server}", "key": "{other}"}, "and its key: they do not belong together"),
        ({"certificate": "{text}", "key": "{text}"}, "and its key: they cannot be read as PEM"),
        ({"certificate": "{server}", "key": "{server_key}", "station_ca": "none"}, "--station-ca none cannot be read"),
    ],
)
def test_files_that_do_not_fit_are_told(tmp_path: Path, pki: Pki, more: dict[str, str], sentence: str) -> None:
    (tmp_path / "text").write_text("no PEM")
    names = {
        "server": pki.servers[0].certificate,
        "server_key": pki.servers[0].key,
        "other": pki.servers[1].key,
        "text": tmp_path / "text",
    }
    options: dict[str, Any] = {key: value.format(**names) for key, value in more.items()}
    settings = Settings(target("ws://h"), **options)

    with pytest.raises(Problem, match=sentence) as problem:
        tls.serving(settings)
    assert problem.value.code == ExitCode.USAGE


def test_the_settings_do_not_show_the_password() -> None:
    assert "hunter2" not in repr(Settings(target("ws://h"), user="u", password="hunter2"))
