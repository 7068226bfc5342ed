"""`plugproof load`: locust with the stations of the fleet as its users. All options are locust's, and a few of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

USAGE = 2


def main(arguments: Sequence[str]) -> int:
    """Run locust in a process of its own, because it patches the one it runs in; returns its exit code."""
    if find_spec("locust") is None:
        print(
            "plugproof load: locust is not installed here; install plugproof[load], best in an environment of its own",
            file=sys.stderr,
        )
        return USAGE
    locustfile = Path(__file__).with_name("load_stations.py")
    process = subprocess.Popen([sys.executable, "-m", "locust", "-f", str(locustfile), *arguments])
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # locust has it too, and ends orderly
            continue
