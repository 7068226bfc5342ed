"""The parts of a running CSMS, as the API sees them."""

from __future__ import annotations

from dataclasses import dataclass

from csms_core.auth.doorman import Doorman
from csms_core.auth.passwords import Vault
from csms_core.config import Config
from csms_core.faults import Switchboard
from csms_core.files import FileServer
from csms_core.hub import Hub
from csms_core.operations import Operations
from csms_core.pki import Pki
from csms_core.store import Store
from schemas import SchemaSet


@dataclass(frozen=True, slots=True)
class Services:
    """What a route may use. `url` is where stations connect, `tls_url` the same with TLS, empty without a PKI."""

    config: Config
    schemas: SchemaSet
    store: Store
    hub: Hub
    operations: Operations
    switchboard: Switchboard
    url: str
    tls_url: str
    doorman: Doorman
    vault: Vault
    files: FileServer
    pki: Pki | None
