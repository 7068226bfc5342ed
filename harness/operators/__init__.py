"""Operators: whoever acts on a back office under test. `make(sut)` gives the one its SUT file configures."""

from harness.operators.base import NotOffered, Operator, OperatorError
from harness.operators.manual import ManualOperator
from harness.operators.none import NoneOperator
from harness.operators.python import PythonOperator
from harness.operators.reference import ReferenceOperator
from harness.operators.rest import RestOperator
from harness.operators.trigger import TriggerOperator
from harness.sut import ManualSettings, PythonSettings, ReferenceSettings, RestSettings, Sut, TriggerSettings


def make(sut: Sut) -> Operator:
    """The operator of a SUT. Opens nothing yet; connections are made by the first action. Raises OperatorError."""
    settings = sut.operator
    if isinstance(settings, RestSettings):
        return RestOperator(settings, sut)
    if isinstance(settings, TriggerSettings):
        return TriggerOperator(settings, sut)
    if isinstance(settings, PythonSettings):
        return PythonOperator(settings, sut)
    if isinstance(settings, ManualSettings):
        return ManualOperator(sut)
    if isinstance(settings, ReferenceSettings):
        return ReferenceOperator(settings, sut)
    return NoneOperator(sut)


__all__ = ["NotOffered", "Operator", "OperatorError", "make"]
