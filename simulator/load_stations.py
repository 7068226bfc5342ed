"""The locustfile that `plugproof load` runs: a station per user, and nothing else."""

from simulator.load import StationUser


class Station(StationUser):
    """One charge point."""
