"""When firmware is fetched and installed (OCPP 1.6 §4.5, §5.19; rules FW-01, FW-03, FW-05)."""

from harness.v16.charge_point.vocabulary import (
    Charging,
    Csms,
    booting,
    case,
    now,
    payloads,
    transfers,
)

_NEEDS = ["profiles.firmware_management", "file-server"]
_ACTION = "FirmwareStatusNotification"


@case(
    "FW-01_CS",
    "Firmware is not fetched before its time",
    profile="rpc",
    ref="OCPP 1.6 §5.19, erratum 3.63",
    needs=_NEEDS,
    rules={
        "R1": "The station says what comes of the update when retrieveDate is past.",
        "R2": "Until then it does not begin.",
    },
)
async def test_retrieve_date(csms: Csms) -> None:
    # As far ahead as a reservation ends: keys.retrieve_ahead_s is a moment that no case waits for.
    ahead, location = csms.run.sut.keys.reservation_offset_s, await transfers.missing_image(csms)
    ordered = await csms.sends("UpdateFirmware", location=location, retries=0, retrieveDate=payloads.later(ahead))

    within = ahead + csms.run.sut.timeouts.long_s
    first = await csms.receives(_ACTION, rule="R1", within=within)
    booting.not_before(csms, ordered, first, ahead, rule="R2")
    if first["status"] != "DownloadFailed":
        await csms.receives(_ACTION, within=within, status="DownloadFailed")


@case(
    "FW-03_CS",
    "An update waits for those who charge",
    profile="rpc",
    ref="OCPP 1.6 §4.5, errata 3.48, 3.49",
    needs=_NEEDS,
    rules={
        "R1": "A transaction that runs is not stopped by an update.",
        "R2": "A connector that is free is taken out of service until the firmware is installed.",
        "R3": "When the transaction is over, the firmware is installed.",
    },
)
async def test_update_while_charging(csms: Csms, charging: Charging) -> None:
    location, _ = await transfers.image(csms)
    long = csms.run.sut.timeouts.long_s
    await csms.sends("UpdateFirmware", location=location, retrieveDate=now())
    await csms.receives(_ACTION, within=long, status="Downloaded")
    await csms.receives_no("StopTransaction", rule="R1", transactionId=charging.transactionId)
    if await csms.may_receive(_ACTION, within=0, status="Installing") is not None:
        csms.leaves_out("R2", "the station installs while it charges")
    elif csms.connectors == 1:
        csms.leaves_out("R2", "the station has one connector")
    else:
        free = next(one for one in range(1, csms.connectors + 1) if one != charging.connectorId)
        told = await csms.may_receive("StatusNotification", connectorId=free, status="Unavailable")
        csms.wire.advises(
            "R2",
            told is not None,
            expected=f"connector {free} is Unavailable",
            actual=f"it is {csms.statuses.get(free, 'as it was')}",
        )

    answer = await csms.sends("RemoteStopTransaction", transactionId=charging.transactionId)
    answer.shows(status="Accepted")
    await csms.receives(_ACTION, rule="R3", within=csms.run.sut.timeouts.reboot_s, status="Installed")


@case(
    "FW-05_CS",
    "Repetitions come after the first try",
    profile="rpc",
    ref="OCPP 1.6 §5.19, §6.47, erratum 3.50",
    needs=_NEEDS,
    rules={
        "R1": "With one repetition the station tries to fetch the firmware twice.",
        "R2": "With none it tries once.",
    },
)
async def test_retries(csms: Csms) -> None:
    pause, long = csms.run.sut.keys.boot_retry_s, csms.run.sut.timeouts.long_s
    for retries, rule in ((1, "R1"), (0, "R2")):
        location, missed = await transfers.missing_image(csms), await transfers.missed(csms)
        if missed is None:
            csms.leaves_out("R1 R2", "the firmware is served elsewhere, where nobody can see the tries")
            return
        before = len(missed)
        await csms.sends("UpdateFirmware", location=location, retries=retries, retryInterval=pause, retrieveDate=now())
        failed = await csms.receives(_ACTION, within=2 * pause + long, status="DownloadFailed")
        transfers.was_tried(csms, failed, missed[before:], 1 + retries, pause, rule=rule)
