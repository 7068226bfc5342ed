"""The test bench as a whole: the SUT files of a folder, the runs of another, and at most one run under way."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any, Final

from harness.adapters.desk import DESK
from harness.artifacts.run_folder import drop_if_empty, new_folder
from harness.case.registry import missing
from harness.case.verdicts import HarnessError
from harness.cli.ui.answers import News, Refused
from harness.cli.ui.bench.catalogue import cases_for
from harness.cli.ui.bench.desk import Desk
from harness.cli.ui.bench.kept import Kept
from harness.cli.ui.bench.running import Run, Target, command
from harness.cli.ui.bench.sut_files import SutFiles
from harness.edition import VERSIONS, edition
from harness.sut.model import PARTIES

LOOK_WITHIN: Final = 180.0
"""Seconds that a first look may take; what it waits for itself is shorter."""
MOST_SAID: Final = 20_000
"""Characters of what it says that are shown."""
MOST_NAME: Final = 400
"""Characters of what names a load."""
END_WITHIN: Final = 30.0
"""Seconds in which a run ends in order when the pages end; then it is told to end at once."""


class Bench:
    """`files` is where SUT files are, `out` where the folders of runs are; `first` is the SUT file to begin with."""

    def __init__(self, files: Path, out: Path, first: str | None) -> None:
        self.news = News()
        self.kept = Kept(out)
        self.files = SutFiles(files)
        self.first = first
        self.run: Run | None = None
        self._desk = Desk(self.news.tell)
        self._place = ""
        self._probing = False

    async def open(self) -> None:
        """Before anything else."""
        self._place = await self._desk.open()

    async def close(self) -> None:
        """End the run that is under way, in order, and then everything."""
        run = self.run
        if run is not None:
            run.stop()
            try:
                async with asyncio.timeout(END_WITHIN):
                    await asyncio.shield(run.over())
            except TimeoutError:
                run.stop()
                await run.over()
        self.news.close()
        await self._desk.close()

    def picture(self) -> dict[str, Any]:
        """What the page shows of the run, as plain data; `run` is None where there was none yet."""
        return {"run": None if self.run is None else self.run.picture(), "asked": self._desk.asked()}

    async def start(self, asked: dict[str, Any]) -> None:
        """Begin a run. Raises `Refused`."""
        self._refuse_beside_a_run()
        target = self._target(asked)
        if target.background is not None:
            await asyncio.to_thread(_check_load, target)
            self._refuse_beside_a_run()  # one may have begun meanwhile
        known = cases_for(target.role, target.version)
        unknown = sorted({*target.cases} - {case.id for case in known})
        if unknown:
            raise Refused(422, f"There is no case {unknown[0]} of OCPP {target.version} for this product.")
        nothing = missing(target.role, target.version)
        if nothing is not None:
            raise Refused(422, nothing)
        chosen = [case for case in known if (case.id in target.cases if target.cases else not case.optional)]
        try:
            folder = new_folder(self.kept.base)
        except OSError as error:
            raise Refused(
                507, f"{self.kept.base} cannot be made ({error.strerror}); choose another with --out."
            ) from None
        run = Run(target, folder, chosen, self.news.tell)
        try:
            await run.start(self._place)
        except OSError as error:
            drop_if_empty(folder)
            raise Refused(500, f"The run cannot be started ({error.strerror}).") from None
        self.run = run
        self.news.tell()

    def stop(self) -> None:
        """End the run. Raises `Refused`."""
        if self.run is None or self.run.is_over:
            raise Refused(409, "There is no run under way.")
        self.run.stop()

    def answer(self, number: Any, word: Any) -> None:
        """Say to the run what a person has said. Raises `Refused`."""
        if not isinstance(number, int) or not isinstance(word, str) or not self._desk.answer(number, word):
            raise Refused(409, "This is not asked any more.")

    def case(self, id: str) -> dict[str, Any]:
        """A case of the run as it is now. Raises `Refused`."""
        found = None if self.run is None else self.run.case(id)
        if found is None:
            raise Refused(404, f"{id} has not begun.")
        return found

    @property
    def _is_running(self) -> bool:
        return self.run is not None and not self.run.is_over

    def _refuse_beside_a_run(self) -> None:
        if self._is_running:
            raise Refused(409, "A run is under way; stop it first, or wait for its end.")

    async def probe(self, name: str) -> dict[str, Any]:
        """Take a first look at a back office, as `plugproof check --probe` does. Raises `Refused`."""
        sut = self.files.loaded(name)
        if edition(sut.version).benches[sut.role].connects_by_itself:
            raise Refused(422, "A charge point connects by itself; start a run, and it is waited for.")
        if self._probing or self._is_running:
            raise Refused(409, "A run or another look is under way; its stations are in use.")
        self._probing = True
        try:
            return await _looked(self.files.path(name), self._place)
        finally:
            self._probing = False

    async def pdf(self, name: str) -> bytes:
        """The abstract of a run as PDF, made by `plugproof report`. Raises `Refused` with what that says."""
        folder = self.kept.folder(name)
        with tempfile.TemporaryDirectory(prefix="plugproof-") as beside:
            made = Path(beside) / "abstract.pdf"
            process = await asyncio.create_subprocess_exec(
                *command("report", str(folder), "--partial", "--out", str(made)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            _, said = await process.communicate()
            if process.returncode:
                raise Refused(422, said.decode("utf-8", "replace").strip() or "The document cannot be made.")
            return made.read_bytes()

    def _target(self, asked: dict[str, Any]) -> Target:
        role, version, name = asked.get("role", "csms"), asked.get("ocpp", VERSIONS[0]), asked.get("sut")
        cases, workers = asked.get("cases", []), asked.get("workers")
        if not isinstance(cases, list) or not all(isinstance(id, str) for id in cases):
            raise Refused(422, "`cases` is a list of ids.")
        if workers is not None and not (isinstance(workers, int) and 1 <= workers <= 16):
            raise Refused(422, "The number of workers is from 1 to 16.")
        load = asked.get("background") or None
        if not isinstance(load, str | None) or len(load or "") > MOST_NAME:
            raise Refused(422, "`background` is a number of stations, or a load profile by name or file.")
        if name is not None:
            sut = self.files.loaded(str(name))
            return Target(self.files.path(str(name)), sut.role, sut.version, tuple(cases), workers, load)
        if role not in PARTIES or version not in VERSIONS:
            raise Refused(422, f"There is no role {role} of OCPP {version}.")
        return Target(None, role, version, tuple(cases), workers, load)


async def _looked(file: Path, desk: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *command("check", str(file), "--probe"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, DESK: desk, "NO_COLOR": "1", "COLUMNS": "110"},
    )
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return {"works": process.returncode == 0, "said": said.decode("utf-8", "replace").strip()[:MOST_SAID]}


def _check_load(target: Target) -> None:
    """Whether this can keep the product busy, before anything begins. Raises `Refused`."""
    from harness.processes.background import wanted  # brings the simulated stations along

    if edition(target.version).benches[target.role].connects_by_itself:
        raise Refused(422, "A background load keeps a CSMS busy, and a charge point is tested here; choose none.")
    try:
        wanted(str(target.background))
    except HarnessError as error:
        sentences = [line.replace("--background:", "Background load:", 1) for line in str(error).splitlines()]
        said = [line.replace("--background ", "Background load ", 1) for line in sentences]
        raise Refused(422, " ".join(said), problems=[{"key": None, "sentence": one} for one in said]) from None
