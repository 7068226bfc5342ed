"""Station models: what they say is on the wire, and what is wrong with one is said in sentences."""

import json
import pickle
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import schemas
from ocppj.errors import CallRefused
from simulator import NotPossible, VirtualClock
from simulator.cli.main import main
from simulator.fleet import Fleet
from simulator.fleet.cli.options import plan_of
from simulator.models import Model, ModelError, built_in
from simulator.options.arguments import UsageError
from tests.simulator.options.reading import fleet_options
from tests.simulator.support.scripted_csms import ScriptedCsms

SCHEMA = json.loads((Path(schemas.__file__).parent / "documents" / "station.schema.json").read_text())

START = """
[identity]
chargePointVendor = "V"
chargePointModel = "M"
"""
CONNECTOR = """
[[connector]]
number = 1
current = "AC"
max_current = 16
"""
GOOD = START + CONNECTOR


class Wire:
    """A station of a model at a CSMS, seen from the CSMS."""

    def __init__(self, csms: ScriptedCsms, clock: VirtualClock, model: Model) -> None:
        self.csms = csms
        self.clock = clock
        self.station = model.station(csms.url, id="CP1", clock=clock)

    async def __aenter__(self) -> "Wire":
        await self.station.__aenter__()
        await self.clock.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.station.stop()

    async def keys(self) -> dict[str, tuple[str, bool]]:
        answer = await self.csms.call("GetConfiguration")
        return {one["key"]: (one.get("value", ""), one["readonly"]) for one in answer["configurationKey"]}

    async def change(self, key: str, value: str) -> str:
        return str((await self.csms.call("ChangeConfiguration", key=key, value=value))["status"])

    async def samples(self, connector: int) -> dict[tuple[str, str], str]:
        """What the meters of a connector show, by measurand and phase, when the CSMS asks for it."""
        self.csms.forget()
        await self.csms.call("TriggerMessage", requestedMessage="MeterValues", connectorId=connector)
        (payload,) = [await self.csms.receives("MeterValues", connectorId=connector)]
        entries = payload["meterValue"][0]["sampledValue"]
        return {(one["measurand"], one.get("phase", "")): one["value"] for one in entries}

    async def charge(self, connector: int) -> None:
        await self.station.plug_in(connector)
        await self.station.present("TAG-1", connector)
        await self.clock.settle()
        assert self.station.connector(connector).status == "Charging"


@pytest.mark.parametrize("name", built_in())
@pytest.mark.asyncio
async def test_a_model_is_visible_on_the_wire(csms: ScriptedCsms, clock: VirtualClock, name: str) -> None:
    model = Model.load(name)
    async with Wire(csms, clock, model) as wire:
        assert csms.payloads("BootNotification") == [dict(model.identity)]
        connectors = len(model.made.facts.outlets)
        told = [payload["connectorId"] for payload in csms.payloads("StatusNotification")]
        assert told == list(range(connectors + 1))
        keys = await wire.keys()
        assert keys["NumberOfConnectors"] == (str(connectors), True)
        for key in model.made.keys:
            assert keys[key.name] == (key.default, key.access == "R")
        assert set(keys) >= {"SupportedFeatureProfiles", "MeterValuesSampledData"}


@pytest.mark.asyncio
async def test_ac_22kw(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with Wire(csms, clock, Model.load("ac-22kw")) as wire:
        assert "SecurityProfile" not in await wire.keys()
        assert await wire.change("MeterValueSampleInterval", "4") == "Rejected"
        assert await wire.change("MeterValueSampleInterval", "5") == "Accepted"
        assert await wire.change("MeterValuesSampledData", "SoC") == "Rejected"
        assert await wire.change("MeterValuesSampledData", "Power.Active.Import,Current.Import.L3") == "Accepted"
        await wire.charge(1)
        samples = await wire.samples(1)
        assert samples == {("Power.Active.Import", ""): "22000.0", ("Current.Import", "L3"): "31.9"}
        assert await refused(csms, "ExtendedTriggerMessage") == "NotSupported"
        assert wire.station.connector(1).locked


@pytest.mark.asyncio
async def test_ac_2x32a_has_a_main_meter_and_a_socket_without_a_lock(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with Wire(csms, clock, Model.load("ac-2x32a")) as wire:
        assert (await wire.keys())["UnlockConnectorOnEVSideDisconnect"] == ("true", False)
        await wire.charge(1)
        await wire.charge(2)
        assert [connector.locked for connector in wire.station.connectors] == [True, False]
        samples = await wire.samples(2)
        assert samples["Current.Import", "L1"] == "32.0"
        assert (await wire.samples(0))["Power.Active.Import", ""] == "44160.0"
        answers = [await csms.call("UnlockConnector", connectorId=number) for number in (1, 2)]
        assert [answer["status"] for answer in answers] == ["Unlocked", "NotSupported"]
        await clock.settle()
        await wire.station.unplug(2)
        assert not wire.station.connector(2).cable


@pytest.mark.asyncio
async def test_dc_150kw(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with Wire(csms, clock, Model.load("dc-150kw")) as wire:
        keys = await wire.keys()
        assert keys["CoolingFanSpeed"] == ("60", False)
        assert keys["UnlockConnectorOnEVSideDisconnect"] == ("false", True)
        assert "Reservation" not in keys["SupportedFeatureProfiles"][0].split(",")
        assert await wire.change("CoolingFanSpeed", "101") == "Rejected"
        assert await wire.change("CoolingFanSpeed", "80") == "Accepted"
        assert await wire.change("MeterValuesSampledData", "Energy.Active.Import.Register.L1") == "Rejected"
        assert (await csms.call("ReserveNow", **PAYLOADS["ReserveNow"]))["status"] == "Rejected"  # 1.6 §5.13
        assert await refused(csms, "CancelReservation") == "NotSupported"
        await wire.charge(1)
        await wire.charge(2)
        of_ccs, of_chademo = await wire.samples(1), await wire.samples(2)
        powers = [samples["Power.Active.Import", ""] for samples in (of_ccs, of_chademo)]
        assert powers == ["150000.0", "50000.0"]
        assert {key: of_ccs[key, ""] for key in ("Current.Import", "Voltage", "SoC")} == {
            "Current.Import": "375.0",
            "Voltage": "400.0",
            "SoC": "20.0",
        }
        schedule = await csms.call("GetCompositeSchedule", connectorId=2, duration=60)
        assert schedule["chargingSchedule"]["chargingRateUnit"] == "W"
        assert schedule["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 50_000.0
        assert await limited(csms, "A") == "Rejected"
        assert await limited(csms, "W") == "Accepted"
        await clock.settle()
        assert [connector.power for connector in wire.station.connectors] == [60_000.0, 50_000.0]


@pytest.mark.asyncio
async def test_wallbox_11kw(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with Wire(csms, clock, Model.load("wallbox-11kw")) as wire:
        keys = await wire.keys()
        assert sorted(keys["SupportedFeatureProfiles"][0].split(",")) == ["Core", "RemoteTrigger", "SmartCharging"]
        assert await wire.change("AuthorizationCacheEnabled", "true") == "Rejected"
        for action in ("CancelReservation", "SendLocalList", "GetDiagnostics", "UpdateFirmware"):
            assert await refused(csms, action) == "NotSupported"
        assert (await csms.call("UnlockConnector", connectorId=1))["status"] == "NotSupported"
        for verb in (wire.station.jam_memory, wire.station.jam_firmware):
            with pytest.raises(NotPossible, match=r"this station has no .*; its model leaves the profile out"):
                await verb()


PAYLOADS: dict[str, dict[str, Any]] = {
    "ReserveNow": {"connectorId": 1, "expiryDate": "2030-01-01T00:00:00Z", "idTag": "T", "reservationId": 1},
    "CancelReservation": {"reservationId": 1},
    "SendLocalList": {"listVersion": 1, "updateType": "Full"},
    "ExtendedTriggerMessage": {"requestedMessage": "Heartbeat"},
    "GetDiagnostics": {"location": "http://127.0.0.1:1/"},
    "UpdateFirmware": {"location": "http://127.0.0.1:1/", "retrieveDate": "2030-01-01T00:00:00Z"},
}


async def refused(csms: ScriptedCsms, action: str) -> str:
    """The code of the CALLERROR that answers an operation."""
    with pytest.raises(CallRefused) as caught:
        await csms.call(action, **PAYLOADS[action])
    return str(caught.value.error.code)


async def limited(csms: ScriptedCsms, unit: str) -> str:
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 60_000.0}]}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    answer = await csms.call("SetChargingProfile", connectorId=1, csChargingProfiles=profile)
    return str(answer["status"])


@pytest.mark.asyncio
async def test_a_grid_of_120_volt_and_one_phase(csms: ScriptedCsms, clock: VirtualClock) -> None:
    connector = CONNECTOR + "phases = 1\nvoltage = 120\nplug = 'Type1'\n"
    async with Wire(csms, clock, Model.parse("main_meter = true\n" + START + connector, "us")) as wire:
        assert await wire.change("MeterValuesSampledData", "Voltage.L2") == "Rejected"
        assert await wire.change("MeterValuesSampledData", "Voltage,Current.Import,Power.Active.Import") == "Accepted"
        await wire.charge(1)
        assert await wire.samples(1) == {
            ("Voltage", "L1-N"): "120.0",
            ("Current.Import", "L1"): "16.0",
            ("Power.Active.Import", ""): "1920.0",
        }
        assert (await wire.samples(0))["Current.Import", "L1"] == "16.0"
        schedule = await csms.call("GetCompositeSchedule", connectorId=1, duration=60, chargingRateUnit="W")
        assert schedule["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 1920.0


@pytest.mark.asyncio
async def test_what_differs_from_the_model_is_said_when_the_station_is_made(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = Model.load("wallbox-11kw").station(
        csms.url, id="CP1", clock=clock, identity={"chargePointSerialNumber": "S-2"}, configuration={"BlinkRepeat": "9"}
    )
    async with station:
        await clock.settle()
        assert csms.payloads("BootNotification")[0]["chargePointSerialNumber"] == "S-2"
        assert station.configuration["BlinkRepeat"] == "9"


# --- mistakes ---------------------------------------------------------------------------------------------------------


def mistakes(text: str) -> list[str]:
    with pytest.raises(ModelError) as caught:
        Model.parse(text, "m", file="m.toml")
    assert all(one.startswith("m.toml: ") for one in caught.value.sentences)
    return [one.removeprefix("m.toml: ") for one in caught.value.sentences]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour = 'red'\n" + GOOD, "colour is not known; known are configuration, connector, description, identity,"),
        ("security = 1\n" + GOOD, "security must be true or false, not 1; write for example security = true"),
        ("profiles = ['Reservation']\n" + GOOD, 'profiles must name "Core", which no station does without; add it'),
        (
            "profiles = ['Core', 'SmartCharge']\n" + GOOD,
            'entry 2 of profiles must be one of "Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation",'
            ' "SmartCharging", "RemoteTrigger", not "SmartCharge"; did you mean "SmartCharging"?',
        ),
        ("profiles = ['Core', 'Core']\n" + GOOD, "profiles lists the same thing twice; remove one of them"),
        (
            "measurands = []\n" + GOOD,
            'measurands must name "Energy.Active.Import.Register", which no station does without; add it',
        ),
        ("description = ''\n" + GOOD, "description must not be empty; write for example description ="),
        (
            f"description = '{'x' * 101}'\n" + GOOD,
            "description has 101 characters, at most 100 are allowed; shorten it",
        ),
        (CONNECTOR, "identity is missing; add it"),
        (START, "connector is missing; add it"),
        (
            GOOD.replace('chargePointModel = "M"', ""),
            'identity.chargePointModel is missing; add for example chargePointModel = "Example 22"',
        ),
        (GOOD.replace('"M"', f'"{"M" * 21}"'), "identity.chargePointModel has 21 characters, at most 20 are allowed"),
        (START + "firmware = '1'" + CONNECTOR, "identity.firmware is not known; did you mean firmwareVersion?"),
        ("connector = []\n" + START, "connector must not be empty; write something or remove it"),
        (GOOD + "max_curent = 3\n", "connector 1: max_curent is not known; did you mean max_current?"),
        (GOOD.replace("= 16", "= 0"), "connector 1: max_current must be more than 0, not 0; write for example"),
        (GOOD.replace("= 1\n", "= 0\n"), "[[connector]] no. 1: number must be at least 1, not 0; write for example"),
        (GOOD.replace('"AC"', '"ac"'), 'connector 1: current must be one of "AC", "DC", not "ac"; did you mean "AC"?'),
        (GOOD + "phases = 4\n", "connector 1: phases must be one of 1, 2, 3, not 4; correct it"),
        (
            GOOD + "voltage = 2000\n",
            "connector 1: voltage must be at most 1500, not 2000; write for example voltage = 230",
        ),
        (GOOD + "plug = 2\n", 'connector 1: plug must be a text, not 2; write for example plug = "Type2"'),
        ("connector = [5]\n" + START, "[[connector]] no. 1 must be a table, not 5"),
        (
            f"connector = [{'{number = 1, current = `AC`}, ' * 101}]\n".replace("`", '"') + START,
            "connector has 101 entries, at most 100 are allowed; remove some",
        ),
        (GOOD.replace("max_current = 16", ""), "connector 1 has no max_power and no max_current; write for example"),
        (GOOD + "fixed_cable = true\nlock = true\n", "connector 1: a fixed_cable has no lock; remove one of them"),
        (GOOD.replace("= 1\n", "= 2\n"), "connector.number: the numbers are 2; number them 1"),
        (
            GOOD + CONNECTOR.replace("= 1\n", "= 2\n") + "voltage = 120",
            "connector.voltage: 120 and 230 V; all AC connectors of a station have the same, as one grid feeds them",
        ),
        (GOOD + "[configuration]\nBlinkRepeat = 1.5", "configuration.BlinkRepeat must be a text or a whole number or"),
        (GOOD + "[configuration]\nBlinkRepeat = {min = 1}", "configuration.BlinkRepeat.min is not known; did you mean"),
        (GOOD + "x", "m.toml is no TOML: "),
    ],
)
def test_a_mistake_is_one_sentence(text: str, sentence: str) -> None:
    if sentence.startswith("m.toml"):
        with pytest.raises(ModelError, match=sentence):
            Model.parse(text, "m", file="m.toml")
    else:
        (said,) = mistakes(text)
        assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "HeartbeatIntervall = 1",
            "no station has this key; did you mean HeartbeatInterval? A key of the maker's own has",
        ),
        ("Fan = {type = 'integer'}", "no station has this key; A key of the maker's own has a type and a default"),
        (
            "Fan = {type = 'integer', default = 'x'}",
            "Fan is a whole number from -2147483648 to 2147483647, not 'x'; corr",
        ),
        ("NumberOfConnectors = 3", "it follows from the [[connector]] tables; remove it"),
        ("supportedFeatureProfiles = 'Core'", "it follows from profiles; remove it"),
        ("AuthorizationKey = 'x'", "a model is not secret; give the key to the station; remove it"),
        ("SecurityProfile = 1", "it follows from the certificates and passwords a station is given; remove it"),
        (
            "ConnectionTimeOut = -1",
            "ConnectionTimeOut is a whole number from 0 to 86400, not '-1'; correct the default",
        ),
        ("ConnectionTimeOut = {minimum = -1}", "minimum is 0 at the least, not -1"),
        ("ConnectionTimeOut = {maximum = 86401}", "maximum is 86400 at the most, not 86401"),
        ("ConnectionTimeOut = {minimum = 9, maximum = 8}", "minimum 9 is above maximum 8; swap them"),
        ("ConnectionTimeOut = {type = 'string'}", "the key is known and its type is integer; remove type"),
        (
            "ConnectionTimeOut = {minimum = 200}",
            "ConnectionTimeOut is a whole number from 200 to 86400, not '120'; corr",
        ),
        ("LocalPreAuthorize = {maximum = 1}", "maximum is not for true or false; remove it"),
        ("LocalPreAuthorize = {minimum = 1}", "minimum is for a whole number, and this is a boolean; remove it"),
        ("LocalPreAuthorize = {values = ['x']}", "values is for a list, and this is a boolean; remove it"),
        ("StopTxnSampledData = {values = ['Volt']}", 'values: "Volt" is not known; did you mean Voltage?'),
        ("StopTxnSampledData = ['Volt']", "StopTxnSampledData does not know 'Volt'; it takes "),
        ("NumberOfThings = 3", "no station has this key; did you mean NumberOfConnectors? A key of the maker's own"),
        ("GetConfigurationMaxKeys = {readonly = false}", "the standard has it read-only; remove readonly"),
    ],
)
def test_a_key_that_cannot_be_is_one_sentence(line: str, sentence: str) -> None:
    (said,) = mistakes(f"{GOOD}\n[configuration]\n{line}\n")
    name = line.partition(" ")[0]
    assert said.startswith(f"configuration.{name}: {sentence}")


def test_all_mistakes_are_told_at_once() -> None:
    text = GOOD.replace('"V"', "1") + "lock = true\nfixed_cable = true\n[configuration]\nBlinkRepeat = -1\n"
    assert len(mistakes(text)) == 2  # the keys depend on the connectors, which contradict each other
    assert len(mistakes(text.replace("lock = true", ""))) == 2
    said = mistakes(GOOD.replace("= 16", "= 0").replace('"V"', "1") + "x = 1\n")
    assert [one.split(":")[0] for one in said] == [
        "connector 1",
        "connector 1",
        'identity.chargePointVendor must be a text, not 1; write for example chargePointVendor = "Example Ltd."',
    ]


def test_a_key_of_the_makers_own_and_a_narrower_one() -> None:
    model = Model.parse(
        GOOD + '[configuration]\nFan = {type = "string", default = "on", maximum = 3, reboot = true}\n'
        'StopTxnSampledData = {default = ["Voltage"], values = ["Voltage"], maximum = 1}\nLocalPreAuthorize = true\n',
        "m",
    )
    fan, sampled, flag = model.made.keys
    assert (fan.access, fan.default, fan.limit, fan.reboot) == ("RW", "on", 3, True)
    assert (sampled.default, sampled.allowed, sampled.limit) == ("Voltage", frozenset({"Voltage"}), 1)
    assert flag.default == "true"


def test_power_and_current_limit_each_other() -> None:
    def power(*lines: str) -> float:
        text = GOOD.replace("max_current = 16", "\n".join(lines))
        return Model.parse(text, "m").made.facts.outlets[0].power

    assert power("max_current = 16") == 11_040
    assert power("max_power = 7400") == 7400
    assert power("max_current = 16", "max_power = 11000") == 11_000
    assert power("max_current = 10", "max_power = 11000") == 6900
    assert power("max_current = 10", "phases = 1", "voltage = 240") == 2400


def test_a_file_is_a_model_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert Model.load(path).name == Model.load(str(path)).name == "mine"
    path.write_bytes(b"\xff")
    for model, sentence in (
        (str(path), "byte 1 is not UTF-8; save it as UTF-8"),
        (tmp_path / "no.toml", "cannot be read .No such file or directory.; check the path"),
        ("ac22kw", "there is no station model ac22kw; did you mean ac-22kw?"),
    ):
        with pytest.raises(ModelError, match=sentence):
            Model.load(model)


def test_the_schema_is_a_schema_and_its_examples_are_right() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def check(part: Any) -> int:
        if not isinstance(part, dict):
            return 0
        for example in part.get("examples", ()):
            jsonschema.validate(example, part)
        inner = [*part.get("properties", {}).values(), part.get("items"), part.get("additionalProperties")]
        return len(part.get("examples", ())) + sum(check(one) for one in inner)

    assert check(SCHEMA) > 30


# --- the command ------------------------------------------------------------------------------------------------------


def test_models_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-models"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(built_in())
    assert main(["--model", "dc-150kw", "--show"]) == 0
    assert Model.parse(capsys.readouterr().out, "dc-150kw") == Model.load("dc-150kw")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--show"], "--show prints a model; name it with --model"),
        (["--model", "dc", "--show"], "there is no station model dc; "),
        (
            ["ws://h/", "--model", "dc-150kw", "--power", "9"],
            "--power says what --model dc-150kw says already; leave it",
        ),
        (["ws://h/", "--boot", "iccid=" + "9" * 21], "--boot iccid: it has 21 characters, at most 20 are allowed"),
        (
            ["ws://h/", "--boot", "iccid"],
            "--boot iccid: write it as KEY=VALUE, for example chargePointSerialNumber=A-1",
        ),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"plugproof station: {sentence}")
    assert error.count("\n") == 1


@pytest.mark.asyncio
async def test_a_fleet_can_be_of_a_model(csms: ScriptedCsms) -> None:
    times = ["--ramp", "100", "--duration", "1", "--session-every", "0", "--grace", "1"]
    plan = plan_of(fleet_options(*[csms.url, "--model", "dc-150kw", "--stations", "2", *times]))
    assert pickle.loads(pickle.dumps(plan)).model == plan.model  # as the processes of a fleet get it
    assert {plan.place(1, turn) for turn in range(20)} == {1, 2}
    await Fleet(plan).run()
    boots = csms.payloads("BootNotification")
    assert [boot["chargePointModel"] for boot in boots] == ["DC 150"] * 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--model", "dc-150kw", "--connectors", "3"],
            "--connectors says what --model dc-150kw says already; leave it out",
        ),
        (["--model", "dc-160kw"], "there is no station model dc-160kw; did you mean dc-150kw?"),
    ],
)
def test_a_model_of_a_fleet_that_cannot_be(options: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        plan_of(fleet_options(*["ws://127.0.0.1:1/", *options]))
