"""The parts of a running CSMS, as the API sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from csms_core.auth.doorman import Doorman
from csms_core.auth.passwords import Vault
from csms_core.config.model import Config
from csms_core.faults.switchboard import Switchboard
from csms_core.files import FileServer
from csms_core.hub.hub import Hub
from csms_core.hub.operations import Operations
from csms_core.hub.version import Version
from csms_core.pki import Pki
from csms_core.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """What a route may use. `operations` are by the name of their version. `url` is where stations connect, `tls_url`
    the same with TLS, empty without a PKI."""

    config: Config
    versions: Sequence[Version]
    store: Store
    hub: Hub
    operations: Mapping[str, Operations]
    switchboard: Switchboard
    url: str
    tls_url: str
    doorman: Doorman
    vault: Vault
    files: FileServer
    pki: Pki | None
