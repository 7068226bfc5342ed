"""The FTP door of the file server: one account per job, one flat folder that exists in the store alone.

The account is `job-<id>`, its password the token of the job. There are no directories, nothing can be listed but what
is to be fetched, and nothing can be renamed, removed or overwritten. What aborts leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import hmac
import ssl
import stat
import sys
import time
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import IO, Any, NoReturn

import aioftp
from aioftp.pathio import AbstractPathIO, AsyncPathIOContext
from aioftp.server import AbstractUserManager

from csms_core.files.depot import DepotError, Intake
from csms_core.files.places import MAX_TRANSFERS, Place, Places, clean_name

IDLE_SECONDS = 60.0
"""How long a connection may be silent."""

_ROOT = Path("/")
_ACCOUNT = "job-"


def account(job_id: int) -> str:
    """Name of the account of a job."""
    return f"{_ACCOUNT}{job_id}"


def make_server(places: Places, public_address: str | None, tls: ssl.SSLContext | None = None) -> aioftp.Server:
    """The door; `public_address` is the IPv4 address named to stations for data connections, None: the one they
    came to. With a context everything is within TLS from the first byte (implicit FTPS), data connections too."""
    accounts = _Accounts(places)

    class Files(_Files):
        pass

    Files.places = places
    Files.protocol = "ftp" if tls is None else "ftps"
    server = aioftp.Server(
        accounts,
        path_io_factory=Files,
        maximum_connections=MAX_TRANSFERS,
        idle_timeout=IDLE_SECONDS,
        socket_timeout=IDLE_SECONDS,
        wait_future_timeout=10,
        ipv4_pasv_forced_response_address=public_address,
        ssl=tls,
        welcome_message="plugproof",
    )
    accounts.server = server
    return server


class _Account(aioftp.User):
    """A place as an account."""

    def __init__(self, place: Place) -> None:
        fetch = place.image is not None
        rights = aioftp.Permission("/", readable=fetch, writable=not fetch)
        super().__init__(account(place.job_id), base_path=_ROOT, permissions=[rights])
        self.place = place


class _Accounts(AbstractUserManager):
    """The accounts; an unknown one is asked for a password all the same."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        self.server: aioftp.Server

    async def get_user(self, login: str) -> tuple[AbstractUserManager.GetUserResponse, aioftp.User | None, str]:
        """The account of a login name."""
        number = login.removeprefix(_ACCOUNT)
        known = login.startswith(_ACCOUNT) and number.isdecimal() and len(number) < 19
        place = await self._places.by_job(int(number)) if known else None
        user = aioftp.User(login, base_path=_ROOT) if place is None else _Account(place)
        return AbstractUserManager.GetUserResponse.PASSWORD_REQUIRED, user, "password required"

    async def authenticate(self, user: aioftp.User, password: str) -> bool:
        """Whether the password is the token of the job."""
        token = user.place.token if isinstance(user, _Account) else ""
        return hmac.compare_digest(token.encode(), password.encode()) and bool(token)

    async def notify_logout(self, user: aioftp.User) -> None:
        """Forget the account."""
        self.server.throttle_per_user.pop(user, None)


class _Moving:
    """A file under way, or why it is not.

    What cannot be opened is refused at its first use: aioftp forgets the data connection of a file that does not open,
    and it would stay behind unclosed.
    """

    def __init__(self, path: Path) -> None:
        self.name = clean_name(path.name)
        self.stack = AsyncExitStack()
        self.problem: str | None = None
        self._intake: Intake | None = None
        self._source: IO[bytes] | None = None
        self.at_end = False

    async def leave(self, places: Places) -> None:
        """A file is about to come."""
        self._intake = await self.stack.enter_async_context(places.depot.intake())

    async def fetch(self, places: Places, stored: str) -> None:
        """A file is about to be given."""
        self._source = await asyncio.to_thread(places.depot.path(stored).open, "rb")
        self.stack.callback(self._source.close)

    @property
    def is_fetched(self) -> bool:
        """Whether it goes to the station."""
        return self._source is not None

    @property
    def intake(self) -> Intake:
        """Where its bytes go."""
        if self._intake is None:
            _refuse(self.problem or "the file is for fetching")
        return self._intake

    @property
    def source(self) -> IO[bytes]:
        """Where its bytes are."""
        if self._source is None:
            _refuse(self.problem or "a file is left in one go")
        return self._source


class _Context(AsyncPathIOContext):
    """The life of a file: it ends well, or it is given up."""

    async def __aexit__(self, *args: Any) -> None:
        io: Any = self.pathio
        if args[0] is None:
            await io.close(self.file)
        else:
            await io.give_up(self.file)


class _Files(AbstractPathIO[Path]):
    """The folder of an account."""

    places: Places
    protocol: str

    @property
    def _place(self) -> Place:
        assert self.connection is not None
        user = self.connection.user
        assert isinstance(user, _Account)  # whoever has logged in has one
        return user.place

    def _holds(self, path: Path) -> bool:
        image = self._place.image
        return image is not None and path == _ROOT / image.name

    async def exists(self, path: Path) -> bool:
        """The folder, and what is to be fetched."""
        return path == _ROOT or self._holds(path)

    async def is_dir(self, path: Path) -> bool:
        """The folder alone."""
        return path == _ROOT

    async def is_file(self, path: Path) -> bool:
        """What is to be fetched."""
        return self._holds(path)

    async def mkdir(self, path: Path, *, parents: bool = False, exist_ok: bool = False) -> None:
        """Not here."""
        _refuse("there are no directories here")

    async def rmdir(self, path: Path) -> None:
        """Not here."""
        _refuse("there are no directories here")

    async def unlink(self, path: Path) -> None:
        """Not here."""
        _refuse("nothing is removed here")

    async def rename(self, source: Path, destination: Path) -> Path:
        """Not here."""
        _refuse("nothing is renamed here")

    def list(self, path: Path) -> AsyncIterable[Path]:
        """What is to be fetched."""

        async def listing() -> AsyncIterator[Path]:
            if path == _ROOT and self._place.image is not None:
                yield _ROOT / self._place.image.name

        return listing()

    async def stat(self, path: Path) -> Any:
        """Facts of the folder or of what is to be fetched."""
        image = self._place.image
        if path == _ROOT or image is None:
            return _Facts(0, stat.S_IFDIR | 0o500)
        return _Facts(image.size, stat.S_IFREG | 0o400)

    def open(self, *args: Any, **kwargs: Any) -> AsyncPathIOContext:
        """A file to move."""
        options: Any = kwargs
        return _Context(self, args, options)

    async def _open(self, path: Path, mode: str = "rb") -> Any:
        moving = _Moving(path)
        try:
            moving.stack.enter_context(self.places.transfer(self._place))
            if mode == "rb" and self._place.image is not None:
                await moving.fetch(self.places, self._place.image.stored)
            elif mode == "wb":
                await moving.leave(self.places)
            else:
                raise DepotError("a file is left in one go")
        except (DepotError, OSError) as error:
            moving.problem = str(error)
        return moving

    async def seek(self, file: Any, offset: int, whence: int = 0) -> int:
        """Go to a place in a file that is fetched."""
        position: int = await asyncio.to_thread(file.source.seek, offset, whence)
        return position

    async def write(self, file: Any, data: bytes) -> int:
        """Take some bytes."""
        try:
            await file.intake.write(data)
        except DepotError as error:
            _refuse(str(error))
        return len(data)

    async def read(self, file: Any, block_size: int) -> bytes:
        """Give some bytes."""
        block: bytes = await asyncio.to_thread(file.source.read, block_size)
        file.at_end = not block
        return block

    async def close(self, file: Any) -> None:
        """The file has come, or was given, to its end."""
        async with file.stack:
            if file.is_fetched:
                if file.at_end:
                    await self.places.fetched(self._place, self.protocol)
            elif not await self.places.left(self._place, file.name, await file.intake.keep(), self.protocol):
                _refuse("enough files were left here")

    async def give_up(self, file: Any) -> None:
        """The file will not come to its end."""
        await file.stack.aclose()


class _Facts:
    """As much of `os.stat_result` as a listing needs."""

    def __init__(self, size: int, mode: int) -> None:
        self.st_size = size
        self.st_mode = mode
        self.st_mtime = self.st_ctime = time.time()
        self.st_nlink = 1


def _refuse(reason: str) -> NoReturn:
    try:
        raise OSError(reason)
    except OSError:
        raise aioftp.PathIOError(reason=sys.exc_info()) from None
