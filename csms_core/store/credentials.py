"""How each station proves who it is: password hashes, security profile; and the tokens of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from csms_core.store.database import dialect
from csms_core.store.database.prepared import Prepared
from csms_core.store.tables import api_tokens, credentials

_FIND = Prepared(
    select(
        credentials.c.password,
        credentials.c.pending,
        credentials.c.profile,
        credentials.c.announced,
        credentials.c.serial_number,
        credentials.c.user_name,
    ).where(credentials.c.identity == bindparam("station"))
)
_TOKEN = select(api_tokens.c.name).where(api_tokens.c.digest == bindparam("token"))


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is kept of a station. `pending` is the hash of a key that is under way to it, `announced` the profile it was
    asked to rise to, `serial_number` another name its certificate may carry, `user_name` that of its Basic
    authentication when it is not the identity."""

    password: str | None = None
    pending: str | None = None
    profile: int | None = None
    announced: int | None = None
    serial_number: str | None = None
    user_name: str | None = None


def find(connection: Connection, identity: str) -> Credentials:
    """What is kept of the station; empty when nothing is."""
    row = _FIND.first(connection, {"station": identity})
    return Credentials() if row is None else Credentials(*row)


def put(connection: Connection, identity: str, **changes: Any) -> None:
    """Change the columns given (those of `Credentials`); what is not given stays."""
    if changes:
        dialect.upsert(connection, credentials, {"identity": identity, **changes}, ("identity",))


def take_pending(connection: Connection, identity: str, pending: str) -> None:
    """The key that was under way has arrived: from now on it is the only one."""
    put(connection, identity, password=pending)
    drop_pending(connection, identity, pending)


def drop_pending(connection: Connection, identity: str, pending: str) -> None:
    """The key that was under way is not used, if it is still this one."""
    mine = (credentials.c.identity == identity) & (credentials.c.pending == pending)
    connection.execute(update(credentials).where(mine).values(pending=None))


def drop_announced(connection: Connection, identity: str, announced: int) -> None:
    """The station will not rise to this profile, if it is still the one announced."""
    mine = (credentials.c.identity == identity) & (credentials.c.announced == announced)
    connection.execute(update(credentials).where(mine).values(announced=None))


def add_token(connection: Connection, name: str, digest: str, at: str) -> bool:
    """Keep the digest of a new token of the API; False when the name is taken."""
    taken = connection.execute(select(api_tokens.c.name).where(api_tokens.c.name == name)).first()
    if taken is not None:
        return False
    connection.execute(api_tokens.insert().values(name=name, digest=digest, created_at=at))
    return True


def token_name(connection: Connection, digest: str) -> str | None:
    """Whose token has this digest; None when nobody's."""
    row = connection.execute(_TOKEN, {"token": digest}).first()
    return None if row is None else str(row.name)


def tokens(connection: Connection, *, offset: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """Tokens by name, without their digests."""
    ask = select(api_tokens.c.name, api_tokens.c.created_at).order_by(api_tokens.c.name).offset(offset).limit(limit)
    return [dict(row._mapping) for row in connection.execute(ask)]


def remove_token(connection: Connection, name: str) -> bool:
    """Make a token worthless; False when there is none of that name."""
    return connection.execute(delete(api_tokens).where(api_tokens.c.name == name)).rowcount > 0
