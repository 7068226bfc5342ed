"""The locustfile that `plugproof load` runs: a station per user, and nothing else."""

import os
import sys

# locust puts the folder it is called in before everything else; what lies there is not ours to import
sys.path[sys.path.index(os.getcwd())] = os.path.dirname(os.__file__)

from simulator.fleet.locust.users import StationUser  # noqa: E402


class Station(StationUser):
    """One charge point."""
