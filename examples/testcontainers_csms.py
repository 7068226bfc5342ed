"""The image of the Containerfile as a CSMS for tests in containers, with testcontainers (`pip install testcontainers`).

podman build -t plugproof .
python examples/testcontainers_csms.py
"""

from __future__ import annotations

from types import TracebackType

from testcontainers.core.container import DockerContainer  # type: ignore[import-not-found, unused-ignore]
from testcontainers.core.waiting_utils import wait_for_logs  # type: ignore[import-not-found, unused-ignore]

STATIONS, API = 9000, 9001
COMMAND = "csms --host 0.0.0.0 --any-station --any-tag --database :temporary:"


class ReferenceCsms:
    """A reference CSMS in a container; `url` is where stations connect, `api` its HTTP API."""

    def __init__(self, image: str = "plugproof") -> None:
        self._container = DockerContainer(image).with_command(COMMAND).with_exposed_ports(STATIONS, API)

    def __enter__(self) -> ReferenceCsms:
        self._container.start()
        wait_for_logs(self._container, '"event": "ready"', timeout=60)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._container.stop()

    @property
    def url(self) -> str:
        return f"ws://{self._at(STATIONS)}/ocpp"

    @property
    def api(self) -> str:
        return f"http://{self._at(API)}"

    def _at(self, port: int) -> str:
        return f"{self._container.get_container_host_ip()}:{self._container.get_exposed_port(port)}"


if __name__ == "__main__":
    with ReferenceCsms() as csms:
        print(f"stations connect to {csms.url}, the console is at {csms.api}")
        input("Enter ends it. ")
