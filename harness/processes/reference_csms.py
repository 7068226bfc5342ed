"""The embedded reference CSMS: a process of its own, on ports the kernel chose, with the SUT file that describes it.

It has a certificate authority, and trusts that of the harness for client certificates, so that all four security
profiles can be connected with. Both are made anew for every run and are gone when it ends.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from secrets import token_hex
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from csms_core import pki as csms_pki
from harness.pki import Pki
from harness.processes.progress import Progress
from harness.processes.reference_process import taken
from harness.sut.reading import DEFAULT_VERSION
from schemas.versions import files_of

LOG: Final = "reference-csms.log"
RSA_BITS: Final = (2048, 2048)
"""The least there may be (A00.FR.319): they are thrown away a minute later."""
KEY_OCTETS: Final = 20
"""Length of the basic auth key: the longest there is (A00.FR.205)."""
KEY_VARIABLE: Final = "PLUGPROOF_REFERENCE_KEY"
"""Environment variable with the key, so that the SUT file in the output folder holds no secret."""

FILE: Final = "reference-csms.toml"
TEMPLATE: Final = "embedded.toml"
"""In the folder of a version: what `FILE` is made of. Names in braces are filled in, doubled ones stay."""


@contextmanager
def reference_csms(
    out: Path,
    *,
    version: str = DEFAULT_VERSION,
    faults: Sequence[str] = (),
    with_rsa: bool = True,
    settings: Mapping[str, Any] = MappingProxyType({}),
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[Path]:
    """Run the reference CSMS while the block lasts; gives the SUT file of the run, which is written into ``out``.

    ``version`` of OCPP is that of the cases; ``faults`` are its deliberate defects, ``settings`` those of its
    ``Config`` that are to be others; ``meanwhile`` is called while it starts. Without ``with_rsa`` its certificates
    have no RSA keys, which take long to make and which only the cases about TLS need. Its log is
    ``out/reference-csms.log``. However long it takes to start, it is waited for. Raises ``HarnessError`` when it dies.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="plugproof-") as folder, taken() as process:
        certificates = _certificates(Path(folder), with_rsa)
        wanted = {
            "database": f"sqlite:///{folder}/reference.db",
            "pki": str(certificates.csms),
            "faults": list(faults),
            "log_level": "info",
            **settings,
        }
        process.start(wanted, out / LOG)
        meanwhile()
        with Progress("starting the reference CSMS") as progress:
            ready = process.ready(progress)
        file = out / FILE  # a user's sut.toml may be in the same folder
        file.write_text(_sut_file(ready, certificates, version), "utf-8")
        with _key():
            yield file


@contextmanager
def _key() -> Iterator[None]:
    """While the block lasts, this process and those it starts know a new basic auth key."""
    before = os.environ.get(KEY_VARIABLE)
    os.environ[KEY_VARIABLE] = f"hex:{token_hex(KEY_OCTETS)}"
    try:
        yield
    finally:
        if before is None:
            del os.environ[KEY_VARIABLE]
        else:
            os.environ[KEY_VARIABLE] = before


class _Certificates(NamedTuple):
    """The folders of both authorities, and what stations trust."""

    csms: Path
    harness: Path
    roots: Path


def _certificates(folder: Path, with_rsa: bool) -> _Certificates:
    """Make both authorities, and have the CSMS trust the client certificates that the harness issues."""
    csms = csms_pki.Pki.create(folder / "csms-pki", rsa_bits=RSA_BITS if with_rsa else None)
    harness = Pki.create(folder / "pki", hosts=())
    with csms.trust.open("a", encoding="ascii") as trusted:
        trusted.write(harness.root())
    return _Certificates(csms.folder, folder / "pki", csms.roots_file)


def _sut_file(ready: dict[str, Any], certificates: _Certificates, version: str) -> str:
    values = {
        **{name: ready[name] for name in ("url", "tls_url", "api")},
        "ca_file": str(certificates.roots),
        "pki": str(certificates.harness),
    }
    folder = resources.files("harness") / files_of(version).folder
    text = (folder / TEMPLATE).read_text(encoding="utf-8")
    return text.format(**{name: json.dumps(value) for name, value in values.items()})
