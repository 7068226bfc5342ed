"""A charge point made with the `ocpp` package at the reference CSMS: what each says, and whether the other takes it.

The library validates by strict schemas of its own what it sends and what it gets; a frame of the CSMS that it does not
take is a CALLERROR or an exception here.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import pytest
import pytest_asyncio
from ocpp.charge_point import camel_to_snake_case
from ocpp.v16 import call
from ocpp.v16.enums import AuthorizationStatus, DataTransferStatus, GenericStatus, RegistrationStatus

import schemas
from csms_core import Config, Csms
from tests.csms_core.support.pki import csr, ec_key
from tests.csms_core.v16.security_messages import CHAIN, HASH_DATA, ROOT, SIGNED
from tests.interop.library.station import connected, library_station

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("interop-station")]

NOW = "2026-11-21T10:00:00.000Z"
LATER = "2026-11-21T12:00:00.000Z"
PLACE = "http://files.example/place/"
PROFILE = {
    "chargingProfileId": 12,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "validFrom": NOW,
    "validTo": LATER,
    "chargingSchedule": {
        "startSchedule": NOW,
        "duration": 300,
        "chargingRateUnit": "A",
        "minChargingRate": 0.3,
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 21.4, "numberPhases": 3},
            {"startPeriod": 60, "limit": 6.0},
        ],
    },
}
COMPOSITE = {
    name: value
    for name, value in PROFILE["chargingSchedule"].items()  # type: ignore[attr-defined]
    if name != "startSchedule"  # scheduleStart beside it says when it begins (E 3.29)
}
TX_PROFILE = {**PROFILE, "chargingProfilePurpose": "TxProfile"}

ACCEPTED = {"status": "Accepted"}
OPERATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "CancelReservation": ({"reservationId": 5}, ACCEPTED),
    "CertificateSigned": ({"certificateChain": CHAIN}, {"status": "Rejected"}),
    "ChangeAvailability": ({"connectorId": 1, "type": "Inoperative"}, {"status": "Scheduled"}),
    "ChangeConfiguration": ({"key": "MeterValueSampleInterval", "value": "60"}, {"status": "RebootRequired"}),
    "ClearCache": ({}, ACCEPTED),
    "ClearChargingProfile": ({"id": 12}, {"status": "Unknown"}),
    "DataTransfer": ({"vendorId": "acme", "messageId": "hello", "data": "x"}, {"status": "Accepted", "data": "y"}),
    "DeleteCertificate": ({"certificateHashData": HASH_DATA}, {"status": "NotFound"}),
    "ExtendedTriggerMessage": ({"requestedMessage": "LogStatusNotification"}, {"status": "NotImplemented"}),
    "GetCompositeSchedule": (
        {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"},
        {
            "status": "Accepted",
            "connectorId": 1,
            "scheduleStart": NOW,
            "chargingSchedule": COMPOSITE,
        },
    ),
    "GetConfiguration": (
        {"key": ["HeartbeatInterval", "Nonsense"]},
        {
            "configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}],
            "unknownKey": ["Nonsense"],
        },
    ),
    "GetDiagnostics": ({"location": PLACE, "retries": 1, "startTime": NOW}, {"fileName": "diagnostics.log"}),
    "GetInstalledCertificateIds": (
        {"certificateType": "CentralSystemRootCertificate"},
        {"status": "Accepted", "certificateHashData": [HASH_DATA]},
    ),
    "GetLocalListVersion": ({}, {"listVersion": 3}),
    "GetLog": (
        {"logType": "SecurityLog", "requestId": 4, "log": {"remoteLocation": PLACE}},
        {"status": "Accepted", "filename": "security.log"},
    ),
    "InstallCertificate": ({"certificateType": "CentralSystemRootCertificate", "certificate": ROOT}, ACCEPTED),
    "RemoteStartTransaction": ({"idTag": "GOOD", "connectorId": 1, "chargingProfile": TX_PROFILE}, ACCEPTED),
    "RemoteStopTransaction": ({"transactionId": 7}, {"status": "Rejected"}),
    "ReserveNow": (
        {"connectorId": 1, "idTag": "GOOD", "parentIdTag": "FAMILY", "expiryDate": LATER, "reservationId": 5},
        {"status": "Occupied"},
    ),
    "Reset": ({"type": "Soft"}, ACCEPTED),
    "SendLocalList": (
        {
            "listVersion": 3,
            "updateType": "Full",
            "localAuthorizationList": [{"idTag": "GOOD", "idTagInfo": {"status": "Accepted", "expiryDate": LATER}}],
        },
        ACCEPTED,
    ),
    "SetChargingProfile": ({"connectorId": 1, "csChargingProfiles": PROFILE}, ACCEPTED),
    "SignedUpdateFirmware": ({"requestId": 6, "firmware": SIGNED}, {"status": "AcceptedCanceled"}),
    "TriggerMessage": ({"requestedMessage": "StatusNotification", "connectorId": 1}, {"status": "NotImplemented"}),
    "UnlockConnector": ({"connectorId": 1}, {"status": "UnlockFailed"}),
    "UpdateFirmware": ({"location": PLACE, "retrieveDate": NOW}, {}),
}
"""What the CSMS is asked to send, and what the station answers, in names of the wire."""

BOOT = call.BootNotification(charge_point_model="test", charge_point_vendor="library")
ENERGY = {"value": "250.5", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
FREQUENCY = {"value": "49.9", "measurand": "Frequency", "unit": "Hertz"}
REPORTS = (
    call.DiagnosticsStatusNotification("Uploading"),
    call.FirmwareStatusNotification("DownloadFailed"),
    call.LogStatusNotification("UploadFailure", 4),
    call.SecurityEventNotification("InvalidTLSVersion", NOW, None),
    call.SignedFirmwareStatusNotification("InvalidSignature", 6),
)

STATION = library_station({action: answer for action, (_, answer) in OPERATIONS.items()})
_numbers = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def csms() -> AsyncIterator[Csms]:
    """A CSMS that lets any station in."""
    async with Csms(Config(database=":temporary:", any_station=True, ping_interval=None)) as csms:
        yield csms


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(csms: Csms) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its HTTP API; one tag is known."""
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=30, verify=False) as client:
        await client.put("/api/v1/tags/GOOD", json={"parentIdTag": "FAMILY"})
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def station(csms: Csms, api: httpx.AsyncClient) -> AsyncIterator[Any]:
    """A station with an identity of its own that was accepted; no rule may have been broken by anybody at the end."""
    async with connected(STATION, csms.url, f"LIBRARY-{next(_numbers)}") as station:
        assert (await says(station, BOOT)).status == RegistrationStatus.accepted
        yield station
        link = csms.hub.link(station.id)
        assert link is not None, "it is still connected"
        assert link.peer.findings == []


async def says(station: Any, payload: Any) -> Any:
    """The answer of the CSMS; raises OCPPError when it is a CALLERROR, or not what the library's schema asks for."""
    return await station.call(payload, suppress=False)


def metered(*samples: dict[str, str]) -> dict[str, Any]:
    """A meter value of these samples."""
    return {"timestamp": NOW, "sampledValue": list(samples)}


@pytest.mark.parametrize("action", OPERATIONS)
async def test_an_operation_of_the_api_is_answered(api: httpx.AsyncClient, station: Any, action: str) -> None:
    payload, answer = OPERATIONS[action]

    response = await api.post(f"/api/v1/stations/{station.id}/operations/{action}", json=payload)

    assert (response.status_code, response.json()) == (200, answer)
    # the library reads limits as decimals
    assert json.loads(json.dumps(station.received, default=float)) == [[action, camel_to_snake_case(payload)]]


async def test_every_operation_is_tried() -> None:
    actions = schemas.load("1.6").actions.items()

    assert set(OPERATIONS) == {action for action, info in actions if info.sender != "station"}


async def test_an_operation_the_station_does_not_know_is_refused(csms: Csms, api: httpx.AsyncClient) -> None:
    async with connected(library_station({}), csms.url, f"LIBRARY-{next(_numbers)}") as station:
        await says(station, BOOT)

        response = await api.post(f"/api/v1/stations/{station.id}/operations/ClearCache")

    assert response.status_code == 502
    assert "answered ClearCache with CALLERROR NotImplemented" in response.json()["detail"]


async def test_a_session_is_booked(api: httpx.AsyncClient, station: Any) -> None:
    await says(station, call.StatusNotification(1, "NoError", "Preparing", timestamp=NOW))
    authorized = await says(station, call.Authorize("GOOD"))
    started = await says(station, call.StartTransaction(1, "GOOD", 100, NOW))
    id = started.transaction_id
    await says(station, call.MeterValues(1, [metered(ENERGY, FREQUENCY)], id))
    running = (await api.get(f"/api/v1/transactions/{id}")).json()
    stopped = await says(station, call.StopTransaction(900, LATER, id, "Local", "GOOD", [metered(ENERGY)]))
    ended = (await api.get(f"/api/v1/transactions/{id}")).json()

    accepted = {"status": AuthorizationStatus.accepted, "parent_id_tag": "FAMILY"}
    assert [authorized.id_tag_info, started.id_tag_info, stopped.id_tag_info] == [accepted] * 3
    assert (running["station"], running["running"], running["meterStart"]) == (station.id, True, 100)
    assert (ended["running"], ended["meterStop"], ended["reason"]) == (False, 900, "Local")
    assert [value["sampledValue"] for value in ended["meterValue"]] == [[ENERGY, FREQUENCY], [ENERGY]]


@pytest.mark.parametrize("message", REPORTS, ids=lambda message: type(message).__name__)
async def test_a_report_is_kept(api: httpx.AsyncClient, station: Any, message: Any) -> None:
    answer = await says(station, message)

    assert type(answer).__name__ == type(message).__name__
    (notice,) = (await api.get(f"/api/v1/stations/{station.id}/notices")).json()
    sent = {name: value for name, value in asdict(message).items() if value is not None}
    assert (notice["action"], camel_to_snake_case(notice["payload"])) == (type(message).__name__, sent)


async def test_a_heartbeat_tells_the_time(station: Any) -> None:
    answer = await says(station, call.Heartbeat())

    assert datetime.fromisoformat(answer.current_time).tzinfo is not None


async def test_a_transfer_for_an_unknown_vendor_is_not_accepted(station: Any) -> None:
    answer = await says(station, call.DataTransfer("acme", "hello", "x"))

    assert answer.status == DataTransferStatus.unknown_vendor_id


async def test_a_tag_nobody_knows_is_invalid(station: Any) -> None:
    answer = await says(station, call.Authorize("STRANGE"))

    assert answer.id_tag_info == {"status": AuthorizationStatus.invalid}


async def test_a_csms_without_an_authority_signs_nothing(station: Any) -> None:
    answer = await says(station, call.SignCertificate(csr(ec_key())))

    assert answer.status == GenericStatus.rejected
