"""What a fleet is shown on: the run goes on when nobody can be shown anything any more, as its results are wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from rich.console import Console


class _Patient:
    """A stream that takes no more after its first error, such as a full disk; `problem` is a sentence about it."""

    def __init__(self, *, is_error: bool) -> None:
        self._is_error = is_error
        self.problem: str | None = None

    @property
    def _stream(self) -> IO[str]:
        return sys.stderr if self._is_error else sys.stdout

    def write(self, text: str) -> None:
        with self._going_on():
            self._stream.write(text)

    def flush(self) -> None:
        with self._going_on():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:  # the reader has seen enough
            self._silence()
        except OSError as error:
            self.problem = f"the output cannot be written ({error.strerror})"
            self._silence()

    def _silence(self) -> None:
        """Nothing more is said here, and Python does not try again when it ends."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class PatientConsole(Console):
    """A console whose stream may fail, standard output or standard error."""

    def __init__(self, *, stderr: bool) -> None:
        self._patient = _Patient(is_error=stderr)
        super().__init__(file=cast("IO[str]", self._patient))

    @property
    def problem(self) -> str | None:
        """A sentence when not all could be shown, for another reason than that the reader went away."""
        return self._patient.problem
