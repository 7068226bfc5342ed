"""Configuration keys: rules CFG-01, CFG-03, CFG-04, CFG-05, MV-05."""

import pytest

from schemas import load
from simulator.configuration import BadValue, Configuration, UnknownKey, table
from simulator.feature import blueprint
from simulator.keys import core_keys
from simulator.parts import Facts
from simulator.station import FEATURES

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
    assert load().result["GetConfiguration"](answer)
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
