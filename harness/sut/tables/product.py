"""What a vendor says of a product whatever the version of OCPP: who made it, how it is secured, how fast it is.

An unanswered question is None, never a silent default. Which tables ask about the functions of a version is its own
affair (`harness.v16.claims`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from harness.sut.tables.shapes import UNIQUE, Positive, Seconds, SecurityProfile, Text, Texts, means


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Who made what; printed in reports."""

    sut: Annotated[Literal["csms", "charge_point"], means("What is tested: a back office or a charge point.", "csms")]
    holder: Annotated[Text | None, means("Certificate holder.", "Example Ltd.")] = None
    vendor: Annotated[Text | None, means("Vendor name.", "Example Ltd.")] = None
    designation: Annotated[Text | None, means("Product name.", "Example CSMS")] = None
    software_version: Annotated[Text | None, means("OCPP software version, free text.", "1.0.0")] = None
    hardware_version: Annotated[Text | None, means("Hardware version (charge point).", "A")] = None
    firmware_version: Annotated[Text | None, means("Firmware version (charge point).", "1.2.3")] = None
    family_of: Annotated[Text | None, means("First member of the product family.", "Example CSMS")] = None
    communication: Annotated[Literal["JSON"], means("OCPP over JSON is the only transport in scope.", "JSON")] = "JSON"
    declared_route: Annotated[
        Literal["lab", "vendor_declaration"] | None, means("How the product is declared.", "lab")
    ] = None


class BasicAuth(msgspec.Struct, frozen=True, kw_only=True):
    """Length of the basic auth key in octets.

    See A00.FR.205 of the security white paper.
    """

    min_length: Annotated[Positive, means("Shortest key.", 16)] = 16
    max_length: Annotated[Positive, means("Longest key.", 20)] = 20


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """Security white paper, edition 3."""

    profiles: Annotated[
        tuple[Literal[1, 2, 3], ...] | None, UNIQUE, means("Security profiles the product supports.", [1, 2])
    ] = None
    start_profile: Annotated[
        SecurityProfile | None,
        means("Security profile in force when the run starts; connection.security_profile when absent.", 1),
    ] = None
    basic_auth: BasicAuth = BasicAuth()
    cipher_suites: Annotated[
        Texts | None,
        means("TLS cipher suites offered.", ["ECDHE-ECDSA-AES128-GCM-SHA256"]),
    ] = None
    tls_versions: Annotated[
        tuple[Literal["1.0", "1.1", "1.2", "1.3"], ...] | None,
        UNIQUE,
        means("TLS versions offered.", ["1.2"]),
    ] = None
    certificate_signed_max_chain_size: Annotated[
        Annotated[int, Meta(ge=1, le=10000)] | None, means("CertificateSignedMaxChainSize, octets.", 10000)
    ] = None
    certificate_store_max_length: Annotated[Positive | None, means("CertificateStoreMaxLength", 10)] = None
    additional_root_certificate_check: Annotated[bool | None, means("AdditionalRootCertificateCheck")] = None
    cpo_name: Annotated[Text | None, means("CpoName", "Example")] = None
    key_algorithms: Annotated[Texts | None, means("Key algorithms.", ["RSA-2048"])] = None


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """Declared maxima in seconds; an absent row is not declared."""

    ocpp_response: Annotated[Seconds | None, means("Response time of any CALL.", 5)] = None
    authorize_response: Annotated[Seconds | None, means("Response time of Authorize (back office).", 5)] = None
    triggered_function: Annotated[
        Seconds | None, means("Time until a triggered function shows (charge point).", 10)
    ] = None
    remote_start_authorization: Annotated[
        Seconds | None, means("RemoteStartTransaction until StartTransaction (charge point).", 10)
    ] = None
    remote_stop_end: Annotated[
        Seconds | None, means("RemoteStopTransaction until StopTransaction (charge point).", 10)
    ] = None
    communication_technology: Annotated[Text | None, means("Link used while measuring.", "Ethernet")] = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row.

    One free line of the printed limits and settings.
    """

    limit: Annotated[Text, means("Left column.", "Maximum stations")]
    value: Annotated[Text, means("Right column.", "1000")]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and non-OCPP settings that are printed."""

    milliseconds_in_timestamps: Annotated[bool | None, means("The product sends milliseconds in timestamps.")] = None
    rows: Annotated[tuple[Row, ...], means("Further rows.", [{"limit": "Maximum stations", "value": "1000"}])] = ()


Name = Annotated[Text, means("Name.", "Jo Doe")]
Company = Annotated[Text, means("Company.", "Example Ltd.")]
Department = Annotated[Text, means("Department.", "...")]
Position = Annotated[Text, means("Position.", "...")]
Date = Annotated[Text, means("Date, a TOML date or text.", "2026-11-21")]


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """The vendor."""

    name: Name | None = None
    company: Company | None = None
    department: Department | None = None
    position: Position | None = None
    location: Annotated[Text | None, means("Place.", "Seoul, Korea")] = None
    date: Date | None = None


class Laboratory(msgspec.Struct, frozen=True, kw_only=True):
    """The laboratory."""

    name: Name | None = None
    reviewer: Annotated[Text | None, means("Reviewer (2024 layout).", "Sam Roe")] = None
    company: Company | None = None
    department: Department | None = None
    position: Position | None = None
    location: Annotated[Text | None, means("Place of the person, in the statement of approval.", "Seoul, Korea")] = None
    date: Date | None = None
    test_location: Annotated[
        Text | None,
        means(
            "Where it was tested: the cell Location at the head of the abstract. Without it location is printed "
            "there, too.",
            "Seoul / Korea",
        ),
    ] = None
    report_reference: Annotated[Text | None, means("Reference of the report.", "LAB-OCPP1.6TEST-001-2026")] = None


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Statement of approval; signatures stay empty."""

    vendor: Vendor = Vendor()
    laboratory: Laboratory = Laboratory()


def answers(block: msgspec.Struct) -> dict[str, Any]:
    """What was answered in a block, unanswered questions left out, as plain JSON types."""
    result: dict[str, Any] = {}
    for name in block.__struct_fields__:
        value = getattr(block, name)
        if isinstance(value, msgspec.Struct):
            value = answers(value) or None
        elif isinstance(value, tuple):
            value = [answers(item) if isinstance(item, msgspec.Struct) else item for item in value]
        if value is not None:
            result[name] = value
    return result
