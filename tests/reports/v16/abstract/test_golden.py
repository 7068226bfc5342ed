"""The three published abstracts: model in, printed cells out, in both layouts and as HTML and Markdown."""

from collections.abc import Callable
from typing import Any

import pytest

from reports.v16.abstract import Report, kind, write
from tests.reports.support.abstract_reading import Parts, from_html, from_markdown
from tests.reports.v16.abstract.cases import LAB, report

READERS: dict[str, Callable[[str], Parts]] = {"html": from_html, "md": from_markdown}
LINE = "_" * 24
DESCRIBED_2023 = {
    "Core": "Boot, authorization (from a cache if there is one), configuration, transactions and remote control.",
    "Firmware Management": "New firmware is installed over the air, and diagnostics are fetched from the station.",
    "Smart Charging": "The power of a session is steered with every kind of charging profile, also stacked ones.",
    "Reservation": "A connector is kept free for a driver.",
    "Local Authorization List Management": "The station keeps a list of tags that it lets charge without asking.",
    "Remote Trigger": "The station is asked to send a message now.",
}
DESCRIBED_2024 = DESCRIBED_2023 | {
    "Core": "Boot, authorization, configuration, transactions, remote control and basic security.",
    "Smart Charging": "The power of a session is steered with charging profiles.",
}
ALL = "From a request of the tool to its answer, all messages."
AUTHORIZE = "From an Authorize request to its answer."


def printed(model: Report, format: str, **options: Any) -> Parts:
    return READERS[format](write(model, format, **options).decode())


def product(holder: str, designation: str, version: str) -> list[list[str]]:
    return [
        ["Holder", holder],
        ["Product type", "Charging Station Management System"],
        ["Designation", designation],
        ["Software version", version],
    ]


def summary_2023(reference: str, vendor: str, version: str) -> list[list[str]]:
    return [
        ["Test laboratory", LAB],
        ["Location", "Seoul / Korea"],
        ["Test Report Reference", reference],
        ["Vendor name", vendor],
        ["Device Under Test", "CSMS"],
        ["Communication", "JSON"],
        ["OCPP Software version", version],
    ]


def configuration(vendor: str, version: str) -> list[list[str]]:
    return [
        ["Vendor", vendor],
        ["DUT / SUT", "CSMS"],
        ["Communication", "JSON"],
        ["OCPP Software version", version],
        ["Tool version", "OCTT 1.6 v1.4.3"],
    ]


def performance_2023(declared: str, response: str, authorize: str) -> list[list[str]]:
    return [
        ["Name", "PICS value", "Measured value", "Description"],
        ["OCPP response timeout", declared, response, ALL],
        ["Response time Authorize", declared, authorize, AUTHORIZE],
    ]


FUNCTIONALITIES_2023 = [
    ["Functionality", "Result", "Description"],
    ["Core", "Pass", DESCRIBED_2023["Core"]],
    ["Optional features"],
    *([name, "Pass", text] for name, text in DESCRIBED_2023.items() if name != "Core"),
]


def approval(
    vendor_date: str = "-", lab_date: str = "-", company: str = "-", reviewer: str | None = None
) -> list[list[str]]:
    """Who approves: date and signature at the right, the reviewer at the laboratory only."""

    def side(title: str, date: str, company: str, reviewer: str | None) -> list[list[str]]:
        names = [("Name", "-"), *([("Reviewer", reviewer)] if reviewer else []), ("Company", company)]
        names += [(name, "-") for name in ("Department", "Position", "Location")]
        right = [["Date", date], ["Signature", LINE], *([[]] * 4)]
        return [[title], *([name, value, *more] for (name, value), more in zip(names, right, strict=False))]

    return [*side("Vendor", vendor_date, "-", None), *side("Laboratory", lab_date, company, reviewer)]


ORIGIN = [
    ["Report id", "plugproof-2026-11-21-0123456789ab"],
    ["End of the run", "2026-11-21T10:00:05Z"],
    ["Produced by", "plugproof 0.1.0, test suite 0.1.0"],
    ["Tested against", "OCPP 1.6 edition 2, errata v4.0 2019-10-23, OCPP-J errata v1.0 2019-12-04"],
    ["Digest of the SUT file", "-"],
    ["Digest of the results", "c" * 64],
]

EXPECTED: dict[str, Parts] = {
    "A": {
        "Product": product("Hyundai Kefico", "BLUE PLUG CSMS", "v1.0.0"),
        "Test Result Summary: OCPP 1.6": summary_2023("KSGA-OCPP1.6TEST-175-2023", "Hyundai Kefico", "v1.0.0"),
        "Tested functionalities": FUNCTIONALITIES_2023,
        "Performance Measurement Results": performance_2023("10s", "00:00:01", "00:00:01"),
        "Test Configuration": configuration("Hyundai Kefico", "v1.0.0"),
        "Statement of Approval": approval("2023.10.20", "2023.10.20", LAB),
        "Origin of this report": ORIGIN,
    },
    "B": {
        "Product": product("Blue Networks Co. Ltd.", "Echaeum EVCMS Ver 1.0", "ver 01.01.02"),
        "Test Result Summary: OCPP 1.6": summary_2023(
            "KSGA-OCPP1.6TEST-019-2023", "Blue Networks Co. Ltd.", "ver 01.01.02"
        ),
        "Tested functionalities": FUNCTIONALITIES_2023,
        "Performance Measurement Results": performance_2023("60s", "00:00:01", "00:00:00"),
        "Test Configuration": configuration("Blue Networks Co. Ltd.", "ver 01.01.02"),
        "Limits and non-OCPP settings": [["Limit / setting", "Value"], ["Milliseconds in timestamps", "Yes"]],
        "Statement of Approval": approval(),
        "Origin of this report": ORIGIN,
    },
    "C": {
        "Product": product("Korea Environment Corporation", "KECO CSMS 1.6", "1.6.01"),
        "Test Report: OCPP 1.6": [
            ["Test laboratory", LAB],
            ["Location", "Seoul, Korea"],
            ["Test Report Reference", "KSGA-OCPP1.6TEST-133-2024"],
            ["Product Designation", "KECO CSMS 1.6"],
            ["Vendor name", "Korea Environment Corporation"],
            ["Device Under Test", "Charging Station Management System"],
            ["OCPP Software version", "1.6.01"],
        ],
        "Tested functionalities": [
            ["Certification profile", "Result", "Description"],
            *(
                [name, "Pass", DESCRIBED_2024[name]]
                for name in (
                    "Core",
                    "Firmware Management",
                    "Local Authorization List Management",
                    "Smart Charging",
                    "Remote Trigger",
                    "Reservation",
                )
            ),
        ],
        "Additional Questions": [
            ["ID", "Question", "Supported / Present"],
            ["AQ-1", "Can the first answer to a BootNotification be Pending or Rejected?", "No"],
        ],
        "Performance Measurement Result": [
            ["Name", "Max Value", "Unit", "Description"],
            ["OCPP response time", "5", "seconds", ALL],
            ["Response time Authorize", "5", "seconds", AUTHORIZE],
            ["Name", "Min Value", "Max Value", "Average Value", "Unit"],
            ["OCPP response time", "0.28", "0.44", "0.30", "seconds"],
            ["Response time Authorize", "0.29", "0.47", "0.33", "seconds"],
            ["Communication technology during the measurement: Ethernet"],
        ],
        "Statement of Approval": approval(lab_date="2024-09-24", reviewer="Sam Roe"),
        "Origin of this report": ORIGIN,
    },
}
TITLES = {"2023": "Abstract of the test report: OCPP 1.6, Full", "2024": "Abstract of the test report: OCPP 1.6"}


@pytest.mark.parametrize("format", READERS)
@pytest.mark.parametrize("name", EXPECTED)
def test_every_cell_of_a_reference_case(name: str, format: str) -> None:
    parts = printed(report(name), format)
    assert parts == EXPECTED[name]
    assert list(parts) == list(EXPECTED[name])


@pytest.mark.parametrize("format", READERS)
def test_case_a_prints_the_heading_of_its_settings_without_a_row_on_demand(format: str) -> None:
    parts = printed(report("A"), format, all_rows=True)
    assert parts.pop("Limits and non-OCPP settings") == []
    assert parts == EXPECTED["A"]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_kind_follows_from_the_profiles(name: str) -> None:
    assert kind(report(name)) == "Full"


@pytest.mark.parametrize("name", EXPECTED)
def test_what_was_measured_is_within_what_was_declared(name: str) -> None:
    performance = report(name).performance
    declared = {row.key: row.max for row in performance.declared}
    assert len(performance.measured) == 2
    assert all((row.max_ms or 0) <= declared[row.key] * 1000 for row in performance.measured)


@pytest.mark.parametrize("format", READERS)
@pytest.mark.parametrize(("name", "other"), [("A", "2024"), ("B", "2024"), ("C", "2023")])
def test_the_other_layout_loses_only_what_it_lacks(name: str, other: str, format: str) -> None:
    """Every value of a model is printed by the other layout, but for the fields that this layout does not have."""
    lacking = {
        "2023": {"Product Designation", "Additional Questions", "Communication technology during the measurement"},
        "2024": {"Communication", "Limits and non-OCPP settings", "Tool version"},
    }[other]
    parts = printed(report(name, layout=other), format)
    values = {cell for rows in parts.values() for row in rows for cell in row}
    model = report(name)
    kept = [
        *(getattr(model.lab, field) for field in ("name", "location", "reference")),
        *(getattr(model.product, field) for field in ("holder", "vendor", "designation", "software_version")),
        "Core",
        "Remote Trigger",
        "Response time Authorize",
    ]
    assert set(kept) <= values
    assert not lacking & (set(parts) | {row[0].partition(":")[0] for rows in parts.values() for row in rows})
    assert TITLES[other] in write(report(name, layout=other), format).decode()


def test_case_c_in_the_layout_of_2023() -> None:
    parts = printed(report("C", layout="2023"), "html")
    assert parts["Performance Measurement Results"] == performance_2023("5s", "00:00:00", "00:00:00")
    assert parts["Tested functionalities"] == FUNCTIONALITIES_2023
    assert parts["Statement of Approval"] == approval(lab_date="2024.09.24")
    assert "Reviewer" not in str(parts)


def test_case_a_in_the_layout_of_2024() -> None:
    parts = printed(report("A", layout="2024"), "html")
    assert parts["Performance Measurement Result"][4:] == [
        ["OCPP response time", "0.02", "1.50", "0.30", "seconds"],
        ["Response time Authorize", "0.50", "0.50", "0.50", "seconds"],
        ["Communication technology during the measurement: -"],
    ]
    assert parts["Performance Measurement Result"][1] == ["OCPP response time", "10", "seconds", ALL]
    assert [row[3] for row in parts["Statement of Approval"] if "Date" in row] == ["2023-10-20", "2023-10-20"]
