"""Configuration keys, and what breaks their rules."""

from __future__ import annotations

from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import (
    Judge,
    Open,
    Proof,
    Record,
    answers,
    both,
    prove,
)

_KEYS_RW = [
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "ConnectorPhaseRotation",
    "HeartbeatInterval",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "MeterValuesAlignedData",
    "MeterValuesSampledData",
    "MeterValueSampleInterval",
    "ResetRetries",
    "StopTransactionOnInvalidId",
    "StopTxnAlignedData",
    "StopTxnSampledData",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
]
_KEYS_R = ["GetConfigurationMaxKeys", "NumberOfConnectors", "SupportedFeatureProfiles"]
_KEYS_EITHER = ["AuthorizeRemoteTxRequests", "UnlockConnectorOnEVSideDisconnect"]
_KEYS_SMART = [
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
    "MaxChargingProfilesInstalled",
]


async def keys_read(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.ask("GetConfiguration", key=["SupportedFeatureProfiles"])
    everything = await bench.ask("GetConfiguration")
    await bench.ask("GetConfiguration", key=["GetConfigurationMaxKeys"])
    assert everything is not None
    picked = [entry["key"] for entry in everything.payload["configurationKey"]][:100] or ["NumberOfConnectors"]
    await bench.ask("GetConfiguration", key=picked)
    bench.notes["picked"] = picked
    return bench


async def key_changed(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.ask("ChangeConfiguration", key="MeterValueSampleInterval", value="33")
    await bench.ask("GetConfiguration", key=["MeterValueSampleInterval"])
    return bench


async def keys_that_cannot_be(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.ask("ChangeConfiguration", key="Testing", value="true")
    await bench.ask("ChangeConfiguration", key="MeterValueSampleInterval", value="-1")
    return bench


def tells(nth: int, *keys: str, access: bool | None = None) -> Judge:
    """The nth GetConfiguration is answered with these keys, of this access."""

    def judge(record: Record) -> bool:
        told = {
            one["key"]: one["readonly"] for one in record.results("GetConfiguration")[nth].payload["configurationKey"]
        }
        return all(key in told and access in (None, told[key]) for key in keys)

    return judge


def knows_all(nth: int) -> Judge:
    """The nth GetConfiguration is answered without an unknownKey."""
    return lambda record: not record.results("GetConfiguration")[nth].payload.get("unknownKey")


def configuration() -> list[Proof]:
    required = both(tells(1, *_KEYS_RW, access=False), tells(1, *_KEYS_R, access=True), tells(1, *_KEYS_EITHER))
    lists = both(
        tells(1, "LocalAuthListEnabled", access=False),
        tells(1, "LocalAuthListMaxLength", "SendLocalListMaxLength", access=True),
    )
    return [
        *prove(
            keys_read,
            ("keys-unknown", knows_all(0), "019.R2"),
            ("keys-not-told", tells(0, "SupportedFeatureProfiles"), "019.R3"),
            ("keys-missing keys-read-only keys-writable", required, "019.R5"),
            ("keys-read-only", tells(1, *_KEYS_RW, access=False), "019.R6"),
            ("keys-writable", tells(1, *_KEYS_R, access=True), "019.R7"),
            ("keys-missing", tells(1, *_KEYS_EITHER), "019.R8"),
            ("keys-read-only keys-writable", lists, "019.R9"),
            ("keys-writable", tells(1, *_KEYS_SMART, access=True), "019.R10"),
            ("keys-not-told", tells(2, "GetConfigurationMaxKeys"), "019.R12"),
            ("keys-unknown", knows_all(3), "019.R14"),
            ("keys-missing", lambda record: tells(3, *record.notes["picked"])(record), "019.R15"),
        ),
        *prove(
            key_changed,
            ("change-configuration-rejected", answers("ChangeConfiguration", status="Accepted"), "021.R3"),
            ("keys-not-told", tells(0, "MeterValueSampleInterval"), "021.R5"),
            (
                "change-configuration-undone",
                lambda r: r.results("GetConfiguration")[0].payload["configurationKey"][0]["value"] == "33",
                "021.R6",
            ),
        ),
        *prove(
            keys_that_cannot_be,
            (
                "change-configuration-accepts-everything",
                answers("ChangeConfiguration", status="NotSupported"),
                "040_1.R3",
            ),
            (
                "change-configuration-accepts-everything",
                answers("ChangeConfiguration", nth=1, status="Rejected"),
                "040_2.R3",
            ),
        ),
    ]


PROOFS = configuration()
