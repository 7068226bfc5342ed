"""The doors of the file server, in the clear and within TLS, and the addresses stations are told."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from csms_core.config.model import Config
from csms_core.files import ftp, http
from csms_core.files.places import Places
from csms_core.gateway import sockets
from csms_core.gateway.http import ApiServer

Protocol = Literal["http", "https", "ftp", "ftps"]

OPTIONS: Final[Mapping[Protocol, str]] = {
    "http": "--files-port",
    "https": "--pki DIR",  # and --files-tls-port, which is there unless it was shut
    "ftp": "--ftp-port",
    "ftps": "--pki DIR and --ftps-port",
}
"""What opens a door."""

_EVERYWHERE = ("0.0.0.0", "::")


class FileServer:
    """The file server of a CSMS; `urls` are the addresses of the doors that are open."""

    def __init__(self, config: Config, places: Places, tls: ssl.SSLContext | None = None) -> None:
        """`tls` is the context of the doors within TLS, None: they stay shut."""
        self._config = config
        self._tls = tls
        self.places = places
        self.urls: dict[Protocol, str] = {}

    async def open(self, stack: AsyncExitStack) -> None:
        """Open the doors that are configured, until the stack is closed. Raises CannotListen."""
        config, tls = self._config, self._tls
        await self.places.depot.sweep()
        if config.files_port is not None:
            await self._open_http(stack, "http", config.files_port, "--files-port")
        if config.files_tls_port is not None and tls is not None:
            await self._open_http(stack, "https", config.files_tls_port, "--files-tls-port", tls)
        if config.ftp_port is not None:
            await self._open_ftp(stack, "ftp", config.ftp_port, "--ftp-port")
        if config.ftps_port is not None and tls is not None:
            await self._open_ftp(stack, "ftps", config.ftps_port, "--ftps-port", tls)

    def location(self, protocol: Protocol, job_id: int, token: str, name: str = "") -> str:
        """Where the file of a job goes, or, with a name, comes from. Raises ValueError when that door is shut."""
        if protocol not in self.urls:
            raise ValueError(f"The file server takes no {protocol.upper()}; start the CSMS with {OPTIONS[protocol]}.")
        url = self.urls[protocol]
        if protocol in ("ftp", "ftps"):
            return url.replace("//", f"//{ftp.account(job_id)}:{token}@", 1) + f"/{quote(name, safe='')}"
        return f"{url}/{token}/{quote(name, safe='')}"

    async def _open_http(
        self, stack: AsyncExitStack, protocol: Protocol, port: int, option: str, tls: ssl.SSLContext | None = None
    ) -> None:
        sock = stack.enter_context(sockets.listen(self._config.host, port, option))
        told = self._config.files_url if protocol == "http" else None
        self.urls[protocol] = (told or self._url(protocol, sock)).rstrip("/")
        server = ApiServer(http.make_app(self.places))
        await server.start(sock, tls)
        stack.push_async_callback(server.stop)

    async def _open_ftp(
        self, stack: AsyncExitStack, protocol: Protocol, port: int, option: str, tls: ssl.SSLContext | None = None
    ) -> None:
        host = self._config.host
        public = self._public
        server = ftp.make_server(self.places, public if public is not None and _is_ipv4(public) else None, tls)
        try:
            await server.start(host, port)
        except OSError as error:
            raise sockets.CannotListen(
                f"{host}:{port} cannot be opened: {error.strerror}; choose another with {option}."
            ) from None
        stack.push_async_callback(server.close)
        self.urls[protocol] = self._url(protocol, server.server.sockets[0])

    @property
    def _public(self) -> str | None:
        """The host stations reach, where it is not the one that is listened at."""
        host = urlsplit(self._config.files_url or "").hostname
        return f"[{host}]" if host is not None and ":" in host else host

    def _url(self, scheme: Protocol, sock: socket.socket) -> str:
        """URL of a listening socket; one that listens everywhere is reached by the name of the machine."""
        host, port = sock.getsockname()[:2]
        if self._public is not None:
            return f"{scheme}://{self._public}:{port}"
        return f"{scheme}://{socket.gethostname()}:{port}" if host in _EVERYWHERE else sockets.address(scheme, sock)


def _is_ipv4(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 4
    except ValueError:
        return False
