"""The security cases: what a station shows at the door, the talk about certificates, and how all is given back.

White paper A00 to A05, M03 to M05. What of it can be put back, and what cannot, is said in ``credentials``.
"""

from __future__ import annotations

from typing import Any, Final

from harness.bay.hello import NEW_ENOUGH, PAIRS, SUITES
from harness.bay.knock import Knock
from harness.case.message import Message
from harness.case.verdicts import CaseFailure, HarnessError, Inconclusive, one_line
from harness.peers.counterpart import Request, now
from harness.pki import Facts, facts, hash_data, same_certificate
from harness.pki.reading import SMALLEST
from harness.v16.charge_point import credentials, states, transfers
from harness.v16.charge_point.credentials import CSMS_ROOT, LONGEST, MAKER_ROOT, PASSWORD, SHORTEST
from harness.v16.charge_point.csms import Csms
from ocppj.errors import ConnectionClosed
from ocppj.matchers import present, shown

_GREASE: Final = 0x0F0F
"""Numbers that only keep servers awake have an A in these places (RFC 8701)."""


# --- at the door -----------------------------------------------------------------------------------------------------


async def restarted(csms: Csms, *, rule: str) -> Knock:
    """The station is told to reset, and is at the door again: what it shows there, let in or not."""
    (await csms.sends("Reset", type="Hard")).shows(status="Accepted")
    return await csms.knocks(rule=rule, within=csms.run.sut.timeouts.reboot_s)


async def boots(csms: Csms, *, rule: str | None = None) -> Request:
    """A station that has started says so, and then that each of its connectors is Available."""
    seconds = csms.run.sut.timeouts.reboot_s
    booted = await csms.receives("BootNotification", within=seconds)
    await states.status(csms, 1, "Available", rule=rule, within=seconds)
    for connector in range(2, csms.connectors + 1):
        await states.status(csms, connector, "Available", rule=rule)
    await csms.may_receive("StatusNotification", connectorId=0)
    return booted


def shows_user(csms: Csms, knock: Knock, *, rule: str) -> None:
    """The user name of HTTP Basic authentication is the identity (A00.FR.202 to 204)."""
    given = knock.credentials
    user = "no user name and password" if given is None else f"the user name {given.user}"
    _judge(
        csms,
        given is not None and given.user == knock.identity,
        rule,
        f"HTTP Basic authentication with the user name {knock.identity or 'of the station'}",
        user,
    )


def shows_octets(csms: Csms, knock: Knock, *, rule: str) -> None:
    """The password is shown as it is, and not in hexadecimal digits."""
    given, key = knock.credentials, csms.bay.key
    if key is None:
        csms.leaves_out(rule, "the password of the station is not known: connection.auth_key is not set")
        return
    is_hex = given is not None and given.password.lower() == key.hex().encode()
    _judge(csms, given is not None and not is_hex, rule, "the octets of the password", "its hexadecimal digits")


def shows_length(csms: Csms, knock: Knock, *, rule: str) -> None:
    """The password has 16 to 20 octets (A00.FR.205)."""
    length = 0 if knock.credentials is None else len(knock.credentials.password)
    _judge(
        csms,
        SHORTEST <= length <= LONGEST,
        rule,
        f"a password of {SHORTEST} to {LONGEST} octets",
        f"one of {length} octets",
    )


def offers_version(csms: Csms, knock: Knock, *, rule: str) -> None:
    """TLS 1.2 or above is offered (A00.FR.312)."""
    hello = knock.hello
    versions = () if hello is None else [one for one in hello.versions if one & _GREASE != 0x0A0A]
    _judge(
        csms,
        max(versions, default=0) >= NEW_ENOUGH,
        rule,
        "TLS 1.2 or above",
        "no TLS" if hello is None else hello.version_names,
    )


def offers_suites(csms: Csms, knock: Knock, *, rule: str) -> None:
    """One of the two pairs of suites is offered whole (A00.FR.318)."""
    offered = set(() if knock.hello is None else knock.hello.suites)
    named = [name for number, name in SUITES.items() if number in offered]
    _judge(
        csms,
        any(offered.issuperset(pair) for pair in PAIRS),
        rule,
        " or ".join(" and ".join(SUITES[number] for number in pair) for pair in PAIRS),
        f"of these {', '.join(named) or 'none'}",
    )


def is_within_tls(csms: Csms, knock: Knock, *, rule: str) -> None:
    """TLS came about."""
    _judge(csms, knock.version is not None, rule, "a connection within TLS", f"none{csms._why_not()}")


def shows_key(csms: Csms, knock: Knock, *, rule: str) -> None:
    """The key of the client certificate is long enough (A00.FR.502, 503)."""
    found = _certificate(csms, knock, rule)
    least = SMALLEST.get(found.keyAlgorithm)
    _judge(
        csms,
        least is not None and found.keyBits >= least,
        rule,
        f"a {found.keyAlgorithm} key of at least {least} bits" if least else "a key that is RSA, DSA or ECDSA",
        f"{found.keyAlgorithm}, {found.keyBits} bits",
    )


def shows_name(csms: Csms, knock: Knock, *, rule: str) -> None:
    """The client certificate has a serial number, and names that of the station (A00.FR.403 to 407, 508, 511).

    A station that has told none is named by its identity.
    """
    found = _certificate(csms, knock, rule)
    names = sorted(csms.bay.serials) or [csms.bay.identity or ""]
    _judge(
        csms,
        found.commonName in names and found.serialNumber > 0,
        rule,
        f"a certificate with a serial number, for {' or '.join(names)}",
        str(found),
    )


def shows_certificate(csms: Csms, knock: Knock, certificate: str, *, rule: str) -> None:
    """The client certificate is this one (PEM)."""
    found, wanted = _certificate(csms, knock, rule), facts(certificate)
    _judge(csms, found.fingerprint == wanted.fingerprint, rule, f"the certificate {wanted}", str(found))


def comes_in(csms: Csms, knock: Knock, profile: int, *, rule: str) -> None:
    """The station has come in with this security profile."""
    _judge(
        csms,
        knock.profile == profile,
        rule,
        f"a connection in security profile {profile}",
        f"one in security profile {knock.profile}",
    )


def _certificate(csms: Csms, knock: Knock, rule: str) -> Facts:
    if knock.certificate is None:
        raise _failure(csms, rule, "a client certificate", f"none is shown{csms._why_not()}")
    try:
        return facts(knock.certificate)
    except ValueError as error:
        raise _failure(csms, rule, "a client certificate", f"one that cannot be read ({error})") from None


def _judge(csms: Csms, holds: bool, rule: str, expected: str, actual: str) -> None:
    if not holds:
        raise _failure(csms, rule, expected, actual)
    csms.run.judge(rule)


def _failure(csms: Csms, rule: str | None, expected: str, actual: str) -> CaseFailure:
    return CaseFailure("handshake", expected=expected, actual=actual, rule=csms.run.failed(rule))


# --- conversations ---------------------------------------------------------------------------------------------------


async def asks_for_certificate(csms: Csms, *, triggered: str | None = None, asked: str | None = None) -> str:
    """The station is told to ask for a certificate, and asks: its signing request. ``triggered`` and ``asked`` judge.

    It names the operator in it, so CpoName has to be set (A00.FR.510).
    """
    sut = csms.run.sut
    if await states.supports(csms, "CpoName"):
        await states.configures(csms, CpoName=sut.security.cpo_name or sut.product.vendor or "plugproof")
    csms.answers("SignCertificate", status="Accepted")
    answer = await csms.sends("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    answer.shows(rule=triggered, status="Accepted")
    request = await csms.receives("SignCertificate", rule=asked, within=csms.run.sut.timeouts.long_s, csr=present)
    return str(request["csr"])


def signed(csms: Csms, csr: str, *, rule: str | None, foreign: bool = False) -> str:
    """The certificate for a signing request; one that is none breaks the rule."""
    try:
        return credentials.pki(csms.stand).signs(csr, kind="foreign" if foreign else "right")
    except ValueError as error:
        raise _failure(csms, rule, "a certificate signing request in PEM", f"one that is none: {error}") from None


async def certificate_installed(csms: Csms, root: str, use: str = CSMS_ROOT) -> None:
    """The memory state CertificateInstalled: the station has a root."""
    answer = await csms.sends("InstallCertificate", certificateType=use, certificate=root)
    answer.shows(status="Accepted")


async def certificate_renewed(csms: Csms) -> None:
    """The memory state RenewChargePointCertificate: the station has a client certificate of this CSMS."""
    certificate = signed(csms, await asks_for_certificate(csms), rule=None)
    (await csms.sends("CertificateSigned", certificateChain=certificate)).shows(status="Accepted")


async def prepares(csms: Csms, profile: int) -> None:
    """What a station needs to rise to this security profile: the root of the CSMS, or a client certificate of it."""
    if profile == 2:
        root = credentials.pki(csms.stand).root()
        await certificate_installed(csms, root)
        csms.credentials.keeps(root)
    elif profile == 3:
        await certificate_renewed(csms)
        await csms.may_knock(csms.run.sut.timeouts.quiet_s)


async def comes_not_without_tls(csms: Csms, *, rule: str) -> None:
    """Until it knocks within TLS, or for as long as a long operation takes, the station does not come without it."""
    knock = await csms.may_knock(csms.run.sut.timeouts.long_s)
    _judge(csms, knock is None or knock.hello is not None, rule, "no attempt without TLS", "one was made")


def root_to_install(csms: Csms, use: str) -> str:
    """A root for the station to install: that of the SUT file, else one that it cannot have yet.

    Where a root of the CSMS has to be signed by the one before (AdditionalRootCertificateCheck) it is the one in use.
    """
    sut, pki = csms.run.sut, credentials.pki(csms.stand)
    if sut.tls.root_2 is not None:
        return _text(sut.tls.root_2)
    return pki.root() if use == CSMS_ROOT and _has_one_root(csms) else pki.another_root()


def root_to_delete(csms: Csms) -> str:
    """A root of the CSMS to install and delete again, which is none that the station connects by.

    Raises ``Inconclusive`` where a station has one root at a time.
    """
    if _has_one_root(csms):
        raise Inconclusive("AdditionalRootCertificateCheck is true: the station would lose the root it connects by")
    return root_to_install(csms, CSMS_ROOT)


def _has_one_root(csms: Csms) -> bool:
    found = (csms.stand.found or {}).get("AdditionalRootCertificateCheck")
    return found is not None and str(found[0]).lower() == "true"


def lists_serial(csms: Csms, answer: Message, root: str, *, rule: str) -> None:
    """A GetInstalledCertificateIds.conf names the serial number of a root."""
    wanted = f"{facts(root).serialNumber:x}"
    found = [str(one.get("serialNumber")) for one in told(answer)]
    holds = wanted in [one.lower().lstrip("0") for one in found]
    _judge(csms, holds, rule, f"a certificate with the serial number {wanted}", ", ".join(found) or "none")


def lists(csms: Csms, answer: Message, root: str, *, rule: str) -> None:
    """A GetInstalledCertificateIds.conf names a root by its hashes."""
    holds = any(credentials.names(one, root) for one in told(answer))
    _judge(csms, holds, rule, f"certificateHashData with {hash_data(root)}", shown(told(answer)))


def lists_not(csms: Csms, answer: Message, root: str, *, rule: str) -> None:
    """A GetInstalledCertificateIds.conf does not name a root, by whatever algorithm."""
    holds = not any(credentials.names(one, root) for one in told(answer))
    _judge(csms, holds, rule, "no certificateHashData of the certificate that was deleted", "it is there still")


def lists_no_more(csms: Csms, answer: Message, named: dict[str, Any], *, rule: str) -> None:
    """A GetInstalledCertificateIds.conf does not hold what an earlier one has called a root."""
    _judge(csms, named not in told(answer), rule, f"no certificateHashData {shown(named)}", "it is there still")


def named(csms: Csms, answer: Message, root: str) -> dict[str, Any]:
    """How a station names a root; one that does not name it leaves the case without its ground."""
    for one in told(answer):
        if credentials.names(one, root):
            return one
    raise Inconclusive("the station does not name the root that it has installed")


def _text(file: str) -> str:
    try:
        with open(file, encoding="ascii") as opened:
            return opened.read()
    except (OSError, ValueError) as error:
        raise HarnessError(f"{file}: cannot be read ({error}); correct the SUT file") from None


async def installed(csms: Csms, use: str) -> list[dict[str, Any]]:
    """The certificates of a kind that the station names; none when it says NotFound."""
    return told(await csms.sends("GetInstalledCertificateIds", certificateType=use))


def told(answer: Message) -> list[dict[str, Any]]:
    """What a GetInstalledCertificateIds.conf names."""
    found = answer.payload.get("certificateHashData") if isinstance(answer.payload, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


# --- files -----------------------------------------------------------------------------------------------------------


async def signed_firmware(csms: Csms, *, spoilt: bool = False) -> tuple[dict[str, Any], Any]:
    """The ``firmware`` of a SignedUpdateFirmware, and the shelf of its file where the stand serves it.

    ``spoilt``: with a signature that is well made, and of another file. Raises ``Inconclusive``.
    """
    files = csms.run.sut.files
    location, shelf = await transfers.image(csms)
    if shelf is not None:
        pki = credentials.pki(csms.stand)
        content = transfers.IMAGE + b" " if spoilt else transfers.IMAGE
        signature, certificate = pki.signature_of(content), pki.signer.certificate
    elif files.signature is not None and files.signing_certificate is not None:
        signature, certificate = files.signature, _text(files.signing_certificate)
        if spoilt:
            signature = ("N" if signature.startswith("M") else "M") + signature[1:]
    else:
        raise Inconclusive("files.firmware is set, and files.signature and files.signing_certificate are not")
    members = {"signature": signature, "signingCertificate": certificate}
    return {"location": location, "retrieveDateTime": now(), **members}, shelf


async def updates(csms: Csms, number: int, status: str, *, rule: str, after: Request | None = None) -> Request:
    """SignedFirmwareStatusNotification of this update."""
    return await _reports(csms, "SignedFirmwareStatusNotification", number, status, rule, after)


async def logs(csms: Csms, number: int, status: str, *, rule: str, after: Request | None = None) -> Request:
    """LogStatusNotification of this upload."""
    return await _reports(csms, "LogStatusNotification", number, status, rule, after)


async def _reports(csms: Csms, action: str, number: int, status: str, rule: str, after: Request | None) -> Request:
    seconds = csms.run.sut.timeouts.long_s
    request = await csms.receives(action, rule=rule, within=seconds, requestId=number, status=status)
    if after is not None:
        csms.received_before(after, request, rule=rule)
    return request


# --- given back ------------------------------------------------------------------------------------------------------


async def lets_in(csms: Csms) -> None:
    """See to it that the station can come in, whatever became of what it was told."""
    changes, bay = csms.credentials, csms.bay
    bay.is_down.clear()
    if not changes.is_other:
        return
    if await _starts_anew(csms):
        return
    if bay.key != changes.key:
        bay.also = changes.key  # it may not have taken the new one
    if bay.profile != changes.profile and not bay.is_connected and _comes_as_before(csms):
        bay.changes_to(changes.profile, bay.key)


def _comes_as_before(csms: Csms) -> bool:
    return csms.turned_away_last is not None and csms.turned_away_last[0].profile == csms.credentials.profile


async def gives_back(csms: Csms) -> list[str]:
    """Put back what the station was given; a sentence for each thing that it is left with."""
    problems = await _what_is_left(csms)
    return [] if problems and await _starts_anew(csms) else problems


async def _starts_anew(csms: Csms) -> bool:
    """Start plugproof's own station anew, and let it boot: what the next case asks of it, it is ready for."""
    if not csms.stand.comes_along:
        return False
    csms.statuses.clear()
    await csms.stand.starts_anew(csms.credentials.profile)
    csms.credentials.forgets()
    await csms.is_there(csms.run.sut.timeouts.reboot_s)
    await csms.has_reported()
    return True


async def _what_is_left(csms: Csms) -> list[str]:
    changes, bay = csms.credentials, csms.bay
    problems: list[str] = []
    try:
        if bay.key != changes.key and bay.key is not None:
            await _password(csms, changes.key)
    except (CaseFailure, HarnessError, ConnectionClosed, Inconclusive) as error:
        named = "connection.new_auth_key" if csms.run.sut.connection.new_auth_key else repr(bay.key)
        problems.append(f"it is left with the password of {named}, set the one before by hand: {_why(error)}")
    for root in changes.roots:
        if same_certificate(credentials.pki(csms.stand).root()).accepts(root):
            continue  # the station connects by it
        try:
            await _delete(csms, root)
        except (CaseFailure, HarnessError, ConnectionClosed, Inconclusive) as error:
            problems.append(f"it is left with the root {facts(root)}: {_why(error)}")
    if bay.profile != changes.profile:
        problems.append(
            f"it is left in security profile {bay.profile}: OCPP cannot lower it to {changes.profile}, set it by hand"
        )
    if changes.certificate is not None:
        problems.append(f"it is left with a new client certificate: {facts(changes.certificate)}")
    return problems


async def _password(csms: Csms, key: bytes | None) -> None:
    if key is None:
        raise HarnessError("the one before is not known")
    shown = None if csms.bay.knock is None else csms.bay.knock.credentials
    if shown is not None and shown.password == key:  # the new one was never taken
        csms.bay.changes_to(csms.bay.profile, key)
        csms.bay.also = None
        return
    answer = await csms.sends("ChangeConfiguration", key=PASSWORD, value=key.hex())
    if answer.payload.get("status") != "Accepted":
        raise HarnessError(f"it was answered with {answer.payload.get('status')}")
    await csms.connects()
    csms.bay.also = None


async def _delete(csms: Csms, root: str) -> None:
    listed = [one for use in (CSMS_ROOT, MAKER_ROOT) for one in await installed(csms, use)]
    wanted = next((one for one in listed if credentials.names(one, root)), hash_data(root))
    answer = await csms.sends("DeleteCertificate", certificateHashData=wanted)
    if answer.payload.get("status") not in ("Accepted", "NotFound"):
        raise HarnessError(f"it was answered with {answer.payload.get('status')}")


def _why(error: Exception) -> str:
    return error.actual if isinstance(error, CaseFailure) else one_line(error)
