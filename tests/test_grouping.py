"""Tests that share something expensive run in one worker, however their module says that they do."""

import pytest

from tests import ROOT
from tests.conftest import FIRST, group_of
from tests.harness.conftest import INI, WITHOUT


def test_every_group_that_pytest_knows_is_known_to_the_scheduler(request: pytest.FixtureRequest) -> None:
    """Of all tests that were collected with this one; `make test` collects all there are."""
    marked = [(item, mark.args[0]) for item in request.session.items for mark in item.iter_markers("xdist_group")]

    assert {item.nodeid: name for item, name in marked if group_of(item.nodeid) != name} == {}


def test_what_a_module_makes_once_keeps_its_tests_together(request: pytest.FixtureRequest) -> None:
    def makes_something_once(item: pytest.Item) -> bool:
        fixtures = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009  pytest gives no other way
        file = item.nodeid.partition("::")[0]
        return any(one.scope == "module" and one.baseid == file for found in fixtures.values() for one in found)

    makers = [item.nodeid for item in request.session.items if makes_something_once(item)]
    assert [nodeid for nodeid in makers if group_of(nodeid) is None] == []


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        # among several marks, over several lines
        ("tests/csms_core/api/console/test_console_page.py::test_any", "browser"),
        ("tests/reports/html/test_browser.py::test_any[phone]", "browser"),
        ("tests/testcases/test_catalogue.py::test_any", "catalogue"),
        (
            "tests/csms_core/store/test_durability_kill.py::"
            "test_tx_18_a_database_server_that_crashes_under_load_loses_nothing",
            "postgresql",
        ),
        ("tests/csms_core/store/test_store_batches.py::test_any[postgresql-3]", "postgresql"),
        ("tests/csms_core/store/test_store_batches.py::test_any[sqlite-3]", None),
        ("tests/harness/pki/test_pki.py::test_any", "tests/harness/pki/test_pki.py"),  # a fixture of the module
        ("tests/ocppj/test_frames.py::test_any", None),
    ],
)
def test_group(nodeid: str, group: str | None) -> None:
    assert group_of(nodeid) == group


def test_what_comes_first_exists() -> None:
    assert [name for name in FIRST if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("arguments", "names"), [((), ["test_day"]), (("--nightly",), ["test_day", "test_night"])])
def test_what_is_left_to_the_night_runs_when_asked_for(
    pytester: pytest.Pytester, arguments: tuple[str, ...], names: list[str]
) -> None:
    pytester.makeini(INI)
    pytester.makepyfile("import pytest\ndef test_day(): pass\n@pytest.mark.nightly\ndef test_night(): pass\n")
    done = pytester.runpytest_inprocess("--collect-only", "-q", "-p", "tests.conftest", *WITHOUT, *arguments)

    assert [line.partition("::")[2] for line in done.outlines if "::" in line] == names
