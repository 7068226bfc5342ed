"""Both doors of the file server, and the addresses stations are told."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from csms_core import net
from csms_core.api.server import ApiServer
from csms_core.config import Config
from csms_core.files import ftp, http
from csms_core.files.depot import Depot
from csms_core.files.places import Places
from csms_core.store import Store

Protocol = Literal["http", "ftp"]

_EVERYWHERE = ("0.0.0.0", "::")


class FileServer:
    """The file server of a CSMS; `url` and `ftp_url` are set while it is open, None when that door is shut."""

    def __init__(self, config: Config, store: Store, folder: Path) -> None:
        self._config = config
        self.places = Places(store, Depot(folder, config.max_file))
        self.url: str | None = None
        self.ftp_url: str | None = None

    async def open(self, stack: AsyncExitStack) -> None:
        """Open the doors that are configured, until the stack is closed. Raises CannotListen."""
        config = self._config
        await self.places.depot.sweep()
        if config.files_port is not None:
            sock = stack.enter_context(net.listen(config.host, config.files_port, "--files-port"))
            self.url = (config.files_url or _url("http", sock)).rstrip("/")
            server = ApiServer(http.make_app(self.places))
            await server.start(sock)
            stack.push_async_callback(server.stop)
        if config.ftp_port is not None:
            await self._open_ftp(stack, config.ftp_port)

    def location(self, protocol: Protocol, job_id: int, token: str, name: str = "") -> str:
        """Where the file of a job goes, or, with a name, comes from. Raises ValueError when that door is shut."""
        if protocol == "http":
            if self.url is None:
                raise ValueError("The file server takes no HTTP; start the CSMS with --files-port.")
            return f"{self.url}/{token}/{quote(name, safe='')}"
        if self.ftp_url is None:
            raise ValueError("The file server takes no FTP; start the CSMS with --ftp-port.")
        return self.ftp_url.replace("//", f"//{ftp.account(job_id)}:{token}@", 1) + f"/{quote(name, safe='')}"

    async def _open_ftp(self, stack: AsyncExitStack, port: int) -> None:
        config = self._config
        public = urlsplit(config.files_url or "").hostname
        server = ftp.make_server(self.places, public if public is not None and _is_ipv4(public) else None)
        try:
            await server.start(config.host, port)
        except OSError as error:
            raise net.CannotListen(
                f"{config.host}:{port} cannot be opened: {error.strerror}; choose another with --ftp-port."
            ) from None
        stack.push_async_callback(server.close)
        address = _url("ftp", server.server.sockets[0])
        self.ftp_url = address if public is None else f"ftp://{public}:{urlsplit(address).port}"


def _url(scheme: str, sock: socket.socket) -> str:
    """URL of a listening socket; one that listens everywhere is reached by the name of the machine."""
    url = net.address(scheme, sock)
    host, port = sock.getsockname()[:2]
    return f"{scheme}://{socket.gethostname()}:{port}" if host in _EVERYWHERE else url


def _is_ipv4(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 4
    except ValueError:
        return False
