"""What the stations of a fleet are given to connect with: address, password, TLS context (white paper A00).

A context is shared by all stations that trust and show the same. One with a certificate of its own takes some 25 KiB
of memory (`benchmarks/fleet_tls.py`), so roots are those of `ca_file` there and not the hundred and more of the system.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.fleet.profile.security import ID, Security
from simulator.options.arguments import client_context, uses_tls
from simulator.options.usage import UsageError
from simulator.pki.chains import BadCertificate, parse, split
from simulator.pki.contexts import for_csms, made
from simulator.pki.issuing import Authority, private_key
from simulator.pki.provision import Provision
from simulator.pki.vault import Own

if TYPE_CHECKING:
    from simulator.fleet.plan import Plan


class CredentialsError(ValueError):
    """Credentials that no station can connect with; the text is one sentence."""


class Credentials:
    """Those of all stations of a plan. Raises `CredentialsError` for what can be known before the first one."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._kinds = [_Kind(one, plan.url) for one in plan.security]

    def of(self, number: int) -> Mapping[str, Any]:
        """For `Station`. Raises `CredentialsError`."""
        plan = self._plan
        if not self._kinds:
            return {"url": plan.url, "ssl": plan.ssl, "auth_key": plan.auth_key}
        return self._kinds[plan.security_of(number)].of(plan.identity(number))

    def check(self) -> None:
        """Look at the certificates of all stations. Raises `CredentialsError` for the first that cannot be shown."""
        for number in range(1, self._plan.stations + 1):
            if self._kinds:
                self._kinds[self._plan.security_of(number)].check(self._plan.identity(number))


class _Kind:
    """The stations with one of the security profiles."""

    def __init__(self, security: Security, url: str) -> None:
        self._security = security
        self._name = f"security profile {security.profile}"
        self._authority: Authority | None = None
        self._ssl: ssl.SSLContext | None = None  # of all of them
        try:
            self._url = security.address(url)
            uses_tls(self._url)
        except UsageError as error:
            raise CredentialsError(f"{self._name}: {error}") from None
        except ValueError as error:
            raise CredentialsError(str(error)) from None
        if security.profile in (1, 2) and not security.auth_key:
            raise self._wrong("there is no password; add auth_key_env, or give --auth-key-env")
        roots = "" if security.ca_file is None else self._certificates("ca_file", security.ca_file)
        self._roots = split(roots)
        self._provision = Provision(security.profile, roots=roots)
        if security.profile == 2:
            self._ssl = for_csms(self._roots, None) if roots else client_context(None)
        if security.profile == 3:
            self._prepare(security)

    def _prepare(self, security: Security) -> None:
        """Profile 3: each station shows a certificate."""
        if not self._roots:
            raise self._wrong("its stations trust nobody; add ca_file, or give --ca-file")
        if security.signed_by is not None and security.signed_by_key is not None:
            chain, key = (
                self._read("signed_by", security.signed_by),
                self._read("signed_by_key", security.signed_by_key),
            )
            try:
                self._authority = Authority.read(chain, key)
            except BadCertificate as error:
                raise self._wrong(f"signed_by {security.signed_by} cannot sign: {error}; give an authority") from None
        elif security.certificate is None or security.key is None:
            raise self._wrong("its stations have nothing to show; add certificate and key, or signed_by")
        elif ID not in security.certificate + security.key:
            self._ssl = made(self._roots, self._own(""))

    def of(self, identity: str) -> Mapping[str, Any]:
        context = self._ssl
        if self._security.profile == 3 and context is None:
            context = made(self._roots, self._own(identity))
        key = self._security.auth_key if self._security.profile in (1, 2) else None
        return {"url": self._url, "ssl": context, "auth_key": key, "provision": self._provision}

    def check(self, identity: str) -> None:
        if self._security.profile == 3 and self._authority is None and self._ssl is None:
            self._own(identity)

    def _own(self, identity: str) -> Own:
        if self._authority is not None:
            return self._authority.issue(identity)
        assert self._security.certificate is not None
        assert self._security.key is not None
        file = self._security.certificate.replace(ID, identity)
        file_of_key = self._security.key.replace(ID, identity)
        chain, key = self._certificates("certificate", file), self._read("key", file_of_key)
        try:
            if private_key(key).public_key() != parse(chain)[0].public_key():
                raise BadCertificate(f"it is not the key of the first certificate in {file}")
        except BadCertificate as error:
            raise self._wrong(f"key {file_of_key}: {error}; give the one that belongs to it") from None
        return Own(chain, key)

    def _certificates(self, name: str, file: str) -> str:
        text = self._read(name, file)
        try:
            parse(text)
        except BadCertificate as error:
            raise self._wrong(f"{name} {file}: {error}; give certificates in PEM") from None
        return text

    def _read(self, name: str, file: str) -> str:
        try:
            return Path(file).read_text("utf-8")
        except OSError as error:
            raise self._wrong(f"{name} {file} cannot be read ({error.strerror}); check the path") from None
        except UnicodeDecodeError:
            raise self._wrong(f"{name} {file} is no text in UTF-8; give a file in PEM") from None

    def _wrong(self, sentence: str) -> CredentialsError:
        return CredentialsError(f"{self._name}: {sentence}")
