"""`python -m tests.csms_core.store.forking`: starts CSMS processes that skip the imports.

For tests that kill many of them.

A line on the standard input holds the arguments of `plugproof csms` as a JSON list. The answer is the id of the new
process, then whatever that process prints, and `ended` when it has.
"""

from __future__ import annotations

import json
import os
import sys

import csms_core.cli.main
import csms_core.cli.serving  # now, and not once for each process
import schemas


def main() -> None:
    """One CSMS at a time, until the standard input ends."""
    schemas.load("1.6")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(csms_core.cli.main.main(json.loads(line)))
        print(json.dumps({"pid": pid}), flush=True)
        os.waitpid(pid, 0)
        print(json.dumps({"event": "ended"}), flush=True)


if __name__ == "__main__":
    main()
