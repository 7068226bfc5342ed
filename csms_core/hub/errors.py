"""Why an operation cannot be done, or failed: an error for each, with one sentence."""

from __future__ import annotations


class OperationError(Exception):
    """An operation cannot be done, or failed; the text is one sentence."""


class UnknownOperation(OperationError):
    """No such action, or one that the CSMS does not send."""


class UnknownStation(OperationError):
    """The station is not registered."""


class BadPayload(OperationError):
    """The payload is not what the schema of the action asks for."""


class AgainstRules(OperationError):
    """The standard forbids a CSMS to send this."""


class NotConnected(OperationError):
    """The station is not connected, or went away before it answered."""


class OtherVersion(OperationError):
    """The station speaks another version of OCPP."""


class NotAllowed(OperationError):
    """The registration of the station rules the operation out."""


class TooManyWaiting(OperationError):
    """Too many operations wait for this station already."""


class NoAnswer(OperationError):
    """The station did not answer in time."""


class Refused(OperationError):
    """The station answered with a CALLERROR, or with what is no answer."""
