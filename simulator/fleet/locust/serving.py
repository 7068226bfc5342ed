"""The figures of a run under locust over HTTP, at the process that judges (docs/load.md, "Prometheus")."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import gevent
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer
from prometheus_client import CONTENT_TYPE_LATEST

from simulator.fleet.report.exporting import MOST, PATIENCE
from simulator.options.usage import UsageError

_TEXT: Final = "text/plain; charset=utf-8"


class _Handler(WSGIHandler):  # type: ignore[misc]
    """Who does not ask, or does not take the answer, is cut off."""

    def handle(self) -> None:
        with gevent.Timeout(PATIENCE, False):
            super().handle()


def serve(place: tuple[str, int], text: Callable[[], bytes]) -> WSGIServer:
    """Answer `GET /metrics` with what `text` gives, as long as the process lives. Raises `UsageError`."""

    def answer(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics":
            start("404 Not Found", [("Content-Type", _TEXT)])
            return [b"the figures are at /metrics\n"]
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start("405 Method Not Allowed", [("Content-Type", _TEXT), ("Allow", "GET, HEAD")])
            return [b"GET, please\n"]
        start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
        return [text()]

    server = WSGIServer(place, answer, log=None, error_log=None, spawn=Pool(MOST), handler_class=_Handler)
    try:
        server.start()
    except OSError as error:
        host, port = place
        why = error.strerror or error
        raise UsageError(f"--prometheus {host}:{port}: cannot listen there ({why}); name another port") from None
    return server
