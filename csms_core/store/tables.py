"""Tables of the reference CSMS and the version of their layout.

Points in time are kept as text in UTC (see `csms_core.clock.normal`), JSON documents as text: both read the same in
every database. Numbers that a station chooses are 64 bit wide, so that an odd value never stops an answer (OCPP 1.6
§4.7, §4.8).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

LAYOUT = 1
"""Version of the layout below. Raise it with every change, and bring a migration along."""

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
    Column("transaction_id", Integer, primary_key=True, autoincrement=True),
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
    UniqueConstraint(
        "identity", "connector_id", "folded_tag", "started_at", "meter_start", name="one_booking_per_start"
    ),
    Index("running_by_tag", "folded_tag", "stopped_at"),
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
    UniqueConstraint("identity", "transaction_id", "meter_stop", "stopped_at", name="one_booking_per_stop"),
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
    Index("meter_values_by_transaction", "transaction_id"),
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
