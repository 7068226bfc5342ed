"""The security options of `plugproof station`, at a CSMS that insists on the profile."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from csms_core import Config, Csms
from csms_core.pki import Pki
from csms_core.store import stations
from simulator import ConnectFailed, Station
from simulator.options.arguments import UsageError
from simulator.options.station import station_of
from simulator.pki.contexts import for_csms
from tests.simulator.options.reading import station_options
from tests.simulator.support.security import manufacturer_root, own_certificate

ID = "PP-0001"
PASSWORD = "0123456789abcdefghij"


@pytest_asyncio.fixture
async def csms(pki: Pki, tmp_path: Path) -> AsyncIterator[Csms]:
    config = Config(database=f"sqlite:///{tmp_path}/csms.db", pki=str(pki.folder), call_timeout=10.0)
    async with Csms(config) as csms:
        await csms.store.write(lambda c: stations.put(c, ID, "2026-01-01T00:00:00.000Z"))
        yield csms


@pytest.fixture
def files(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the factory puts in; the password is in the environment as well."""
    own = own_certificate(pki, ID)
    texts = {
        "ca.pem": pki.roots_file.read_text(),
        "maker.pem": manufacturer_root(pki),
        "own.pem": own["certificate"],
        "own.key": own["key"],
        "other.key": own_certificate(pki, ID)["key"],
        "password": f"{PASSWORD}\nnot this line\n",
        "hex": PASSWORD.encode().hex(),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("STATION_KEY", PASSWORD)
    return tmp_path


def made(url: str, options: str, files: Path) -> Station:
    """The station of a command line; names of `files` are written with an @."""
    arguments = [str(files / one[1:]) if one.startswith("@") else one for one in options.split()]
    station = station_of(station_options(url, "--id", ID, *arguments))
    assert isinstance(station, Station)
    return station


WAYS = (
    (1, "url", "--auth-key-env STATION_KEY"),
    (1, "url", "--auth-key-file @hex --security-profile 1 --ca-file @ca.pem"),
    (2, "tls_url", "--auth-key-file @password --ca-file @ca.pem --manufacturer-ca-file @maker.pem"),
    (2, "url", "--auth-key-env STATION_KEY --ca-file @ca.pem --tls-url {tls} --security-profile 2"),
    (2, "tls_url", "--auth-key-env STATION_KEY --ca-file @ca.pem --model ac-22kw"),
    (3, "tls_url", "--certificate @own.pem --key @own.key --ca-file @ca.pem"),
    (3, "url", "--certificate @own.pem --key @own.key --ca-file @ca.pem --tls-url {tls} --model dc-150kw"),
)


@pytest.mark.asyncio
async def test_each_profile_is_a_matter_of_options(csms: Csms, files: Path) -> None:
    async with httpx.AsyncClient(base_url=f"{csms.api_url}/api/v1/stations/{ID}", timeout=30) as api:
        for profile, door, options in WAYS:
            secret = {"profile": profile, "password": PASSWORD if profile < 3 else None}
            assert (await api.put("/security", json=secret)).status_code == 204
            with pytest.raises(ConnectFailed):
                await made(csms.url, "", files).__aenter__()  # without them nobody gets in

            async with made(getattr(csms, door), options.format(tls=csms.tls_url), files) as station:
                await station.until(lambda s: s.online, within=10)
                assert (await api.get("/security")).json()["last_handshake"]["profile"] == profile, options
                if "SecurityProfile" in station.configuration:
                    await judge(station, api, profile, options)


async def judge(station: Station, api: httpx.AsyncClient, profile: int, options: str) -> None:
    """What the factory has put in is there for the CSMS to see, and to change."""
    assert station.configuration["SecurityProfile"] == str(profile)
    kinds = {"CentralSystemRootCertificate": "@ca", "ManufacturerRootCertificate": "@maker"}
    for kind, file in kinds.items():
        answer = await api.post("/operations/GetInstalledCertificateIds", json={"certificateType": kind})
        assert answer.json()["status"] == ("Accepted" if file in options else "NotFound")
    if profile >= 2:
        vault = station.parts.vault
        own = vault.own if profile == 3 else None
        assert station.parts.link.dial.ssl is for_csms(vault.trusted(), own)  # roots that are installed later count


@pytest.mark.asyncio
async def test_within_tls_and_without_a_password_the_ca_is_checked(csms: Csms, files: Path) -> None:
    async with made(csms.tls_url, "--ca-file @ca.pem", files) as station:
        assert station.configuration["SecurityProfile"] == "0"
    with pytest.raises(ConnectFailed, match="certificate"):
        await made(csms.tls_url, "", files).__aenter__()


@pytest.mark.parametrize(
    ("url", "options", "sentence"),
    [
        ("ws://h/", "--security-profile 1", "--security-profile 1 needs a password; add --auth-key-env NAME or"),
        ("wss://h/", "--security-profile 2", "--security-profile 2 needs a password; add --auth-key-env NAME or"),
        (
            "wss://h/",
            "--security-profile 3",
            "--security-profile 3 needs a certificate; add --certificate FILE and --key",
        ),
        (
            "wss://h/",
            "--security-profile 1 --auth-key-env STATION_KEY",
            "--security-profile 1 is without TLS, and wss://h/ is with it; give ws:// or profile 2",
        ),
        ("ws://h/", "--tls-url ws://h/", "--tls-url ws://h/: it begins with wss://"),
        ("ws://h/", "--tls-url h", "h is no address of a CSMS; it looks like ws://host:port/path"),
        (
            "ws://h/",
            "--auth-key-file @none",
            "--auth-key-file {files}/none: cannot be read (No such file or directory)",
        ),
        ("wss://h/", "--ca-file @password", "--ca-file {files}/password: cannot be read as PEM (the text holds no PEM"),
        ("wss://h/", "--certificate @own.pem", "--certificate and --key belong together; add --key FILE"),
        ("wss://h/", "--key @own.key", "--certificate and --key belong together; add --certificate FILE"),
        (
            "wss://h/",
            "--certificate @own.pem --key @own.key",
            "--certificate {files}/own.pem: its station trusts nobody",
        ),
        (
            "wss://h/",
            "--certificate @own.pem --key @other.key --ca-file @ca.pem",
            "--key {files}/other.key: it is not the key of the first certificate in {files}/own.pem",
        ),
        (
            "wss://h/",
            "--certificate @own.pem --key @own.pem --ca-file @ca.pem",
            "--key {files}/own.pem: is no private key in PEM without a password",
        ),
        (
            "wss://h/",
            "--certificate @own.pem --key @own.key --model ac-22kw",
            "--certificate: the model has no security extensions; choose one with security = true",
        ),
    ],
)
def test_a_wrong_option_is_one_sentence(files: Path, url: str, options: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        made(url, options, files)
    assert str(caught.value).startswith(sentence.format(files=files))


def test_a_file_that_is_no_text_is_one_sentence(files: Path) -> None:
    (files / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="binary: is no text in UTF-8; name another file"):
        made("ws://h/", "--auth-key-file @binary", files)
