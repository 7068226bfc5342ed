"""What the official tool insists on: each shown found and not found, and never among the findings of the standard."""

from typing import Any

import pytest

from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.session.session import Session
from ocppj.v16 import PROTOCOL
from ocppj.v16.insistence import IDS, INSISTENT
from tests.ocppj.support.pem import certificate, request
from tests.ocppj.support.talk import BOOT, NOW

Step = tuple[Role, str, dict[str, Any], dict[str, Any] | str]
"""Who calls, the action, the payload, and the answer: a payload, or the code of a CALLERROR."""

TELLS: Step = ("csms", "GetConfiguration", {"key": ["A"]}, {})
CHANGES: Step = ("csms", "ChangeConfiguration", {"key": "A", "value": "1"}, {"status": "Accepted"})
CLEARS: Step = ("csms", "ClearCache", {}, {"status": "Accepted"})
BOOTS: Step = ("station", "BootNotification", BOOT, {"status": "Accepted", "currentTime": NOW, "interval": 300})
NAMELESS = request(organization=None, name=None)
CRLF = request().replace("\n", "\r\n")


def asks(csr: str, answer: str) -> Step:
    return "station", "SignCertificate", {"csr": csr}, {"status": answer} if answer[0] in "AR" else answer


def signs(chain: str) -> Step:
    return "csms", "CertificateSigned", {"certificateChain": chain}, {"status": "Accepted"}


def installs(pem: str) -> Step:
    return (
        "csms",
        "InstallCertificate",
        {"certificateType": "CentralSystemRootCertificate", "certificate": pem},
        {"status": "Accepted"},
    )


def found(session: Session, *steps: Step) -> list[tuple[str, str]]:
    for number, (sender, action, members, answer) in enumerate(steps):
        other: Role = "csms" if sender == "station" else "station"
        session.observe(sender, frames.parse(frames.call(str(number), action, members).raw), number)
        id = str(number)
        said = frames.error(id, answer) if isinstance(answer, str) else frames.result(id, answer)
        session.observe(other, frames.parse(said.raw), number)
    return [(finding.rule, finding.party) for finding in session.findings if finding.rule in IDS]


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        ("TOOL-01", (BOOTS, CLEARS, TELLS), (BOOTS, TELLS)),
        ("TOOL-01", (CLEARS, CHANGES, CLEARS, TELLS), (CLEARS, CHANGES, TELLS)),
        ("TOOL-02", (signs(certificate(signer="rsa2048")),), (signs(certificate(signer="rsa2048", pss=True)),)),
        ("TOOL-02", (signs(certificate()),), (signs(certificate("rsa2048", signer="rsa2048", pss=True)),)),
        ("TOOL-03", (asks(NAMELESS, "Accepted"),), (asks(NAMELESS, "Rejected"),)),
        ("TOOL-03", (asks(request(), "Rejected"),), (asks(request(name=" "), "Rejected"),)),
        ("TOOL-03", (asks(request(), "InternalError"),), (asks(NAMELESS, "InternalError"),)),
        ("TOOL-04", (asks(CRLF, "Accepted"),), (asks(CRLF, "Rejected"),)),
        ("TOOL-04", (signs(certificate()),), (signs(certificate().replace("\n", "\r\n")),)),
        ("TOOL-04", (installs(certificate()),), (installs(certificate().replace("\n", "\r\n")),)),
    ],
)
def test_what_the_tool_would_not_take_is_found(rule: str, right: tuple[Step, ...], wrong: tuple[Step, ...]) -> None:
    assert found(Session("csms", INSISTENT), *right) == []
    assert found(Session("csms", INSISTENT), *wrong) == [(rule, "csms")]


@pytest.mark.parametrize(
    "steps",
    [
        (asks("MIIB", "Rejected"),),  # it is no request at all
        (signs("MIIB"),),
        (asks(NAMELESS.replace("\n", "\r\n"), "Accepted"),),
        (("station", "Heartbeat", {}, "InternalError"),),
        (("station", "SignCertificate", {}, "ProtocolError"),),
    ],
)
def test_what_has_another_reason_is_not_the_tools_affair(steps: tuple[Step, ...]) -> None:
    assert found(Session("csms", INSISTENT), *steps) == []


def test_an_error_that_answers_nothing_is_none_of_it() -> None:
    session = Session("csms", INSISTENT)
    session.observe("csms", frames.error("nothing", "InternalError"), 0)
    assert [finding.rule for finding in session.findings] == ["RPC-14"]


def test_the_rules_of_the_standard_know_nothing_of_it() -> None:
    assert {"TOOL-01", "TOOL-02", "TOOL-03", "TOOL-04"} == IDS
    assert not IDS & PROTOCOL.book.rules.keys()
    assert found(Session("csms", PROTOCOL), BOOTS, TELLS) == []
    assert INSISTENT.book.rules.keys() - IDS == PROTOCOL.book.rules.keys()
