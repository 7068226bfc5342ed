"""The judgement of an opening handshake by the security profile of the station (security white paper, A00).

Credentials are judged before the upgrade, so that nobody without them ever has a WebSocket (profile 1, remark). What a
station may come with is in `terms`; this is the order in which it is asked for, and what is kept of the outcome.
"""

from __future__ import annotations

import http
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from csms_core.auth import basic, certificates, terms
from csms_core.auth.changes import Changes
from csms_core.auth.findings import Finding
from csms_core.auth.passwords import Busy, Vault
from csms_core.auth.policy import Handshake
from csms_core.auth.terms import BASIC, NONE, TLS_BASIC, TLS_CERTIFICATE, ProblemKind
from csms_core.config.model import Config
from csms_core.store import Store, clock, credentials, stations
from csms_core.store import certificates as issued
from csms_core.store.credentials import Credentials
from ocppj.times import timestamp

log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Stations whose last handshake is remembered."""

CHALLENGE = 'Basic realm="OCPP", charset="UTF-8"'

_PROBLEMS: Mapping[ProblemKind, str] = {
    "foreign": "it was issued by an authority that is not trusted here",
    "name": "the common name of the certificate is not that of the station",
    "operator": "the certificate names another operator",
    "revoked": "the certificate was revoked",
    "weak": "the key of the certificate is too short",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a station comes with: `authorization` is that header, `certificate` the client certificate in DER, whose
    path TLS has checked."""

    identity: str
    tls: bool = False
    authorization: str | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Admitted:
    """The station may come in. With profile 3 `serial` (hex digits) and `common_name` are those of its certificate.

    `begun` is when its judgement began, in seconds of the monotonic clock; `booted_as` what its last boot was answered
    with, and `ocpp` the version it was in; `findings` what a lenient CSMS let pass.
    """

    profile: int
    serial: str | None = None
    common_name: str | None = None
    begun: float = 0.0
    booted_as: str | None = None
    ocpp: str | None = None
    findings: tuple[Finding, ...] = ()


class Refused(Exception):
    """The station may not come in. `status` is that of the HTTP answer; the text is one sentence without secrets.

    `stranger`: the identity is not known to be that of a station.
    """

    def __init__(self, status: http.HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.stranger = True

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers the HTTP answer needs."""
        if self.status == http.HTTPStatus.UNAUTHORIZED:
            return {"WWW-Authenticate": CHALLENGE}
        return {"Retry-After": "1"} if self.status == http.HTTPStatus.TOO_MANY_REQUESTS else {}


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a handshake of a station ended: with a profile, or refused with a sentence."""

    at: datetime
    outcome: Admitted | str


class Doorman:
    """Judges handshakes; one for the whole CSMS."""

    def __init__(
        self,
        config: Config,
        store: Store,
        vault: Vault,
        changes: Changes,
        operator: str | None,
        is_foreign: Callable[[bytes], bool],
    ) -> None:
        """`operator` is the organization of client certificates, None: any; `is_foreign` says whether a certificate
        (DER) got through TLS without a right path, which takes a deliberate defect."""
        self._config = config
        self._operator = operator
        self._is_foreign = is_foreign
        self._store = store
        self._vault = vault
        self._changes = changes
        self._attempts: OrderedDict[str, Attempt] = OrderedDict()
        self._under_way: dict[object, float] = {}  # judgements, since when, oldest first
        self._changed: dict[str, float] = {}  # identities and serials of certificates, since when they are judged anew

    def last(self, identity: str) -> Attempt | None:
        """The last handshake of a station, None when there was none since the start or it is too long ago."""
        return self._attempts.get(identity)

    def changed(self, name: str) -> None:
        """What a station (its identity), or a certificate (its serial), is worth has changed just now."""
        now = time.monotonic()
        oldest = next(iter(self._under_way.values()), now)
        while self._changed and next(iter(self._changed.values())) < oldest:
            del self._changed[next(iter(self._changed))]  # no handshake that began before it is under way
        self._changed.pop(name, None)  # the newest are at the end
        self._changed[name] = now

    def is_stale(self, identity: str, admitted: Admitted) -> bool:
        """Whether the judgement began before such a change, and may therefore know nothing of it."""
        names = (identity,) if admitted.serial is None else (identity, admitted.serial)
        return any(self._changed.get(name, 0.0) > admitted.begun for name in names)

    async def judge(self, offer: Offer, rules: Handshake) -> Admitted:
        """Let a station in, or raise `Refused`. `rules` are the judgements as faults leave them."""
        await self._changes.settled(offer.identity)
        mark, begun = object(), time.monotonic()
        self._under_way[mark] = begun
        try:
            return replace(await self._judge(offer, rules), begun=begun)
        finally:
            del self._under_way[mark]

    async def _judge(self, offer: Offer, rules: Handshake) -> Admitted:
        certificate = _read(offer)
        station, kept, is_revoked = await self._look_up(offer.identity, certificate)
        known = station is not None
        try:
            if not rules.admit(known or self._config.any_station):
                raise Refused(http.HTTPStatus.NOT_FOUND, "This station is not registered.")
            admitted = await self._prove(offer, rules, kept, certificate, is_revoked)
        except Refused as refused:
            log.warning("%s was refused: %s", offer.identity, refused.sentence)
            refused.stranger = not known
            if known:  # strangers must not push out what is remembered of others
                self._remember(offer.identity, refused.sentence)
            raise
        if kept.announced is not None and admitted.profile == kept.announced:
            risen = {"profile": admitted.profile, "announced": None}
            await self._store.write(lambda connection: credentials.put(connection, offer.identity, **risen))
        if station is None:  # let in all the same: any_station
            await self._register(offer.identity)
        self._remember(offer.identity, admitted)
        if station is None:
            return admitted
        return replace(admitted, booted_as=station.booted_as, ocpp=station.ocpp)

    async def _register(self, identity: str) -> None:
        """Make a stranger known; whoever connects to a CSMS that lets anybody in cannot fill its store."""
        at, most = timestamp(clock.now()), self._config.max_stations
        if not await self._store.book(stations.enrol, stations.Stranger(identity, at, most)):
            sentence = (
                "As many stations are registered as may be (max_stations); DELETE /api/v1/stations/... removes one."
            )
            log.warning("%s was refused: %s", identity, sentence)
            raise Refused(http.HTTPStatus.SERVICE_UNAVAILABLE, sentence)

    async def _look_up(
        self, identity: str, certificate: certificates.Certificate | None
    ) -> tuple[stations.Station | None, Credentials, bool]:
        def ask(connection: Connection) -> tuple[stations.Station | None, Credentials, bool]:
            station = stations.find(connection, identity)
            revoked = certificate is not None and issued.is_revoked(connection, int(certificate.serial, 16))
            return station, credentials.find(connection, identity), revoked

        return await self._store.look_up(ask)

    async def _prove(
        self,
        offer: Offer,
        rules: Handshake,
        kept: Credentials,
        certificate: certificates.Certificate | None,
        is_revoked: bool,
    ) -> Admitted:
        allowed = rules.allow(self._terms(offer.identity, kept))
        with_password = TLS_BASIC if offer.tls else BASIC
        refusal: Refused | None = None
        if certificate is not None and TLS_CERTIFICATE in allowed:
            names = {offer.identity, kept.serial_number or offer.identity}
            is_foreign = offer.certificate is not None and self._is_foreign(offer.certificate)
            problems = certificates.problems(
                certificate, names, self._operator, is_revoked=is_revoked, is_foreign=is_foreign
            )
            if rules.certify(problems):
                return Admitted(TLS_CERTIFICATE, certificate.serial, certificate.common_name)
            reasons = "; ".join(_PROBLEMS[kind] for kind in sorted(problems)) or "it is refused on purpose"
            refusal = Refused(http.HTTPStatus.FORBIDDEN, f"The client certificate is refused: {reasons}.")
        if with_password in allowed and (offer.authorization is not None or NONE not in allowed):
            findings: list[Finding] = []
            if await self._password_fits(offer, rules, kept, findings):
                return Admitted(with_password, findings=tuple(findings))
            refusal = refusal or Refused(
                http.HTTPStatus.UNAUTHORIZED, "User name and password of this station are needed, and have to be right."
            )
        if NONE in allowed and (
            _is_bare(offer) or (kept.profile is None and not _was_wrong(refusal, kept, certificate))
        ):
            return Admitted(NONE)
        raise refusal or _wrong_profile(allowed)

    def _terms(self, identity: str, kept: Credentials) -> terms.Terms:
        last = self._attempts.get(identity)
        return terms.Terms(
            minimum=self._config.security_profile,
            own=kept.profile,
            announced=kept.announced,
            has_password=kept.password is not None,
            refused_before=last is not None and isinstance(last.outcome, str),
        )

    async def _password_fits(self, offer: Offer, rules: Handshake, kept: Credentials, findings: list[Finding]) -> bool:
        given = basic.parse(offer.authorization)
        password = None if given is None else given.password_of(kept.user_name or offer.identity)
        if password is None:
            return False
        current, pending = await self._compare(offer.identity, password, kept)
        octets = basic.key_of_octets(password) if self._config.lenient and not (current or pending) else None
        if octets is not None:
            current, pending = await self._compare(offer.identity, octets, kept)
            if current or pending:
                sentence = "Its password is the text of its AuthorizationKey, not the octets that the text stands for."
                findings.append(Finding("authorization-key", sentence))
        if not rules.fits(current, pending):
            return False
        # the station has taken its new key, whatever became of its answer
        if pending and rules.promotes and kept.pending is not None:
            await self._changes.arrived(offer.identity, kept.pending)
        return True

    async def _compare(self, identity: str, password: bytes, kept: Credentials) -> tuple[bool, bool]:
        """Whether a password is the current one, or the one under way to the station."""
        try:
            current = await self._vault.check(password, kept.password, identity)
            return current, not current and await self._vault.check(password, kept.pending, identity)
        except Busy:
            raise Refused(
                http.HTTPStatus.TOO_MANY_REQUESTS, "Too many passwords of this station are being checked; try again."
            ) from None

    def _remember(self, identity: str, outcome: Admitted | str) -> None:
        self._attempts[identity] = Attempt(clock.now(), outcome)
        self._attempts.move_to_end(identity)
        if len(self._attempts) > REMEMBERED:
            self._attempts.popitem(last=False)


def _read(offer: Offer) -> certificates.Certificate | None:
    if offer.certificate is None:
        return None
    try:
        return certificates.read(offer.certificate)
    except ValueError:
        raise Refused(http.HTTPStatus.FORBIDDEN, "The client certificate cannot be read.") from None


def _is_bare(offer: Offer) -> bool:
    return not offer.tls and offer.authorization is None


def _was_wrong(refusal: Refused | None, kept: Credentials, certificate: certificates.Certificate | None) -> bool:
    """Whether a proof was wrong; one that nobody asked for and nobody can judge was not."""
    return refusal is not None and (kept.password is not None or certificate is not None)


def _wrong_profile(allowed: frozenset[int]) -> Refused:
    names = " or ".join(str(profile) for profile in sorted(allowed))
    return Refused(http.HTTPStatus.FORBIDDEN, f"This station has to connect with security profile {names}.")
