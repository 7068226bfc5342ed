"""The certificates of a run: client certificates of the stations, roots to install, signed firmware, and bad ones.

Its own authority, independent of the CSMS under test: a CSMS that is to let its stations in is given `root.pem`.
"""

from harness.pki.kit import FIRMWARE, Credentials, Pki, PkiProblem, shared
from harness.pki.names import hash_data, names_certificate
from harness.pki.reading import Facts, facts, holds_key, is_certificate, same_certificate
from harness.pki.requests import SigningRequest, signing_request

__all__ = [
    "FIRMWARE",
    "Credentials",
    "Facts",
    "Pki",
    "PkiProblem",
    "SigningRequest",
    "facts",
    "hash_data",
    "holds_key",
    "is_certificate",
    "names_certificate",
    "same_certificate",
    "shared",
    "signing_request",
]
