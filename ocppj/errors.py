"""What can go wrong between two peers, typed, each error one sentence."""

from typing import Any

from ocppj.frames import CallError

__all__ = ["BadAnswer", "CallRefused", "CallTimeout", "ConnectFailed", "ConnectionClosed", "OcppError"]


class OcppError(Exception):
    """Raised by a handler to answer a CALL with a CALLERROR (J §4.2.3)."""

    def __init__(self, code: str, description: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.details = {} if details is None else details


class CallTimeout(Exception):
    """A CALL was not answered in time."""

    def __init__(self, action: str, seconds: float) -> None:
        super().__init__(f"{action} was not answered within {seconds:g} s")
        self.action = action
        self.seconds = seconds


class CallRefused(Exception):
    """A CALL was answered with a CALLERROR; ``error`` is it."""

    def __init__(self, action: str, error: CallError) -> None:
        super().__init__(f"{action} was answered with CALLERROR {error.code}: {error.description}")
        self.action = action
        self.error = error


class BadAnswer(Exception):
    """A CALL was answered with something that is no message of OCPP-J; ``raw`` is its text."""

    def __init__(self, action: str, raw: str, problem: str) -> None:
        super().__init__(f"{action} was answered with what is no message: {problem}")
        self.action = action
        self.raw = raw


class ConnectionClosed(Exception):
    """The connection ended; ``code`` and ``reason`` are those of the close frame, 1006 when there was none."""

    def __init__(self, code: int, reason: str, by_remote: bool) -> None:
        who = "the other side" if by_remote else "this side"
        super().__init__(f"the connection was closed by {who} ({code}{f', {reason}' if reason else ''})")
        self.code = code
        self.reason = reason
        self.by_remote = by_remote


class ConnectFailed(Exception):
    """No OCPP connection could be made; the text names the address and what to look at. ``status``: HTTP, if any;
    ``is_ours``: this machine has no room for it, and the other one was not asked.
    """

    def __init__(self, url: str, sentence: str, status: int | None = None, *, is_ours: bool = False) -> None:
        super().__init__(f"{url}: {sentence}")
        self.url = url
        self.status = status
        self.is_ours = is_ours
