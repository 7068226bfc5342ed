"""One fixed run that holds every verdict and every kind of failure; all report tests look at it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from reports.results.performance import figures, statistics
from reports.results.verdicts import OUTCOMES, outcome

PASSWORD = "0123456789abcdef0123"
MS = 1_000_000


class TextFile(SingleFileSnapshotExtension):
    """Snapshots as plain files, so that a reviewer sees them as a user would."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class MarkdownFile(TextFile):
    file_extension = "md"


class XmlFile(TextFile):
    file_extension = "xml"


@pytest.fixture
def text_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TextFile)


@pytest.fixture
def markdown_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MarkdownFile)


@pytest.fixture
def xml_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(XmlFile)


@pytest.fixture
def results() -> dict[str, Any]:
    """A fresh copy of the run."""
    return copy.deepcopy(RESULTS)


@pytest.fixture
def password() -> str:
    """The secret that stands in the run in several places and may stand in no report."""
    return PASSWORD


@pytest.fixture
def case_of(results: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    """The case with an id."""
    return lambda name: next(case for case in results["cases"] if case["id"] == name)


@pytest.fixture
def with_outcomes(results: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """The run with one case per named outcome, and no other."""
    by_outcome = {outcome(case): case for case in reversed(results["cases"])}
    by_outcome["NOT_RUN"] = copy.deepcopy(NOT_RUN)
    assert by_outcome.keys() == set(OUTCOMES)

    def build(*names: str) -> dict[str, Any]:
        chosen = [by_outcome[name] for name in names]
        return {**results, "cases": chosen, "run": {**results["run"], "profiles": profile_counts(chosen)}}

    return build


def up(seq: int, ms: float, label: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """A frame of the station."""
    return entry(seq, "frame", "station->csms", ms, label, detail, **more)


def down(seq: int, ms: float, label: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """A frame of the CSMS."""
    return entry(seq, "frame", "csms->station", ms, label, detail, **more)


def entry(
    seq: int, kind: str, direction: str | None, ms: float, label: str, detail: str = "", **more: Any
) -> dict[str, Any]:
    fields = {"phase": "case", "state": None, "offending": False} | more
    return {"seq": seq, "kind": kind, "direction": direction, "label": label, "detail": detail, "ms": ms} | fields


def booted(**more: Any) -> list[dict[str, Any]]:
    """Six frames of the state every case begins with."""
    state = {"phase": "preamble", "state": "booted"} | more
    return [
        up(1, 0.0, "BootNotification", "chargePointVendor=plugproof chargePointModel=Station", **state),
        down(2, 1.4, "BootNotification.conf", "status=Accepted interval=300", **state),
        up(3, 1.9, "StatusNotification", "connectorId=0 status=Available", **state),
        down(4, 2.6, "StatusNotification.conf", **state),
        up(5, 2.8, "StatusNotification", "connectorId=1 status=Available", **state),
        down(6, 4.1, "StatusNotification.conf", **state),
    ]


def frame(seq: int, text: str, member: str | None) -> dict[str, Any]:
    """A frame with ``member``, a part of its text, as the offending one."""
    start = None if member is None else text.index(member)
    return {"seq": seq, "text": text, "start": start, "end": None if start is None else start + len(member or "")}


def failure(kind: str, sequence: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    fields = {
        "rule": None,
        "sentence": "",
        "ref": None,
        "expected": "",
        "actual": "",
        "columns": {"station": "plugproof", "csms": "SUT: Reference CSMS"},
        "frame": None,
        "traceback": None,
    }
    return {"kind": kind, "sequence": sequence} | fields | more


def case(name: str, title: str, verdict: str, **more: Any) -> dict[str, Any]:
    fields = {
        "sut": "csms",
        "profile": "Core",
        "ref": "OCPP 1.6 §4.8",
        "needs": [],
        "expected_failure": None,
        "reason": None,
        "rules": [f"{name}.R1"],
        "rules_judged": [f"{name}.R1"],
        "findings": [],
        "seconds": 0.05,
        "lane": "PP-0001",
        "trace": f"cases/{name}/trace.jsonl",
        "rerun": f"plugproof precheck --sut sut.toml --case {name}",
        "failure": None,
    }
    return {"id": name, "title": title, "verdict": verdict} | fields | more


def finding(rule: str, level: str, message: str, seq: int | None = 12) -> dict[str, Any]:
    return {"rule": rule, "level": level, "party": "csms", "message": message, "seq": seq, "path": []}


ID = "5f0c0a3e-7e5a-4b42-9d6f-1c8b8d2f4a11"

MISMATCH = case(
    "TC_003_CSMS",
    "Regular charging session, cable plugged in first",
    "FAIL",
    reason="The CSMS refused a tag that it knows as valid.",
    rules=["TC_003_CSMS.R3", "TC_003_CSMS.R5"],
    rules_judged=["TC_003_CSMS.R3"],
    findings=[
        finding("TC_003_CSMS.R3", "MUST", "idTagInfo.status is Invalid"),
        finding("JSON-07", "SHOULD", "The time has more than three decimals of a second."),
    ],
    failure=failure(
        "mismatch",
        [
            *booted(),
            entry(7, "driver", None, 4.6, "plugs the cable in", "connectorId=1"),
            up(8, 5.0, "StatusNotification", "connectorId=1 status=Preparing errorCode=NoError"),
            down(9, 5.9, "StatusNotification.conf"),
            entry(10, "driver", None, 6.0, "presents a card", "idTag=PP-VALID-1"),
            up(11, 6.1, "Authorize", "idTag=PP-VALID-1"),
            down(12, 9.2, "Authorize.conf", "idTagInfo.status=Invalid", offending=True),
            up(13, 9.9, "StatusNotification", "connectorId=1 status=Available", phase="cleanup"),
            down(14, 11.0, "StatusNotification.conf", phase="cleanup"),
        ],
        rule="TC_003_CSMS.R3",
        sentence="The CSMS accepts a tag that the operator registered as valid and that nobody has blocked since.",
        ref="OCPP 1.6 §4.1",
        expected="idTagInfo.status = Accepted",
        actual="idTagInfo.status = Invalid",
        frame=frame(12, f'[3,"{ID}",{{"idTagInfo":{{"status":"Invalid"}}}}]', '"Invalid"'),
    ),
)

SILENCE = case(
    "TC_010_CSMS",
    "Remote start, cable plugged in first",
    "FAIL",
    reason="The CSMS never sent RemoteStartTransaction.",
    failure=failure(
        "silence",
        [
            *booted(),
            up(7, 5.0, "StatusNotification", "connectorId=1 status=Preparing errorCode=NoError"),
            down(8, 5.9, "StatusNotification.conf"),
            entry(9, "operator", None, 6.0, "RemoteStartTransaction", "connectorId=1 idTag=PP-VALID-1"),
            up(10, 30010.2, "StatusNotification", "connectorId=1 status=Available", phase="cleanup"),
            down(11, 30011.0, "StatusNotification.conf", phase="cleanup"),
        ],
        rule="TC_010_CSMS.R1",
        sentence="The CSMS starts the session with the tag that the operator chose.",
        ref="OCPP 1.6 §5.11",
        expected="RemoteStartTransaction with idTag = PP-VALID-1",
        actual="nothing arrived in 30 s",
    ),
)

SCHEMA = case(
    "TC_019_1_CSMS",
    "Retrieve all configuration keys",
    "FAIL",
    reason="The payload of GetConfiguration does not fit its schema.",
    failure=failure(
        "schema",
        [
            *booted(),
            entry(7, "operator", None, 5.0, "GetConfiguration"),
            down(8, 7.5, "GetConfiguration", "key=[...]", offending=True),
            up(9, 7.7, "CALLERROR", "PropertyConstraintViolation"),
        ],
        rule="VAL-01",
        sentence="Every payload is valid against the schema of its message.",
        ref="OCPP-J 1.6 §4.2",
        expected="at most 50 characters",
        actual="key[4] has 61 characters",
        frame=frame(
            8,
            f'[2,"{ID}","GetConfiguration",{{"key":["HeartbeatInterval","ConnectionTimeOut","MeterValueSampleInterval",'
            '"ResetRetries","ThisKeyIsLongerThanAnyKeyMayEverBeInTheWholeOfOcpp16Edition2x","LocalPreAuthorize"]}]',
            '"ThisKeyIsLongerThanAnyKeyMayEverBeInTheWholeOfOcpp16Edition2x"',
        ),
    ),
)

CALLERROR = case(
    "TC_064_CSMS",
    "Data transfer with an unknown vendor",
    "FAIL",
    reason="DataTransfer was answered with a CALLERROR.",
    failure=failure(
        "callerror",
        [
            *booted(),
            up(7, 5.0, "DataTransfer", "vendorId=org.example.unknown"),
            down(8, 7.0, "CALLERROR", "NotImplemented \x1b[31mno\x1b[0m", offending=True),
        ],
        rule="TC_064_CSMS.R1",
        sentence="An unknown vendor is answered, with status UnknownVendorId or Rejected.",
        ref="OCPP 1.6 §4.3",
        expected="CALLRESULT with status = UnknownVendorId",
        actual="CALLERROR NotImplemented",
        frame=frame(8, f'[4,"{ID}","NotImplemented","\x1b[31mno\x1b[0m",{{}}]', '"NotImplemented"'),
    ),
)

SECRET = case(
    "TC_085_CSMS",
    "Basic authentication, the key is changed",
    "FAIL",
    profile="Security",
    needs=["security-profile-1-or-2"],
    reason=f"The key came with key=AuthorizationKey value={PASSWORD} and one member too many.",
    failure=failure(
        "schema",
        [
            *booted(),
            down(7, 8.1, "ChangeConfiguration", f"key=AuthorizationKey value={PASSWORD}", offending=True),
        ],
        rule="VAL-02",
        sentence="A payload holds no member that its schema does not know.",
        ref="OCPP-J 1.6 §4.2",
        expected="no member but key and value",
        actual="reboot = true",
        frame=frame(
            7,
            f'[2,"{ID}","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{PASSWORD}","reboot":true}}]',
            '"reboot":true',
        ),
    ),
)

PREAMBLE = case(
    "TC_031_CSMS",
    "Unlock a connector that does not exist",
    "ERROR",
    reason="The state charging could not be reached: Authorize was not accepted.",
    rules_judged=[],
    failure=failure(
        "preamble",
        [
            *booted(),
            up(7, 5.0, "Authorize", "idTag=PP-VALID-1", phase="preamble", state="authorized"),
            down(
                8,
                6.3,
                "Authorize.conf",
                "idTagInfo.status=Blocked",
                phase="preamble",
                state="authorized",
                offending=True,
            ),
        ],
        sentence="The case begins with an authorized driver.",
        expected="idTagInfo.status = Accepted",
        actual="idTagInfo.status = Blocked",
        frame=frame(8, f'[3,"{ID}",{{"idTagInfo":{{"status":"Blocked"}}}}]', '"Blocked"'),
        traceback="Traceback (most recent call last):\n"
        '  File "testcases/v16/csms/core/test_unlock.py", line 12, in test_unknown_connector\n'
        "    await authorized(station)\n"
        "harness.errors.PreambleFailed: the state authorized could not be reached\n",
    ),
)

MANUAL = case(
    "TC_030_CSMS",
    "Unlock a connector, the lock is broken",
    "INCONCLUSIVE",
    reason="Nobody pressed the button within 120 s.",
    rules_judged=[],
    lane=None,
    trace=None,
)

NOT_RUN = case(
    "TC_070_CSMS",
    "Sampled meter values",
    "INCONCLUSIVE",
    reason="not run: the run was interrupted",
    not_run=True,
    rules_judged=[],
    lane=None,
    trace=None,
    seconds=0.0,
)


def profile_counts(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``run.profiles`` of a run that was asked for all cases there are."""
    rows: dict[str, dict[str, Any]] = {}
    for one in cases:
        row = rows.setdefault(one["profile"], {"profile": one["profile"], "cases": 0, "applicable": 0, "selected": 0})
        row["cases"] += 1
        row["applicable"] += one["verdict"] != "NOT_APPLICABLE"
        row["selected"] = row["applicable"]
    return list(rows.values())


RESULTS: dict[str, Any] = {
    "format": 1,
    "run": {
        "id": "plugproof-2026-11-21-0123456789ab",
        "harness": {"name": "plugproof", "version": "0.1.0"},
        "schemas": {"version": "1.6", "digest": "a" * 64, "source": "ocpp 2.1.0"},
        "sut": {
            "role": "csms",
            "name": "Reference CSMS",
            "address": f"wss://PP-0001:{PASSWORD}@127.0.0.1:1234/ocpp",
            "holder": "Example Energy",
            "vendor": "Example | Software <GmbH>",
            "designation": "전기차 CSMS",
            "software_version": None,
            "communication": "JSON",
        },
        "claims": {
            "profiles": {
                "core": True,
                "firmware_management": False,
                "local_auth_list": True,
                "smart_charging": True,
                "remote_trigger": None,
            },
            "features": {"clear_cache": False},
            "security": {"profiles": [1, 3]},
        },
        "sut_file_digest": "b" * 64,
        "started": "2026-11-21T10:00:00Z",
        "seconds": 5.06,
        "seed": 7,
        "workers": 4,
        "strict": False,
        "machine": {"python": "3.11.7", "platform": "Linux x86_64", "cpus": 2},
        "command": f"plugproof precheck --csms ws://PP-0001:{PASSWORD}@127.0.0.1:1234/ocpp",
    },
    "cases": [
        SECRET,
        SILENCE,
        MISMATCH,
        SCHEMA,
        CALLERROR,
        PREAMBLE,
        MANUAL,
        case("TC_001_CSMS", "Cold boot", "PASS"),
        case(
            "TC_021_CSMS",
            "Change configuration",
            "PASS",
            rules=["TC_021_CSMS.R1", "TC_021_CSMS.R2"],
            findings=[finding("JSON-07", "SHOULD", "The time has more than three decimals of a second.")],
        ),
        case(
            "TC_042_1_CSMS",
            "Version of the local list",
            "FAIL",
            profile="LocalAuthListManagement",
            expected_failure="PROJ-123: lists come with the next release",
            reason="The CSMS never sent GetLocalListVersion.",
            failure=failure("silence", booted(), expected="GetLocalListVersion", actual="nothing arrived in 30 s"),
        ),
        case(
            "TC_056_CSMS",
            "Central smart charging, default profile",
            "PASS",
            profile="SmartCharging",
            expected_failure="PROJ-124: stack level is wrong",
        ),
        case(
            "TC_061_CSMS",
            "Clear the authorization cache",
            "NOT_APPLICABLE",
            reason="not claimed: features.clear_cache = false in sut.toml",
            needs=["clear-cache"],
            rules_judged=[],
            trace=None,
            rerun=None,
        ),
        case(
            "TC_044_1_CSMS",
            "Firmware update",
            "NOT_APPLICABLE",
            profile="FirmwareManagement",
            reason="not claimed: profiles.firmware_management = false in sut.toml",
            needs=[],
            rules_judged=[],
            trace=None,
            rerun=None,
        ),
        case("RPC_001", "A frame of an unknown type is ignored", "PASS", profile="OCPP-J", ref="OCPP-J 1.6 §4.1.3"),
    ],
    "performance": {
        "ocpp_response": statistics([280 * MS, 300 * MS, 304 * MS, 305 * MS, 440 * MS] * 3, 0, 5),
        "authorize_response": statistics([290 * MS, 470 * MS, 235 * MS], 1, 5),
        "per_action": {
            "Authorize": figures([290 * MS, 470 * MS, 235 * MS], 1),
            "Heartbeat": figures([], 0),
        },
        "link": {"technology": "Ethernet", "rtt_ms": 0.2},
    },
}
RESULTS["run"] |= {
    "selection": None,
    "interrupted": None,
    "profiles": profile_counts(RESULTS["cases"]),
    "fail_on": [],
}
