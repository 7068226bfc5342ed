"""Every rule a case of FirmwareManagement or Security judges on a message of a CSMS has a fault.

The right message fulfils the rule, and under each of its faults what leaves the CSMS does not. Rules about the opening
handshake, passwords and security profiles are in tests/csms_core/faults/test_handshake.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from csms_core.v16.faults import firmware, security
from schemas import load
from tests.csms_core.support.bench import CATALOGUE, what_leaves
from tests.csms_core.v16.security_messages import (
    AFTERWARDS,
    CHAIN,
    FIRMWARE,
    HASH_DATA,
    MESSAGES,
    PLACE,
    ROOT,
    SERIAL_NUMBER,
    SIGNED,
    STATION_KEY,
)

SCHEMAS = load("1.6")
SESSION = MESSAGES | AFTERWARDS

Judge = Callable[[Any], bool]
"""Takes the payload that left."""
Rule = tuple[str, Judge, tuple[str, ...]]
"""The message a rule is about, the rule, and the faults that break it."""


def equals(**members: Any) -> Judge:
    return lambda payload: {name: payload.get(name) for name in members} == members


def leaf(payload: Any) -> x509.Certificate:
    return x509.load_pem_x509_certificate(payload["certificateChain"].encode())


def has_pem(payload: Any) -> bool:
    try:
        leaf(payload)
    except ValueError:
        return False
    return True


def is_for_the_key_of_the_request(payload: Any) -> bool:
    return has_pem(payload) and leaf(payload).public_key() == STATION_KEY.public_key()


def _hash(payload: Any) -> str:
    found = leaf(payload).signature_hash_algorithm
    assert found is not None
    return found.name


def is_signed_with_ecdsa(payload: Any) -> bool:
    return isinstance(leaf(payload).signature_algorithm_parameters, ec.ECDSA) and _hash(payload) == "sha256"


def names_the_serial_number(payload: Any) -> bool:
    return [name.value for name in leaf(payload).subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == [SERIAL_NUMBER]


def key_is_long_enough(payload: Any) -> bool:
    key = leaf(payload).public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return key.key_size >= (2048 if isinstance(key, rsa.RSAPublicKey) else 224)


def answered(payload: Any) -> bool:
    return bool(payload == {})


def boot(rid: str) -> dict[str, Rule]:
    return {rid: ("boot", equals(status="Accepted"), ("boot-after-installing-rejected", "boot-rejected"))}


def installs(rid: str, which: str, kind: str) -> dict[str, Rule]:
    return {
        f"{rid}.R1": (f"install {which}", equals(certificateType=kind), INSTALL_TYPE),
        f"{rid}.R2": (f"install {which}", equals(certificate=ROOT), INSTALL),
        f"{rid}.R4": (
            f"ids {which}",
            equals(certificateType=kind),
            (
                "get-installed-certificate-ids-wrong-type",
                "get-installed-certificate-ids-without-type",
                "get-installed-certificate-ids-not-sent",
            ),
        ),
    }


INSTALL_TYPE = ("install-certificate-wrong-type", "install-certificate-without-type", "install-certificate-not-sent")
INSTALL = ("install-certificate-other-certificate", "install-certificate-without-certificate")
CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"

any_location: tuple[str, Judge] = ("firmware", lambda payload: "location" in payload)
without_location = ("update-firmware-without-location", "update-firmware-not-sent")
diagnostics: Rule = (
    "diagnostics",
    lambda payload: "location" in payload,
    ("get-diagnostics-without-location", "get-diagnostics-not-sent"),
)
trigger: Rule = (
    "trigger",
    equals(requestedMessage="SignChargePointCertificate"),
    ("extended-trigger-wrong-message", "extended-trigger-without-message", "extended-trigger-not-sent"),
)
no_connector: Rule = ("trigger", lambda payload: "connectorId" not in payload, ("extended-trigger-with-connector",))
accepted: Rule = ("sign", equals(status="Accepted"), ("sign-certificate-rejected", "sign-certificate-unanswered"))
signed_location: Rule = (
    "signed firmware",
    lambda payload: payload["firmware"].get("location") == FIRMWARE,
    (
        "signed-update-firmware-wrong-location",
        "signed-update-firmware-without-location",
        "signed-update-firmware-not-sent",
    ),
)
signature: Rule = (
    "signed firmware",
    lambda payload: payload["firmware"].get("signature") == SIGNED["signature"],
    ("signed-update-firmware-wrong-signature", "signed-update-firmware-without-signature"),
)

RULES: dict[str, Rule] = {
    "TC_044_1_CSMS.R1": (
        "firmware",
        equals(location=FIRMWARE),
        ("update-firmware-wrong-location", "update-firmware-without-location", "update-firmware-not-sent"),
    ),
    **boot("TC_044_1_CSMS.R6"),
    "TC_044_2_CSMS.R1": (*any_location, without_location),
    "TC_044_3_CSMS.R1": (*any_location, without_location),
    **boot("TC_044_3_CSMS.R6"),
    "TC_045_1_CSMS.R1": diagnostics,
    "TC_045_2_CSMS.R1": diagnostics,
    "TC_074_CSMS.R1": trigger,
    "TC_074_CSMS.R2": no_connector,
    "TC_074_CSMS.R5": accepted,
    "TC_074_CSMS.R6": (
        "signed",
        lambda payload: "certificateChain" in payload,
        ("certificate-signed-without-chain", "certificate-signed-not-sent"),
    ),
    "TC_074_CSMS.R7": (
        "signed",
        is_for_the_key_of_the_request,
        ("certificate-signed-no-pem", "certificate-signed-other-key", "certificate-signed-short-key"),
    ),
    "TC_074_CSMS.R8": (
        "signed",
        is_signed_with_ecdsa,
        ("certificate-signed-other-algorithm", "certificate-signed-with-sha-1"),
    ),
    "TC_074_CSMS.R9": ("signed", names_the_serial_number, ("certificate-signed-other-name",)),
    "TC_074_CSMS.R10": ("signed", key_is_long_enough, ("certificate-signed-short-key",)),
    **installs("TC_075_1_CSMS", "manufacturer", MANUFACTURER),
    **installs("TC_075_2_CSMS", "root", CENTRAL),
    **installs("TC_076_CSMS", "root", CENTRAL),
    "TC_076_CSMS.R7": (
        "delete",
        lambda payload: payload["certificateHashData"]["hashAlgorithm"] == HASH_DATA["hashAlgorithm"],
        ("delete-certificate-other-algorithm", "delete-certificate-not-sent"),
    ),
    "TC_076_CSMS.R8": (
        "delete",
        equals(certificateHashData=HASH_DATA),
        (
            "delete-certificate-other-name-hash",
            "delete-certificate-other-key-hash",
            "delete-certificate-other-serial-number",
            "delete-certificate-without-data",
        ),
    ),
    "TC_077_CSMS.R1": trigger,
    "TC_077_CSMS.R2": no_connector,
    "TC_077_CSMS.R5": accepted,
    "TC_077_CSMS.R6": (
        "signed",
        equals(certificateChain=CHAIN),
        ("certificate-signed-by-nobody", "certificate-signed-other-name", "certificate-signed-not-sent"),
    ),
    "TC_078_CSMS.R1": ("install root", equals(certificateType=CENTRAL), INSTALL_TYPE),
    "TC_078_CSMS.R2": ("install root", equals(certificate=ROOT), INSTALL),
    "TC_079_CSMS.R1": (
        "log",
        equals(log={"remoteLocation": PLACE}),
        ("get-log-wrong-location", "get-log-without-location", "get-log-not-sent"),
    ),
    "TC_079_CSMS.R2": ("log", equals(logType="SecurityLog"), ("get-log-wrong-type", "get-log-without-type")),
    "TC_080_CSMS.R1": signed_location,
    "TC_080_CSMS.R2": signature,
    "TC_080_CSMS.R3": (
        "signed firmware",
        lambda payload: payload["firmware"].get("signingCertificate") == SIGNED["signingCertificate"],
        ("signed-update-firmware-wrong-signing-certificate", "signed-update-firmware-without-signing-certificate"),
    ),
    "TC_080_CSMS.R8": ("unavailable", answered, ("unavailable-unanswered", "unavailable-answer-with-extra-member")),
    **boot("TC_080_CSMS.R11"),
    "TC_081_CSMS.R1": signed_location,
    "TC_081_CSMS.R2": signature,
    # beyond the cases: rules of the standard
    "FW-06": (
        "FirmwareStatusNotification InstallationFailed",
        answered,
        (
            "firmware-status-unanswered",
            "firmware-status-installationfailed-unanswered",
            "firmware-status-answer-with-extra-member",
        ),
    ),
    "SEC-13": ("sign improper", equals(status="Rejected"), ("sign-certificate-accepts-everything",)),
    "A04": (
        "event",
        answered,
        ("security-event-unanswered", "security-event-callerror", "security-event-answer-with-extra-member"),
    ),
}

CASES = [(rid, name) for rid, (_, _, names) in RULES.items() for name in names]


def session(*faults: str) -> dict[str, Any]:
    return what_leaves(SESSION, *faults)


def fulfilled(rid: str, left: dict[str, Any]) -> bool:
    name, judge, _ = RULES[rid]
    return name in left and judge(left[name])


@pytest.mark.parametrize("rid", RULES)
def test_the_right_message_fulfils_the_rule(rid: str) -> None:
    assert fulfilled(rid, session())


@pytest.mark.parametrize(("rid", "name"), CASES)
def test_the_fault_breaks_the_rule(rid: str, name: str) -> None:
    assert not fulfilled(rid, session(name))


OF_MESSAGES = [fault for fault in (*firmware.faults(), *security.faults()) if fault.arrival is None]
"""Those that act on what arrives are played in tests/csms_core/faults/test_arriving.py."""


@pytest.mark.parametrize("fault", OF_MESSAGES, ids=lambda fault: fault.name)
def test_every_fault_changes_something(fault: Any) -> None:
    assert session(fault.name) != session()


def test_every_rule_about_a_message_has_a_fault() -> None:
    judged = {rid for rid in RULES if rid.startswith("TC_")}

    assert len(judged) == 41
    assert len({rid.partition(".")[0] for rid in judged}) == 14


def test_no_message_of_this_session_breaks_its_schema() -> None:
    for action, payload, *answer in SESSION.values():
        assert SCHEMAS.call[action](payload), action
        assert not answer or SCHEMAS.result[action](answer[0])


@pytest.mark.parametrize("fault", [name for name in CATALOGUE if name.startswith("certificate-signed-")])
def test_a_chain_that_is_none_can_be_sent_under_every_fault(fault: str) -> None:
    sent = session(fault).get("signed improper", {})

    assert sent in ({}, {"certificateChain": "improper"})
