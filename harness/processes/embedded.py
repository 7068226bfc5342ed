"""The process of the embedded reference CSMS: ``python -m harness.processes.embedded``.

``reference_process``, beside it, starts it.

It imports the CSMS at once, while whoever started it finds out what is wanted, and takes its settings as a line of JSON
from its standard input. When that ends, the process that wanted it is gone, however it went: so it ends too.
"""

import gc
import json
import logging
import os
import signal
import sys
from threading import Thread

from csms_core.cli import logs
from csms_core.cli.ending import leave_now
from csms_core.cli.running import run
from csms_core.config.model import Config


def main() -> int:
    """Run the CSMS that is asked for; gives its exit code, 0 when none is."""
    gc.disable()  # what is imported stays; the CSMS turns it on again when it is ready
    logs.set_up("info")
    logging.getLogger(__name__).info("importing the libraries")
    import csms_core.cli.serving  # noqa: F401  # the point of this process: it is there when the settings come

    line = sys.stdin.readline()
    if not line:
        return 0
    Thread(target=_end_with_the_other, daemon=True).start()
    settings = json.loads(line)
    return run(Config(**{**settings, "faults": tuple(settings["faults"])}))


def _end_with_the_other() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    leave_now(main())  # all is closed; to take the imported modules apart would take longer than the rest of the end
