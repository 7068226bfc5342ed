"""`plugproof station --ocpp 2.0.1` as a user runs it, and how it connects."""

import httpx
import pytest

from csms_core.pki import Pki
from csms_core.pki.contexts import TlsSettings, make_context
from simulator.cli.views import views
from simulator.pki.provision import Provision
from simulator.v201.faults import CATALOGUE
from simulator.v201.verbs import VERBS
from simulator.v201.world import World
from tests.simulator.cli.test_command import command, outcome
from tests.simulator.options.reading import station_options
from tests.simulator.support.security import KEY
from tests.simulator.v201.conftest import Csms, Start


@pytest.mark.asyncio
async def test_a_session_charges_once_and_ends_well(csms: Csms) -> None:
    arguments = ("--ocpp", "2.0.1", "--id", "CP7", "--tag", "A-TAG-OF-MORE-THAN-TWENTY", "--session", "--seconds", "0")
    code, out, err = await outcome(await command(csms.url, *arguments))
    assert (code, err) == (0, ""), out
    assert csms.paths == ["/ocpp/CP7"]
    assert [csms.told[0], csms.told[-1]] == ["Started CablePluggedIn", "Ended EVCommunicationLost"]
    assert csms.connector_statuses(1) == ["Available", "Occupied", "Available"]


@pytest.mark.asyncio
async def test_a_session_that_the_csms_does_not_agree_with_is_no_success(csms: Csms) -> None:
    csms.answers["TransactionEvent"] = lambda event: (
        {"idTokenInfo": {"status": "Blocked"}} if event["triggerReason"] == "Authorized" else {}
    )
    code, _, err = await outcome(await command(csms.url, "--ocpp", "2.0.1", "--session", "--seconds", "0"))
    assert code == 1
    assert err == "plugproof station: the session did not come about: TransactionEvent Updated: the CSMS says Blocked\n"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--ocpp", "2.1"), "--ocpp 2.1: it is one of 1.6, 2.0.1"),
        (("--ocpp", "2.0.1", "--model", "ac-22kw"), "--model ac-22kw: there are no models of OCPP 2.0.1 yet"),
        (("--ocpp", "2.0.1", "--config", "HeartbeatInterval=1"), "no variable 'HeartbeatInterval'"),
        (("--ocpp", "2.0.1", "--config", "x"), "for example OCPPCommCtrlr.HeartbeatInterval=60"),
        (("--ocpp", "2.0.1", "--boot", "serialNumber=" + "1" * 26), "chargingStation.serialNumber"),
        (("--ocpp", "2.0.1", "--fault", "heartbeat-late"), "--fault"),
    ],
)
async def test_what_cannot_be_is_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    code, _, err = await outcome(await command("ws://127.0.0.1:9/ocpp", *arguments))
    assert code == 2
    assert sentence in err


@pytest.mark.asyncio
async def test_profile_2_is_within_tls(start: Start, csms: Csms, pki: Pki) -> None:
    await csms.stop()
    csms.tls = make_context(pki, TlsSettings())
    await csms.start()
    roots = Provision(roots=pki.roots_file.read_text("utf-8"))
    station = await start(auth_key=KEY, provision=roots)
    assert csms.handshakes[-1]["Authorization"].startswith("Basic ")
    assert csms.certificates == [None]
    assert station.state().security_profile == 2


@pytest.mark.asyncio
async def test_the_views_offer_the_faults_of_its_version(start: Start) -> None:
    station = await start()
    api = views(station, station_options("--ocpp", "2.0.1", "--api-port", "0"), lambda: None)[-1]
    async with api as url, httpx.AsyncClient(base_url=str(url), timeout=30) as client:
        faults = (await client.get("/api/v1/faults")).json()
    assert [one["name"] for one in faults] == list(CATALOGUE.sentences())


def test_every_verb_can_be_called_by_its_name() -> None:
    assert {"plug_in", "present", "unplug", "cut_power", "restore_network"} <= VERBS.keys()
    assert all(hasattr(World, name) for name in VERBS)
