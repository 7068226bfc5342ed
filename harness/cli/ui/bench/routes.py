"""The routes of the test bench, below `/api/bench`, and the files of runs below `/runs`."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from csms_core.api.console import headers
from harness.cli.ui.answers import Refused, answer, body
from harness.cli.ui.bench.bench import Bench
from harness.cli.ui.bench.catalogue import catalogue
from harness.cli.ui.bench.kept import FILES
from harness.edition import VERSIONS
from harness.sut.model import PARTIES
from simulator.fleet.profile.reading import Profile, built_in

_OF_A_CASE: Final = {"sequence.svg": "image/svg+xml", "trace.jsonl": "application/jsonl"}
_REPORT: Final = {
    "Content-Security-Policy": (
        "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src 'self' data:"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""A report has its scripts and styles in itself: it may run them, and reach nothing of this server."""


def routes(bench: Bench) -> list[Route]:
    """All of them."""

    async def facts(request: Request) -> Response:
        return answer(
            {
                "folder": str(bench.files.folder.resolve()),
                "out": str(bench.kept.base),
                "first": bench.first,
                "files": bench.files.listed(),
                "roles": list(PARTIES),
                "versions": list(VERSIONS),
                "loads": [{"name": name, "description": Profile.load(name).description} for name in built_in()],
            }
        )

    async def opened(request: Request) -> Response:
        return answer(bench.files.opened(request.path_params["name"]))

    async def begun(request: Request) -> Response:
        given = await body(request)
        return answer(bench.files.begun(request.path_params["name"], str(given.get("role"))))

    async def saved(request: Request) -> Response:
        given = await body(request)
        done = bench.files.saved(request.path_params["name"], given, check_only=bool(given.get("check")))
        return answer(done, 422 if done["problems"] else 200)

    async def probed(request: Request) -> Response:
        return answer(await bench.probe(request.path_params["name"]))

    async def cases(request: Request) -> Response:
        asked = request.query_params
        name, role, version = asked.get("sut"), asked.get("role", "csms"), asked.get("ocpp", VERSIONS[0])
        sut = bench.files.loaded(name) if name else None
        if sut is not None:
            role, version = sut.role, sut.version
        if role not in PARTIES or version not in VERSIONS:
            raise Refused(422, f"There is no role {role} of OCPP {version}.")
        return answer({"role": role, "ocpp": version, "profiles": catalogue(role, version, sut)})

    async def started(request: Request) -> Response:
        await bench.start(await body(request))
        return answer(bench.picture(), 202)

    async def stopped(request: Request) -> Response:
        bench.stop()
        return answer(bench.picture(), 202)

    async def answered(request: Request) -> Response:
        said = await body(request)
        bench.answer(said.get("number"), said.get("word"))
        return answer({})

    async def events(request: Request) -> Response:
        return bench.news.stream(bench.picture)

    async def case(request: Request) -> Response:
        return answer(bench.case(request.path_params["id"]))

    return [
        Route("/api/bench", facts),
        Route("/api/bench/sut/{name}", opened),
        Route("/api/bench/sut/{name}", begun, methods=["POST"]),
        Route("/api/bench/sut/{name}", saved, methods=["PUT"]),
        Route("/api/bench/sut/{name}/probe", probed, methods=["POST"]),
        Route("/api/bench/cases", cases),
        Route("/api/bench/run", started, methods=["POST"]),
        Route("/api/bench/run/stop", stopped, methods=["POST"]),
        Route("/api/bench/run/answer", answered, methods=["POST"]),
        Route("/api/bench/run/events", events),
        Route("/api/bench/run/cases/{id}", case),
        *_of_kept(bench),
    ]


def _of_kept(bench: Bench) -> list[Route]:
    kept = bench.kept

    async def listed(request: Request) -> Response:
        return answer(kept.listed())

    async def overview(request: Request) -> Response:
        return answer(kept.overview(request.path_params["run"]))

    async def case(request: Request) -> Response:
        return answer(kept.case(request.path_params["run"], request.path_params["id"]))

    async def difference(request: Request) -> Response:
        return answer(kept.difference(request.path_params["run"], request.path_params["old"]))

    async def pdf(request: Request) -> Response:
        name = request.path_params["run"]
        return Response(await bench.pdf(name), media_type="application/pdf", headers=_as_file(f"{name}.pdf"))

    async def file(request: Request) -> Response:
        run, name = request.path_params["run"], request.path_params["file"]
        if name not in FILES:
            raise Refused(404, f"A run has no file {name}.")
        path = kept.folder(run) / name
        if not path.is_file():
            raise Refused(404, f"The run {run} has no {name} yet.")
        told: dict[str, Any] = _REPORT if name.endswith(".html") else headers()
        if "download" in request.query_params:
            told = {**told, **_as_file(f"{run}-{name}")}
        return FileResponse(path, media_type=FILES[name], headers=told)

    async def of_a_case(request: Request) -> Response:
        run, id, name = (request.path_params[key] for key in ("run", "id", "file"))
        path = kept.beside(run, id, name) if name in _OF_A_CASE else None
        if path is None:
            raise Refused(404, f"The run {run} has no {name} of {id}.")
        return FileResponse(path, media_type=_OF_A_CASE[name], headers=_REPORT)

    return [
        Route("/api/bench/runs", listed),
        Route("/api/bench/runs/{run}", overview),
        Route("/api/bench/runs/{run}/cases/{id}", case),
        Route("/api/bench/runs/{run}/since/{old}", difference),
        Route("/runs/{run}/abstract.pdf", pdf),
        Route("/runs/{run}/cases/{id}/{file}", of_a_case),
        Route("/runs/{run}/{file}", file),
    ]


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
