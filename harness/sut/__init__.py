"""The SUT file: what a product under test claims, how it is reached, and what a run may use."""

from harness.sut.errors import SutError
from harness.sut.model import Sut
from harness.sut.reach import Link, link_of, security_profiles, security_stations, upgrades
from harness.sut.secret import Secret
from harness.sut.tables.fixtures import (
    FixtureSettings,
    NoFixtures,
    PythonFixtures,
    ReferenceFixtures,
    RestFixtures,
    TriggerFixtures,
)
from harness.sut.tables.link import Connection, Endpoint, Identities, Lane, key_bytes
from harness.sut.tables.operation import (
    ManualSettings,
    NoOperator,
    OperatorSettings,
    PythonSettings,
    ReferenceSettings,
    Requests,
    RestAction,
    RestLogin,
    RestSettings,
    TriggerSettings,
)
from harness.sut.tables.values import Keys, Tags, Timeouts, key_of

__all__ = [
    "Connection",
    "Endpoint",
    "FixtureSettings",
    "Identities",
    "Keys",
    "Lane",
    "Link",
    "ManualSettings",
    "NoFixtures",
    "NoOperator",
    "OperatorSettings",
    "PythonFixtures",
    "PythonSettings",
    "ReferenceFixtures",
    "ReferenceSettings",
    "Requests",
    "RestAction",
    "RestFixtures",
    "RestLogin",
    "RestSettings",
    "Secret",
    "Sut",
    "SutError",
    "Tags",
    "Timeouts",
    "TriggerFixtures",
    "TriggerSettings",
    "key_bytes",
    "key_of",
    "link_of",
    "security_profiles",
    "security_stations",
    "upgrades",
]
