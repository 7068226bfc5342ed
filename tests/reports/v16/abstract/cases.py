"""Three published abstracts of back offices as models: what they print is known, cell by cell."""

import copy
from typing import Any, Final

import msgspec

from reports.v16.abstract import Report

LAB: Final = "Korea Smart Grid Association"
SIX: Final = (
    "core",
    "firmware_management",
    "smart_charging",
    "reservation",
    "local_auth_list",
    "remote_trigger",
)


def _measured(key: str, low: float, mean: float, high: float) -> dict[str, Any]:
    return {"key": key, "n": 20, "min_ms": low, "mean_ms": mean, "max_ms": high, "p95_ms": high, "timeouts": 0}


def _model(layout: str, holder: str, designation: str, version: str, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "layout": layout,
        "id": "plugproof-2026-11-21-0123456789ab",
        "generated_at": "2026-11-21T10:00:05Z",
        "harness": {"name": "plugproof", "version": "0.1.0", "test_suite_version": "0.1.0"},
        "disclaimer": "Produced by an open harness, no certificate.",
        "lab": {"name": LAB, "location": "Seoul / Korea"},
        "product": {
            "sut": "csms",
            "holder": holder,
            "vendor": holder,
            "designation": designation,
            "software_version": version,
            "communication": "JSON",
        },
        "spec": {"ocpp": "1.6 edition 2", "errata": "v4.0 2019-10-23", "errata_j": "v1.0 2019-12-04"},
        "functionalities": [{"key": key, "result": "Pass", "counts": {"pass": 1}} for key in SIX],
        "questions": [],
        "configuration": {"tool": "OCTT 1.6 v1.4.3", "limits": []},
        "approval": {},
        "results_digest": "c" * 64,
    }
    return fields | more


def _declared(seconds: int) -> list[dict[str, Any]]:
    return [{"key": key, "max": seconds} for key in ("ocpp_response", "authorize_response")]


_MODELS: Final = {
    "A": _model(
        "2023",
        "Hyundai Kefico",
        "BLUE PLUG CSMS",
        "v1.0.0",
        lab={"name": LAB, "location": "Seoul / Korea", "reference": "KSGA-OCPP1.6TEST-175-2023"},
        performance={
            "declared": _declared(10),
            "measured": [
                _measured("ocpp_response", 20, 300, 1499.9),
                _measured("authorize_response", 500, 500.5, 501),
            ],
        },
        approval={"vendor": {"date": "2023-10-20"}, "laboratory": {"date": "2023-10-20", "company": LAB}},
    ),
    "B": _model(
        "2023",
        "Blue Networks Co. Ltd.",
        "Echaeum EVCMS Ver 1.0",
        "ver 01.01.02",
        lab={"name": LAB, "location": "Seoul / Korea", "reference": "KSGA-OCPP1.6TEST-019-2023"},
        performance={
            "declared": _declared(60),
            "measured": [_measured("ocpp_response", 20, 300, 500), _measured("authorize_response", 20, 300, 499.9)],
        },
        configuration={
            "tool": "OCTT 1.6 v1.4.3",
            "limits": [{"name": "Milliseconds in timestamps", "value": "Yes"}],
        },
    ),
    "C": _model(
        "2024",
        "Korea Environment Corporation",
        "KECO CSMS 1.6",
        "1.6.01",
        lab={"name": LAB, "location": "Seoul, Korea", "reference": "KSGA-OCPP1.6TEST-133-2024"},
        questions=[
            {
                "id": "AQ-1",
                "text": "Can the first answer to a BootNotification be Pending or Rejected?",
                "answer": "No",
                "observed": "No",
            }
        ],
        performance={
            "declared": _declared(5),
            "measured": [_measured("ocpp_response", 275, 304.9, 444.9), _measured("authorize_response", 290, 325, 465)],
            "link": {"technology": "Ethernet", "rtt_ms": None},
        },
        approval={"laboratory": {"date": "2024-09-24", "reviewer": "Sam Roe"}},
    ),
}


def model(name: str, **changes: Any) -> dict[str, Any]:
    """The model of case A, B or C as plain data, with top level members changed."""
    return copy.deepcopy(_MODELS[name]) | changes


def report(name: str, **changes: Any) -> Report:
    """The same as a `Report`."""
    return msgspec.convert(model(name, **changes), Report)
