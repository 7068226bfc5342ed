"""Cold boots (OCPP 1.6 §4.2, §4.6): the CSMS turns the station down at first, or lets it wait."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Message, booting, case, states


@case(
    "TC_001_CS",
    "Cold Boot Charge Point",
    profile="core",
    ref="OCPP 1.6 §4.2, §4.6",
    rules={
        "R3": "A station that was turned down waits for the interval it was told before it boots again.",
        "R6": "Once it is accepted, the station reports itself and every connector as Available.",
        "R7": "A station at rest sends a Heartbeat each time the interval it was told has passed.",
    },
)
async def test_boot_that_is_rejected_first(csms: Csms, driver: EvDriver) -> None:
    keys = csms.run.sut.keys
    csms.answers("BootNotification", status="Accepted", interval=keys.heartbeat_s)
    first = await booting.power_cycles(csms, driver, status="Rejected", interval=keys.boot_retry_s)

    await _is_accepted(csms, first, boot="R3", statuses="R6", heartbeats="R7")


@case(
    "TC_002_CS",
    "Cold Boot Charge Point - Pending",
    profile="core",
    ref="OCPP 1.6 §4.2, §4.6",
    rules={
        "R6": "A station that has to wait lets itself be configured.",
        "R7": "A station that has to wait boots again when the interval it was told has passed.",
        "R10": "Once it is accepted, the station reports itself and every connector as Available.",
        "R11": "A station at rest sends a Heartbeat each time the interval it was told has passed.",
    },
)
async def test_boot_that_is_pending_first(csms: Csms, driver: EvDriver) -> None:
    keys = csms.run.sut.keys
    csms.answers("BootNotification", status="Pending", interval=keys.boot_retry_s)  # as long as it is configured
    first = await booting.power_cycles(csms, driver, status="Pending", interval=keys.boot_retry_s)

    await states.configuration(csms)
    interval = str(keys.sample_interval_s)
    answer = await csms.sends("ChangeConfiguration", key="MeterValueSampleInterval", value=interval)
    answer.shows(rule="R6", status="Accepted")

    csms.answers("BootNotification", status="Accepted", interval=keys.heartbeat_s)
    await _is_accepted(csms, first, boot="R7", statuses="R10", heartbeats="R11")


async def _is_accepted(csms: Csms, first: Message, *, boot: str, statuses: str, heartbeats: str) -> None:
    """The next boot is accepted, and the station goes about its work; the arguments name the rules."""
    keys = csms.run.sut.keys
    await booting.booted_anew(csms, first, keys.boot_retry_s, rule=boot)
    for connector in range(csms.connectors + 1):
        await states.status(csms, connector, "Available", rule=statuses)
    await booting.heartbeats(csms, keys.heartbeat_s, rule=heartbeats)
