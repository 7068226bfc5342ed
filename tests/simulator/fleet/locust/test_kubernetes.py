"""`examples/kubernetes.yaml`: its parts find each other, and every argument is one that `plugproof load` takes."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from simulator.fleet.cli.units import duration
from simulator.fleet.locust.limits import limits_of
from simulator.fleet.locust.main import command
from simulator.options.arguments import tag, uses_tls
from tests import ROOT

LOCUST_PORT = 5557
"""Where a master of locust listens unless it is told otherwise."""


@pytest.fixture(scope="module")
def parts() -> dict[str, dict[str, Any]]:
    """The documents by name."""
    text = (ROOT / "examples" / "kubernetes.yaml").read_text("utf-8")
    return {one["metadata"]["name"]: one for one in yaml.safe_load_all(text)}


def pod(job: dict[str, Any]) -> dict[str, Any]:
    template: dict[str, Any] = job["spec"]["template"]
    return template


def container(job: dict[str, Any]) -> dict[str, Any]:
    (one,) = pod(job)["spec"]["containers"]
    found: dict[str, Any] = one
    return found


def arguments(job: dict[str, Any]) -> list[tuple[str, str]]:
    """Options and values, after the name of the command."""
    name, *args = container(job)["args"]
    assert name == "load"
    return [(option, value) for option, _, value in (text.partition("=") for text in args)]


def known() -> Iterator[tuple[str, bool]]:
    """The options that the command explains, and whether they take a value."""
    for parameter in command.params:
        for option in parameter.opts:
            yield option, not getattr(parameter, "is_flag", False)


def test_the_service_leads_to_the_master(parts: dict[str, dict[str, Any]]) -> None:
    service, master, worker = (parts[f"plugproof-load{end}"] for end in ("", "-master", "-worker"))
    selector = service["spec"]["selector"]

    assert selector.items() <= pod(master)["metadata"]["labels"].items()
    assert not selector.items() <= pod(worker)["metadata"]["labels"].items()
    (port,), (open_port,) = service["spec"]["ports"], container(master)["ports"]
    assert (port["port"], port["targetPort"]) == (LOCUST_PORT, open_port["name"])
    assert open_port["containerPort"] == LOCUST_PORT
    assert ("--master-host", service["metadata"]["name"]) in arguments(worker)


def test_the_master_waits_for_as_many_workers_as_there_are(parts: dict[str, dict[str, Any]]) -> None:
    spec = parts["plugproof-load-worker"]["spec"]
    expected = dict(arguments(parts["plugproof-load-master"]))["--expect-workers"]

    assert spec["parallelism"] == spec["completions"] == int(expected)


def test_nothing_is_tried_again_and_nobody_has_rights(parts: dict[str, dict[str, Any]]) -> None:
    for name in ("plugproof-load-master", "plugproof-load-worker"):
        job = parts[name]
        assert job["spec"]["backoffLimit"] == 0
        assert pod(job)["spec"]["restartPolicy"] == "Never"
        assert pod(job)["spec"]["automountServiceAccountToken"] is False
        security = container(job)["securityContext"]
        assert (security["runAsNonRoot"], security["allowPrivilegeEscalation"]) == (True, False)


@pytest.mark.parametrize("role", ["master", "worker"])
def test_every_argument_is_an_option_of_the_command(parts: dict[str, dict[str, Any]], role: str) -> None:
    options, given = dict(known()), arguments(parts[f"plugproof-load-{role}"])

    assert (f"--{role}", "") in given
    for option, value in given:
        assert option in options
        assert bool(value) == options[option], option


def test_what_the_master_is_told_can_be_read(parts: dict[str, dict[str, Any]]) -> None:
    given = arguments(parts["plugproof-load-master"])
    values = dict(given)

    assert [limit.action or limit.figure for limit in limits_of(text for name, text in given if name == "--limit")] == [
        "Authorize",
        "accepted",
    ]
    assert uses_tls(values["--host"]) is False
    assert tag("--tag", values["--tag"]) == "TAG-1"
    assert duration(values["--run-time"]) == 600.0
    assert int(values["--users"]) / int(values["--spawn-rate"]) < duration(values["--run-time"]), "the ramp ends"
