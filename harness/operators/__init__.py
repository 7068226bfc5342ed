"""Operators: whoever acts on a back office under test. `make(sut)` gives the one its SUT file configures."""

from harness.operators.base import NotOffered, Operator, OperatorError
from harness.operators.none import NoneOperator
from harness.operators.reference import ReferenceOperator
from harness.operators.rest import RestOperator
from harness.sut import ReferenceSettings, RestSettings, Sut


def make(sut: Sut) -> Operator:
    """The operator of a SUT. Opens nothing yet; connections are made by the first action."""
    settings = sut.operator
    if isinstance(settings, RestSettings):
        return RestOperator(settings, sut)
    if isinstance(settings, ReferenceSettings):
        return ReferenceOperator(settings, sut)
    return NoneOperator(sut)


__all__ = ["NotOffered", "Operator", "OperatorError", "make"]
