"""What one station consists of, as one object for its features, the verbs and whoever looks inside."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.v201.authorization.authorizer import Authorizer
from simulator.v201.core.context import Context
from simulator.v201.core.power import Power
from simulator.v201.evses.evse import Evse
from simulator.v201.evses.reports import StatusReporter
from simulator.v201.transactions.queue import TransactionQueue
from simulator.v201.transactions.reader import Reader
from simulator.v201.transactions.sessions import Sessions


class Parts(Context):
    """The context, and these. Each is set once, in this order (`assembly`)."""

    __slots__ = ("authorizer", "evses", "power", "queue", "reader", "reporter", "sessions")

    reporter: StatusReporter
    evses: Mapping[int, Evse]
    authorizer: Authorizer
    queue: TransactionQueue
    sessions: Sessions
    reader: Reader
    power: Power
