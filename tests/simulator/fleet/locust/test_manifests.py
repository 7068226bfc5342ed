"""The manifests in `examples/`: their parts find each other, and every argument is one that the command takes."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from commandline import Command
from simulator.fleet.cli.main import command as fleet
from simulator.fleet.cli.running import limits_of
from simulator.fleet.cli.units import duration
from simulator.fleet.locust.main import command as load
from simulator.fleet.profile.reading import Profile
from simulator.options.arguments import tag, uses_tls
from tests import ROOT

LOCUST_PORT = 5557
"""Where a master of locust listens unless it is told otherwise."""

COMMANDS: dict[str, Command] = {"load": load, "fleet": fleet}


def text(name: str) -> str:
    return (ROOT / "examples" / name).read_text("utf-8")


@pytest.fixture(scope="module")
def parts() -> dict[str, dict[str, Any]]:
    """The documents of the distributed run by name."""
    return {one["metadata"]["name"]: one for one in yaml.safe_load_all(text("kubernetes.yaml"))}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services of the compose file."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(text("compose.yaml"))["services"]
    return found


@pytest.fixture(scope="module")
def alone() -> dict[str, dict[str, Any]]:
    """The documents of the run in one pod by kind."""
    return {one["kind"]: one for one in yaml.safe_load_all(text("kubernetes-fleet.yaml"))}


def pod(job: dict[str, Any]) -> dict[str, Any]:
    template: dict[str, Any] = job["spec"]["template"]
    return template


def container(job: dict[str, Any]) -> dict[str, Any]:
    (one,) = pod(job)["spec"]["containers"]
    found: dict[str, Any] = one
    return found


def pairs(args: list[str]) -> list[tuple[str, str]]:
    """Options and values."""
    return [(option, value) for option, _, value in (text.partition("=") for text in args)]


def arguments(job: dict[str, Any]) -> list[tuple[str, str]]:
    """Options and values, after the name of the command."""
    name, *args = container(job)["args"]
    assert name == "load"
    return pairs(args)


def known(command: Command) -> Iterator[tuple[str, bool]]:
    """The options that the command explains, and whether they take a value."""
    for parameter in command.params:
        for option in parameter.opts:
            yield option, not getattr(parameter, "is_flag", False)


def all_runs() -> Iterator[tuple[str, list[str]]]:
    """What each container of each manifest is told to run."""
    for name in ("kubernetes.yaml", "kubernetes-fleet.yaml"):
        for one in yaml.safe_load_all(text(name)):
            if one["kind"] == "Job":
                yield f"{name} {one['metadata']['name']}", container(one)["args"]
    for name, service in yaml.safe_load(text("compose.yaml"))["services"].items():
        yield f"compose.yaml {name}", service["command"]


@pytest.mark.parametrize("args", [pytest.param(args, id=name) for name, args in all_runs()])
def test_every_argument_is_an_option_of_the_command(args: list[str]) -> None:
    command, *rest = args
    options = dict(known(COMMANDS[command]))
    named = [one for one in rest if one.startswith("-")]

    assert [uses_tls(one) for one in rest if not one.startswith("-")] == [False] * (command == "fleet")
    for option, value in pairs(named):
        assert option in options
        assert bool(value) == options[option], option


def test_the_service_leads_to_the_master(parts: dict[str, dict[str, Any]]) -> None:
    service, master, worker = (parts[f"plugproof-load{end}"] for end in ("", "-master", "-worker"))
    selector = service["spec"]["selector"]

    assert selector.items() <= pod(master)["metadata"]["labels"].items()
    assert not selector.items() <= pod(worker)["metadata"]["labels"].items()
    (port,), (open_port,) = service["spec"]["ports"], container(master)["ports"]
    assert (port["port"], port["targetPort"]) == (LOCUST_PORT, open_port["name"])
    assert open_port["containerPort"] == LOCUST_PORT
    assert ("--master-host", service["metadata"]["name"]) in arguments(worker)
    assert ("--master", "") in arguments(master)
    assert ("--worker", "") in arguments(worker)


def test_the_master_waits_for_as_many_workers_as_there_are(
    parts: dict[str, dict[str, Any]], services: dict[str, dict[str, Any]]
) -> None:
    spec = parts["plugproof-load-worker"]["spec"]
    expected = dict(arguments(parts["plugproof-load-master"]))["--expect-workers"]

    assert spec["parallelism"] == spec["completions"] == int(expected)
    composed = dict(pairs(services["master"]["command"]))["--expect-workers"]
    assert services["worker"]["deploy"]["replicas"] == int(composed)


def test_the_workers_of_the_compose_file_find_their_master(services: dict[str, dict[str, Any]]) -> None:
    master, worker = (pairs(services[name]["command"]) for name in ("master", "worker"))

    assert dict(worker)["--master-host"] in services
    assert ("--master", "") in master
    assert ("--worker", "") in worker
    assert services["master"]["build"] == services["worker"]["build"]
    build = services["master"]["build"]
    assert (ROOT / "examples" / build["context"] / build["dockerfile"]).is_file()
    assert {"ports", "network_mode"}.isdisjoint(services["master"].keys() | services["worker"].keys()), "nobody else"


def test_nothing_is_tried_again_and_nobody_has_rights(
    parts: dict[str, dict[str, Any]], services: dict[str, dict[str, Any]], alone: dict[str, dict[str, Any]]
) -> None:
    for job in (parts["plugproof-load-master"], parts["plugproof-load-worker"], alone["Job"]):
        assert job["spec"]["backoffLimit"] == 0
        assert pod(job)["spec"]["restartPolicy"] == "Never"
        assert pod(job)["spec"]["automountServiceAccountToken"] is False
        security = container(job)["securityContext"]
        assert (security["runAsNonRoot"], security["allowPrivilegeEscalation"]) == (True, False)
    for service in services.values():
        assert service["cap_drop"] == ["ALL"]
        assert "restart" not in service


def test_what_the_master_is_told_can_be_read(parts: dict[str, dict[str, Any]]) -> None:
    given = arguments(parts["plugproof-load-master"])
    values = dict(given)

    assert [
        limit.action or limit.figure for limit in limits_of([text for name, text in given if name == "--limit"])
    ] == [
        "Authorize",
        "accepted",
    ]
    assert uses_tls(values["--host"]) is False
    assert tag("--tag", values["--tag"]) == "TAG-1"
    assert duration(values["--run-time"]) == 600.0
    assert int(values["--users"]) / int(values["--spawn-rate"]) < duration(values["--run-time"]), "the ramp ends"


def test_what_the_master_of_the_compose_file_is_told_can_be_read(services: dict[str, dict[str, Any]]) -> None:
    given = pairs(services["master"]["command"])
    profile = Profile.load(dict(given)["--profile"])

    limits = limits_of([text for name, text in given if name == "--limit"], profile)
    assert [limit.due for limit in limits][:2] == [True, False]
    assert uses_tls(dict(given)["--host"]) is False


def test_the_profile_of_the_pod_is_where_the_command_looks(alone: dict[str, dict[str, Any]]) -> None:
    job = alone["Job"]
    mounts = {one["name"]: one["mountPath"] for one in container(job)["volumeMounts"]}
    volumes = {one["name"]: one for one in pod(job)["spec"]["volumes"]}
    values = dict(pairs(container(job)["args"]))
    ((file, written),) = alone["ConfigMap"]["data"].items()
    profile = Profile.parse(written, "storm", ROOT, file)

    assert volumes["profiles"]["configMap"]["name"] == alone["ConfigMap"]["metadata"]["name"]
    assert values["--profile"] == f"{mounts['profiles']}/{file}"
    assert values["--json"].startswith(f"{mounts['results']}/")
    assert [stage.name for stage in profile.stages] == ["ramp", "cut"]
    assert len(limits_of(profile.options["limit"], profile)) == 4
