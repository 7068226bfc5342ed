"""Tables of the reference CSMS and the version of their layout.

Points in time are kept as text in UTC (see `csms_core.clock.normal`), JSON documents as text: both read the same in
every database. Numbers that a station chooses are 64 bit wide, so that an odd value never stops an answer (OCPP 1.6
§4.7, §4.8).
"""

from __future__ import annotations

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
    text,
)

LAYOUT = 3
"""Version of the layout below. Raise it with every change; see `csms_core.store.migrations` for what else it needs."""

TransactionId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up in an INTEGER only

metadata = MetaData()

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
)

connectors = Table(
    "connectors",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("connector_id", BigInteger, primary_key=True, autoincrement=False),
    Column("status", String(20), nullable=False),
    Column("error_code", String(40), nullable=False),
    Column("notification", Text, nullable=False),  # payload of the last StatusNotification
    Column("received_at", String(40), nullable=False),
)

tags = Table(
    "tags",
    metadata,
    Column("folded", String(80), primary_key=True),  # lower case: an idTag is compared without regard to case
    Column("id_tag", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("parent_id_tag", String(20)),
    Column("expiry_date", String(40)),
)

transactions = Table(
    "transactions",
    metadata,
    Column("transaction_id", TransactionId, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("folded_tag", String(80), nullable=False),
    Column("id_tag", String(20), nullable=False),
    Column("meter_start", BigInteger, nullable=False),  # Wh
    Column("started_at", String(60), nullable=False),
    Column("reservation_id", BigInteger),
    Column("id_tag_info", Text, nullable=False),  # as answered, so that a repetition gets the same answer
    Column("start_received_at", String(40), nullable=False),
    Column("meter_stop", BigInteger),  # Wh
    Column("stopped_at", String(60)),
    Column("stop_reason", String(20)),
    Column("stop_id_tag", String(20)),
    Column("stop_received_at", String(40)),
    Column("ended_by", String(20)),  # what showed its end without a StopTransaction, see csms_core.store.ends
    Column("evidence", Text),  # the sentence about it
    # time first: what all stations tell now then goes to one place, which a commit writes once for all of them
    Index("one_booking_per_start", "started_at", "identity", "connector_id", "folded_tag", "meter_start", unique=True),
    Index(
        "running_transactions",
        "folded_tag",
        "identity",
        "connector_id",
        sqlite_where=text("stopped_at IS NULL"),
        postgresql_where=text("stopped_at IS NULL"),
    ),
    Index(
        "running_at_station",
        "identity",
        sqlite_where=text("stopped_at IS NULL"),
        postgresql_where=text("stopped_at IS NULL"),
    ),
    sqlite_autoincrement=True,  # an id is never given out twice, also not after a row was deleted
)

unmatched_stops = Table(
    "unmatched_stops",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("transaction_id", BigInteger, nullable=False),
    Column("meter_stop", BigInteger, nullable=False),
    Column("stopped_at", String(60), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("fingerprint", String(40), nullable=False),  # of what the message says
    Index("one_booking_per_unmatched_stop", "identity", "fingerprint", unique=True),
)

meter_values = Table(
    "meter_values",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("connector_id", BigInteger),  # null: came with a StopTransaction of a transaction that is not known
    Column("transaction_id", BigInteger),
    Column("measured_at", String(60), nullable=False),
    Column("sampled_value", Text, nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("fingerprint", String(40)),  # of what the message says, and the place in it; null: kept before layout 2
    Index("meter_values_by_transaction", "transaction_id"),
    Index("one_booking_per_measurement", "measured_at", "identity", "fingerprint", unique=True),  # time first, as above
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

configuration = Table(  # what GetConfiguration brought, so that a station's limits are known (OCPP 1.6 §9)
    "configuration",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("key", String(50), primary_key=True),
    Column("value", Text),  # null: the station knows the key, but told no value
    Column("readonly", Boolean, nullable=False),
    Column("received_at", String(40), nullable=False),
)

reservations = Table(
    "reservations",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("reservation_id", BigInteger, primary_key=True, autoincrement=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("id_tag", String(20), nullable=False),
    Column("parent_id_tag", String(20)),
    Column("expiry_date", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    Column("status", String(20)),  # of the ReserveNow.conf; null: none yet
    Column("transaction_id", BigInteger),  # which used it up
    Column("requested_at", String(40), nullable=False),
    Column("changed_at", String(40), nullable=False),
)

charging_profiles = Table(  # what each station has accepted and not lost since
    "charging_profiles",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("charging_profile_id", BigInteger, primary_key=True, autoincrement=False),
    Column("connector_id", BigInteger),  # null: of a remote start that named no connector
    Column("purpose", String(30), nullable=False),
    Column("stack_level", BigInteger, nullable=False),
    Column("transaction_id", BigInteger),
    Column("folded_tag", String(80)),  # of a remote start, until its transaction has begun
    Column("profile", Text, nullable=False),  # as sent
    Column("accepted_at", String(40), nullable=False),
)

local_lists = Table(
    "local_lists",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("version", BigInteger, nullable=False),  # of the entries kept here, 0: none
    Column("told_version", BigInteger),  # the last GetLocalListVersion.conf; -1: not supported
    Column("status", String(20)),  # the last SendLocalList.conf
    Column("in_step", Boolean, nullable=False),  # whether the entries kept here are those of the station
    Column("changed_at", String(40), nullable=False),
)

local_list_entries = Table(
    "local_list_entries",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("folded", String(80), primary_key=True),
    Column("id_tag", String(20), nullable=False),
    Column("id_tag_info", Text, nullable=False),  # as sent
)
