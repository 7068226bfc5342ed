"""The file server that the station under test fetches firmware from and leaves diagnostics and logs at.

It is that of plugproof's own CSMS (`csms_core.files`) with places that live in memory: one for each file that is
offered, one for each upload that is awaited. A door is opened when a station that uses its protocol first needs it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic
from typing import Final

from csms_core.config.model import Config
from csms_core.files import Depot, FileServer, Place, Places
from csms_core.files.depot import Kept
from csms_core.files.places import MAX_FILES, new_token
from csms_core.files.server import Protocol
from csms_core.gateway.sockets import CannotListen
from csms_core.store import clock
from csms_core.store.jobs import Image
from harness.case.verdicts import HarnessError
from ocppj.times import exact

MAX_FILE: Final = 64 * 1024 * 1024
"""Bytes of a file that a station may leave."""
MOST_MISSED: Final = 1_000
"""Requests for what is not there that are remembered."""
_TLS: Final = frozenset({"https", "ftps"})


class Shelf:
    """Where one file is fetched from, or where files are left. ``url`` is the location that a station is told.

    ``fetches`` counts how often the file was fetched to its end; ``left`` are the files that came, by name.
    """

    def __init__(self, place: Place, url: str) -> None:
        self.place = place
        self.url = url
        self.fetches = 0
        self.left: dict[str, Path] = {}


class _Shelves(Places):
    """The places of this server, by token and by number."""

    def __init__(self, depot: Depot, changed: Callable[[], object]) -> None:
        super().__init__(depot)
        self.shelves: dict[int, Shelf] = {}
        self.missed: list[float] = []
        self._changed = changed

    async def by_token(self, token: str) -> Place | None:
        return self._found(next((one for one in self.shelves.values() if one.place.token == token), None))

    async def by_job(self, job_id: int) -> Place | None:
        return self._found(self.shelves.get(job_id))

    def _found(self, shelf: Shelf | None) -> Place | None:
        if shelf is not None:
            return shelf.place
        if len(self.missed) < MOST_MISSED:
            self.missed.append(monotonic())
        return None

    async def left(self, place: Place, name: str, kept: Kept, protocol: str) -> bool:
        shelf = self.shelves[place.job_id]
        former = shelf.left.pop(name, None)
        if former is not None:  # it was sent once more
            await self.depot.remove(former.name)
        if len(shelf.left) >= MAX_FILES:
            await self.depot.remove(kept.stored)
            return False
        shelf.left[name] = self.depot.path(kept.stored)
        self._changed()
        return True

    async def fetched(self, place: Place, protocol: str) -> None:
        self.shelves[place.job_id].fetches += 1
        self._changed()


class BayFiles:
    """The file server of one stand. ``changed`` is called when a file was fetched or left."""

    def __init__(self, host: str, folder: Path, changed: Callable[[], object]) -> None:
        """``host`` is what is listened at, and how the station reaches it; ``folder`` keeps what comes."""
        self._host = host
        self._places = _Shelves(Depot(folder, MAX_FILE), changed)
        self._doors: dict[Protocol, FileServer] = {}
        self._stack = AsyncExitStack()

    async def opens(self, protocol: Protocol, tls: Callable[[], ssl.SSLContext]) -> None:
        """Open the door of a protocol, unless it is open; ``tls`` is for one within TLS. Raises ``HarnessError``."""
        if protocol in self._doors:
            return
        config = Config(
            host=self._host,
            files_port=0 if protocol == "http" else None,
            files_tls_port=0 if protocol == "https" else None,
            ftp_port=0 if protocol == "ftp" else None,
            ftps_port=0 if protocol == "ftps" else None,
        )
        server = FileServer(config, self._places, tls() if protocol in _TLS else None)
        try:
            await server.open(self._stack)
        except CannotListen as error:
            raise HarnessError(f"the file server cannot be opened: {error}") from None
        self._doors[protocol] = server

    async def offers(self, protocol: Protocol, name: str, content: bytes) -> Shelf:
        """A file that can be fetched under this name."""
        async with self._places.depot.intake() as intake:
            await intake.write(content)
            kept = await intake.keep()
        image = Image(0, name, kept.size, kept.sha256, kept.stored, exact(clock.now()))
        return self._shelf(protocol, image)

    def awaits(self, protocol: Protocol) -> Shelf:
        """A folder in which files can be left."""
        return self._shelf(protocol, None)

    def nowhere(self, protocol: Protocol, name: str) -> str:
        """An address of this server at which nothing is and nothing can be left."""
        return self._doors[protocol].location(protocol, 0, new_token(), name)

    @property
    def missed(self) -> list[float]:
        """When something was asked for that is not there, in monotonic seconds."""
        return self._places.missed

    async def closes(self) -> None:
        """Close all doors."""
        await self._stack.aclose()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _shelf(self, protocol: Protocol, image: Image | None) -> Shelf:
        number, token = len(self._places.shelves) + 1, new_token()
        place = Place(number, "", token, image, "upload" if image is None else "download")
        name = "" if image is None else image.name
        url = self._doors[protocol].location(protocol, number, token, name)
        self._places.shelves[number] = shelf = Shelf(place, url)
        return shelf
