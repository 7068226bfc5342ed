"""A fleet under locust. Needs `pip install plugproof[load]`.

    locust -f examples/locustfile.py --host ws://127.0.0.1:9000/ocpp --headless -u 200 -r 20 -t 60s --processes 2 \\
        --session-every 20s --session-length 20s --limit "Authorize p95 < 1s"
"""

from simulator.fleet.locust.users import StationUser


class Station(StationUser):
    """A charge point. Add `@locust.task` methods for what your users do besides, on your own HTTP API for example."""
