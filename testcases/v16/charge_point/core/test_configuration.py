"""Configuration keys (OCPP 1.6 §5.3, §5.8, §9): told, changed, unknown, and values that cannot be."""

from harness.v16.charge_point.vocabulary import Csms, Sut, absent_or_empty, case, required_keys, satisfies, states, step

_PROFILES, _MOST, _INTERVAL = "SupportedFeatureProfiles", "GetConfigurationMaxKeys", "MeterValueSampleInterval"
_GROUPS = {
    "R6": required_keys.CORE_WRITABLE,
    "R7": required_keys.CORE_FIXED,
    "R8": required_keys.CORE_EITHER,
}
_BY_PROFILE = {"R9": "LocalAuthListManagement", "R10": "SmartCharging"}


@case(
    "TC_019_CS",
    "Retrieve configuration",
    profile="core",
    ref="OCPP 1.6 §5.8, §9",
    rules={
        "R2": "The key with the feature profiles is known.",
        "R3": "The key with the feature profiles is told.",
        "R5": "Every key that the feature profiles ask for is there, and is read-only or not as it has to be.",
        "R6": "The keys of Core that have to be writable are there and writable.",
        "R7": "The keys of Core that have to be read-only are there and read-only.",
        "R8": "The keys of Core that may be writable or not are there.",
        "R9": "The keys of the local list are there; LocalAuthListEnabled is writable, the two lengths are read-only.",
        "R10": "The keys of smart charging are there and read-only.",
        "R12": "The station tells how many keys it can be asked for at once.",
        "R14": "None of the keys that the station has told is unknown to it afterwards.",
        "R15": "Of as many keys as it can be asked for at once the station tells every one.",
    },
)
async def test_retrieve_configuration(csms: Csms) -> None:
    profiles: list[str] = []
    async with step(csms, "R2 R3"):
        answer = await csms.sends("GetConfiguration", key=[_PROFILES])
        profiles = [name.strip() for name in required_keys.value(answer, _PROFILES).split(",")]
        answer.shows(rule="R3", configurationKey=[{"key": _PROFILES}])
        answer.shows(rule="R2", unknownKey=absent_or_empty)

    everything = await csms.sends("GetConfiguration")
    async with step(csms, "R5"):
        required_keys.are_told(csms, everything, required_keys.required(profiles), rule="R5")
    for rule, group in _GROUPS.items():
        async with step(csms, rule):
            required_keys.are_told(csms, everything, group, rule=rule)
    for rule, profile in _BY_PROFILE.items():
        if profile in profiles:
            async with step(csms, rule):
                required_keys.are_told(csms, everything, required_keys.OF_PROFILE[profile], rule=rule)
        else:
            csms.leaves_out(rule, f"{_PROFILES} is without {profile}")

    async with step(csms, "R12 R14 R15"):
        answer = await csms.sends("GetConfiguration", key=[_MOST])
        number = satisfies("a number of at least 1", lambda text: str(text).isdecimal() and int(text) > 0)
        answer.shows(rule="R12", configurationKey=[{"key": _MOST, "value": number}])
        wanted = required_keys.names(everything)[: int(required_keys.value(answer, _MOST))]
        answer = await csms.sends("GetConfiguration", key=wanted)
        async with step(csms, "R14"):
            answer.shows(rule="R14", unknownKey=absent_or_empty)
        required_keys.none_is_left_out(csms, answer, wanted, rule="R15")


@case(
    "TC_021_CS",
    "Change/set Configuration",
    profile="core",
    ref="OCPP 1.6 §5.3, §5.8",
    rules={
        "R3": "A new interval of meter values is accepted.",
        "R5": "The key that was changed is told.",
        "R6": "It has the new value.",
    },
)
async def test_change_configuration(csms: Csms, sut: Sut) -> None:
    value = str(sut.keys.sample_interval_s)
    await states.configures(csms, **{_INTERVAL: str(sut.keys.sample_interval_s + 1)})

    answer = await csms.sends("ChangeConfiguration", key=_INTERVAL, value=value)
    answer.shows(rule="R3", status="Accepted")
    answer = await csms.sends("GetConfiguration", key=[_INTERVAL])
    answer.shows(rule="R5", configurationKey=[{"key": _INTERVAL}])
    answer.shows(rule="R6", configurationKey=[{"value": value}])


@case(
    "TC_040_1_CS",
    "Configuration key - NotSupported",
    profile="core",
    ref="OCPP 1.6 §5.3",
    rules={"R3": "A key that the station does not know is answered with NotSupported."},
)
async def test_change_unknown_key(csms: Csms) -> None:
    answer = await csms.sends("ChangeConfiguration", key="Testing", value="true")
    answer.shows(rule="R3", status="NotSupported")


@case(
    "TC_040_2_CS",
    "Configuration key - Invalid value",
    profile="core",
    ref="OCPP 1.6 §5.3",
    rules={"R3": "An interval below zero is rejected."},
)
async def test_change_to_invalid_value(csms: Csms) -> None:
    answer = await csms.sends("ChangeConfiguration", rule="R3", key=_INTERVAL, value="-1")
    answer.shows(rule="R3", status="Rejected")
