"""The reference CSMS as one object: `async with Csms(Config(...)) as csms: csms.url, csms.api_url`."""

from __future__ import annotations

import logging
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

from fastapi import FastAPI
from sqlalchemy.engine import make_url

from csms_core import net
from csms_core.api.app import make_app
from csms_core.api.server import ApiServer
from csms_core.auth.changes import Changes
from csms_core.auth.doorman import Doorman
from csms_core.auth.passwords import Vault
from csms_core.config import TEMPORARY, Config
from csms_core.faults import CATALOGUE, Switchboard
from csms_core.files import FileServer
from csms_core.hub import Hub
from csms_core.operations import Operations
from csms_core.pki import Pki
from csms_core.profiles import HANDLERS, PROFILES
from csms_core.registry import merged_bookkeepers
from csms_core.server import Gate
from csms_core.services import Services
from csms_core.settings import check
from csms_core.store import Store
from csms_core.tls import Contexts, TlsSettings, make_context
from schemas import SchemaSet, load

log = logging.getLogger(__name__)


class Csms:
    """A running CSMS between `async with` and its end.

    Entering raises SettingsError, StoreError, CannotListen, PkiError, UnknownFault or NotForOneStation, each with a
    sentence for the user.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.schemas: SchemaSet = load("1.6")
        self.switchboard = Switchboard(CATALOGUE)
        self.store: Store
        self.hub: Hub
        self.operations: Operations
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
        self.hub = Hub(self.store, config, HANDLERS)
        vault = self.vault = Vault()
        stack.callback(vault.close)
        changes = Changes(self.store, vault, self.switchboard)
        profiles = (*PROFILES, changes.registry)
        self.operations = Operations(self.hub, self.store, config, self.schemas, merged_bookkeepers(profiles), profiles)
        log.info("reading the certificates")
        pki = None if config.pki is None else Pki.load(config.pki)
        self.hub.backroom.pki = pki
        self.hub.backroom.operate = self.operations.perform
        operator = config.operator or (None if pki is None else pki.operator)
        contexts = None if pki is None else Contexts(pki, lambda: self.switchboard.tls(TlsSettings()))
        is_foreign = (lambda certificate: False) if contexts is None else contexts.is_foreign
        doorman = Doorman(config, self.store, vault, changes, operator, is_foreign)
        self.hub.is_stale = doorman.is_stale

        log.info("opening the ports")
        sock = stack.enter_context(net.listen(config.host, config.port, "--port"))
        api_sock = stack.enter_context(net.listen(config.host, config.api_port, "--api-port"))
        self.url = net.address("ws", sock, config.path.rstrip("/"))
        self.api_url = net.address("http", api_sock)
        tls_sock = None
        if contexts is not None:
            tls_sock = stack.enter_context(net.listen(config.host, config.tls_port, "--tls-port"))
            self.tls_url = net.address("wss", tls_sock, config.path.rstrip("/"))

        files_tls = None if pki is None else make_context(pki, TlsSettings(asks=False))
        log.info("opening the file server")
        self.files = FileServer(config, self.store, Path(config.files or _beside(database)), files_tls)
        await self.files.open(stack)

        # The end goes backwards: first the stations, so that requests waiting for one get their answer from the API.
        services = Services(
            config,
            self.schemas,
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
        stack.push_async_callback(self.operations.close)
        gate = Gate(config, doorman, self.hub, self.switchboard)
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
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return f"{parsed.database}.files" if is_file else "plugproof-csms.files"
