"""Configuration keys: told, changed, and kept to oneself (OCPP 1.6 §5.3, §5.8, chapter 9; rules CFG-01 to CFG-08)."""

from harness.v16.charge_point.vocabulary import Csms, case, present, required_keys

_FIXED, _INTERVAL, _SWITCH = "NumberOfConnectors", "MeterValueSampleInterval", "LocalAuthorizeOffline"
_NONE, _PASSWORD = "PlugproofNoSuchKey", "AuthorizationKey"
_PROFILES, _UNLOCKS = "SupportedFeatureProfiles", "UnlockConnectorOnEVSideDisconnect"


@case(
    "CFG-01_CS",
    "Keys are told one by one, or all",
    profile="rpc",
    ref="OCPP 1.6 §5.8",
    rules={
        "R1": "A key that is asked for is told with its value, and whether it is read-only.",
        "R2": "A key that the station does not have is named as unknown.",
        "R3": "Without any name all keys are told, those of the core profile among them.",
    },
)
async def test_keys_are_told(csms: Csms) -> None:
    answer = await csms.sends("GetConfiguration", key=[_FIXED, _NONE])
    answer.shows(rule="R1", configurationKey=[{"key": _FIXED, "value": present, "readonly": True}])
    answer.shows(rule="R2", unknownKey=[_NONE])

    answer = await csms.sends("GetConfiguration", rule="R3")
    required_keys.none_is_left_out(csms, answer, required_keys.CORE.names, rule="R3")


@case(
    "CFG-03_1_CS",
    "A key that is read-only cannot be changed",
    profile="rpc",
    ref="OCPP 1.6 §5.3, §9.1.21",
    rules={"R1": "A new value for a read-only key is rejected.", "R2": "The key has the value that it had."},
    key=_FIXED,
    value="77",
)
@case(
    "CFG-03_2_CS",
    "A number takes no words",
    profile="rpc",
    ref="OCPP 1.6 §5.3, §9.1.18",
    rules={"R1": "A word for an interval is rejected.", "R2": "The key has the value that it had."},
    key=_INTERVAL,
    value="sometimes",
)
@case(
    "CFG-03_3_CS",
    "A switch takes nothing but true and false",
    profile="rpc",
    ref="OCPP 1.6 §5.3, §9.1.11",
    rules={"R1": "A word for a switch is rejected.", "R2": "The key has the value that it had."},
    key=_SWITCH,
    value="maybe",
)
async def test_bad_value(csms: Csms, key: str, value: str) -> None:
    before = required_keys.value(await csms.sends("GetConfiguration", key=[key]), key)

    answer = await csms.sends("ChangeConfiguration", rule="R1", key=key, value=value)
    answer.shows(status="Rejected")
    answer = await csms.sends("GetConfiguration", rule="R2", key=[key])
    answer.shows(configurationKey=[{"key": key, "value": before}])


@case(
    "CFG-03_4_CS",
    "A key that is not there is not supported",
    profile="rpc",
    ref="OCPP 1.6 §5.3",
    rules={
        "R1": "A value for a key that the station does not have is answered with NotSupported.",
        "R2": "The key is not there afterwards.",
    },
)
async def test_unknown_key(csms: Csms) -> None:
    answer = await csms.sends("ChangeConfiguration", rule="R1", key=_NONE, value="true")
    answer.shows(status="NotSupported")
    answer = await csms.sends("GetConfiguration", rule="R2", key=[_NONE])
    answer.shows(unknownKey=[_NONE])


@case(
    "CFG-04_CS",
    "What was accepted is told",
    profile="rpc",
    ref="OCPP 1.6 §5.3, §5.8",
    rules={
        "R1": "A switch that was accepted has its new value, one way and the other.",
        "R2": "A number that was accepted has its new value.",
    },
)
async def test_accepted_value_is_told(csms: Csms) -> None:
    seconds = csms.run.sut.keys.sample_interval_s
    changes = ((_SWITCH, "false", "R1"), (_SWITCH, "true", "R1"), (_INTERVAL, str(seconds + 7), "R2"))
    for key, value, rule in changes:
        answer = await csms.sends("ChangeConfiguration", key=key, value=value)
        answer.shows(status="Accepted")
        told = required_keys.value(await csms.sends("GetConfiguration", rule=rule, key=[key]), key)
        required_keys.is_told_as(csms, key, told, value, rule=rule)


@case(
    "CFG-05_CS",
    "The keys of the profiles are there",
    profile="rpc",
    ref="OCPP 1.6 chapter 9",
    rules={"R1": "Every key that the feature profiles ask for is there, and can be written or not as it has to be."},
)
async def test_required_keys(csms: Csms) -> None:
    everything = await csms.sends("GetConfiguration", rule="R1")
    profiles = [name.strip() for name in required_keys.value(everything, _PROFILES).split(",")]
    required_keys.are_told(csms, everything, required_keys.required(profiles), rule="R1")


@case(
    "CFG-07_CS",
    "A cable that belongs to the station is not unlocked",
    profile="rpc",
    ref="OCPP 1.6 §9.1.33, errata 3.84, 3.85",
    needs=["fixed-cable"],
    rules={
        "R1": "Where the cable is fixed, UnlockConnectorOnEVSideDisconnect is false.",
        "R2": "It cannot be made true.",
    },
)
async def test_fixed_cable(csms: Csms) -> None:
    if csms.run.sut.claimed("hardware.cable.detachable"):
        csms.leaves_out("R1 R2", "the station has sockets as well, for which the key may be true")
        return
    told = required_keys.value(await csms.sends("GetConfiguration", rule="R1", key=[_UNLOCKS]), _UNLOCKS)
    required_keys.is_told_as(csms, _UNLOCKS, told, "false", rule="R1")

    answer = await csms.sends("ChangeConfiguration", rule="R2", key=_UNLOCKS, value="true")
    answer.shows(status="Rejected")


@case(
    "CFG-08_CS",
    "The password is not told",
    profile="rpc",
    ref="OCPP-J 1.6 §6.2.2, security white paper §7.2",
    rules={
        "R1": "Asked for AuthorizationKey, the station tells no value, whether it has the key or not.",
        "R2": "Among all keys it is without a value, too, if it is there.",
    },
)
async def test_password_is_not_told(csms: Csms) -> None:
    answer = await csms.sends("GetConfiguration", key=[_PASSWORD])
    required_keys.is_not_told(csms, answer, _PASSWORD, rule="R1")
    answer = await csms.sends("GetConfiguration")
    required_keys.is_not_told(csms, answer, _PASSWORD, rule="R2")
