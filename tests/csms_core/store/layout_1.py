"""A database as version 0.1.0 (layout 1) left it: its DDL and some rows, in text that never changes."""

from __future__ import annotations

from sqlalchemy import text

from csms_core.store.database.dialect import open_engine

_TABLES = """
CREATE TABLE connectors (
    identity VARCHAR(255) NOT NULL, connector_id BIGINT NOT NULL, status VARCHAR(20) NOT NULL,
    error_code VARCHAR(40) NOT NULL, notification TEXT NOT NULL, received_at VARCHAR(40) NOT NULL,
    PRIMARY KEY (identity, connector_id));
CREATE TABLE layout (version INTEGER NOT NULL, PRIMARY KEY (version));
CREATE TABLE meter_values (
    id {key}, identity VARCHAR(255) NOT NULL, connector_id BIGINT, transaction_id BIGINT,
    measured_at VARCHAR(60) NOT NULL, sampled_value TEXT NOT NULL, received_at VARCHAR(40) NOT NULL);
CREATE INDEX meter_values_by_transaction ON meter_values (transaction_id);
CREATE TABLE notices (
    id {key}, identity VARCHAR(255) NOT NULL, action VARCHAR(50) NOT NULL, payload TEXT NOT NULL,
    received_at VARCHAR(40) NOT NULL);
CREATE TABLE stations (
    identity VARCHAR(255) NOT NULL, created_at VARCHAR(40) NOT NULL, registration VARCHAR(20), interval INTEGER,
    booted_as VARCHAR(20), booted_at VARCHAR(40), boot TEXT, PRIMARY KEY (identity));
CREATE TABLE tags (
    folded VARCHAR(80) NOT NULL, id_tag VARCHAR(20) NOT NULL, status VARCHAR(20) NOT NULL,
    parent_id_tag VARCHAR(20), expiry_date VARCHAR(40), PRIMARY KEY (folded));
CREATE TABLE transactions (
    transaction_id {counting_key}, identity VARCHAR(255) NOT NULL, connector_id BIGINT NOT NULL,
    folded_tag VARCHAR(80) NOT NULL, id_tag VARCHAR(20) NOT NULL, meter_start BIGINT NOT NULL,
    started_at VARCHAR(60) NOT NULL, reservation_id BIGINT, id_tag_info TEXT NOT NULL,
    start_received_at VARCHAR(40) NOT NULL, meter_stop BIGINT, stopped_at VARCHAR(60), stop_reason VARCHAR(20),
    stop_id_tag VARCHAR(20), stop_received_at VARCHAR(40),
    CONSTRAINT one_booking_per_start UNIQUE (identity, connector_id, folded_tag, started_at, meter_start));
CREATE INDEX running_by_tag ON transactions (folded_tag, stopped_at);
CREATE TABLE unmatched_stops (
    id {key}, identity VARCHAR(255) NOT NULL, transaction_id BIGINT NOT NULL, meter_stop BIGINT NOT NULL,
    stopped_at VARCHAR(60) NOT NULL, payload TEXT NOT NULL, received_at VARCHAR(40) NOT NULL,
    CONSTRAINT one_booking_per_stop UNIQUE (identity, transaction_id, meter_stop, stopped_at))
"""

_ROWS = """
INSERT INTO layout VALUES (1);
INSERT INTO stations (identity, created_at, booted_as) VALUES ('S', '2026-01-01T00:00:00.000Z', 'Accepted');
INSERT INTO tags (folded, id_tag, status) VALUES ('good', 'GOOD', 'Accepted');
INSERT INTO transactions (identity, connector_id, folded_tag, id_tag, meter_start, started_at, id_tag_info,
    start_received_at) VALUES ('S', 1, 'good', 'GOOD', 100, '2026-11-21T10:00:00.000000Z', '{"status":"Accepted"}',
    '2026-11-21T10:00:01.000Z');
INSERT INTO meter_values (identity, connector_id, transaction_id, measured_at, sampled_value, received_at) VALUES
    ('S', 1, 1, '2026-11-21T10:15:00.000000Z', '[{"value":"150"}]', '2026-11-21T10:15:01.000Z');
INSERT INTO unmatched_stops (identity, transaction_id, meter_stop, stopped_at, payload, received_at) VALUES
    ('S', -1, 500, '2026-11-21T09:00:00.000000Z',
    '{"transactionId":-1,"meterStop":500,"timestamp":"2026-11-21T09:00:00Z"}', '2026-11-21T09:00:01.000Z')
"""

KEYS = {
    "sqlite": {"key": "INTEGER NOT NULL PRIMARY KEY", "counting_key": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"},
    "postgresql": {"key": "SERIAL PRIMARY KEY", "counting_key": "SERIAL PRIMARY KEY"},
}


def make(url: str) -> None:
    """Fill an empty database with layout 1."""
    engine = open_engine(url)
    statements = _TABLES.format(**KEYS[engine.dialect.name]).split(";") + _ROWS.split(";")
    with engine.connect() as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement.strip().replace(":", r"\:")))
    engine.dispose()
