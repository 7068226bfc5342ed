"""What can go wrong with certificates; every message is one sentence for a person."""

from __future__ import annotations


class PkiError(Exception):
    """The folder of the certificate authority cannot be made or read."""


class PkiUnusable(PkiError):
    """The authority is as it should be, and its files cannot be read or written, or their time is over."""


class CsrRefused(Exception):
    """A certificate signing request asks for what the CSMS does not certify."""


class NotACertificate(ValueError):
    """A text that should be a PEM certificate is none, or cannot be described without its issuer."""
