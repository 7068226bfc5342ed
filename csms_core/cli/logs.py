"""Logs: one line per record, as text or as JSON, secrets masked and nothing in them that a terminal or a CI obeys.

A JSON line has `time`, `level`, `logger` and `message`, whatever the record was given as `extra` (`station` where it is
about one), and `error` with the traceback when there is one.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

from csms_core.config.model import Format
from ocppj.evidence.outside import told
from ocppj.times import timestamp

_USUAL: Final = frozenset((*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"))


LIBRARIES: Final = ("websockets", "uvicorn", "aioftp", "httpx")
"""What they tell of every connection is for `debug`: here the CSMS speaks, which knows the station."""


def set_up(level: str, format: Format = "text", stream: TextIO | None = None) -> None:
    """Send the records of the whole process to a stream, stderr by default, instead of where they went before."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonLines() if format == "json" else Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    handler.addFilter(_is_news)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a record says more than that a client hung up, which aioftp reports as an error."""
    gone = record.exc_info is not None and isinstance(record.exc_info[1], ConnectionError)
    return not (gone and record.name.startswith(LIBRARIES))


class Lines(logging.Formatter):
    """Text for people. A line break inside a message is written as `\\n`: one record is one line, tracebacks aside."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        line = f"{_time(record)} {record.levelname} {record.name} {message}"
        error = _error(self, record)
        return told(f"{line}\n{error}" if error else line)


class JsonLines(logging.Formatter):
    """JSON for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a JSON object in one line."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": told(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _USUAL and name not in line:
                line[name] = told(value) if isinstance(value, str) else value
        error = _error(self, record)
        if error:
            line["error"] = told(error)
        return json.dumps(line, ensure_ascii=False, default=lambda value: told(str(value)))


def _time(record: logging.LogRecord) -> str:
    return timestamp(datetime.fromtimestamp(record.created, UTC))


def _error(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return formatter.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
