"""The FTP half of `transfers`; FTPS is within TLS from the first byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import SplitResult, unquote

import aioftp

from ocppj.evidence.outside import shown
from simulator.files.failure import LONGEST, LONGEST_REASON, SILENCE, Problem, TransferFailed

MOST_SAID = 1 << 16
"""Characters a server may say in one connection, its files aside."""

_PORTS = {"ftp": 21, "ftps": 990}
_PROBLEMS: dict[str, Problem] = {
    "500": "BadMessage",
    "501": "BadMessage",
    "502": "NotSupportedOperation",
    "504": "NotSupportedOperation",
    "530": "PermissionDenied",
    "532": "PermissionDenied",
    "550": "PermissionDenied",
    "553": "PermissionDenied",
}


async def store(address: SplitResult, name: str, content: bytes, tls: ssl.SSLContext) -> None:
    """Leave a file in the folder of an address. Raises `TransferFailed`."""
    folder = unquote(address.path)
    async with _logged_in(address, tls) as client:
        if folder.strip("/"):
            await client.change_directory(folder)
        async with client.upload_stream(name) as stream:
            await stream.write(content)


async def retrieve(address: SplitResult, take: Callable[[bytes], None], tls: ssl.SSLContext) -> None:
    """Fetch the file of an address, block by block. Raises `TransferFailed`, and whatever `take` raises."""
    async with _logged_in(address, tls) as client, client.download_stream(unquote(address.path)) as stream:
        async for block in stream.iter_by_block():
            take(block)


class _Client(aioftp.Client):
    """Closes its data connection at the end; aioftp forgets that of a file the server does not give or take.

    It does not listen for ever either: an answer of FTP may have any number of lines.
    """

    opened: asyncio.StreamWriter | None = None
    said = 0

    async def parse_line(self) -> Any:
        code, rest = await super().parse_line()
        self.said += len(rest)
        if self.said > MOST_SAID:
            raise TransferFailed("UploadFailure", f"the server said more than {MOST_SAID} characters", hopeless=True)
        return code, rest

    async def get_passive_connection(self, *arguments: Any, **options: Any) -> Any:
        reader, self.opened = await super().get_passive_connection(*arguments, **options)
        return reader, self.opened

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()
        super().close()


@asynccontextmanager
async def _logged_in(address: SplitResult, tls: ssl.SSLContext) -> AsyncIterator[_Client]:
    host, port = address.hostname or "", address.port or _PORTS[address.scheme]
    user, password = unquote(address.username or "anonymous"), unquote(address.password or "")
    context = tls if address.scheme == "ftps" else None
    try:
        async with (
            asyncio.timeout(LONGEST),
            _Client.context(
                host, port, user, password, socket_timeout=SILENCE, connection_timeout=SILENCE, ssl=context
            ) as client,
        ):
            yield client
    except aioftp.StatusCodeError as error:
        code = str(error.received_codes[-1])
        sentence = f"the server answered {code} {shown(' '.join(error.info).strip(), longest=LONGEST_REASON)}"
        raise TransferFailed(_PROBLEMS.get(code, "UploadFailure"), sentence) from None
    except (aioftp.AIOFTPException, OSError, EOFError, ValueError) as error:
        # TimeoutError and what TLS raises are OSErrors; a line that is too long or no text is a ValueError
        raise TransferFailed("UploadFailure", str(error) or type(error).__name__) from None
