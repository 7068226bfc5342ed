"""TLS of the two sides: what stations are shown, and whom the CSMS has to be. Files that are wrong are told."""

from __future__ import annotations

import ssl
from typing import Final

from harness.exit_codes import ExitCode
from harness.instruments.proxy.relay.settings import Problem, Settings

_NOT_A_PAIR: Final = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")


def serving(settings: Settings) -> ssl.SSLContext | None:
    """The context for stations; None: they come without TLS. Raises `Problem`."""
    if settings.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _chain(context, "--cert", settings.certificate, settings.key)
    if settings.station_ca is not None:
        _trust(context, "--station-ca", settings.station_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def dialling(settings: Settings) -> ssl.SSLContext | None:
    """The context towards the CSMS; None: it is reached without TLS. Raises `Problem`."""
    if not settings.to.tls:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.ca is None:
        context.load_default_certs()
    else:
        _trust(context, "--ca", settings.ca)
    if settings.client_certificate is not None:
        _chain(context, "--client-cert", settings.client_certificate, settings.client_key)
    return context


def _chain(context: ssl.SSLContext, option: str, certificate: str, key: str | None) -> None:
    def no_password() -> str:
        raise ValueError("the key asks for a password")

    try:
        context.load_cert_chain(certificate, key, no_password)
    except ssl.SSLError as error:
        why = "they do not belong together" if error.reason in _NOT_A_PAIR else "they cannot be read as PEM"
        raise Problem(ExitCode.USAGE, f"{option} {certificate} and its key: {why}; give the two that do") from None
    except ValueError as error:
        raise Problem(ExitCode.USAGE, f"{option} {certificate}: {error}; give one without") from None
    except OSError as error:
        raise Problem(
            ExitCode.USAGE, f"{option} {certificate}, or its key, cannot be read ({error.strerror}); check the names"
        ) from None


def _trust(context: ssl.SSLContext, option: str, file: str) -> None:
    try:
        context.load_verify_locations(file)
    except ssl.SSLError:
        raise Problem(ExitCode.USAGE, f"{option} {file}: there is no certificate in it; give a PEM file") from None
    except OSError as error:
        raise Problem(ExitCode.USAGE, f"{option} {file} cannot be read ({error.strerror}); check the name") from None
