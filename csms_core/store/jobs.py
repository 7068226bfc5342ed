"""Jobs that take a station a while: firmware to fetch, diagnostics and logs to send (OCPP 1.6 §5.9, §5.19; white paper
L01, L02, N01).

A job follows its CALL (`state`) and what the station reports afterwards (`status`, any in any order). Messages without
a requestId belong to the newest job of their kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from csms_core.store import codec
from csms_core.store.tables import images, job_statuses, jobs, transfers

MAX_STATUSES = 1000
"""Statuses kept of one job; a station that repeats itself does not fill the store."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `is_final`: after its last status nothing is expected. `history` and `transfers` are asked for by `find`
    alone, elsewhere they are None."""

    job_id: int
    identity: str
    action: str
    state: str
    request_id: int | None
    token: str | None
    image_id: int | None
    location: str
    payload: dict[str, Any]
    answer: dict[str, Any] | None
    problem: str | None
    status: str | None
    is_final: bool
    created_at: str
    history: list[dict[str, str]] | None = None
    transfers: list[Transfer] | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing more is expected of the station."""
        return self.state in ("refused", "failed", "superseded") or self.is_final


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file that was moved. `direction` is upload or download, as the station sees it; `size` in bytes."""

    transfer_id: int
    job_id: int
    direction: str
    protocol: str
    name: str
    size: int
    sha256: str
    stored: str | None
    ended_at: str


@dataclass(frozen=True, slots=True)
class Image:
    """A file stations may fetch; `size` in bytes."""

    image_id: int
    name: str
    size: int
    sha256: str
    stored: str
    created_at: str


def plan(connection: Connection, identity: str, action: str, at: str, token: str | None, image_id: int | None) -> int:
    """Make a job whose CALL is yet to be written; returns its id, which also serves as requestId."""
    job_id = _insert(connection, identity, action, "queued", {}, "", at)
    values = {"token": token, "image_id": image_id, "request_id": job_id}
    connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(values))
    return job_id


def locate(connection: Connection, job_id: int, location: str) -> None:
    """Set where a planned job's file is to go or come from; the CALL with this location is the job's."""
    connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(location=location))


def discard(connection: Connection, job_id: int) -> None:
    """Forget a planned job whose CALL was not sent."""
    connection.execute(delete(jobs).where(jobs.c.job_id == job_id, jobs.c.state == "queued"))


def begin(connection: Connection, identity: str, action: str, payload: dict[str, Any], location: str, at: str) -> int:
    """The CALL of a job is about to be sent: find the job that was planned for it, or make one. Returns its id."""
    ask = select(jobs.c.job_id).where(
        jobs.c.identity == identity, jobs.c.action == action, jobs.c.state == "queued", jobs.c.location == location
    )
    planned: int | None = connection.execute(ask).scalar()
    job_id = _insert(connection, identity, action, "sent", payload, location, at) if planned is None else planned
    values = {"state": "sent", "payload": codec.to_text(payload), "request_id": codec.number(payload.get("requestId"))}
    connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(values))
    return job_id


def book_answer(
    connection: Connection, job_id: int, answer: dict[str, Any], *, is_accepted: bool, supersedes: bool
) -> None:
    """Keep the station's answer. One that `supersedes` what was under way ends the job before it."""
    changed = {"state": "accepted" if is_accepted else "refused", "answer": codec.to_text(answer)}
    connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(changed))
    if supersedes:
        job = connection.execute(select(jobs.c.identity, jobs.c.action).where(jobs.c.job_id == job_id)).one()
        earlier = select(jobs.c.job_id, jobs.c.is_final).where(
            jobs.c.identity == job.identity,
            jobs.c.action == job.action,
            jobs.c.state == "accepted",
            jobs.c.job_id < job_id,
        )
        before = connection.execute(earlier.order_by(jobs.c.job_id.desc()).limit(1)).first()
        if before is not None and not before.is_final:
            connection.execute(update(jobs).where(jobs.c.job_id == before.job_id).values(state="superseded"))


def book_failure(connection: Connection, job_id: int, problem: str) -> None:
    """Keep why the station did not answer."""
    connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(state="failed", problem=problem))


def book_status(
    connection: Connection, identity: str, action: str, status: str, is_final: bool, request_id: int | None, at: str
) -> None:
    """Keep a status of the newest job of its kind, of the job with the requestId when one is named.

    A status that belongs to no job is nothing to complain of, it is among the notices of the station.
    """
    ask = select(jobs.c.job_id).where(jobs.c.identity == identity, jobs.c.action == action)
    if request_id is not None:
        ask = ask.where(jobs.c.request_id == codec.number(request_id))
    job_id = connection.execute(ask.order_by(jobs.c.job_id.desc()).limit(1)).scalar()
    if job_id is None:
        return
    connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(status=status, is_final=is_final))
    kept = connection.execute(select(job_statuses.c.id).where(job_statuses.c.job_id == job_id).limit(MAX_STATUSES))
    if len(kept.all()) < MAX_STATUSES:
        connection.execute(job_statuses.insert().values(job_id=job_id, status=status, received_at=at))


def find(connection: Connection, job_id: int) -> Job | None:
    """The job with its history and its files, None when there is none of that id."""
    row = connection.execute(select(jobs).where(jobs.c.job_id == codec.number(job_id))).first()
    if row is None:
        return None
    said = connection.execute(
        select(job_statuses).where(job_statuses.c.job_id == row.job_id).order_by(job_statuses.c.id)
    )
    history = [{"status": entry.status, "received_at": entry.received_at} for entry in said]
    moved = connection.execute(
        select(transfers).where(transfers.c.job_id == row.job_id).order_by(transfers.c.transfer_id)
    )
    return _job(row, history, [Transfer(*entry) for entry in moved])


def by_token(connection: Connection, token: str) -> Job | None:
    """The job whose place in the file server this is, without history and files."""
    row = connection.execute(select(jobs).where(jobs.c.token == token)).first()
    return None if row is None else _job(row)


def listing(
    connection: Connection, *, identity: str | None, action: str | None, offset: int = 0, limit: int = 1000
) -> list[Job]:
    """Jobs, newest first, without history and files."""
    ask = select(jobs).order_by(jobs.c.job_id.desc()).offset(offset).limit(limit)
    if identity is not None:
        ask = ask.where(jobs.c.identity == identity)
    if action is not None:
        ask = ask.where(jobs.c.action == action)
    return [_job(row) for row in connection.execute(ask)]


def book_transfer(connection: Connection, transfer: dict[str, Any], most: int | None = None) -> bool:
    """Keep that a file was moved; False, and nothing kept, when the job has `most` of them in this direction."""
    if most is not None and _moved(connection, transfer["job_id"], transfer["direction"]) >= most:
        return False
    connection.execute(transfers.insert().values(transfer))
    return True


def find_transfer(connection: Connection, transfer_id: int) -> Transfer | None:
    """A file that was moved, None when there is none of that id."""
    row = connection.execute(select(transfers).where(transfers.c.transfer_id == codec.number(transfer_id))).first()
    return None if row is None else Transfer(*row)


def add_image(connection: Connection, image: dict[str, Any]) -> Image:
    """Make a file known that stations may fetch."""
    key = connection.execute(images.insert().values(image)).inserted_primary_key
    assert key is not None  # a single-row INSERT always has one
    return Image(key[0], **image)


def find_image(connection: Connection, image_id: int) -> Image | None:
    """The image, None when there is none of that id."""
    row = connection.execute(select(images).where(images.c.image_id == codec.number(image_id))).first()
    return None if row is None else Image(*row)


def image_listing(connection: Connection, *, offset: int = 0, limit: int = 1000) -> list[Image]:
    """Images, newest first."""
    ask = select(images).order_by(images.c.image_id.desc()).offset(offset).limit(limit)
    return [Image(*row) for row in connection.execute(ask)]


def remove_image(connection: Connection, image_id: int) -> Image | None:
    """Forget an image; returns it, None when it was not known."""
    image = find_image(connection, image_id)
    if image is not None:
        connection.execute(delete(images).where(images.c.image_id == image.image_id))
    return image


def _moved(connection: Connection, job_id: int, direction: str) -> int:
    ask = select(transfers.c.transfer_id).where(transfers.c.job_id == job_id, transfers.c.direction == direction)
    return len(connection.execute(ask).all())


def _insert(
    connection: Connection, identity: str, action: str, state: str, payload: dict[str, Any], location: str, at: str
) -> int:
    row = {
        "identity": identity,
        "action": action,
        "state": state,
        "payload": codec.to_text(payload),
        "location": location,
        "created_at": at,
    }
    key = connection.execute(jobs.insert().values(row)).inserted_primary_key
    assert key is not None  # a single-row INSERT always has one
    job_id: int = key[0]
    return job_id


def _job(row: Row[Any], history: list[dict[str, str]] | None = None, moved: list[Transfer] | None = None) -> Job:
    return Job(
        row.job_id,
        row.identity,
        row.action,
        row.state,
        row.request_id,
        row.token,
        row.image_id,
        row.location,
        codec.from_text(row.payload),
        codec.from_text(row.answer),
        row.problem,
        row.status,
        bool(row.is_final),
        row.created_at,
        history,
        moved,
    )
