"""A mix of security profiles in one fleet, at a CSMS where each station may come in with its own profile alone."""

import pickle
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from csms_core import Config, Csms
from csms_core.auth.passwords import hashed
from csms_core.pki import Pki
from csms_core.store import credentials, stations
from simulator import Station
from simulator.fleet import Fleet, Plan
from simulator.fleet.cli.main import main
from simulator.fleet.cli.options import Given, plan_of, profile_of, with_profile
from simulator.fleet.engine.credentials import Credentials
from simulator.fleet.plan import Make
from simulator.fleet.profile.dealing import dealt
from simulator.fleet.profile.reading import Profile, ProfileError
from simulator.fleet.report.result import _plan
from simulator.models import Model
from simulator.pki.chains import BadCertificate, parse
from simulator.pki.issuing import Authority
from tests.simulator.fleet.test_secure import until_over

KEY = "0123456789abcdefghij"
NUMBER = 8


def written(folder: Path, *tables: str, more: str = "") -> str:
    path = folder / "secure.toml"
    path.write_text(f'stations = {NUMBER}\nsession_every = "0"\nduration = "60s"\nramp = "40/s"\n{more}\n')
    with path.open("a") as file:
        file.writelines(f"[[security]]\n{table}\n" for table in tables)
    return str(path)


def planned(url: str, file: str, **given: str) -> Plan:
    options = Given(url, profile=file, **given)  # type: ignore[arg-type]
    profile = profile_of(options)
    assert profile is not None
    return plan_of(with_profile(options, profile, {*given}), profile, {*given})


def signed(pki: Pki, share: str, more: str = "") -> str:
    """The table of profile 3 whose stations show what the authority of the CSMS signs for them."""
    files = f"signed_by = '{pki.folder}/issuing-ec.pem'\nsigned_by_key = '{pki.folder}/issuing-ec.key'\n"
    return f"profile = 3\nshare = '{share}'\nca_file = '{pki.roots_file}'\n{files}{more}"


def pair(pki: Pki, name: str = "issuing-ec") -> tuple[str, str]:
    """A certificate with its chain, and its key."""
    return (pki.folder / f"{name}.pem").read_text(), (pki.folder / f"{name}.key").read_text()


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FLEET_KEY", KEY)
    return "auth_key_env = 'FLEET_KEY'\n"


@pytest_asyncio.fixture
async def csms(pki: Pki, tmp_path: Path) -> AsyncIterator[Csms]:
    async with Csms(Config(database=f"sqlite:///{tmp_path}/csms.db", pki=str(pki.folder))) as csms:
        yield csms


async def admit(csms: Csms, profiles: dict[str, int]) -> None:
    """Each of these stations may come in with this security profile and no other."""
    stored = hashed(KEY.encode())
    for identity, profile in profiles.items():
        await csms.store.write(partial(stations.put, identity=identity, at="2026-01-01T00:00:00.000Z"))
        password = stored if profile in (1, 2) else None
        await csms.store.write(partial(credentials.put, identity=identity, password=password, profile=profile))


def accepted(fleet: Fleet) -> Callable[[], bool]:
    return lambda: fleet.online == NUMBER


async def run(fleet: Fleet) -> None:
    await until_over(fleet, accepted(fleet))
    assert fleet.tally.not_connected_by == {}
    assert fleet.stations.accepted == NUMBER
    assert fleet.tally.failures == 0, fleet.tally.problems
    assert fleet.tally.violations == {}


@pytest.mark.asyncio
async def test_all_four_profiles_come_in_side_by_side(csms: Csms, pki: Pki, tmp_path: Path, key: str) -> None:
    wss = f"url = '{csms.tls_url}'\n"
    file = written(
        tmp_path,
        "profile = 0\nshare = '25%'\n",
        f"profile = 1\nshare = '25%'\n{key}",
        f"profile = 2\nshare = '25%'\nca_file = '{pki.roots_file}'\n{key}{wss}",
        signed(pki, "25%", wss),
    )
    plan = planned(csms.url, file)
    profiles = {plan.identity(number): plan.secured[number - 1] for number in plan.numbers()}
    assert Counter(profiles.values()) == {0: 2, 1: 2, 2: 2, 3: 2}
    await admit(csms, profiles)
    fleet = Fleet(plan)
    told: dict[str, str] = {}

    def all_in() -> bool:
        for member in fleet.members.values():
            assert isinstance(member.station, Station)
            told[member.station.id] = member.station.configuration["SecurityProfile"]
        return fleet.online == NUMBER

    await until_over(fleet, all_in)
    assert fleet.tally.not_connected_by == {}
    assert fleet.stations.accepted == NUMBER
    assert fleet.tally.violations == {}
    assert told == {identity: str(profile) for identity, profile in profiles.items()}, "what the key says is so"
    assert [(one["profile"], one["stations"]) for one in _plan(plan)["security"]] == [(0, 2), (1, 2), (2, 2), (3, 2)]


@pytest.mark.asyncio
@pytest.mark.parametrize("model", ["ac-22kw", "wallbox-11kw"])
async def test_each_station_shows_the_certificate_in_its_file_whatever_its_make(
    csms: Csms, pki: Pki, tmp_path: Path, model: str
) -> None:
    authority = Authority.read(*pair(pki))
    for number in range(1, NUMBER + 1):
        own = authority.issue(f"FLEET-{number:05d}")
        (tmp_path / f"FLEET-{number:05d}.pem").write_text(own.chain)
        (tmp_path / f"FLEET-{number:05d}.key").write_text(own.key)
    file = written(
        tmp_path,
        f"profile = 3\nshare = '100%'\nca_file = '{pki.roots_file}'\ncertificate = '{{id}}.pem'\nkey = '{{id}}.key'\n",
        more=f"[[make]]\nmodel = '{model}'\nshare = '100%'\n",
    )
    plan = planned(csms.tls_url, file)
    await admit(csms, {plan.identity(number): 3 for number in plan.numbers()})
    await run(Fleet(plan))

    (tmp_path / "FLEET-00007.key").write_text((tmp_path / "FLEET-00006.key").read_text())
    with pytest.raises(Exception, match=r"FLEET-00007.key: it is not the key of the first certificate in .*00007.pem"):
        planned(csms.tls_url, file)
    (tmp_path / "FLEET-00007.key").unlink()
    with pytest.raises(
        Exception, match=r"FLEET-00007.key cannot be read \(No such file or directory\); check the path"
    ):
        planned(csms.tls_url, file)


@pytest.mark.asyncio
async def test_who_shows_the_certificate_of_another_is_turned_away(csms: Csms, pki: Pki, tmp_path: Path) -> None:
    plan = planned(csms.tls_url, written(tmp_path, signed(pki, "100%")))
    await admit(csms, {f"OTHER-{number:05d}": 3 for number in plan.numbers()})
    fleet = Fleet(plan)
    fleet._credentials = Credentials(plan)
    fleet.plan = replace(plan, prefix="OTHER-")
    await until_over(fleet, lambda: fleet.tally.not_connected >= NUMBER)
    assert fleet.stations.accepted == 0
    assert all("HTTP 403" in reason for reason in fleet.tally.not_connected_by), fleet.tally.not_connected_by


def test_contexts_are_shared_where_nothing_differs(pki: Pki, tmp_path: Path, key: str) -> None:
    plan = planned(
        "wss://csms.example/ocpp",
        written(tmp_path, f"profile = 2\nshare = '50%'\nca_file = '{pki.roots_file}'\n{key}", signed(pki, "50%")),
    )
    made = Credentials(plan)
    contexts: tuple[set[int], set[int]] = (set(), set())
    kept = [made.of(number) for number in plan.numbers()]
    for number, given in enumerate(kept):
        contexts[plan.secured[number]].add(id(given["ssl"]))

    assert (len(contexts[0]), len(contexts[1])) == (1, NUMBER // 2)
    assert len({id(given["provision"]) for given in kept}) == 2


def test_the_options_say_what_a_table_leaves_out(pki: Pki, tmp_path: Path, key: str) -> None:
    file = written(tmp_path, "profile = 1\nshare = '50%'\n", "profile = 2\nshare = '50%'\n")
    plan = planned("ws://csms.example/ocpp", file, auth_key_env="FLEET_KEY", ca_file=str(pki.roots_file))

    given = [Credentials(plan).of(number) for number in (1, 2)]
    assert [one["url"] for one in given] == ["ws://csms.example/ocpp", "wss://csms.example/ocpp"]
    assert [one["auth_key"] for one in given] == [KEY.encode()] * 2
    assert given[1]["ssl"] is not None
    assert KEY in plan.passwords(), "it is masked wherever the CSMS may say it"
    assert KEY not in repr(plan)


def test_another_process_makes_the_same_of_the_plan(pki: Pki, tmp_path: Path) -> None:
    plan = planned("wss://csms.example/ocpp", written(tmp_path, signed(pki, "100%")))
    part = pickle.loads(pickle.dumps(replace(plan, first=2, step=2, ssl=None)))

    assert part.secured == plan.secured
    assert Credentials(part).of(2)["provision"].profile == 3


def test_what_the_authority_signs_lasts_and_names_its_organization(pki: Pki) -> None:
    chain, key = pair(pki)
    authority = Authority.read(chain, key)
    own, other = authority.issue("A"), authority.issue("A")
    assert own.key != other.key
    assert parse(own.chain)[0].subject.rfc4514_string() == "CN=A,O=plugproof"
    assert parse(own.chain)[1:] == parse(chain)
    with pytest.raises(BadCertificate, match="not that of an authority"):
        Authority.read(*pair(pki, "server-ec"))
    with pytest.raises(BadCertificate, match="the key is not that of the first certificate"):
        Authority.read(chain, pair(pki, "root-ec")[1])


# --- how stations are dealt -------------------------------------------------------------------------------------------


def test_security_profiles_say_nothing_about_makes() -> None:
    makes = dealt([0.5, 0.5], 40)
    secured = dealt([0.25, 0.75], 40, makes)

    assert Counter(zip(makes, secured, strict=True)) == {(0, 0): 5, (0, 1): 15, (1, 0): 5, (1, 1): 15}
    assert all(abs(secured[:number].count(0) - 0.25 * number) < 1 for number in range(1, 41))


def test_a_station_has_a_make_and_a_profile() -> None:
    model = Model.load("ac-22kw")
    plan = planned_of(makes=(Make(model, 0.5), Make(None, 0.5)))
    assert {(plan.model_of(number) is model, plan.secured[number - 1]) for number in plan.numbers()} == {
        *((True, 0), (True, 1), (False, 0), (False, 1))
    }


def planned_of(**facts: object) -> Plan:
    profile = Profile.parse(
        'stations = 8\n[[security]]\nprofile = 0\nshare = "50%"\n[[security]]\nprofile = 0\nshare = "50%"\n',
        "p",
        Path(),
        "p.toml",
    )
    return Plan("ws://host/ocpp", stations=8, security=profile.security, **facts)  # type: ignore[arg-type]


# --- mistakes ---------------------------------------------------------------------------------------------------------

THREE = "profile = 3\nshare = '100%'\n"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("profile = 4\nshare = '100%'\n", "[[security]] no. 1: profile must be at most 3, not 4; write for example"),
        ("profile = 0\n", "[[security]] no. 1: share is missing; add for example share ="),
        ("profile = 0\nshare = '50%'\n", "the shares of security are 50% together; make them 100%"),
        (THREE, "security profile 3: its stations have nothing to show; add certificate and key, or signed_by and"),
        (THREE + "key = 'a.key'\n", "security profile 3: certificate and key belong together; add certificate"),
        (
            THREE + "signed_by = 'a'\n",
            "security profile 3: signed_by and signed_by_key belong together; add signed_by_",
        ),
        (
            THREE + "signed_by = 'a'\nsigned_by_key = 'a'\ncertificate = 'a'\nkey = 'a'\n",
            "security profile 3: signed_by says what certificate says; remove one of them",
        ),
        (
            "profile = 2\nshare = '100%'\ncertificate = 'a'\nkey = 'a'\n",
            "security profile 2: only profile 3 has a certificate; remove certificate and key",
        ),
        (
            "profile = 0\nshare = '100%'\nauth_key_env = 'K'\n",
            "security profile 0: only profiles 1 and 2 have a password; remove auth_key_env",
        ),
        (
            "profile = 1\nshare = '100%'\nauth_key_env = 'NO_SUCH_KEY'\n",
            "security profile 1: auth_key_env NO_SUCH_KEY: there is no such environment variable; export it first",
        ),
    ],
)
def test_a_table_that_cannot_be_is_a_sentence(table: str, sentence: str) -> None:
    with pytest.raises(ProfileError) as caught:
        Profile.parse(f"[[security]]\n{table}", "mine", Path(), "mine.toml")
    (told,) = caught.value.sentences
    assert told.startswith("mine.toml: " + sentence)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            "profile = 1\nshare = '100%'\n",
            "security profile 1: there is no password; add auth_key_env, or give --auth-",
        ),
        (
            "profile = 0\nshare = '100%'\nurl = 'wss://host/ocpp'\n",
            "security profile 0 is without TLS, and wss://host/ocpp is with it; give it a url with ws://",
        ),
        (
            "profile = 0\nshare = '100%'\nurl = 'host'\n",
            "security profile 0: host is no address of a CSMS; it looks like",
        ),
        (
            THREE + "certificate = 'a.pem'\nkey = 'a.key'\n",
            "security profile 3: its stations trust nobody; add ca_file, or give --ca-file",
        ),
        (THREE + "ca_file = 'no.pem'\nsigned_by = 'a'\nsigned_by_key = 'a'\n", "security profile 3: ca_file "),
    ],
)
def test_what_only_the_whole_plan_shows_ends_the_command(
    tmp_path: Path, table: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, table)
    assert main(["ws://127.0.0.1:9/ocpp", "--profile", file]) == 2
    assert capsys.readouterr().err.startswith(f"plugproof fleet: --profile {file}: {sentence}")


@pytest.mark.parametrize("name", ["ca_file", "signed_by", "signed_by_key", "certificate", "key"])
def test_a_file_that_is_none_is_a_sentence(pki: Pki, tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.pem").write_text("nothing")
    own = {"signed_by": f"{pki.folder}/issuing-ec.pem", "signed_by_key": f"{pki.folder}/issuing-ec.key"}
    if name in ("certificate", "key"):
        own = {"certificate": own["signed_by"], "key": own["signed_by_key"]}
    files = {"ca_file": str(pki.roots_file), **own, name: "bad.pem"}
    lines = "".join(f"{key} = '{value}'\n" for key, value in files.items())
    with pytest.raises(Exception, match=r"security profile 3: .*; give ") as caught:
        planned("wss://host/ocpp", written(tmp_path, THREE + lines))
    assert "bad.pem" in str(caught.value) or "signed_by" in str(caught.value)
