"""The CSMS's own certificate authority (OCPP 1.6 security white paper, edition 3, A00 to A02 and L01).

`Pki.create(folder, hosts)` makes a folder once, `Pki.load(folder)` reads it; both raise `PkiError` with a sentence.

| file | holds |
| --- | --- |
| `root-rsa.pem`, `root-ec.pem` | the two roots: what a station installs as CentralSystemRootCertificate |
| `issuing-rsa.pem`, `issuing-ec.pem` | under each root the authority that signs servers and stations |
| `server-rsa.pem`, `server-ec.pem` | server certificates, each followed by its issuing authority |
| `manufacturer-root.pem`, `firmware-signing.pem` | who vouches for firmware, and the certificate that signs it |
| `*.key` beside each | its private key, PKCS#8 without a passphrase, mode 0600 |
| `roots.pem`, `trust.pem` | both roots; both roots and both issuing authorities |

For TLS: `pki.servers` are the pairs of files for `SSLContext.load_cert_chain` (RSA and EC side by side), `pki.trust` is
the file for `SSLContext.load_verify_locations` that station certificates are judged by (issuing authorities included,
so that a station that presents its own certificate alone is verified too), `pki.roots_file` is the file a station
trusts, `pki.operator` the organisation every certificate names. Station certificates that were revoked are in the
store: `store.certificates.is_revoked(connection, serial_number)`, and `pki.crl(revoked)` spells them as PEM lists.
`pki.issue_station(common_name, key)` makes a station certificate without a request, for tests and benches.
"""

from __future__ import annotations

from csms_core.config.model import DEFAULT_HOSTS, DEFAULT_OPERATOR
from csms_core.pki.errors import CsrRefused, PkiError, PkiUnusable
from csms_core.pki.folder import Authority, KeyPair, Pki
from csms_core.pki.hashes import hash_data
from csms_core.pki.requests import check_csr

__all__ = [
    "DEFAULT_HOSTS",
    "DEFAULT_OPERATOR",
    "Authority",
    "CsrRefused",
    "KeyPair",
    "Pki",
    "PkiError",
    "PkiUnusable",
    "check_csr",
    "hash_data",
]
