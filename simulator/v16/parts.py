"""What one station consists of, as one object for its features, the verbs and whoever looks inside.

ARCHITECTURE.md, "The station", says who does what.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.main_controller import MainController
from simulator.v16.connectors.reports import StatusReporter
from simulator.v16.core.authorization import Authorizer
from simulator.v16.core.context import Context
from simulator.v16.core.journal import Journal
from simulator.v16.power import Power
from simulator.v16.transactions.deauthorization import Deauthorization
from simulator.v16.transactions.queue import TransactionQueue
from simulator.v16.transactions.reader import Reader
from simulator.v16.transactions.sampling import Sampler
from simulator.v16.transactions.sessions import Sessions


class Parts(Context):
    """The context, and these. Each is set once, in this order (`assembly`)."""

    __slots__ = (
        "authorizer",
        "connectors",
        "deauthorization",
        "journal",
        "main",
        "power",
        "queue",
        "reader",
        "reporter",
        "sampler",
        "sessions",
    )

    journal: Journal
    reporter: StatusReporter
    connectors: Mapping[int, Connector]
    main: MainController
    authorizer: Authorizer
    queue: TransactionQueue
    sampler: Sampler
    sessions: Sessions
    deauthorization: Deauthorization
    reader: Reader
    power: Power
