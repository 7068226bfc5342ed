"""Operators: whoever acts on a back office under test. `make(sut)` gives the one its SUT file configures."""

from harness.adapters.base import NotOffered, Operator, OperatorError, Tell, tell_nobody
from harness.adapters.operators.manual import ManualOperator
from harness.adapters.operators.none import NoneOperator
from harness.adapters.operators.python import PythonOperator
from harness.adapters.operators.reference import ReferenceOperator
from harness.adapters.operators.rest import RestOperator
from harness.adapters.operators.trigger import TriggerOperator
from harness.sut import ManualSettings, PythonSettings, ReferenceSettings, RestSettings, Sut, TriggerSettings


def make(sut: Sut, tell: Tell = tell_nobody) -> Operator:
    """The operator of a SUT; `tell` is given what it does. Opens nothing yet; connections are made by the first action.

    Raises OperatorError.
    """
    settings = sut.operator
    if isinstance(settings, RestSettings):
        return RestOperator(settings, sut, tell)
    if isinstance(settings, TriggerSettings):
        return TriggerOperator(settings, sut, tell)
    if isinstance(settings, PythonSettings):
        return PythonOperator(settings, sut, tell)
    if isinstance(settings, ManualSettings):
        return ManualOperator(sut, tell)
    if isinstance(settings, ReferenceSettings):
        return ReferenceOperator(settings, sut, tell)
    return NoneOperator(sut)


__all__ = ["NotOffered", "Operator", "OperatorError", "make"]
