"""Configuration keys: rules CFG-01, CFG-03, CFG-04, CFG-05, MV-05."""

import pytest

from schemas import load
from simulator.hardware.make import Facts
from simulator.kernel.errors import BadValue, UnknownKey
from simulator.v16.core.configuration import Configuration, Key, table
from simulator.v16.core.keys import core_keys
from simulator.v16.feature import blueprint
from simulator.v16.station import FEATURES

READ_WRITE = [
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
    "AuthorizeRemoteTxRequests",
    "UnlockConnectorOnEVSideDisconnect",
    "StopTransactionOnEVSideDisconnect",
]
READ_ONLY = ["GetConfigurationMaxKeys", "NumberOfConnectors", "SupportedFeatureProfiles"]


@pytest.fixture
def configuration() -> Configuration:
    return Configuration(blueprint(FEATURES, Facts(connectors=2)).keys)


def test_cfg_01_no_keys_means_all_and_the_answer_fits_the_schema(configuration: Configuration) -> None:
    answer = configuration.get()

    assert "unknownKey" not in answer
    assert load("1.6").result["GetConfiguration"](answer)
    assert len(answer["configurationKey"]) <= configuration.number("GetConfigurationMaxKeys")


def test_cfg_01_known_and_unknown_keys_are_told_apart(configuration: Configuration) -> None:
    answer = configuration.get(["NumberOfConnectors", "Nonsense", "NumberOfConnectors"])

    assert answer == {
        "configurationKey": [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}],
        "unknownKey": ["Nonsense"],
    }


def test_cfg_05_the_required_keys_of_core_exist_with_their_access(configuration: Configuration) -> None:
    readonly = {entry["key"]: entry["readonly"] for entry in configuration.get()["configurationKey"]}

    assert {name: readonly.get(name) for name in READ_WRITE} == dict.fromkeys(READ_WRITE, False)
    assert {name: readonly.get(name) for name in READ_ONLY} == dict.fromkeys(READ_ONLY, True)


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("MeterValueSampleInterval", "30", "Accepted"),
        ("metervaluesampleinterval", "30", "Accepted"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
        ("MeterValueSampleInterval", "1.5", "Rejected"),
        ("MeterValueSampleInterval", "", "Rejected"),
        ("MeterValueSampleInterval", "99999999999", "Rejected"),
        ("HeartbeatInterval", "0", "Rejected"),
        ("LocalPreAuthorize", "TRUE", "Accepted"),
        ("LocalPreAuthorize", "yes", "Rejected"),
        ("MeterValuesSampledData", "Voltage, Current.Import", "Accepted"),
        ("MeterValuesSampledData", "", "Accepted"),
        ("MeterValuesSampledData", "Voltage,RPM", "Rejected"),
        ("MeterValuesSampledData", "Voltage,Voltage", "Rejected"),
        ("ConnectorPhaseRotation", "0.RST,1.RTS,2.NotApplicable", "RebootRequired"),
        ("ConnectorPhaseRotation", "3.RST", "Rejected"),
        ("ConnectorPhaseRotation", "1.ABC", "Rejected"),
        ("NumberOfConnectors", "3", "Rejected"),
        ("Testing", "true", "NotSupported"),
    ],
)
def test_cfg_03_change_configuration(configuration: Configuration, key: str, value: str, status: str) -> None:
    assert configuration.change(key, value) == status


def test_cfg_04_an_accepted_value_reads_back(configuration: Configuration) -> None:
    configuration.change("MeterValuesSampledData", "Voltage, Current.Import")

    assert configuration.items("MeterValuesSampledData") == ("Voltage", "Current.Import")


def test_mv_05_a_rejected_list_leaves_the_old_one(configuration: Configuration) -> None:
    before = configuration["MeterValuesSampledData"]
    configuration.change("MeterValuesSampledData", "Voltage,RPM")

    assert configuration["MeterValuesSampledData"] == before


def test_first_values_of_a_station_model_are_checked_with_a_sentence() -> None:
    keys = table(core_keys(Facts()))
    with pytest.raises(UnknownKey, match="no configuration key 'Colour'"):
        Configuration(keys, {"Colour": "red"})
    with pytest.raises(BadValue, match="HeartbeatInterval is a whole number from 1"):
        Configuration(keys, {"HeartbeatInterval": "often"})
    assert Configuration(keys, {"GetConfigurationMaxKeys": "5"}).number("GetConfigurationMaxKeys") == 5


READ_ONLY_OF_PROFILES = ["LocalAuthListMaxLength", "SendLocalListMaxLength", "ReserveConnectorZeroSupported"]
OPTIONAL = [
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "BlinkRepeat",
    "ConnectorPhaseRotationMaxLength",
    "LightIntensity",
    "MaxEnergyOnInvalidId",
    "MessageTimeout",
    "MeterValuesAlignedDataMaxLength",
    "MeterValuesSampledDataMaxLength",
    "MinimumStatusDuration",
    "StopTransactionOnEVSideDisconnect",
    "StopTxnAlignedDataMaxLength",
    "StopTxnSampledDataMaxLength",
    "SupportedFeatureProfilesMaxLength",
    "WebSocketPingInterval",
]


def test_cfg_05_the_required_keys_of_the_other_profiles(configuration: Configuration) -> None:
    readonly = {entry["key"]: entry["readonly"] for entry in configuration.get()["configurationKey"]}

    assert {name: readonly.get(name) for name in READ_ONLY_OF_PROFILES} == dict.fromkeys(READ_ONLY_OF_PROFILES, True)
    assert readonly["LocalAuthListEnabled"] is False
    profiles = {"Core", "LocalAuthListManagement", "RemoteTrigger", "Reservation"}
    assert profiles <= set(configuration.items("SupportedFeatureProfiles"))


def test_cfg_06_the_optional_keys_of_core_exist(configuration: Configuration) -> None:
    assert [name for name in OPTIONAL if name not in configuration] == []


@pytest.mark.parametrize("name", list(blueprint(FEATURES, Facts()).keys))
def test_cfg_03_every_key_has_a_right_default_and_knows_what_is_wrong(name: str) -> None:
    key = blueprint(FEATURES, Facts()).keys[name]
    fresh = Configuration({name: key})

    assert key.normal(key.default) == key.default
    assert fresh.change("Nothing", "1") == "NotSupported"
    wrong = {"boolean": "1", "integer": "one", "list": "Nonsense,Nonsense", "string": "x" * 501}[key.type]
    assert fresh.change(name, wrong) == "Rejected"
    assert fresh.change(name, key.default) == {"R": "Rejected"}.get(
        key.access, "RebootRequired" if key.reboot else "Accepted"
    )
    assert fresh[name] == key.default


def test_cfg_07_a_fixed_cable_is_not_unlocked() -> None:
    configuration = Configuration(blueprint(FEATURES, Facts(fixed_cable=True)).keys)
    name = "UnlockConnectorOnEVSideDisconnect"

    assert configuration.get([name])["configurationKey"] == [{"key": name, "readonly": True, "value": "false"}]
    assert configuration.change(name, "true") == "Rejected"


def test_cfg_08_a_secret_can_be_set_and_not_be_read() -> None:
    configuration = Configuration(table([Key("Secret", "W", "string", "", limit=40)]))

    assert configuration.change("Secret", "x" * 40) == "Accepted"
    assert configuration.change("Secret", "x" * 41) == "Rejected"
    assert configuration.get() == {"configurationKey": [{"key": "Secret", "readonly": False}]}
    assert configuration["secret"] == "x" * 40


def test_cfg_03_a_key_that_needs_a_reboot_is_in_force_after_it(configuration: Configuration) -> None:
    heard: list[str] = []
    configuration.on_change = heard.append
    before = configuration["ConnectorPhaseRotation"]

    assert configuration.change("ConnectorPhaseRotation", "1.RTS") == "RebootRequired"
    assert configuration.change("ConnectorPhaseRotation", "1.STR") == "RebootRequired"
    assert configuration["ConnectorPhaseRotation"] == before
    assert configuration.get(["ConnectorPhaseRotation"])["configurationKey"][0]["value"] == "1.STR"
    configuration.boot()
    assert configuration["ConnectorPhaseRotation"] == "1.STR"
    assert heard == []


def test_a_list_of_measurands_may_name_phases(configuration: Configuration) -> None:
    single = Configuration(blueprint(FEATURES, Facts(phases=1)).keys)

    assert configuration.change("MeterValuesSampledData", "Voltage.L1,Current.Import.L3") == "Accepted"
    assert single.change("MeterValuesSampledData", "Voltage.L1") == "Accepted"
    assert single.change("MeterValuesSampledData", "Voltage.L2") == "Rejected"
    assert single.change("MeterValuesSampledData", "SoC.L1") == "Rejected"


def test_a_value_that_was_read_is_forgotten_when_it_changes_or_the_station_boots() -> None:
    keys = [
        Key("Flag", "RW", "boolean", "false"),
        Key("Number", "RW", "integer", "1"),
        Key("List", "RW", "list", "a,b"),
    ]
    late = [Key(f"Late{key.name}", "RW", key.type, key.default, reboot=True) for key in keys]
    configuration = Configuration(table([*keys, *late]))

    def read(prefix: str) -> tuple[bool, int, tuple[str, ...]]:
        return (
            configuration.flag(f"{prefix}Flag"),
            configuration.number(f"{prefix}Number"),
            configuration.items(f"{prefix}List"),
        )

    before, after = (False, 1, ("a", "b")), (True, 0, ())
    assert read("") == read("Late") == before
    for prefix in ("", "Late"):
        for name, value in (("Flag", "true"), ("Number", "0"), ("List", "")):
            configuration.set(prefix + name, value)
    assert (read(""), read("Late")) == (after, before)
    configuration.boot()
    assert read("") == read("Late") == after
