"""What the official test tool is known to insist on in a CSMS beyond the standard: an axis of its own, and no rule.

Each is a report of somebody whose product was certified, not a sentence of the standard: what breaks one of them is
right by OCPP, and may yet fail there. So these checks stand in no book that verdicts are made with. ``INSISTENT`` is
handed to whoever asks for them, and tells their findings from others by ``IDS``.
"""

from dataclasses import replace
from typing import Final

from ocppj.frames import CallError
from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16 import PROTOCOL
from ocppj.v16.errata import NEWEST, book_of
from ocppj.v16.rules.security import certificates_in, is_signed_with_pss, missing_names, request_in

CHAPTER: Final = Chapter()
UNASKED: Final = "TOOL-01"

CHAPTER.rule(
    UNASKED,
    "INFO",
    "reported by makers",
    "No GetConfiguration comes by itself after a connection was opened or after ChangeConfiguration.",
    "csms",
)
CHAPTER.rule(
    "TOOL-02", "INFO", "reported by makers", "A certificate is signed with RSA PKCS#1 v1.5, not with RSA-PSS.", "csms"
)
CHAPTER.rule(
    "TOOL-03", "INFO", "reported by makers", "A request for a certificate is taken without a usable O or CN.", "csms"
)
CHAPTER.rule(
    "TOOL-04",
    "INFO",
    "reported by makers",
    "PEM is taken with CRLF at the ends of its lines, and sent with LF.",
    "csms",
)

_WITH_PEM: Final = {"CertificateSigned": "certificateChain", "InstallCertificate": "certificate"}
_CRLF: Final = "\r\n"


@CHAPTER.judges(UNASKED, "call", actions=("GetConfiguration",))
def nothing_by_itself(seen: Seen, view: View) -> str | None:
    before = next(view.memory.of("csms").newest_first(), None)
    if before is None:
        return "GetConfiguration is the first CALL after the connection was opened"
    return "GetConfiguration comes right after ChangeConfiguration" if before.action == "ChangeConfiguration" else None


@CHAPTER.judges("TOOL-02", "call", actions=("CertificateSigned",))
def signed_with_plain_rsa(seen: Seen, view: View) -> Remark | None:
    certificate = next(certificates_in(payload(seen)["certificateChain"]), None)
    if certificate is None or not is_signed_with_pss(certificate):
        return None
    return Remark("the certificate is signed with RSA-PSS", path=("certificateChain",))


@CHAPTER.judges("TOOL-03", "result", actions=("SignCertificate",))
def takes_any_subject(seen: Seen, view: View) -> Remark | None:
    if payload(seen)["status"] != "Rejected":
        return None
    missing = _missing(asked(seen)["csr"])
    return Remark(f"a request without {missing} was Rejected", path=("status",)) if missing else None


@CHAPTER.judges("TOOL-04", "result", actions=("SignCertificate",))
def takes_crlf(seen: Seen, view: View) -> Remark | None:
    csr = asked(seen)["csr"]
    # What else there is to be refused about it is not about its lines.
    if payload(seen)["status"] != "Rejected" or _CRLF not in csr or _missing(csr):
        return None
    return Remark("a request with CRLF at the ends of its lines was Rejected", path=("status",))


@CHAPTER.judges("TOOL-04", "call", actions=tuple(_WITH_PEM))
def sends_lf(seen: Seen, view: View) -> Remark | None:
    member = _WITH_PEM[seen.frame.action]  # type: ignore[union-attr]
    if _CRLF not in payload(seen)[member]:
        return None
    return Remark(f"{member} has CRLF at the ends of its lines", path=(member,))


@CHAPTER.judges("TOOL-03", "error")
def refuses_no_subject(seen: Seen, view: View) -> str | None:
    frame, request = seen.frame, seen.request
    assert isinstance(frame, CallError)
    if request is None or request.action != "SignCertificate" or not request.valid:
        return None
    missing = _missing(request.payload["csr"])
    return f"a request without {missing} was answered with {frame.code}" if missing else None


def _missing(csr: str) -> str:
    request = request_in(csr)
    return "" if request is None else " and ".join(missing_names(request.subject))


IDS: Final = frozenset(rule.id for rule in CHAPTER.rules)
"""What the findings of this axis are called."""

INSISTENT: Final = replace(PROTOCOL, book=book_of(NEWEST, CHAPTER))
"""OCPP-J 1.6 with these checks beside its rules."""
