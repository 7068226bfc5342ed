"""Longer conversations of the security cases (white paper A01 to A05): a new certificate, a root, a key put back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_bytes
from typing import NamedTuple

from harness.adapters.operators import NotOffered, OperatorError
from harness.case.verdicts import CaseFailure, HarnessError, PreambleBroken, one_line
from harness.peers.counterpart import Request
from harness.pki import Credentials, SigningRequest
from harness.sut import Sut, key_bytes
from harness.v16.csms import states
from harness.v16.csms.operator import Operator
from harness.v16.csms.security import certificates
from harness.v16.csms.station import Station
from ocppj.matchers import Matcher, absent, present, satisfies

ROOT = "CentralSystemRootCertificate"
KEY = "AuthorizationKey"
LONGEST_KEY = 20  # octets (A00.FR.205)
OCTETS = b"plug\x80\xc3\x28proof-\xff\xfe\xe4octe"
"""A key of 20 octets that is no text in UTF-8."""


def hexadecimal(key: bytes) -> Matcher:
    """A value of AuthorizationKey that stands for these octets, in capital digits or small ones."""
    return satisfies(f"{len(key)} octets in hexadecimal digits", lambda value: str(value).lower() == key.hex())


def new_key(sut: Sut) -> str:
    """The key that the operator is to set, in hexadecimal digits: that of the SUT file, else a random one."""
    chosen = sut.connection.new_auth_key
    return (token_bytes(LONGEST_KEY) if chosen is None else key_bytes(chosen)).hex()


class Renewal(NamedTuple):
    """A signing request, and the CertificateSigned that answers it."""

    asked: SigningRequest
    signed: Request

    @property
    def credentials(self) -> Credentials:
        """What the station connects with from now on."""
        return Credentials(self.signed["certificateChain"], self.asked.key_pem)


async def new_certificate(
    station: Station,
    operator: Operator,
    *,
    asked: str | None = None,
    without_connector: str | None = None,
    accepted: str | None = None,
    signed: str | None = None,
) -> Renewal:
    """The station is told to ask for a certificate, asks, and is sent one, which it has not answered yet (A02).

    The rules judged: that it is ``asked`` for the right message, ``without_connector``, that its request is
    ``accepted``, and that a certificate is sent (``signed``).
    """
    await operator.extended_trigger_message(station, requestedMessage="SignChargePointCertificate")
    request = await station.receives(
        "ExtendedTriggerMessage", rule=asked, requestedMessage="SignChargePointCertificate"
    )
    request.shows(rule=without_connector, connectorId=absent)
    await request.answered(status="Accepted")

    wanted = certificates.request(station)
    station.expects("CertificateSigned")
    answer = await station.sends("SignCertificate", csr=wanted.csr)
    answer.shows(rule=accepted, status="Accepted")
    return Renewal(wanted, await station.receives("CertificateSigned", rule=signed, certificateChain=present))


@asynccontextmanager
async def reaching(station: Station, state: str) -> AsyncIterator[None]:
    """What happens inside is a state that the case needs on its way; when it breaks, the verdict is ERROR."""
    with station.run.phase(f"preamble:{state}"):
        try:
            yield
        except CaseFailure as failure:
            raise PreambleBroken(state, failure) from None


async def certificate_installed(station: Station, operator: Operator) -> None:
    """The memory state of a station that is to rise from profile 1: it has the root of the CSMS."""
    async with (
        reaching(station, "certificate installed"),
        states.answering(station, "GetInstalledCertificateIds", status="NotFound"),
    ):
        await operator.install_certificate(
            station, certificateType=ROOT, certificate=certificates.root(station.run.sut)
        )
        request = await station.receives("InstallCertificate", certificateType=ROOT)
        await request.answered(status="Accepted")


async def certificate_renewed(station: Station, operator: Operator) -> None:
    """The memory state of a station that is to rise from profile 2: it has a client certificate of the CSMS."""
    async with reaching(station, "certificate renewed"):
        renewal = await new_certificate(station, operator)
        renewal.signed.shows(certificateChain=certificates.holds_key(renewal.asked.key))
        await renewal.signed.answered(status="Accepted")
        station.takes(certificate=renewal.credentials)


async def raised(station: Station, operator: Operator, profile: int) -> None:
    """The station has risen from this security profile to the next, and has been let in with it once (A05)."""
    if profile == 1:
        await certificate_installed(station, operator)
    else:
        await certificate_renewed(station, operator)
    await operator.change_configuration(station, key="SecurityProfile", value=str(profile + 1))
    request = await station.receives("ChangeConfiguration", key="SecurityProfile", value=str(profile + 1))
    await request.answered(status="Accepted")
    await station.restarts()
    station.takes(profile=profile + 1)
    await station.connects()
    await states.boots(station)
    await station.disconnects()


@asynccontextmanager
async def key_put_back(station: Station, operator: Operator) -> AsyncIterator[None]:
    """After the block the CSMS is told to set the key of before again, so that it finds the station as it was."""
    before = station.entrance.link.auth_key
    try:
        yield
    finally:
        if before is not None and station.entrance.link.auth_key != before:
            with station.run.phase("cleanup"):
                try:
                    await _put_back(station, operator, key_bytes(before))
                except (CaseFailure, HarnessError, NotOffered, OperatorError) as error:
                    station.run.note(f"the key could not be put back, set it by hand: {one_line(error)}")


async def _put_back(station: Station, operator: Operator, key: bytes) -> None:
    if not station.is_connected:
        # Turned away with the new key: the CSMS may not have taken it, and then there is nothing to put back.
        station.takes(key=key)
        await station.connects()
        return
    await states.boots(station)  # a back office reaches a station that has said something
    await operator.change_configuration(station, key=KEY, value=key.hex())
    request = await station.receives("ChangeConfiguration", key=KEY)
    await request.answered(status="Accepted")
    station.takes(key=bytes.fromhex(request["value"]))
