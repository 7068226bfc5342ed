"""The reference CSMS as one object: `async with Csms(Config(...)) as csms: csms.url, csms.api_url`."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from types import TracebackType

from csms_core import net
from csms_core.api.app import make_app
from csms_core.api.server import ApiServer
from csms_core.config import TEMPORARY, Config
from csms_core.faults import CATALOGUE, Switchboard
from csms_core.hub import Hub
from csms_core.operations import Operations
from csms_core.profiles import BOOKKEEPERS, HANDLERS
from csms_core.server import Gate
from csms_core.services import Services
from csms_core.store import Store
from schemas import SchemaSet, load


class Csms:
    """A running CSMS between `async with` and its end.

    Entering raises StoreError, CannotListen or UnknownFault, each with a sentence for the user.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.schemas: SchemaSet = load("1.6")
        self.switchboard = Switchboard(CATALOGUE)
        self.store: Store
        self.hub: Hub
        self.operations: Operations
        self.url = ""
        """Where stations connect; the identity is appended as a path segment."""
        self.api_url = ""
        """Base address of the HTTP API."""
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
        for name in config.faults:
            self.switchboard.switch(name, True)
        self.store = await Store.open(self._database(stack))
        stack.push_async_callback(self.store.close)
        self.hub = Hub(self.store, config, HANDLERS)
        self.operations = Operations(self.hub, self.store, config, self.schemas, BOOKKEEPERS)

        sock = stack.enter_context(net.listen(config.host, config.port, "--port"))
        api_sock = stack.enter_context(net.listen(config.host, config.api_port, "--api-port"))
        self.url = net.address("ws", sock, config.path.rstrip("/"))
        self.api_url = net.address("http", api_sock)

        # The end goes backwards: first the stations, so that requests waiting for one get their answer from the API.
        services = Services(config, self.schemas, self.store, self.hub, self.operations, self.switchboard, self.url)
        api = ApiServer(make_app(services))
        await api.start(api_sock)
        stack.push_async_callback(api.stop)
        stack.push_async_callback(self.operations.close)
        server = await Gate(config, self.store, self.hub, self.switchboard).open(sock)
        stack.push_async_callback(self.hub.close)
        stack.push_async_callback(server.wait_closed)
        stack.callback(server.close)

    def _database(self, stack: AsyncExitStack) -> str:
        if self.config.database != TEMPORARY:
            return self.config.database
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="plugproof-csms-"))
        return f"sqlite:///{folder}/csms.db"
