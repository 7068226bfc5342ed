"""Command line of the reference CSMS: `python -m csms_core` and `plugproof csms`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from csms_core.config import DEFAULT_HOSTS, DEFAULT_OPERATOR
from csms_core.ending import REFUSED, STOPPED, USAGE, Ending
from csms_core.options import parse
from csms_core.running import run
from csms_core.settings import SettingsError


def main(argv: Sequence[str] | None = None) -> int:
    """Do what is asked for, or run the CSMS until SIGTERM or SIGINT; returns the exit code (`csms_core.ending`)."""
    try:
        options, config = parse(argv)
        if options.list_faults:
            return _list_faults()
        if options.create_token is not None:
            return _create_token(config.database, options.create_token)
        if options.init_pki is not None:
            return _init_pki(options.init_pki, options.pki_host or DEFAULT_HOSTS, config.operator or DEFAULT_OPERATOR)
    except (SettingsError, Ending) as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return error.code if isinstance(error, Ending) else USAGE
    return run(config)


def _list_faults() -> int:
    from csms_core.faults import CATALOGUE

    for fault in CATALOGUE.values():
        print(f"{fault.name:50} {fault.sentence}")
    return STOPPED


def _create_token(database: str, name: str) -> int:
    from csms_core import tokens
    from csms_core.store import StoreError, UrlError

    try:
        print(asyncio.run(tokens.create(database, name)))
    except (UrlError, tokens.TokenError) as error:
        raise Ending(USAGE, str(error)) from None
    except StoreError as error:
        raise Ending(REFUSED, str(error)) from None
    return STOPPED


def _init_pki(folder: str, hosts: Sequence[str], operator: str) -> int:
    from csms_core.pki import Pki, PkiError, PkiUnusable

    try:
        pki = Pki.create(folder, hosts, operator)
    except PkiUnusable as error:
        raise Ending(REFUSED, str(error)) from None
    except PkiError as error:
        raise Ending(USAGE, str(error)) from None
    print(f"The certificate authority is in {pki.folder}; stations trust {pki.roots_file.name} in it.")
    print(f"Start the CSMS with --pki {pki.folder} to use it.")
    return STOPPED
