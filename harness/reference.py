"""The embedded reference CSMS: a process of its own, on ports the kernel chose, with the SUT file that describes it.

It has a certificate authority, and trusts that of the harness for client certificates, so that all four security
profiles can be connected with. Both are made anew for every run and are gone when it ends.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from threading import Timer
from typing import Any, Final, NamedTuple

from csms_core import pki as csms_pki
from harness.pki import Pki
from harness.verdicts import HarnessError

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
KEY_OCTETS: Final = 20
"""Length of the basic auth key: the longest there is (A00.FR.205)."""
KEY_VARIABLE: Final = "PLUGPROOF_REFERENCE_KEY"
"""Environment variable with the key, so that the SUT file in the output folder holds no secret."""

FILE: Final = "reference-csms.toml"
SUT_FILE: Final = """\
# Written by plugproof for this run: the embedded reference CSMS. Its ports and its certificates ended with the run.
[product]
sut = "csms"
vendor = "plugproof"
designation = "Reference CSMS"
communication = "JSON"

[connection]
url = {url}
auth_key = "${{PLUGPROOF_REFERENCE_KEY}}"
ca_file = {ca_file}

# The security cases play stations of their own, because the others have no credentials.
[endpoints.1]
identity = "{{identity}}-1"
changing_identity = "{{identity}}-1C"

[endpoints.2]
url = {tls_url}
identity = "{{identity}}-2"

[endpoints.3]
identity = "{{identity}}-3"
changing_identity = "{{identity}}-3C"

[tls]
pki = {pki}

[security]
profiles = [1, 2, 3]

[identities]
pattern = "PP-{{run}}-{{case}}"

[profiles]
core = true
firmware_management = true
smart_charging = true
reservation = true
local_auth_list = true
remote_trigger = true

[features]
diagnostics = true
security_log = true
reservation_connector_zero = true
reservation_parent = true

[features.firmware]
plain = true
signed = true

[features.local_list]
full = true
differential = true
get_version = true

[features.smart]
tx_default = true
tx = true
max = true
remote_start_profile = true
composite = true
clear = true

[features.trigger]
meter_values = true
heartbeat = true
status_notification = true
diagnostics_status = true
firmware_status = true

[tags]
valid = "PLUGPROOF-VALID"
valid_2 = "PLUGPROOF-VALID-2"
parent = "PLUGPROOF-PARENT"
expired = "PLUGPROOF-EXPIRED"
blocked = "PLUGPROOF-BLOCKED"

[timeouts]
message_s = 5
settle_s = 1
quiet_s = 0.3

[performance]
ocpp_response = 5
authorize_response = 5
communication_technology = "Loopback"

[operator]
kind = "reference"
api = {api}
"""


@contextmanager
def reference_csms(out: Path, *arguments: str, meanwhile: Callable[[], object] = lambda: None) -> Iterator[Path]:
    """Run the reference CSMS while the block lasts; gives the SUT file of the run, which is written into ``out``.

    ``arguments`` are passed on to it; ``meanwhile`` is called while it starts. Its log is ``out/reference-csms.log``.
    Raises ``HarnessError`` when it does not start.
    """
    out.mkdir(parents=True, exist_ok=True)
    log = out / "reference-csms.log"
    with tempfile.TemporaryDirectory(prefix="plugproof-") as folder, log.open("w", encoding="utf-8") as errors:
        database = f"sqlite:///{folder}/reference.db"
        certificates = _certificates(Path(folder))
        command = [sys.executable, "-m", "csms_core", "--port", "0", "--api-port", "0", "--database", database]
        command += ["--pki", str(certificates.csms), "--tls-port", "0"]
        # In a group of its own, so that Ctrl-C does not take it away from the cases that come to their end.
        process = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stderr=errors, text=True, process_group=0
        )
        try:
            meanwhile()
            ready = _wait(process, log)
            file = out / FILE  # a user's sut.toml may be in the same folder
            file.write_text(_sut_file(ready, certificates), "utf-8")
            with _key():
                yield file
        finally:
            _stop(process)


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


def _certificates(folder: Path) -> _Certificates:
    """Make both authorities, and have the CSMS trust the client certificates that the harness issues."""
    csms = csms_pki.Pki.create(folder / "csms-pki")
    harness = Pki.create(folder / "pki")
    with csms.trust.open("a", encoding="ascii") as trusted:
        trusted.write(harness.root())
    return _Certificates(csms.folder, folder / "pki", csms.roots_file)


def _sut_file(ready: dict[str, Any], certificates: _Certificates) -> str:
    values = {
        **{name: ready[name] for name in ("url", "tls_url", "api")},
        "ca_file": str(certificates.roots),
        "pki": str(certificates.harness),
    }
    return SUT_FILE.format(**{name: json.dumps(value) for name, value in values.items()})


def _wait(process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    assert process.stdout is not None
    limit = Timer(START_SECONDS, process.kill)
    limit.start()
    try:
        line = process.stdout.readline()
    finally:
        limit.cancel()
    try:
        ready: dict[str, Any] = json.loads(line)
        return {name: ready[name] for name in ("url", "tls_url", "api")}
    except (ValueError, KeyError):
        raise HarnessError(f"the reference CSMS did not start; {log} says why") from None


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
