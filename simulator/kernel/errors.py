"""What can go wrong at a station, as its features tell each other, and the errors of its physical side."""

from __future__ import annotations


class Offline(Exception):
    """The CSMS cannot be reached now, or has not accepted the station."""


class Unanswered(Exception):
    """The CSMS was reached and gave no usable answer: none in time, a CALLERROR, or one against the schema."""


class NotPossible(Exception):
    """A physical act that this station cannot take part in now, for example plugging into an occupied socket."""


class UnknownKey(Exception):
    """A key the station does not have."""


class BadValue(Exception):
    """A value that the key cannot take; the message says what it can."""


class NotDone(Exception):
    """What a user has asked for did not come about; the text says how far it came."""
