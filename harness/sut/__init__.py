"""The SUT file: what a product under test claims, how it is reached, and what a run may use."""

from harness.sut.errors import SutError
from harness.sut.link import Connection, Identities, Lane
from harness.sut.loading import for_reference, for_url, load, parse, schema
from harness.sut.model import Sut
from harness.sut.operation import NoOperator, OperatorSettings, ReferenceSettings, RestAction, RestSettings
from harness.sut.secret import Secret
from harness.sut.values import Keys, Tags, Timeouts

__all__ = [
    "Connection",
    "Identities",
    "Keys",
    "Lane",
    "NoOperator",
    "OperatorSettings",
    "ReferenceSettings",
    "RestAction",
    "RestSettings",
    "Secret",
    "Sut",
    "SutError",
    "Tags",
    "Timeouts",
    "for_reference",
    "for_url",
    "load",
    "parse",
    "schema",
]
