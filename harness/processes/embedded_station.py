"""The process of the station that comes along: ``python -m harness.processes.embedded_station``.

``reference_station``, beside it, starts it. It is `plugproof station` and takes the same arguments; but it ends with
its standard input, and so with the process that wanted it, however that ended.
"""

import os
import signal
import sys
from threading import Thread

from simulator.cli.main import main


def _ends_with(fd: int) -> None:
    while os.read(fd, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    lifeline = os.dup(0)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    Thread(target=_ends_with, args=(lifeline,), daemon=True).start()
    sys.exit(main())
