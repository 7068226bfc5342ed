"""The reference CSMS as one object: `async with Csms(Config(...)) as csms: csms.url, csms.api_url`."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Final

from fastapi import FastAPI
from sqlalchemy.engine import make_url

from csms_core.api.app import make_app
from csms_core.api.services import Services
from csms_core.auth.changes import Changes
from csms_core.auth.doorman import Doorman
from csms_core.auth.passwords import Vault
from csms_core.auth.policy import Handshake, choose_of
from csms_core.config.contradictions import check
from csms_core.config.model import TEMPORARY, Config
from csms_core.faults.catalogue import catalogue
from csms_core.faults.switchboard import Switchboard
from csms_core.files import Depot, FileServer, JobPlaces
from csms_core.gateway import sockets
from csms_core.gateway.gate import Gate
from csms_core.gateway.http import ApiServer
from csms_core.hub.context import Backroom
from csms_core.hub.hub import Hub
from csms_core.hub.operations import Operations
from csms_core.hub.version import Service, Version
from csms_core.pki import Pki
from csms_core.pki.contexts import Contexts, TlsSettings, make_context
from csms_core.store import Store
from csms_core.store.database import sqlite_file
from csms_core.versions import spoken

log = logging.getLogger(__name__)

SPOKEN: Final = spoken()


class Csms:
    """A running CSMS between `async with` and its end.

    Entering raises SettingsError, StoreError, CannotListen, PkiError, UnknownFault or NotForOneStation, each with a
    sentence for the user.
    """

    def __init__(self, config: Config, versions: Sequence[Version] | None = None) -> None:
        """`versions` are those of OCPP that it speaks; None: all (`csms_core.versions`)."""
        versions = SPOKEN if versions is None else versions
        self.config = config
        self.versions = tuple(versions)
        faults = catalogue({version.subprotocol: version.faults for version in versions})
        right = Handshake(choose=choose_of(tuple(version.subprotocol for version in versions)))
        self.switchboard = Switchboard(faults, right)
        self.store: Store
        self.hub: Hub
        self.operations: Mapping[str, Operations]
        """By the name of a version."""
        self.vault: Vault
        self.app: FastAPI
        self.url = ""
        """Where stations connect; the identity is appended as a path segment."""
        self.tls_url = ""
        """The same with TLS; empty when the CSMS has no PKI."""
        self.api_url = ""
        """Base address of the HTTP API."""
        self.files: FileServer
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Csms:
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack) -> None:
        config = self.config
        check(config)
        self.switchboard.switch_all(config.faults)
        log.info("opening the store")
        database = self._database(stack)
        self.store = await Store.open(database)
        stack.push_async_callback(self.store.close)
        self.hub = Hub(self.store, config, self.versions)
        self.store.tell_ends(self.hub.ended)
        self.operations = {each.name: Operations(each, self.hub, self.store, config) for each in self.versions}
        vault = self.vault = Vault()
        stack.callback(vault.close)
        changes = Changes(self.store, vault, self.switchboard.handshake)
        log.info("reading the certificates")
        pki = None if config.pki is None else Pki.load(config.pki)
        operator = config.operator or (None if pki is None else pki.operator)
        contexts = None if pki is None else Contexts(pki, lambda: self.switchboard.tls(TlsSettings()))
        is_foreign = (lambda certificate: False) if contexts is None else contexts.is_foreign
        doorman = Doorman(config, self.store, vault, changes, operator, is_foreign)

        log.info("opening the ports")
        sock = stack.enter_context(sockets.listen(config.host, config.port, "--port"))
        api_sock = stack.enter_context(sockets.listen(config.host, config.api_port, "--api-port"))
        self.url = sockets.address("ws", sock, config.path.rstrip("/"))
        self.api_url = sockets.address("http", api_sock)
        tls_sock = None
        if contexts is not None:
            tls_sock = stack.enter_context(sockets.listen(config.host, config.tls_port, "--tls-port"))
            self.tls_url = sockets.address("wss", tls_sock, config.path.rstrip("/"))

        files_tls = None if pki is None else make_context(pki, TlsSettings(asks=False))
        log.info("opening the file server")
        depot = Depot(Path(config.files or _beside(database)), config.max_file)
        self.files = FileServer(config, JobPlaces(self.store, depot), files_tls)
        await self.files.open(stack)

        # The end goes backwards: first the stations, so that requests waiting for one get their answer from the API.
        services = Services(
            config,
            self.versions,
            self.store,
            self.hub,
            self.operations,
            self.switchboard,
            self.url,
            self.tls_url,
            doorman,
            vault,
            self.files,
            pki,
        )
        log.info("opening the HTTP API")
        self.app = make_app(services)
        api = ApiServer(self.app)
        await api.start(api_sock)
        stack.push_async_callback(api.stop)
        for operations in self.operations.values():
            stack.push_async_callback(operations.close)
        served = [
            Service(version, Backroom(pki, self.hub.later, self.operations[version.name].perform, changes))
            for version in self.versions
        ]
        gate = Gate(config, doorman, self.hub, self.switchboard, served)
        servers = [await gate.open(sock)]
        if contexts is not None and tls_sock is not None:
            servers.append(await gate.open(tls_sock, contexts.shared))
        stack.push_async_callback(self.hub.close)
        for server in servers:
            stack.push_async_callback(server.wait_closed)
        for server in servers:
            stack.callback(server.close)

    def _database(self, stack: AsyncExitStack) -> str:
        if self.config.database != TEMPORARY:
            return self.config.database
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="plugproof-csms-"))
        return f"sqlite:///{folder}/csms.db"


def _beside(database: str) -> str:
    """Folder for files that goes with a database."""
    parsed = make_url(database)
    file = sqlite_file.file_of(parsed) if parsed.get_backend_name() == "sqlite" else None
    return "plugproof-csms.files" if file is None else f"{file}.files"
