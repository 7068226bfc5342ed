"""The CSMS as a process, from its settings to its exit code.

What is wrong with the settings is said before FastAPI and SQLAlchemy are imported, which takes most of the start.
"""

from __future__ import annotations

import gc
import logging
import signal
import sys
from types import FrameType

from csms_core.cli import logs
from csms_core.cli.ending import INTERRUPTED, REFUSED, STOPPED, USAGE, Ending
from csms_core.config.contradictions import SettingsError, check
from csms_core.config.model import Config

log = logging.getLogger(__name__)


def run(config: Config) -> int:
    """Run a CSMS until SIGTERM or SIGINT; returns the exit code. What is wrong is one sentence on standard error."""
    # nearly all that is made while it starts stays: to look through it for garbage again and again takes a tenth of it
    gc.disable()
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        judge(config)
        logs.set_up(config.log_level, config.log_format)
        log.info("importing the libraries")
        from csms_core.cli import serving

        serving.run(config)
    except Ending as ending:
        print(f"plugproof csms: {ending}", file=sys.stderr)
        return ending.code
    except KeyboardInterrupt:
        print("plugproof csms: interrupted before it was ready", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)
        gc.enable()
    return STOPPED


def judge(config: Config) -> None:
    """Say what is wrong with the settings, as far as it can be known without opening anything. Raises Ending."""
    try:
        check(config)
    except SettingsError as error:
        raise Ending(USAGE, str(error)) from None
    if config.faults:
        _judge_faults(config.faults)
    if config.pki is not None:
        _judge_pki(config.pki)


def _judge_faults(names: tuple[str, ...]) -> None:
    from csms_core import versions
    from csms_core.faults.switchboard import NotForOneStation, Switchboard, UnknownFault

    try:
        Switchboard(versions.faults()).switch_all(names)
    except (UnknownFault, NotForOneStation) as error:
        raise Ending(USAGE, str(error)) from None


def _judge_pki(folder: str) -> None:
    from csms_core.pki import Pki, PkiError, PkiUnusable

    try:
        Pki.load(folder).check_validity()
    except PkiUnusable as error:
        raise Ending(REFUSED, str(error)) from None
    except PkiError as error:
        raise Ending(USAGE, str(error)) from None


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
