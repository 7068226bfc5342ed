"""Tables of OCPP 2.0.1: what its stations tell.

They are made and kept up to date with all others, see `csms_core.store.tables`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from csms_core.store.tables import OF_STATION, metadata

_RUNNING = text("ended_at IS NULL AND closed_at IS NULL")

connectors = Table(
    "v201_connectors",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("evse_id", BigInteger, primary_key=True, autoincrement=False),
    Column("connector_id", BigInteger, primary_key=True, autoincrement=False),
    Column("notification", Text, nullable=False),  # payload of the last StatusNotification
    Column("received_at", String(40), nullable=False),
    info=OF_STATION,
)

transactions = Table(  # what the events of each say together
    "v201_transactions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("transaction_id", String(36), nullable=False),  # chosen by the station
    Column("folded_token", String(80)),  # of the idToken it was authorized with; null: none was told yet
    Column("ended_at", String(60)),  # as the station told it
    Column("closed_at", String(40)),  # by hand, because no end was told
    Column("closed_because", Text),
    Column("last_seq_no", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),  # see `csms_core.v201.store.facts`
    Column("received_at", String(40), nullable=False),  # of the first event that came
    Index("v201_one_row_per_transaction", "identity", "transaction_id", unique=True),
    Index("v201_running_by_token", "folded_token", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    Index("v201_running_at_station", "identity", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
)

events = Table(
    "v201_transaction_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("transaction_id", String(36), nullable=False),
    Column("seq_no", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("id_token_info", Text),  # as answered, so that a repetition gets the same answer
    Column("received_at", String(40), nullable=False),
    Index("v201_one_booking_per_event", "identity", "transaction_id", "seq_no", unique=True),
)

meter_values = Table(  # of MeterValues; what belongs to a transaction is in its events
    "v201_meter_values",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(255), nullable=False),
    Column("evse_id", BigInteger, nullable=False),
    Column("measured_at", String(60), nullable=False),
    Column("sampled_value", Text, nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("fingerprint", String(40), nullable=False),  # of what the message says, and the place in it
    # time first: what all stations tell now then goes to one place, which a commit writes once for all of them
    Index("v201_one_booking_per_measurement", "measured_at", "identity", "fingerprint", unique=True),
    Index("v201_meter_values_of_station", "identity"),
)

variables = Table(  # the device model, an attribute of a variable a row
    "v201_variables",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("key", String(40), primary_key=True),  # of component and variable, see `csms_core.v201.store.variables`
    Column("attribute", String(10), primary_key=True),
    Column("component_name", String(50), nullable=False),
    Column("variable_name", String(50), nullable=False),
    Column("component", Text, nullable=False),  # as told
    Column("variable", Text, nullable=False),
    Column("value", Text),  # null: none was told
    Column("mutability", String(20)),  # this and the following: null where no report has told it
    Column("persistent", Boolean),
    Column("constant", Boolean),
    Column("characteristics", Text),
    Column("received_at", String(40), nullable=False),
    info=OF_STATION,
)

reports = Table(
    "v201_reports",
    metadata,
    Column("identity", String(255), primary_key=True),
    Column("request_id", BigInteger, primary_key=True, autoincrement=False),
    Column("report_base", String(30)),  # null: nobody here has asked for it
    Column("requested_at", String(40)),
    Column("status", String(20)),  # of the answer
    Column("last_seq_no", BigInteger),
    Column("complete", Boolean),  # the part that says it is the last one has come
    Column("generated_at", String(60)),
    Column("received_at", String(40)),
    info=OF_STATION,
)

ALL = (connectors, transactions, events, meter_values, variables, reports)
