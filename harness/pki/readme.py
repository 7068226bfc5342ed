"""The README of a folder of `plugproof pki`: which file goes where."""

from collections.abc import Sequence
from typing import Final

_TEXT: Final = """\
# Test certificates made by plugproof

Made by `plugproof pki` for {hosts}, organization "{organization}". They are for tests only:
whoever has `root.key` can be any station. Keys (`*.key`) are readable by their owner alone and stay on this machine,
but for those of the server.

## What the CSMS under test is given

- `root.pem`: the CSMS trusts it for client certificates (security profile 3). plugproof issues one per station as it
  runs: CN is the identity, O is `security.cpo_name` or "{organization}".
- `server-rsa.pem`, `server-rsa.key`, `server-ec.pem`, `server-ec.key`: only for a CSMS without a server certificate of
  its own. Both are needed for the four suites of the security white paper (A00.FR.317).
- `manufacturer-root.pem`, `root.pem`, `csms-root-2.pem`: what the operator installs in a station (TC_075 to TC_078),
  for a CSMS in which certificates are chosen from a list.
- `firmware.bin`, `firmware.signature`, `firmware-signing.pem`: for a CSMS in which signed firmware is chosen from a
  list (TC_080, TC_081).

Never give it `foreign-root.pem`: that authority signs what a CSMS has to refuse.

## What the SUT file says

```toml
[tls]
pki = "{folder}"

[connection]
ca_file = "{folder}/root.pem"   # only with the server certificates of this folder; else the root of the CSMS's own
```
"""


def readme(hosts: Sequence[str], organization: str, folder: str) -> str:
    """The text; `folder` is how the SUT file calls the folder."""
    return _TEXT.format(hosts=", ".join(hosts), organization=organization, folder=folder)
