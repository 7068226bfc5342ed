"""What a station shows when it connects, while cases change it: password, security profile, certificate, roots.

What was changed is put back as far as OCPP allows (white paper A01, A02, A05, M04): a password and the roots can be, a
profile cannot be lowered, and of a certificate there is only a newer one. A station that comes along is started anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.bay.bay import Bay
from harness.bay.stand import Stand
from harness.case.verdicts import HarnessError
from harness.pki import Pki, PkiProblem, hash_data, names_certificate
from harness.pki.names import ALGORITHMS
from harness.sut import Sut, key_bytes

PASSWORD: Final = "AuthorizationKey"
PROFILE: Final = "SecurityProfile"
CSMS_ROOT: Final = "CentralSystemRootCertificate"
MAKER_ROOT: Final = "ManufacturerRootCertificate"
KEYS: Final = frozenset({PASSWORD, PROFILE})
"""Configuration keys that cannot be read, or that change how the station connects."""
SHORTEST: Final = 16
LONGEST: Final = 20
"""Octets of a password (A00.FR.205)."""
TEST_PASSWORD: Final = b"plugproof-changed-01"
"""What a password is changed to when `connection.new_auth_key` is not set: it is written here, so that nobody is locked
out of a station that could not be given its own one back."""


class Changes:
    """What one case changes of it; ``bay`` is told at once, as the station may be at the door the next moment."""

    def __init__(self, bay: Bay) -> None:
        self.bay = bay
        self.profile, self.key = bay.profile, bay.key
        self.certificate: str | None = None
        self.roots: list[str] = []
        self._pending: tuple[int, bytes | None] | None = None

    @property
    def is_other(self) -> bool:
        """Whether the station is to connect in another way than when the case began."""
        now = self.bay.profile, self.bay.key
        return now != (self.profile, self.key) or bool(self.certificate or self._pending)

    def answered(self, action: str, members: Mapping[str, Any], status: object) -> None:
        """The station has answered a CALL: what it has taken counts from now on, or from its next start on."""
        if status == "RebootRequired" and members.get("key") in KEYS:
            self._pending = self._link(members)
        if status != "Accepted":
            return
        if action == "ChangeConfiguration" and members["key"] in KEYS:
            self.bay.changes_to(*self._link(members))
        elif action == "Reset" and self._pending is not None:
            self.bay.changes_to(*self._pending)
            self._pending = None
        elif action == "InstallCertificate":
            self.roots.append(members["certificate"])
        elif action == "DeleteCertificate":
            wanted = members["certificateHashData"]
            self.roots = [one for one in self.roots if hash_data(one, wanted["hashAlgorithm"]) != wanted]
        elif action == "CertificateSigned":
            self.certificate = members["certificateChain"]

    def forgets(self) -> None:
        """The station was started anew: nothing of it is changed any more."""
        self.profile, self.key, self.certificate, self._pending = self.bay.profile, self.bay.key, None, None
        self.roots.clear()

    def keeps(self, root: str) -> None:
        """A root is to stay where it is: the station connects by it."""
        self.roots = [one for one in self.roots if one != root]

    def _link(self, members: Mapping[str, Any]) -> tuple[int, bytes | None]:
        profile, key = self._pending or (self.bay.profile, self.bay.key)
        value = str(members["value"])
        return (int(value), key) if members["key"] == PROFILE else (profile, _octets(value))


def new_password(sut: Sut) -> bytes:
    """The password that a station is given for a while."""
    chosen = sut.connection.new_auth_key
    return TEST_PASSWORD if chosen is None else key_bytes(chosen)


def pki(stand: Stand) -> Pki:
    """The authority of the run. Raises ``HarnessError`` for a folder that cannot be used."""
    try:
        return stand.pki
    except PkiProblem as error:
        raise HarnessError(str(error)) from None


def names(entry: Mapping[str, Any], root: str) -> bool:
    """Whether a certificateHashData is that of a root, as plugproof computes it."""
    algorithm = entry.get("hashAlgorithm")
    if algorithm not in ALGORITHMS:
        return False
    wanted = names_certificate(hash_data(root, algorithm))
    return all(matcher.accepts(entry.get(name)) for name, matcher in wanted.items())


def _octets(value: str) -> bytes:
    """The password that an AuthorizationKey stands for: its octets in hexadecimal digits, or the text as it is."""
    try:
        return bytes.fromhex(value)
    except ValueError:
        return value.encode()
