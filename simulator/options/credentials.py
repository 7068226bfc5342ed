"""What the factory puts into the station of `plugproof station`: credentials by option, and the profile they make.

Secrets come from the environment or from files, never from the command line, where other users can read them.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization

from simulator.options.arguments import UsageError, auth_key, client_context, key_in, read, uses_tls
from simulator.options.secured import SecurityOptions
from simulator.pki.chains import BadCertificate, parse
from simulator.pki.provision import Provision


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `Station` takes: what the factory puts in, the key of Basic authentication, TLS by the system's roots."""

    provision: Provision
    auth_key: bytes | None
    ssl: ssl.SSLContext | None


def credentials(given: SecurityOptions, url: str, *, extensions: bool, password: str | None = None) -> Credentials:
    """What the options say; without the security `extensions` nobody could change it. Raises `UsageError`.

    ``password``: the key of Basic authentication itself, from whoever is no command line.
    """
    if not extensions:
        for name in ("security_profile", "manufacturer_ca_file", "certificate", "key", "tls_url"):
            if getattr(given, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise UsageError(f"{option}: the model has no security extensions; choose one with security = true")
    if given.auth_user is not None and ":" in given.auth_user:
        raise UsageError(
            f"--auth-user {given.auth_user}: the user name of HTTP Basic has no colon (RFC 7617); give another one"
        )
    key = auth_key(given.auth_key_env, given.auth_key_file) if password is None else key_in(password)
    roots = _certificates("--ca-file", given.ca_file)
    certificate, private = _own(given)
    if certificate is not None and not roots:
        raise UsageError(f"--certificate {given.certificate}: its station trusts nobody yet; add --ca-file FILE")
    profile = _profile(given, url, key, certificate)
    within_tls = uses_tls(url) or profile >= 2
    if given.tls_url is not None and not uses_tls(given.tls_url):
        raise UsageError(f"--tls-url {given.tls_url}: it begins with wss://")
    provision = Provision(
        profile=profile,
        tls_url=given.tls_url,
        roots=roots,
        manufacturer_roots=_certificates("--manufacturer-ca-file", given.manufacturer_ca_file),
        certificate=certificate,
        key=private,
    )
    judged_by_vault = extensions and profile >= 2 and bool(roots)
    return Credentials(provision, key, client_context(given.ca_file) if within_tls and not judged_by_vault else None)


def _profile(given: SecurityOptions, url: str, key: bytes | None, certificate: str | None) -> int:
    """The security profile of the first start."""
    profile: int | None = given.security_profile
    tls = uses_tls(url) or given.tls_url is not None
    if profile is None:
        if tls and certificate is not None and key is None:
            return 3
        return (2 if tls else 1) if key is not None else 0
    if profile in (1, 2) and key is None:
        raise UsageError(
            f"--security-profile {profile} needs a password; add --auth-key-env NAME or --auth-key-file FILE"
        )
    if profile == 3 and certificate is None:
        raise UsageError("--security-profile 3 needs a certificate; add --certificate FILE and --key FILE")
    if profile == 1 and uses_tls(url):
        raise UsageError(f"--security-profile 1 is without TLS, and {url} is with it; give ws:// or profile 2")
    return profile


def _certificates(option: str, file: str | None) -> str:
    if file is None:
        return ""
    text = read(option, file)
    try:
        parse(text)
    except BadCertificate as error:
        raise UsageError(f"{option} {file}: cannot be read as PEM ({error}); give certificates") from None
    return text


def _own(given: SecurityOptions) -> tuple[str | None, str | None]:
    """The certificate of the station and its key, which belong together."""
    if given.certificate is None and given.key is None:
        return None, None
    if given.certificate is None or given.key is None:
        missing = "--key" if given.key is None else "--certificate"
        raise UsageError(f"--certificate and --key belong together; add {missing} FILE")
    chain, private = _certificates("--certificate", given.certificate), read("--key", given.key)
    try:
        loaded = serialization.load_pem_private_key(private.encode(), None)
    except (ValueError, TypeError) as error:
        raise UsageError(f"--key {given.key}: is no private key in PEM without a password ({error})") from None
    if loaded.public_key() != parse(chain)[0].public_key():
        raise UsageError(f"--key {given.key}: it is not the key of the first certificate in {given.certificate}")
    return chain, private
