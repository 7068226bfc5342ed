"""The image, the compose file and the dashboard. There is no container engine here: what they say is read and compared
with what is there, and the package is built out of the files that the image copies, and out of nothing else.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from csms_core import Config, Csms
from csms_core.config.model import TEMPORARY
from simulator.fleet import Fleet, Plan
from simulator.fleet.report.prometheus import exposition
from tests import ROOT
from tests.setup.options import options_of

OBSERVABILITY = ROOT / "examples" / "observability"
COMPOSE = yaml.safe_load((OBSERVABILITY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DASHBOARD = json.loads((OBSERVABILITY / "provisioning/dashboards/plugproof.json").read_text("utf-8"))
FUNCTIONS = {"by", "histogram_quantile", "increase", "le", "rate", "sum"}


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Containerfile with what it says, continued lines as one."""
    text = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text("utf-8"))
    lines = (line.strip() for line in text.splitlines())
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line and not line.startswith("#")]


def copied() -> list[str]:
    """What the image takes out of the repository."""
    found = (text.split()[:-1] for name, text in instructions() if name == "COPY" and not text.startswith("--from"))
    return [source for sources in found for source in sources]


# ---- the image


def test_the_image_runs_as_a_user_without_rights_and_says_whether_it_is_well() -> None:
    last_from = max(at for at, (name, _) in enumerate(instructions()) if name == "FROM")
    of_last = dict(instructions()[last_from:])

    assert sum(name == "FROM" for name, _ in instructions()) == 2
    assert int(of_last["USER"]) > 0
    assert "/ready" in of_last["HEALTHCHECK"]
    assert json.loads(of_last["ENTRYPOINT"]) == ["plugproof"]
    assert [
        text for name, text in instructions()[last_from:] if name in ("COPY", "ADD") and "--from=build" not in text
    ] == []


def test_every_image_has_a_version() -> None:
    images = [text.split()[0] for name, text in instructions() if name == "FROM"]
    images += [service["image"] for service in SERVICES.values() if service["image"] != "plugproof"]

    assert len(images) == 4
    assert [name for name in images if not re.search(r":v?\d+(\.\d+)+", name)] == []


def test_the_image_is_given_all_packages_and_nothing_is_ignored_that_it_copies() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        packages = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    let_in = [line[1:] for line in (ROOT / ".containerignore").read_text("utf-8").splitlines() if line.startswith("!")]

    assert set(packages) <= set(copied())
    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert [source for source in copied() if not any(fnmatch(source, pattern) for pattern in let_in)] == []


def test_what_is_copied_is_enough_to_build_the_package(tmp_path: Path) -> None:
    tree = tmp_path / "source"
    tree.mkdir()
    for source in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tree / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, tree)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")

    names = set(zipfile.ZipFile(wheel).namelist())

    assert {"harness/cli/app.py", "schemas/v16/profiles.toml", "reports/templates/report.css"} <= names


# ---- the services


@pytest.mark.parametrize("name", ["csms", "fleet"])
def test_the_services_call_the_commands_as_they_are(name: str) -> None:
    command, *arguments = SERVICES[name]["command"]

    assert command == name
    assert {one for one in arguments if one.startswith("--")} <= options_of(name)


def test_ports_are_published_on_the_loopback_interface_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert len(published) == 4
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_the_parts_find_each_other() -> None:
    prometheus = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text("utf-8"))
    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in prometheus["scrape_configs"]}
    source = yaml.safe_load((OBSERVABILITY / "provisioning/datasources/prometheus.yaml").read_text("utf-8"))
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]

    assert targets == {"csms": ["127.0.0.1:9001"], "fleet": [f"fleet:{SERVICES['fleet']['expose'][0]}"]}
    assert SERVICES["prometheus"]["network_mode"] == "service:csms"
    assert source["datasources"][0]["url"] == "http://csms:9090"
    assert "127.0.0.1:9090:9090" in SERVICES["csms"]["ports"]
    assert [path for path in mounted if not (OBSERVABILITY / path).exists()] == []


# ---- the dashboard


def expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def named(text: str) -> set[str]:
    """The series that a text of the exposition format has or announces."""
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
    return {
        family.name + suffix
        for family in text_string_to_metric_families(text)
        for suffix in suffixes.get(family.type, [""])
    }


@pytest.mark.asyncio
async def test_the_dashboard_asks_for_series_that_there_are() -> None:
    async with Csms(Config(database=TEMPORARY)) as csms, httpx.AsyncClient(trust_env=False, timeout=60) as client:
        of_csms = (await client.get(f"{csms.api_url}/metrics")).text
        fleet = Fleet(Plan(csms.url, stations=1, ramp=1, duration=1, seed=1))
        of_fleet = exposition(fleet).decode()
        await fleet.close()
    asked = {word for text in expressions() for word in re.findall(r"[a-z_]{4,}(?=[\[ )]|$)", text)} - FUNCTIONS
    asked = {word for word in asked if word.startswith(("csms_", "fleet_", "ocpp_"))}

    assert len(asked) >= 8
    assert asked - named(of_csms) - named(of_fleet) == set()


def test_the_panels_stand_beside_and_below_each_other() -> None:
    places = [tuple(panel["gridPos"][key] for key in ("x", "y")) for panel in DASHBOARD["panels"]]

    assert len(set(places)) == len(places) == len({panel["id"] for panel in DASHBOARD["panels"]})
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {"prometheus"}


# ---- Testcontainers


def test_the_example_for_testcontainers_starts_the_command_as_it_is() -> None:
    text = (ROOT / "examples" / "testcontainers_csms.py").read_text("utf-8")
    compile(text, "testcontainers_csms.py", "exec")
    (command,) = re.findall(r'^COMMAND = "csms (.*)"$', text, re.MULTILINE)

    assert set(re.findall(r"--[a-z-]+", command)) <= options_of("csms")
