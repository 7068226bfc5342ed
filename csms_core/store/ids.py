"""Ids the CSMS chooses for a station: integers of 32 bit, of which the raw operations may have used any."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Table, func, select

LARGEST = 2**31 - 1
"""The largest integer of OCPP (VAL-09)."""


def free(connection: Connection, table: Table, column: Column[int], identity: str) -> int:
    """An id of a station no row of the table has had: one above the largest, from 1; else the first gap."""
    mine = table.c.identity == identity
    largest = connection.execute(select(func.max(column)).where(mine, column > 0)).scalar() or 0
    if largest < LARGEST:
        return int(largest) + 1
    # somebody used the largest there is: rare, so every id may be looked at
    used = connection.execute(select(column).where(mine, column > 0).order_by(column)).scalars()
    candidate = 1
    for number in used:
        if number > candidate:
            break
        candidate = int(number) + 1
    return candidate
