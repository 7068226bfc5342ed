"""`[fixtures]`: stations and tags are made before they are needed and removed afterwards, whatever happens."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from csms_core import Config, Csms
from harness.adapters.operators import OperatorError
from harness.adapters.provisioning import make, tag_records
from harness.adapters.provisioning.ledger import FOLDER, Entry, Ledger
from harness.adapters.provisioning.scopes import held_at_pending, made_for_case, make_for_run, remove_all
from harness.case.verdicts import Inconclusive
from harness.cli.app import app
from harness.sut import Lane, Sut
from tests.harness.conftest import Running
from tests.harness.support.http_api import Answer, Request, serving
from tests.harness.support.scripted_sut import ScriptedSut
from tests.harness.support.suts import TAGS, reference_sut, sut_of


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    path = list(sys.path)
    yield
    sys.path[:] = path
    sys.modules.pop("my_fixtures", None)


REST = """
[fixtures]
kind = "rest"
base_url = "{url}"
headers = {{ Authorization = "Bearer token-4711" }}
[fixtures.stations.create]
path = "/stations"
body = {{ id = "{{station}}", plugs = "{{connectors}}", key = "{{auth_key}}" }}
[fixtures.stations.remove]
method = "DELETE"
path = "/stations/{{created.pk}}"
[fixtures.tags.create]
path = "/tags"
body = {{ tag = "{{idTag}}", worth = "{{status|upper}}", group = "{{parentIdTag}}", until = "{{expiryDate}}" }}
[fixtures.tags.blocked]
path = "/blacklist/{{idTag}}"
method = "PUT"
[fixtures.tags.remove]
method = "DELETE"
path = "/tags/{{idTag}}"
ok = [204, 404]
"""


def lanes(sut: Sut) -> list[Lane]:
    return [sut.lane(0, "RUN")]


class Records:
    """An API that gives every station a number."""

    def __init__(self) -> None:
        self.stations: dict[int, Any] = {}
        self.tags: dict[str, Any] = {}
        self.fails: tuple[str, str] | None = None
        self.number = 40

    def answer(self, request: Request) -> Answer:
        kind, _, name = request.path.removeprefix("/").partition("/")
        if (request.method, request.path) == self.fails:
            return 500, {"detail": "out of order, token-4711"}
        if request.method == "DELETE":
            table: dict[Any, Any] = self.stations if kind == "stations" else self.tags
            return (204, None) if table.pop(int(name) if kind == "stations" else name, None) else (404, {})
        if kind == "stations":
            self.number += 1
            self.stations[self.number] = request.json
            return 201, {"pk": self.number}
        self.tags[name or request.json["tag"]] = request.json if request.body else {"worth": "BLOCKED"}
        return 200, {}


# --- what is made ----------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_run_makes_tags_and_lanes_and_removes_them(tmp_path: Path) -> None:
    records = Records()
    async with serving(records.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url), connection='auth_key = "sixteen-octets-k"')
        await make_for_run(sut, lanes(sut), tmp_path)

        assert records.stations == {41: {"id": "CP 1/é", "plugs": 2, "key": "sixteen-octets-k"}}
        assert records.tags == {
            "VALID-1": {"tag": "VALID-1", "worth": "ACCEPTED", "group": "FAMILY-1"},
            "VALID-2": {"tag": "VALID-2", "worth": "ACCEPTED", "group": "FAMILY-1"},
            "EXPIRED-1": {"tag": "EXPIRED-1", "worth": "EXPIRED", "until": "2020-01-01T00:00:00Z"},
            "BLOCKED-1": {"worth": "BLOCKED"},
        }
        assert {request.headers["authorization"] for request in api.requests} == {"Bearer token-4711"}

        assert await remove_all(sut, tmp_path) == []
        assert (records.stations, records.tags) == ({}, {})
        assert not (tmp_path / FOLDER).exists()
        before = len(api.requests)
        assert await remove_all(sut, tmp_path) == []  # nothing is left to do
        assert len(api.requests) == before


@pytest.mark.asyncio
async def test_where_something_fails_it_is_one_sentence_and_nothing_stays(tmp_path: Path) -> None:
    records = Records()
    records.fails = ("POST", "/stations")
    async with serving(records.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url))
        with pytest.raises(OperatorError) as caught:
            await make_for_run(sut, lanes(sut), tmp_path)

    assert caught.value.sentence == (
        f"fixtures rest: POST {api.url}/stations was answered 500 (wanted 200, 201, 202, 204): "
        '{"detail": "out of order, ***"}'
    )
    assert (records.tags, not (tmp_path / FOLDER).exists()) == ({}, True)


@pytest.mark.asyncio
async def test_what_cannot_be_removed_is_told_and_the_rest_goes(tmp_path: Path) -> None:
    records = Records()
    async with serving(records.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url))
        await make_for_run(sut, lanes(sut), tmp_path)
        records.fails = ("DELETE", "/tags/VALID-1")
        (problem,) = await remove_all(sut, tmp_path)

    assert problem.startswith(f"tag VALID-1 could not be removed: fixtures rest: DELETE {api.url}/tags/VALID-1 was")
    assert list(records.tags) == ["VALID-1"]
    assert records.stations == {}


@pytest.mark.asyncio
async def test_what_a_run_that_was_killed_left_behind_is_removed_by_the_next(tmp_path: Path) -> None:
    records = Records()
    async with serving(records.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url))
        await make_for_run(sut, lanes(sut), tmp_path)  # and then nobody cleans up
        await make_for_run(sut, lanes(sut), tmp_path)

        assert list(records.stations) == [42]
        assert await remove_all(sut, tmp_path) == []
        assert records.stations == {}


@pytest.mark.asyncio
async def test_a_template_that_needs_what_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    async with serving() as api:
        text = REST.format(url=api.url).replace('path = "/stations"', 'path = "/stations/{auth_key}"')
        sut = sut_of(tmp_path, text)
        with pytest.raises(OperatorError) as caught:
            await make(sut).create_station(Lane(identity="CP1"))
    assert caught.value.sentence == (
        "fixtures rest: [fixtures.stations.create] in sut.toml needs {auth_key}, "
        "which there is none of here; take it out of path and headers, or give it a |default(...)"
    )


@pytest.mark.asyncio
async def test_the_parent_is_made_first_and_removed_last_and_only_by_a_template_of_its_own(tmp_path: Path) -> None:
    records = Records()
    async with serving(records.answer) as api:
        own = '[fixtures.tags.parent]\npath = "/groups/{idTag}"\n'
        sut = sut_of(tmp_path, REST.format(url=api.url) + own)
        await make_for_run(sut, lanes(sut), tmp_path)
        made = len(api.seen)
        await remove_all(sut, tmp_path)

    assert api.seen[0] == ("POST", "/groups/FAMILY-1")
    assert api.seen[made] == ("DELETE", "/stations/41")
    assert api.seen[-1] == ("DELETE", "/tags/FAMILY-1")


# --- when it is made -------------------------------------------------------------------------------------------------

CASE_LANE = Lane(identity="PP-RUN-TC_1")


@pytest.mark.parametrize(
    ("stations", "more", "made"),
    [
        ("[identities]\n", "", True),  # fresh identities are made for every case
        ('[identities]\npattern = "CP-{lane}"', "", False),
        ('[identities]\npattern = "CP-{lane}"', 'per = "case"\n', True),
    ],
)
@pytest.mark.asyncio
async def test_the_station_of_a_case_is_made_for_the_case(tmp_path: Path, stations: str, more: str, made: bool) -> None:
    records = Records()
    notes: list[str] = []
    async with serving(records.answer) as api:
        text = REST.format(url=api.url).replace("[fixtures.stations.create]", f"{more}[fixtures.stations.create]")
        sut = sut_of(tmp_path, text, stations=stations)
        async with made_for_case(sut, CASE_LANE, tmp_path, notes.append):
            assert [station["id"] for station in records.stations.values()] == [CASE_LANE.identity] * made
        assert records.stations == {}
        assert await remove_all(sut, tmp_path) == []

        async with made_for_case(sut, CASE_LANE, tmp_path, notes.append):
            records.fails = ("DELETE", f"/stations/{records.number}")
    assert len(notes) == made  # a passing case does not fail for the tidying up


@pytest.mark.asyncio
async def test_a_station_that_was_made_for_the_run_stays_when_a_case_is_over(tmp_path: Path) -> None:
    records = Records()
    async with serving(records.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url), stations="[identities]\n")
        await make_for_run(sut, lanes(sut), tmp_path)
        async with made_for_case(sut, sut.lane(0, "RUN"), tmp_path, print):
            pass
        assert [station["id"] for station in records.stations.values()] == ["PP-RUN-0001"]


@pytest.mark.asyncio
async def test_the_ledger_is_readable_by_nobody_else_and_survives_half_a_file(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    ledger.add(Entry("station", "A", {"key": "secret"}))
    (file,) = (tmp_path / "ledger").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    ledger.add(Entry("tag", "A"))
    assert {(entry.kind, entry.name) for entry in ledger} == {("station", "A"), ("tag", "A")}
    file.write_bytes(b'{"kind":')
    assert [entry.kind for entry in ledger] == ["tag"]


# --- the other kinds -------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_the_reference_learns_and_forgets(tmp_path: Path) -> None:
    async with Csms(Config(database=":temporary:")) as csms:
        sut = reference_sut(csms.url, csms.api_url)
        await make_for_run(sut, lanes(sut), tmp_path)
        import httpx

        async with httpx.AsyncClient(base_url=f"{csms.api_url}/api/v1", trust_env=False) as client:
            tags = {tag["idTag"]: tag for tag in (await client.get("/tags")).json()}
            stations = [station["identity"] for station in (await client.get("/stations")).json()]
            assert stations == ["PP-RUN-0001"]
            assert set(tags) == {TAGS.valid, TAGS.valid_2, TAGS.expired, TAGS.blocked}
            assert tags[TAGS.blocked or ""]["status"] == "Blocked"
            assert tags[TAGS.expired or ""]["expiryDate"].startswith("2020")
            assert tags[TAGS.valid or ""]["parentIdTag"] == TAGS.parent
            await client.delete("/stations/PP-RUN-0001")  # somebody else was quicker

            assert await remove_all(sut, tmp_path) == []
            assert ((await client.get("/tags")).json(), (await client.get("/stations")).json()) == ([], [])


@pytest.mark.asyncio
async def test_a_station_of_the_reference_is_held_at_pending_while_a_case_wants_it(tmp_path: Path) -> None:
    async with Csms(Config(database=":temporary:")) as csms:
        sut = reference_sut(csms.url, csms.api_url)
        await make_for_run(sut, lanes(sut), tmp_path)
        lane = lanes(sut)[0]
        import httpx

        async with httpx.AsyncClient(base_url=f"{csms.api_url}/api/v1", trust_env=False) as client:
            async with held_at_pending(sut, lane, pytest.fail):
                assert [one["registration"] for one in (await client.get("/stations")).json()] == ["Pending"]
            assert [one["registration"] for one in (await client.get("/stations")).json()] == ["Accepted"]


@pytest.mark.asyncio
async def test_a_template_sets_what_a_boot_is_answered_with(tmp_path: Path) -> None:
    template = (
        '[fixtures.stations.registration]\nmethod = "PUT"\npath = "/stations/{station}/state"\n'
        'body = { state = "{registration|upper}" }\n'
    )
    notes: list[str] = []
    answers: list[Answer] = [(200, {}), (500, {})]
    async with serving(lambda _: answers.pop(0)) as api:
        sut = sut_of(tmp_path, f'[fixtures]\nkind = "rest"\nbase_url = "{api.url}"\n{template}')
        async with held_at_pending(sut, Lane(identity="CP1"), notes.append):
            pass

    assert [request.json for request in api.requests] == [{"state": "PENDING"}, {"state": "ACCEPTED"}]
    assert re.fullmatch("the station is left at Pending: .*/stations/CP1/state was answered 500 .*", notes[0])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("", "there is no [fixtures]"),
        ('[fixtures]\nkind = "rest"\nbase_url = "http://h"\n', "fixtures.stations.registration is not set"),
        ('[fixtures]\nkind = "trigger"\nbase_url = "http://h"\n', '[fixtures] kind = "trigger" has no request for it'),
    ],
)
async def test_where_nobody_can_hold_a_station_nothing_is_judged(tmp_path: Path, table: str, why: str) -> None:
    sut = sut_of(tmp_path, table)
    with pytest.raises(Inconclusive, match=re.escape(why)):
        async with held_at_pending(sut, Lane(identity="CP1"), pytest.fail):
            pass


TRIGGER = '[fixtures]\nkind = "trigger"\nbase_url = "{url}"\n'


@pytest.mark.asyncio
async def test_the_trigger_convention_makes_tags_and_passwords(tmp_path: Path) -> None:
    async with Csms(Config(database=":temporary:")) as csms:
        sut = sut_of(
            tmp_path,
            TRIGGER.format(url=csms.api_url),
            stations='[[lanes]]\nidentity = "CP-1"\nauth_key = "sixteen-octets-k"',
        )
        with pytest.raises(OperatorError, match="set-basic-auth-password was answered 404"):
            await make_for_run(sut, lanes(sut), tmp_path)
        provisioner = make(reference_sut(csms.url, csms.api_url))
        await provisioner.create_station(Lane(identity="CP-1"))
        await provisioner.close()
        await make_for_run(sut, lanes(sut), tmp_path)
        import httpx

        async with httpx.AsyncClient(base_url=f"{csms.api_url}/api/v1", trust_env=False) as client:
            tags = {tag["idTag"]: tag["status"] for tag in (await client.get("/tags")).json()}
    assert tags == {"VALID-1": "Accepted", "VALID-2": "Accepted", "EXPIRED-1": "Expired", "BLOCKED-1": "Blocked"}


FIXTURES = """
calls = []
class Fixtures:
    def create_station(self, station, connectors, auth_key):
        calls.append(("create", station, connectors, auth_key))
        return {"pk": 5}
    async def remove_station(self, station, created):
        calls.append(("remove", station, created))
    def create_tag(self, **tag):
        calls.append(tag)
        if tag["name"] == "blocked":
            raise LookupError("nobody blocks tags here")
"""


@pytest.mark.asyncio
async def test_a_class_of_the_users_makes_and_removes(tmp_path: Path) -> None:
    (tmp_path / "my_fixtures.py").write_text(FIXTURES)
    sut = sut_of(tmp_path, '[fixtures]\nkind = "python"\nuse = "my_fixtures:Fixtures"\n')
    with pytest.raises(OperatorError) as caught:
        await make_for_run(sut, lanes(sut), tmp_path)
    assert caught.value.sentence == (
        "fixtures python: my_fixtures:Fixtures.create_tag raised LookupError: nobody blocks tags here"
    )
    calls = sys.modules["my_fixtures"].calls
    assert calls[1] == {
        "name": "valid",
        "idTag": "VALID-1",
        "status": "Accepted",
        "parentIdTag": "FAMILY-1",
        "expiryDate": None,
    }
    calls.clear()

    sut = msgspec.structs.replace(sut, tags=msgspec.structs.replace(sut.tags, blocked=None))
    await make_for_run(sut, lanes(sut), tmp_path)
    assert await remove_all(sut, tmp_path) == []  # there is no remove_tag, so tags stay
    assert [call for call in calls if isinstance(call, tuple)] == [
        ("create", "CP 1/é", 2, None),
        ("remove", "CP 1/é", {"pk": 5}),
    ]
    with pytest.raises(Inconclusive, match="my_fixtures:Fixtures has no set_registration"):
        await make(sut).set_registration(lanes(sut)[0], "Pending")


def test_the_invalid_tag_is_never_made() -> None:
    assert [(record.name, record.idTag) for record in tag_records([TAGS])] == [
        ("parent", "PLUGPROOF-PARENT"),
        ("valid", "PLUGPROOF-VALID"),
        ("valid_2", "PLUGPROOF-VALID-2"),
        ("expired", "PLUGPROOF-EXPIRED"),
        ("blocked", "PLUGPROOF-BLOCKED"),
    ]


# --- whole runs ------------------------------------------------------------------------------------------------------

HEARTBEAT = """
@made_up()
async def test_heartbeat(station):
    await station.sends("Heartbeat", rule="R1")
"""


def test_a_run_that_cannot_be_provisioned_is_not_begun(running: Running) -> None:
    text = '[fixtures]\nkind = "rest"\nbase_url = "http://127.0.0.1:9"\n[fixtures.tags.create]\npath = "/tags"\n'
    outcome = running(HEARTBEAT, sut={"more": text})

    sentence = (
        "fixtures rest: POST http://127.0.0.1:9/tags cannot connect (All connection attempts failed); "
        "is the API up and the address right?"
    )
    said = outcome.stderr.strip().splitlines()
    assert (outcome.code, said) == (3, ["POST http://127.0.0.1:9/tags", f"Unreachable: {sentence}"])
    assert outcome.results is not None
    assert {(case["not_run"], case["reason"]) for case in outcome.results["cases"] if case.get("not_run")} == {
        (True, f"not run: {sentence}")
    }


def test_what_the_api_answered_to_the_first_tag_is_shown_whole(running: Running, scripted: ScriptedSut) -> None:
    scripted.api_status, scripted.api_body = 422, b'{"why": "' + b"no " * 200 + b'\x1b[31m"}'
    text = f'[fixtures]\nkind = "rest"\nbase_url = "{scripted.api}"\n[fixtures.tags.create]\npath = "/tags"\n'
    outcome = running(HEARTBEAT, sut={"more": text})

    asked, _, answered = outcome.stderr.partition("\n\n")
    assert (outcome.code, asked) == (3, f"POST {scripted.api}/tags")
    assert answered.startswith("422 Text after ")
    assert f'\n\n{{"why": "{"no " * 200}␛[31m"}}\n' in answered
    assert answered.rstrip().splitlines()[-1].startswith(f"Unreachable: fixtures rest: POST {scripted.api}/tags was ")


def test_a_station_that_cannot_be_made_is_an_error_of_its_case(running: Running, scripted: ScriptedSut) -> None:
    text = (
        f'[fixtures]\nkind = "rest"\nper = "case"\nbase_url = "{scripted.api}"\n'
        '[fixtures.stations.create]\npath = "/a/b/c/{station}/d/e"\n'
    )
    made: list[str] = []

    def only_the_first(method: str, target: str) -> None:
        made.append(target)
        scripted.api_status = 201 if len(made) == 1 else 500

    scripted.on_request = only_the_first
    outcome = running(HEARTBEAT, sut={"more": text})

    assert (outcome.code, outcome.only["verdict"]) == (3, "ERROR")
    assert made == ["/a/b/c/LANE-2/d/e", "/a/b/c/LANE-1/d/e"]  # the station that looks, and that of the case
    assert outcome.only["failure"]["kind"] == "operator"
    assert outcome.only["reason"].startswith("fixtures rest: POST ")
    assert "500" in outcome.only["reason"]


HANGING = """
@made_up()
async def test_hanging(station):
    import asyncio, os, signal
    os.kill(os.{whom}(), signal.SIGINT)
    await asyncio.sleep(60)
"""


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "xdist"])
def test_after_ctrl_c_nothing_stays(running: Running, scripted: ScriptedSut, workers: list[str]) -> None:
    """The reference operator implies fixtures; the station of the case and the tags are gone when pytest is."""
    removed: list[str] = []
    scripted.on_request = lambda method, target: removed.append(target) if method == "DELETE" else None
    source = HANGING.format(whom="getppid" if workers else "getpid")
    outcome = running(source, *workers, sut={"operator": True, "pattern": "PP-{run}-{case}"}, process=True)

    assert outcome.code == 130
    assert (outcome.only["verdict"], outcome.only["reason"]) == ("INCONCLUSIVE", "not run: interrupted while it ran")
    assert (outcome.out / outcome.only["trace"]).exists()
    assert outcome.results is not None
    assert outcome.results["run"]["interrupted"] == {"by": "SIGINT", "judged": 0, "of": 1}
    assert {target.rpartition("/")[2].split("-")[0] for target in removed} == {"PP", "VALID", "EXPIRED"}
    assert any(target.endswith("TC_MADE_UP") for target in removed)
    assert not (outcome.out / FOLDER).exists()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.asyncio
async def test_precheck_cleans_up_when_it_is_told_to_end(tmp_path: Path, sent: signal.Signals) -> None:
    records = Records()
    asked = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        with closing(writer):
            await reader.read()

    async with serving(records.answer) as api, Csms(Config(database=":temporary:", any_station=True)) as csms:
        # The operator's API never answers, so that the case is under way when the signal comes.
        silent = await asyncio.start_server(never, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        operator = f'[operator]\nkind = "trigger"\nbase_url = "http://127.0.0.1:{port}"\n[timeouts]\nmessage_s = 60\n'
        sut_of(tmp_path, operator + REST.format(url=api.url), url=csms.url, stations="[identities]\n")
        code = "from harness.cli import main; main()"
        arguments = ("precheck", "--sut", "sut.toml", "--case", "TC_013_CSMS", "--out", "out", "-n", "1")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, *arguments, cwd=tmp_path, env={"PATH": os.environ["PATH"]}
        )
        async with asyncio.timeout(60):
            await asked.wait()
            process.send_signal(sent)
            assert await process.wait() == 130
        silent.close()

    assert (records.stations, records.tags) == ({}, {})


# --- check --probe ---------------------------------------------------------------------------------------------------


def probed(folder: Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["check", "--probe", str(folder / "sut.toml")])
    return result.exit_code, result.stdout, result.stderr


def test_probe_makes_connects_and_removes(tmp_path: Path, scripted: ScriptedSut) -> None:
    targets: list[tuple[str, str]] = []
    scripted.on_request = lambda method, target: targets.append((method, target.rpartition("/")[2]))
    scripted.sut_file(tmp_path, operator=True)
    code, out, err = probed(tmp_path)

    assert (code, err) == (0, "")
    assert out.splitlines()[-3].startswith("  probe      LANE-2 connected and booted, round trip ")
    assert out.splitlines()[-2] == "  tags       VALID-1 is Accepted, EXPIRED-1 is Accepted"
    assert re.fullmatch(r"  operator   GetConfiguration came in \d+ ms", out.splitlines()[-1])
    assert [action for action, _ in scripted.received] == [
        *("BootNotification", "Authorize", "Authorize"),
        *("BootNotification", "StatusNotification", "StatusNotification"),
    ]
    assert targets[:3] == [("PUT", "VALID-1"), ("PUT", "EXPIRED-1"), ("PUT", "LANE-1")]
    assert targets[3:5] == [("PUT", "LANE-2"), ("DELETE", "LANE-2")]
    assert targets[5:8] == [("PUT", "LANE-2"), ("POST", "GetConfiguration"), ("DELETE", "LANE-2")]
    assert targets[8] == ("DELETE", "LANE-1")
    assert set(targets[9:]) == {("DELETE", "EXPIRED-1"), ("DELETE", "VALID-1")}


def test_probe_tells_in_one_sentence_what_is_wrong(tmp_path: Path, scripted: ScriptedSut) -> None:
    file = scripted.sut_file(tmp_path)
    file.write_text(file.read_text().replace(scripted.url, "ws://127.0.0.1:9/ocpp"))
    assert probed(tmp_path)[::2] == (
        3,
        "ws://127.0.0.1:9/ocpp/LANE-2: the connection was refused; is the CSMS running, and is this its port?\n",
    )

    scripted.sut_file(tmp_path, more='[fixtures]\nkind = "python"\nuse = "my_gone:Fixtures"\n')
    assert probed(tmp_path) == (
        2,
        "",
        'sut.toml: fixtures.use = "my_gone:Fixtures": there is no module my_gone; '
        f"put my_gone.py into {tmp_path}, or install it\n",
    )


def test_probe_is_not_for_a_charge_point(tmp_path: Path) -> None:
    from harness.cli.commands.init import content

    (tmp_path / "sut.toml").write_text(content("charge_point", None))
    code, _, err = probed(tmp_path)
    assert (code, err) == (2, "--probe is for a back office; a charge point connects by itself\n")
