"""`python -m tests.csms_core.forking`: starts CSMS processes that skip the imports, for tests that kill many of them.

A line on the standard input holds the arguments of `plugproof csms` as a JSON list. The answer is the id of the new
process, then whatever that process prints, and `ended` when it has.
"""

from __future__ import annotations

import json
import os
import sys

import csms_core.cli
import csms_core.serving
import schemas


def main() -> None:
    """One CSMS at a time, until the standard input ends."""
    assert csms_core.serving  # it is imported now, and not once for each process
    schemas.load("1.6")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(csms_core.cli.main(json.loads(line)))
        print(json.dumps({"pid": pid}), flush=True)
        os.waitpid(pid, 0)
        print(json.dumps({"event": "ended"}), flush=True)


if __name__ == "__main__":
    main()
