"""Everything around one station under test, as long as a worker runs: the bay, its certificates, a station of our own.

Where `[driver]` is `simulated` and names no address, the station is the one that plugproof brings along; it can be
brought in with any security profile. Any other station is as its owner has set it up.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from csms_core.pki.contexts import SUITES
from harness.bay.bay import Bay
from harness.bay.hello import LookingContext
from harness.case.verdicts import HarnessError, Inconclusive
from harness.pki import Credentials, Pki
from harness.processes.own_make import make_of
from harness.processes.reference_station import LOG, ReferenceStation
from harness.sut import Lane, Sut
from harness.sut.reach import TLS_FROM
from harness.sut.tables.driving import SimulatedDriver
from ocppj.session.session import Memory

if TYPE_CHECKING:  # a server is large, and most cases move no file
    from csms_core.files.server import Protocol as FileProtocol
    from harness.bay.files import BayFiles

OWN: Final = "PP-STATION-{number}"
"""The identity of a station that comes along."""
OWN_KEY: Final = b"plugproof-0123456789"
"""Its password at first: as long as there may be (A00.FR.205), and printable, as a person may have to type it."""
OWN_SERIAL: Final = "PP-{number:07d}"
"""Its serial number, which its client certificate names (A00.FR.403 to 407)."""
_AT_ONCE: Final = "TransactionMessageRetryInterval=0"
"""A message about a transaction that was refused is repeated at once, so that no later case waits behind it."""
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LEVEL: Final = 2  # OpenSSL refuses RSA below 2048 and curves below 224 bits
POLL: Final = 0.2
"""Seconds between two looks whether the station is there."""


class Countdown(Protocol):
    """Whoever waits for a station is shown how long."""

    def begins(self, sentence: str) -> None:
        """What is waited for."""

    def left(self, seconds: float) -> None:
        """So long it will be waited."""

    def ends(self, sentence: str) -> None:
        """What came of it."""


class Stand:
    """The bay and what belongs to it. ``number`` is the place of the worker, from 0."""

    def __init__(self, sut: Sut, lane: Lane, memory: Memory, out: Path, number: int, countdown: Countdown) -> None:
        self.sut = sut
        self.countdown = countdown
        self._is_own = isinstance(sut.driver, SimulatedDriver) and sut.driver.api is None and lane.api is None
        if self._is_own:
            lane = msgspec.structs.replace(lane, identity=lane.identity or OWN.format(number=number + 1))
        self.lane = lane
        self.bay = Bay(sut, lane, memory)
        self.found: dict[str, tuple[str | None, bool]] | None = None
        """The configuration that the station was found with: key -> value and whether it is read-only."""
        self.gone: str | None = None
        """Why the station is taken for dead; then no further case is begun."""
        self._folder = tempfile.TemporaryDirectory(prefix="plugproof-")
        self._pki: Pki | None = None
        self._tls: LookingContext | None = None
        self._own: ReferenceStation | None = None
        self._files: BayFiles | None = None
        self._is_open = False
        self._is_changed = False
        self._serial = OWN_SERIAL.format(number=number + 1)
        if self._is_own:
            assert isinstance(sut.driver, SimulatedDriver)
            name = f"CpoName={sut.security.cpo_name or ''}"
            boot = ("firmwareVersion=1.0.0", f"chargePointSerialNumber={self._serial}")
            options = (
                *make_of(sut, lane.connectors, Path(self._folder.name)),
                *("--config", name, "--config", _AT_ONCE),
                *(part for one in boot for part in ("--boot", one)),
            )
            self._own = ReferenceStation(lane.identity, out / LOG.format(number=number + 1), sut.driver.faults, options)

    @property
    def pki(self) -> Pki:
        """The authority of the CSMS that is played, and of the manufacturer; made when it is wanted first."""
        if self._pki is None:
            folder = self.sut.tls.pki
            self._pki = Pki.ephemeral() if folder is None else Pki.load(Path(folder))
        return self._pki

    async def is_ready(self, profiles: Sequence[int] = (), *, within_tls: bool = False) -> None:
        """The ports are open, and the station is connected, in one of these security profiles; none: in any.

        Without a wish a station that comes along is in the profile of the run. ``within_tls``: the port within TLS is
        open as well, whatever the profile. The first time whoever has to bring the station in is told the address, and
        it is waited for. Raises ``Inconclusive`` for a profile that it is not in, ``HarnessError`` when it does not
        come.
        """
        if self._own is not None and not profiles:
            profiles = (self.sut.connection.security_profile,)
        if not self._is_open:
            self._is_open = True
            try:
                await self._opens(profiles, within_tls=within_tls)
            except HarnessError as error:  # so it would be for each case, and each would wait again
                self.gone = str(error)
                raise
        elif within_tls:
            await self._opens_beside()
        await self._commissions(profiles)

    async def _opens(self, profiles: Sequence[int], *, within_tls: bool) -> None:
        await self.bay.opens()
        if self.bay.profile >= TLS_FROM or within_tls:
            await self.secures()
        if self._own is not None:
            await self.starts_anew(profiles[0])
        else:
            await self._is_waited_for()

    async def _opens_beside(self) -> None:
        """Open the port within TLS, and see to it that a station that comes along knows of it."""
        if True not in self.bay.ports:
            await self.secures()
            self._is_changed = self._own is not None

    async def _is_waited_for(self) -> None:
        """Say where the station has to connect to, and count down until it has come."""
        url, seconds = self.bay.url(self.bay.profile), self.sut.timeouts.reboot_s
        who = f"station {self.lane.identity}" if self.lane.identity else "any station"
        self.countdown.begins(
            f"waiting for {who}, for {seconds:g} s at the most (timeouts.reboot_s): set its CSMS address to {url}, "
            f"followed by its identity; security profile {self.bay.profile}"
        )
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        try:
            while not self.bay.is_connected:
                left = deadline - loop.time()
                if left <= 0:
                    raise HarnessError(f"no station connected to {url} in {seconds:g} s; {self._why_nobody_came()}")
                self.countdown.left(left)
                await asyncio.sleep(min(POLL, left))
        finally:
            self.countdown.ends(f"{self.bay.identity} is connected" if self.bay.is_connected else "no station came")

    def _why_nobody_came(self) -> str:
        """The likely cause, and what is to be done."""
        if self.bay.refused is not None:
            return f"the last one that came was turned away: {self.bay.refused[1].reason}"
        host = self.lane.listen.rpartition(":")[0].strip("[]")
        if host in _THIS_MACHINE:
            return (
                f"nobody came at all, and {host} is reached from this machine only: for a charger beside it set "
                f"connection.listen in {self.sut.source} to an address of this machine in the charger's network"
            )
        return "nobody came at all: look at the address in the station, and whether a firewall lets it through"

    async def secures(self) -> None:
        """Open the port within TLS."""
        if True not in self.bay.ports:
            self._tls = self._context()
            await self.bay.opens_tls(self._tls)

    @contextmanager
    def speaks_old_tls(self) -> Iterator[None]:
        """While this lasts nothing above TLS 1.1 is spoken at the port within TLS."""
        assert self._tls is not None
        self._tls.set_ciphers("ALL:@SECLEVEL=0")  # else OpenSSL does not speak it
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
            self._tls.minimum_version = self._tls.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            yield
        finally:
            self._sets_right(self._tls)

    @contextmanager
    def shows_foreign_certificate(self) -> Iterator[None]:
        """While this lasts certificates are shown at the port within TLS that no root of this run vouches for."""
        assert self._tls is not None
        for kind, pair in Pki.ephemeral().servers(self._names).items():
            self._load(self._tls, f"foreign-{kind}", pair)
        try:
            yield
        finally:
            self._sets_right(self._tls)

    async def serves_files(self, protocol: FileProtocol) -> BayFiles:
        """The file server of this stand, with a door for this protocol; it is there when it is wanted first."""
        from harness.bay.files import BayFiles

        if self._files is None:
            host = self.lane.listen.rpartition(":")[0].strip("[]")
            self._files = BayFiles(host, Path(self._folder.name) / "files", lambda: self.bay.changed())
        await self._files.opens(protocol, self._context)
        return self._files

    async def _commissions(self, profiles: Sequence[int]) -> None:
        """See to it that the station is in one of these security profiles. Raises ``Inconclusive``.

        A station that comes along is brought into the first of them, by which a case is judged by all its rules. Any
        other one is as it is: its owner decides.
        """
        wished = profiles[:1] if self._own is not None else profiles
        if not self._is_changed and (not wished or self.bay.profile in wished):
            return
        wanted = " or ".join(map(str, profiles))
        if self._own is None:
            raise Inconclusive(
                f"the station is in security profile {self.bay.profile}, and this case wants {wanted}: bring it in so, "
                f"set connection.security_profile in {self.sut.source}, and run the case again"
            )
        await self.starts_anew(profiles[0])

    @property
    def comes_along(self) -> bool:
        """Whether the station is one of plugproof's own."""
        return self._own is not None

    async def starts_anew(self, profile: int) -> None:
        """Start a station that comes along anew: with its first password, and what the factory gave it."""
        assert self._own is not None
        self._is_changed = False
        await self._own.stops()
        await self.bay.drops()
        self.bay.only_lost = False
        self.bay.changes_to(profile, OWN_KEY)
        self.bay.also = None
        more = ["--security-profile", str(profile)]
        if profile >= TLS_FROM:
            await self.secures()
        more += ["--ca-file", self._file("root.pem", self.pki.root())] if profile >= TLS_FROM else []
        more += ["--manufacturer-ca-file", self._file("maker.pem", self.pki.root("manufacturer-root"))]
        if profile == 3:
            mine = self.pki.client(self._serial, self.sut.security.cpo_name)
            more += ["--certificate", self._file("own.pem", mine.certificate), "--key", self._file("own.key", mine.key)]
        if True in self.bay.ports and profile < TLS_FROM:
            more += ["--tls-url", self.bay.url(TLS_FROM)]
        api = await self._own.starts(self.bay.url(profile), *more, key=OWN_KEY, late=self.countdown.begins)
        self.lane = msgspec.structs.replace(self.lane, api=api)

    async def closes(self) -> None:
        """End all."""
        if self._own is not None:
            await self._own.stops()
        await self.bay.closes()
        if self._files is not None:
            await self._files.closes()
        self._folder.cleanup()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _file(self, name: str, text: str) -> str:
        file = Path(self._folder.name) / name
        file.write_text(text, encoding="ascii")
        return str(file)

    def _context(self) -> LookingContext:
        """TLS as a CSMS of the security white paper has it (A00.FR.312 to 322).

        A client certificate is asked for and not insisted on, as profiles 2 and 3 share the port. Without tickets every
        connection shows its certificate anew.
        """
        context = LookingContext.made()
        self._sets_right(context)
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
        context.num_tickets = 0
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=self.pki.root())
        return context

    def _sets_right(self, context: LookingContext) -> None:
        """The versions and suites of a CSMS, and certificates that the root of this run vouches for."""
        context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{':'.join(SUITES)}:@SECLEVEL={_LEVEL}")
        for kind, pair in self.pki.servers(self._names).items():
            self._load(context, kind, pair)

    @property
    def _names(self) -> tuple[str, ...]:
        return _names(self.lane.listen.rpartition(":")[0].strip("[]"), self.pki.hosts)

    def _load(self, context: ssl.SSLContext, kind: str, pair: Credentials) -> None:
        context.load_cert_chain(
            self._file(f"server-{kind}.pem", pair.certificate), self._file(f"server-{kind}.key", pair.key)
        )


def _names(host: str, others: Sequence[str]) -> tuple[str, ...]:
    """What the station may call this machine: where it is listened at, unless that is everywhere, and other names."""
    return tuple(dict.fromkeys((*(() if host in _EVERYWHERE else (host,)), *others, "localhost")))
