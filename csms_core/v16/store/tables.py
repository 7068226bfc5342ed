"""Tables of OCPP 1.6: what its stations tell, and what they were told.

They are made and kept up to date with all others, see `csms_core.store.tables`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from csms_core.store.tables import OF_STATION, metadata

TransactionId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up in an INTEGER only

connectors = Table(
    "connectors",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("connector_id", BigInteger, primary_key=True, autoincrement=False),
    Column("status", String(20), nullable=False),
    Column("error_code", String(40), nullable=False),
    Column("notification", Text, nullable=False),  # payload of the last StatusNotification
    Column("received_at", String(40), nullable=False),
    info=OF_STATION,
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
    Column("ended_by", String(20)),  # what showed its end without a StopTransaction, see `ends`
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

configuration = Table(  # what GetConfiguration brought, so that a station's limits are known (OCPP 1.6 §9)
    "configuration",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("key", String(50), primary_key=True),
    Column("value", Text),  # null: the station knows the key, but told no value
    Column("readonly", Boolean, nullable=False),
    Column("received_at", String(40), nullable=False),
    info=OF_STATION,
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
    info=OF_STATION,
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
    info=OF_STATION,
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
    info=OF_STATION,
)

local_list_entries = Table(
    "local_list_entries",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("folded", String(80), primary_key=True),
    Column("id_tag", String(20), nullable=False),
    Column("id_tag_info", Text, nullable=False),  # as sent
    info=OF_STATION,
)

ALL = (
    connectors,
    transactions,
    unmatched_stops,
    meter_values,
    configuration,
    reservations,
    charging_profiles,
    local_lists,
    local_list_entries,
)
