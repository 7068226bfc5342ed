"""The rules of OCPP 1.6: those of OCPP-J, and what the chapters of the standard say about values and messages."""

from typing import Final

from ocppj.rules import exchanges as any_exchanges
from ocppj.rules import rpc as any_rpc
from ocppj.rules import writing
from ocppj.rules.chapter import Chapter
from ocppj.v16.rules import alive, security
from ocppj.v16.rules.core import (
    authorization,
    availability,
    boot,
    configuration,
    metering,
    reasons,
    refusals,
    remote,
    status,
    transactions,
    triggers,
)
from ocppj.v16.rules.messages import connection, errors, exchanges, rpc
from ocppj.v16.rules.profiles import firmware, installed, lists, reservation, schedules, smart_charging
from ocppj.v16.rules.values import connectors, echoes, schemas, text, times, units

CHAPTERS: Final[tuple[Chapter, ...]] = tuple(
    module.CHAPTER
    for module in (
        any_rpc,
        any_exchanges,
        writing,
        alive,
        connection,
        rpc,
        exchanges,
        errors,
        schemas,
        text,
        times,
        connectors,
        units,
        echoes,
        boot,
        authorization,
        lists,
        transactions,
        reasons,
        refusals,
        status,
        metering,
        configuration,
        availability,
        triggers,
        remote,
        reservation,
        smart_charging,
        schedules,
        installed,
        firmware,
        security,
    )
)
"""All of them, in the order of the catalogue's chapters, but for what the errata levels see differently."""
