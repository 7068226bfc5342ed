"""Tables of the reference CSMS that have to do with no version of OCPP, and the number of the layout of all tables.

Points in time are kept as text in UTC (see `csms_core.store.clock.normal`), JSON documents as text: both read the same
in every database. Numbers that a station chooses are 64 bit wide, so that an odd value never stops an answer (OCPP 1.6
§4.7, §4.8).
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

LAYOUT = 5
"""Version of the layout below. Raise it with every change; `database.migrations` says what else that needs."""

metadata = MetaData()
"""All tables: these, and those of the versions of OCPP (`csms_core.hub.version`)."""

OF_STATION: Final[dict[str, Any]] = {"of_station": True}
"""`info` of a table whose rows go with their station, which is named in `identity`."""

layout = Table("layout", metadata, Column("version", Integer, primary_key=True))

stations = Table(
    "stations",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("created_at", String(40), nullable=False),
    Column("registration", String(20)),  # what a boot is to be answered with; null: as configured
    Column("interval", Integer),  # seconds; null: as configured
    Column("booted_as", String(20)),  # what the last boot was answered with
    Column("booted_at", String(40)),
    Column("boot", Text),  # payload of the last BootNotification
    Column("ocpp", String(20)),  # version of OCPP in which it booted last
)

tags = Table(  # people, whatever version of OCPP the station speaks that reads their card
    "tags",
    metadata,
    Column("folded", String(80), primary_key=True),  # lower case: tags are compared without regard to case
    Column("id_tag", String(36), nullable=False),
    Column("status", String(20), nullable=False),
    Column("parent_id_tag", String(36)),
    Column("expiry_date", String(40)),
    Column("type", String(20)),  # of the idToken; null: any
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("action", String(50), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", String(40), nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("password", String(255)),  # hash, see csms_core.auth.passwords
    Column("pending", String(255)),  # hash of the key of a ChangeConfiguration whose outcome is not known
    Column("profile", Integer),  # the only security profile; null: any from the configured one up
    Column("announced", Integer),  # the profile it was asked to rise to
    Column("serial_number", String(255)),  # another common name its certificate may have
    Column("user_name", String(255)),  # of Basic authentication; null: the identity
    info=OF_STATION,
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of a random token
    Column("created_at", String(40), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("action", String(50), nullable=False),
    Column("state", String(20), nullable=False),  # queued, sent, accepted, refused, failed, superseded
    Column("request_id", BigInteger),
    Column("token", String(64), unique=True),  # names the place in the file server; null: a place elsewhere
    Column("image_id", Integer),  # what is to be fetched there
    Column("location", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("answer", Text),  # payload of the station's answer
    Column("problem", Text),  # why there is no answer
    Column("status", String(40)),  # last one reported
    Column("is_final", Boolean),  # whether nothing is expected after it
    Column("created_at", String(40), nullable=False),
    Index("jobs_of_station", "identity", "action"),
    sqlite_autoincrement=True,
)

job_statuses = Table(
    "job_statuses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", Integer, nullable=False, index=True),
    Column("status", String(40), nullable=False),
    Column("received_at", String(40), nullable=False),
)

transfers = Table(
    "transfers",
    metadata,
    Column("transfer_id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", Integer, nullable=False, index=True),
    Column("direction", String(10), nullable=False),  # upload, download: as the station sees it
    Column("protocol", String(10), nullable=False),
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes
    Column("sha256", String(64), nullable=False),
    Column("stored", String(64)),  # name in the file depot; null: a download
    Column("ended_at", String(40), nullable=False),
)

images = Table(
    "images",
    metadata,
    Column("image_id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes
    Column("sha256", String(64), nullable=False),
    Column("stored", String(64), nullable=False),
    Column("created_at", String(40), nullable=False),
    sqlite_autoincrement=True,
)

certificates = Table(
    "certificates",
    metadata,
    Column("serial_number", String(40), primary_key=True),  # lower case hexadecimal
    Column("identity", String(255), nullable=False, index=True),
    Column("common_name", String(255), nullable=False),
    Column("pem", Text, nullable=False),  # the chain as it was sent
    Column("issued_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("state", String(20), nullable=False),  # issued, installed, rejected, undelivered
    Column("revoked_at", String(40)),
)

installed_certificates = Table(
    "installed_certificates",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False, index=True),
    Column("certificate_type", String(40), nullable=False),
    Column("hash_data", Text, nullable=False),
    Column("pem", Text),  # null: reported by the station, never seen here
    Column("seen_at", String(40), nullable=False),
)
