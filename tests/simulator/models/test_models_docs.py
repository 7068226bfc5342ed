"""docs/station.md says what is: its models, its code, its options."""

import re
from pathlib import Path

import pytest

from simulator import VirtualClock
from simulator.cli import scripts
from simulator.cli.main import command
from simulator.models import Model, built_in
from simulator.v16.world import World
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

PAGE = (ROOT / "docs" / "station.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def test_the_models_are_those_that_come_with_it() -> None:
    rows = dict(re.findall(r"^\| `([a-z][a-z0-9-]+)` \| (.*) \|$", PAGE, re.M))
    assert rows == {name: Model.load(name).description for name in built_in()}


@pytest.mark.asyncio
async def test_the_model_on_the_page_is_one(csms: ScriptedCsms, clock: VirtualClock) -> None:
    (text,) = blocks("toml")
    async with Model.parse(text, "page").station(csms.url, id="CP1", clock=clock) as station:
        assert station.configuration["FanSpeed"] == "50"
        assert csms.payloads("BootNotification")[0]["chargePointModel"] == "Example 11"


@pytest.mark.asyncio
async def test_the_five_lines_charge(csms: ScriptedCsms) -> None:
    program = blocks("python")[0]
    assert program.endswith("asyncio.run(main())\n")
    names: dict = {}
    exec(program.removesuffix("asyncio.run(main())\n").replace("ws://127.0.0.1:9000/ocpp", csms.url), names)
    await names["main"]()
    assert csms.payloads("StartTransaction")[0]["idTag"] == "TAG-1"


@pytest.mark.asyncio
async def test_the_script_on_the_page_is_one(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, tmp_path: Path
) -> None:
    path = tmp_path / "charge.py"
    write(path, blocks("python")[1])
    station = await start()
    await scripts.run(scripts.load(str(path), ["CARD"]), str(path), station, ["CARD"])
    assert station.connector(1).power == 11_000


def write(path: Path, text: str) -> None:
    path.write_text(text)


def test_all_options_and_verbs_on_the_page_exist() -> None:
    known = {option for one in command.params for option in one.opts}
    of_csms = {"--help", "--any-station", "--port", "--init-pki", "--pki", "--tls-port", "--stations"}
    assert set(re.findall(r"--[a-z][a-z-]+", PAGE)) <= known | of_csms
    table = PAGE.partition("| who | verbs |")[2].partition("\n\n")[0]
    verbs = set(re.findall(r"`([a-z_]+)\(", table))
    assert verbs == {name for name in dir(World) if not name.startswith("_")} - {"connector"}


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / "docs" / link).exists()
