"""Places of jobs in the file server: who may do what where, and what was done."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from csms_core.files.depot import Depot, DepotError, Kept
from csms_core.store import Store, clock, jobs
from ocppj.times import timestamp

MAX_FILES = 16
"""Files a station may leave at one place."""

MAX_MOVES = 1000
"""Fetches of one job that are kept."""

MAX_TRANSFERS = 512
"""Transfers under way at once."""

MAX_AT_A_PLACE = 2
"""Transfers under way at one place: a station that dawdles keeps nobody else waiting."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a job. `image` is what can be fetched there, None: files can be left there."""

    job_id: int
    identity: str
    token: str
    image: jobs.Image | None
    direction: Literal["upload", "download"]


class Busy(DepotError):
    """As many files are under way as may be."""


def new_token() -> str:
    """A name nobody can guess."""
    return secrets.token_hex(24)


def clean_name(name: str) -> str:
    """A file name a station sent, as it is shown and given back: the last step of a path, printable, 255 characters
    at the most."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable())[-255:].strip()
    return "file" if shown in ("", ".", "..") else shown


class Places(ABC):
    """The places, as both doors of the file server see them; who knows them is a matter of its own."""

    def __init__(self, depot: Depot) -> None:
        self.depot = depot
        self._under_way: Counter[int] = Counter()

    @abstractmethod
    async def by_token(self, token: str) -> Place | None:
        """The place a token names, None when it names none."""

    @abstractmethod
    async def by_job(self, job_id: int) -> Place | None:
        """The place of a job, None when it has none."""

    @abstractmethod
    async def left(self, place: Place, name: str, kept: Kept, protocol: str) -> bool:
        """Book that a file was left; False, and the file is thrown away, when there are enough already."""

    @abstractmethod
    async def fetched(self, place: Place, protocol: str) -> None:
        """Book that the image of a place was fetched to its end."""

    @contextmanager
    def transfer(self, place: Place) -> Iterator[None]:
        """A file is moved while the block lasts. Raises Busy."""
        if self._under_way[place.job_id] >= MAX_AT_A_PLACE or self._under_way.total() >= MAX_TRANSFERS:
            raise Busy("Too many files are under way; try again.")
        self._under_way[place.job_id] += 1
        try:
            yield
        finally:
            self._under_way[place.job_id] -= 1
            self._under_way += Counter()  # forgets those at nought


class JobPlaces(Places):
    """The places of the jobs in the store."""

    def __init__(self, store: Store, depot: Depot) -> None:
        super().__init__(depot)
        self._store = store

    async def by_token(self, token: str) -> Place | None:
        """The place a token names, None when it names none."""
        if not token.isalnum():
            return None
        return await self._store.look_up(lambda connection: _place(connection, jobs.by_token(connection, token)))

    async def by_job(self, job_id: int) -> Place | None:
        """The place of a job, None when it has none."""
        return await self._store.look_up(lambda connection: _place(connection, jobs.find(connection, job_id)))

    async def left(self, place: Place, name: str, kept: Kept, protocol: str) -> bool:
        """Book that a file was left; False, and the file is thrown away, when there are enough already."""
        row = _row(place, name, kept.size, kept.sha256, protocol) | {"stored": kept.stored}
        booked = await self._store.write(lambda connection: jobs.book_transfer(connection, row, MAX_FILES))
        if not booked:
            await self.depot.remove(kept.stored)
        return booked

    async def fetched(self, place: Place, protocol: str) -> None:
        """Book that the image of a place was fetched to its end."""
        image = place.image
        assert image is not None  # only places with an image are fetched from
        row = _row(place, image.name, image.size, image.sha256, protocol) | {"stored": None}
        await self._store.write(lambda connection: jobs.book_transfer(connection, row, MAX_MOVES))


def _place(connection: Connection, job: jobs.Job | None) -> Place | None:
    if job is None or job.token is None:
        return None
    if job.image_id is None:  # there is nothing to fetch: the station is to leave a file
        return Place(job.job_id, job.identity, job.token, None, "upload")
    image = jobs.find_image(connection, job.image_id)
    return None if image is None else Place(job.job_id, job.identity, job.token, image, "download")


def _row(place: Place, name: str, size: int, sha256: str, protocol: str) -> dict[str, object]:
    return {
        "job_id": place.job_id,
        "direction": place.direction,
        "protocol": protocol,
        "name": name,
        "size": size,
        "sha256": sha256,
        "ended_at": timestamp(clock.now()),
    }
