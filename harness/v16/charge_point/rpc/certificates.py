"""Passwords, versions, suites and certificates for the cases about security (white paper A00, A01)."""

from __future__ import annotations

from typing import Final

from harness.bay.hello import NEW_ENOUGH, UNFIT
from harness.bay.knock import Knock
from harness.case.verdicts import Inconclusive
from harness.v16.charge_point.credentials import PASSWORD
from harness.v16.charge_point.csms import Csms

OCTETS: Final = b"plug\x80\xc3\x28proof-\xff\xfe\xe4octe"
"""A password of 20 octets that is no text in UTF-8."""
_GREASE: Final = 0x0A0A
_GREASED: Final = 0x0F0F
"""Numbers that only keep servers awake have the former in the places of the latter (RFC 8701)."""


async def changes_password(csms: Csms, password: bytes, *, taken: str, shown: str) -> None:
    """The station is given a password, and comes back with it; at the end of the case it gets the one before."""
    if csms.bay.key is None:
        raise Inconclusive("the password of the station could not be put back: connection.auth_key is not set")
    answer = await csms.sends("ChangeConfiguration", rule=taken, key=PASSWORD, value=password.hex().upper())
    answer.shows(rule=taken, status="Accepted")
    await csms.connects(rule=shown)


def offers_no_old_version(csms: Csms, knock: Knock, *, rule: str) -> None:
    """No version below TLS 1.2 is offered; the station may be one of the legacy, so that it gets a warning."""
    hello = knock.hello
    old = () if hello is None else [one for one in hello.versions if one & _GREASED != _GREASE and one < NEW_ENOUGH]
    csms.wire.advises(
        rule,
        hello is not None and not old,
        expected="no version below TLS 1.2",
        actual="no TLS" if hello is None else f"{hello.version_names} are offered",
    )


def offers_nothing_unfit(csms: Csms, knock: Knock, *, rule: str) -> None:
    """No suite is offered that nobody should use."""
    found = [UNFIT[one] for one in (() if knock.hello is None else knock.hello.suites) if one in UNFIT]
    csms.wire.judges(
        rule,
        knock.hello is not None and not found,
        expected="no suite without encryption, without a certificate, or with a broken cipher",
        actual="no TLS" if knock.hello is None else f"{', '.join(found)} offered",
    )


async def does_not_come_in(csms: Csms, *, rule: str) -> None:
    """The station tries, and is not in within ``timeouts.quiet_s`` after its attempt. Raises ``Inconclusive``."""
    timeouts = csms.run.sut.timeouts
    if not await csms.begins_tls(timeouts.reboot_s):
        raise Inconclusive(f"the station did not try to connect in {timeouts.reboot_s:g} s")
    came = await csms.until(lambda: csms.bay.is_connected, timeouts.quiet_s)
    csms.wire.judges(rule, not came, expected="a station that does not come in", actual="it is connected")
