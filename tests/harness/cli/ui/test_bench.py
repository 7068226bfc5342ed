"""A run from the page: started, watched, stopped, asked about, compared; over a real socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from csms_core import Csms
from csms_core.config.model import Config
from harness.case.registry import all_cases
from harness.cli.ui.answers import MOST_READERS, News, Refused
from tests.harness.cli.ui.served import Ui, ui

pytestmark = pytest.mark.asyncio


def over(picture: dict[str, Any]) -> bool:
    return bool(picture["run"]) and picture["run"]["state"] == "over"


async def run(pages: Ui, **asked: Any) -> dict[str, Any]:
    """Start a run and wait for its end; gives the last picture of it."""
    await pages.send("POST", "/api/bench/run", asked, 202)
    picture: dict[str, Any] = (await pages.until("/api/bench/run/events", over))["run"]
    return picture


async def test_a_run_is_started_watched_and_kept(tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        facts = await pages.get("/api/bench")
        assert (facts["files"], facts["roles"], facts["versions"]) == ([], ["csms", "charge_point"], ["1.6", "2.0.1"])
        assert await pages.get("/api/bench/runs") == []
        assert (await pages.client.get("/api/bench/run/cases/TC_001_CSMS")).status_code == 404

        first = await run(pages, role="csms", cases=["TC_001_CSMS", "TC_010_CSMS"])
        assert (first["code"], first["done"], first["total"], first["running"]) == (0, 2, 2, {})
        assert first["outcomes"] == {"TC_001_CSMS": "PASS", "TC_010_CSMS": "PASS"}
        case = await pages.get("/api/bench/run/cases/TC_010_CSMS")
        assert (case["word"], case["is_over"]) == ("PASS", True)
        labels = [step["label"] for group in case["groups"] for step in group["steps"]]
        assert "BootNotification" in labels

        second = await run(pages, role="csms", cases=["TC_001_CSMS"])
        newest, oldest = await pages.get("/api/bench/runs")
        assert [newest["name"], oldest["name"]] == [second["name"], first["name"]]
        overview = await pages.get(f"/api/bench/runs/{first['name']}")
        assert [each["id"] for each in overview["cases"]] == ["TC_001_CSMS", "TC_010_CSMS"]
        told = await pages.get(f"/api/bench/runs/{first['name']}/cases/TC_001_CSMS")
        assert {rule["state"] for rule in told["rules"]} == {"judged"}
        difference = await pages.get(f"/api/bench/runs/{second['name']}/since/{first['name']}")
        assert difference["headline"] == "nothing changed, 1 unchanged"
        assert not list((tmp_path / "runs").glob("*/cases/*/so-far.jsonl"))

        for file in overview["files"]:
            assert (await pages.client.get(f"/runs/{first['name']}/{file}")).status_code == 200
        report = await pages.client.get(f"/runs/{first['name']}/report.html")
        assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
        kept = await pages.client.get(f"/runs/{first['name']}/results.json?download")
        assert kept.headers["content-disposition"].startswith("attachment")
        drawn = await pages.client.get(f"/runs/{first['name']}/cases/TC_001_CSMS/sequence.svg")
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        pdf = await pages.client.get(f"/runs/{first['name']}/abstract.pdf")
        assert pdf.content.startswith(b"%PDF")
        for path in ("../x", "%2e%2e", "none"):
            assert (await pages.client.get(f"/runs/{path}/results.json")).status_code == 404
        assert (await pages.client.get(f"/runs/{first['name']}/so-far.jsonl")).status_code == 404


async def test_a_run_is_kept_busy_in_its_second_half(tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        facts = await pages.get("/api/bench")
        assert "office-day" in [load["name"] for load in facts["loads"]]
        await pages.send("POST", "/api/bench/run", {"role": "csms", "cases": ["TC_001_CSMS"], "background": "2"}, 202)
        first = (await pages.until("/api/bench/run/events", lambda picture: picture["run"]["done"]))["run"]
        assert (first["total"], first["target"]["background"]) == (2, "2")
        assert first["phase"] in ("quiet", "waiting", "loaded")
        under_load = (await pages.until("/api/bench/run/events", lambda picture: picture["run"]["phase"] == "loaded"))[
            "run"
        ]
        assert {*under_load["running"], *under_load["outcomes"]} >= {"TC_001_CSMS@loaded"}
        last = (await pages.until("/api/bench/run/events", over))["run"]
        overview = await pages.get(f"/api/bench/runs/{last['name']}")
        assert {case["id"]: case["outcome"] for case in overview["cases"]} == {
            "TC_001_CSMS": "PASS",
            "TC_001_CSMS@loaded": "PASS",
        }
        assert any(remark.startswith("2 background stations sent ") for remark in overview["remarks"])
        told = await pages.get(f"/api/bench/runs/{last['name']}/cases/TC_001_CSMS@loaded")
        labels = [step["label"] for group in told["groups"] for step in group["steps"]]
        assert "BootNotification" in labels
        drawn = await pages.client.get(f"/runs/{last['name']}/cases/TC_001_CSMS@loaded/trace.jsonl")
        assert drawn.status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"role": "csms", "background": "0"}, "Background load 0: it is a number of stations from 1 to 5000"),
        ({"role": "csms", "background": "office-dy"}, "Background load: "),
        ({"role": "csms", "background": "--sut"}, "Background load: "),
        ({"role": "csms", "background": 5}, "a number of stations, or a load profile"),
        ({"role": "charge_point", "background": "5"}, "a charge point is tested here"),
    ],
)
async def test_what_is_no_load_is_said_before_anything_begins(tmp_path: Path, asked: dict[str, Any], said: str) -> None:
    async with ui(tmp_path) as pages:
        assert said in (await pages.send("POST", "/api/bench/run", asked, 422))["detail"]
        assert await pages.until("/api/bench/run/events", lambda picture: True) == {"run": None, "asked": []}


async def test_a_red_case_is_explained_and_a_person_is_asked(tmp_path: Path) -> None:
    """A product with a defect, and an operator who is a person: the page answers for both."""
    async with (
        Csms(Config(database=":temporary:", any_station=True, faults=("boot-rejected",))) as csms,
        ui(tmp_path) as pages,
    ):
        values = {"connection.url": csms.url, "operator.kind": "manual", "timeouts.message_s": 30}
        made = await pages.send("PUT", "/api/bench/sut/mine.toml", {"role": "csms", "values": values})
        assert made == {"saved": True, "problems": []}
        looked = await pages.send("POST", "/api/bench/sut/mine.toml/probe", {})
        assert not looked["works"]
        assert "Rejected" in looked["said"]
        red = await run(pages, sut="mine.toml", cases=["TC_001_CSMS"])
        assert red["code"] == 1
        assert red["outcomes"] == {"TC_001_CSMS": "FAIL"}
        told = await pages.get("/api/bench/run/cases/TC_001_CSMS")
        assert told["failure"]["rule"].startswith("TC_001_CSMS.")
        assert "Rejected" in told["failure"]["actual"] + told["failure"]["frame"]["text"]
        assert [step["seq"] for group in told["groups"] for step in group["steps"] if step["offending"]]

    async with Csms(Config(database=":temporary:", any_station=True)) as csms, ui(tmp_path, "mine.toml") as pages:
        await pages.send("PUT", "/api/bench/sut/mine.toml", {"values": {"connection.url": csms.url}})
        await pages.send("POST", "/api/bench/run", {"sut": "mine.toml", "cases": ["TC_013_CSMS"]}, 202)
        assert "under way" in (await pages.send("POST", "/api/bench/run", {"role": "csms"}, 409))["detail"]
        (asked,) = (await pages.until("/api/bench/run/events", lambda picture: picture["asked"]))["asked"]
        assert asked["text"].startswith("Restart ")
        growing = await pages.get("/api/bench/run/cases/TC_013_CSMS")
        assert (growing["is_over"], growing["id"]) == (False, "TC_013_CSMS")
        assert any(step["label"] == "BootNotification" for group in growing["groups"] for step in group["steps"])
        await pages.send("POST", "/api/bench/run/answer", {"number": asked["number"], "word": "no"})
        await pages.send("POST", "/api/bench/run/answer", {"number": asked["number"], "word": "no"}, 409)
        last = (await pages.until("/api/bench/run/events", over))["run"]
        assert last["outcomes"] == {"TC_013_CSMS": "FAIL"}
        reason = (await pages.get("/api/bench/run/cases/TC_013_CSMS"))["reason"]
        assert reason.startswith("claimed, but not offered: ")


async def test_a_charge_point_is_not_looked_for(tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        await pages.send("PUT", "/api/bench/sut/mine.toml", {"role": "charge_point", "values": {}})
        refused = await pages.send("POST", "/api/bench/sut/mine.toml/probe", {}, 422)
        assert refused["detail"].startswith("A charge point connects by itself")


async def test_a_run_is_stopped_in_order(tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        await pages.send("POST", "/api/bench/run/stop", {}, 409)
        await pages.send("POST", "/api/bench/run", {"role": "csms"}, 202)
        await pages.until("/api/bench/run/events", lambda picture: picture["run"]["done"] > 0)
        assert (await pages.send("POST", "/api/bench/run/stop", {}, 202))["run"]["state"] == "stopping"
        ended = (await pages.until("/api/bench/run/events", over))["run"]
        assert ended["code"] == 130
        overview = await pages.get(f"/api/bench/runs/{ended['name']}")
        assert "interrupted after" in overview["headline"]


async def test_the_end_of_the_pages_is_that_of_the_run(tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        await pages.send("POST", "/api/bench/run", {"role": "csms"}, 202)
        await pages.until("/api/bench/run/events", lambda picture: picture["run"]["done"] > 0)
    (folder,) = (tmp_path / "runs").iterdir()
    assert (folder / "results.json").exists()
    assert not (folder / ".running").exists()


async def test_cases_say_why_they_do_not_apply(tmp_path: Path) -> None:
    async with ui(tmp_path) as pages:
        values = {"profiles.reservation": False}
        await pages.send("PUT", "/api/bench/sut/mine.toml", {"role": "csms", "values": values})
        found = await pages.get("/api/bench/cases?sut=mine.toml")
        cases = {case["id"]: case for profile in found["profiles"] for case in profile["cases"]}
        assert {id for id, case in cases.items()} == {case.id for case in all_cases("1.6") if case.sut == "csms"}
        assert "profiles.reservation = false in mine.toml" in str(cases["TC_046_CSMS"]["not"])
        assert cases["TC_001_CSMS"]["not"] is None
        of_station = await pages.get("/api/bench/cases?role=charge_point")
        assert of_station["profiles"][0]["name"] == "Core"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"role": "toaster"}, "There is no role toaster"),
        ({"role": "csms", "ocpp": "3"}, "There is no role csms of OCPP 3"),
        ({"role": "csms", "cases": ["TC_X"]}, "There is no case TC_X"),
        ({"role": "csms", "cases": "TC_X"}, "a list of ids"),
        ({"role": "csms", "workers": 99}, "from 1 to 16"),
        ({"role": "charge_point", "ocpp": "2.0.1"}, "There are no cases for a charge point"),
        ({"sut": "none.toml"}, "there is no such file"),
        ({"sut": "../x.toml"}, "a plain name"),
    ],
)
async def test_what_cannot_be_run_is_a_sentence(tmp_path: Path, asked: dict[str, Any], said: str) -> None:
    async with ui(tmp_path) as pages:
        assert said in (await pages.send("POST", "/api/bench/run", asked, 422))["detail"]
        assert (await pages.client.post("/api/bench/run", content=b"[1]")).status_code == 400
        assert not (tmp_path / "runs").exists()


async def test_no_more_readers_than_may_be() -> None:
    news = News()
    for _ in range(MOST_READERS):
        news.stream(lambda: 1)
    with pytest.raises(Refused, match="close one of them"):
        news.stream(lambda: 1)
