"""What people copy into their CI: each template is parsed, its options are those of the command, its scripts are run.

There is no GitHub, GitLab or Jenkins here: `gh` and `curl` are stand-ins that note how they were called, the variables
are those that each of them sets, and a reference CSMS is what the job starts.
"""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import ROOT
from tests.harness.support.command import PLUGPROOF
from tests.setup.locks import version_of_the_project
from tests.setup.reader import free_ports, inherited

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
SPEC, JOBS = yaml.safe_load_all((ROOT / "templates" / "precheck.yml").read_text("utf-8"))
JENKINSFILE = (ROOT / "examples" / "ci" / "Jenkinsfile").read_text("utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

SUT = """
[product]
sut = "csms"
[connection]
url = "ws://127.0.0.1:{port}/ocpp"
[[lanes]]
identity = "CI-1"
connectors = 2
[tags]
valid = "TAG-1"
[profiles]
core = true
firmware_management = false
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
"""
NOTHING_NEW = "### plugproof: nothing changed, 1 unchanged"
STAND_INS = {
    "gh": """
        echo "gh $*" >> "$CALLS"
        case "$1 $2" in
          "run list") [ -n "$FIRST_RUN" ] || echo 4711 ;;
          "pr comment") [ -z "$READ_ONLY" ] ;;
          "run download") mkdir -p "${@: -1}" && cp "$PLUGPROOF_BEFORE/results.json" "${@: -1}" ;;
        esac
    """,
    "curl": """
        echo "curl $*" >> "$CALLS"
        case "$*" in
          *per_page=100) echo "$NOTES" ;;
          *results.json) [ -z "$FIRST_RUN" ] || exit 22 ;;
        esac
        while [ $# -gt 0 ]; do
          if [ "$1" = --output ] && [ "$2" != /dev/null ]; then cp "$PLUGPROOF_BEFORE/results.json" "$2"; fi
          shift
        done
    """,
}
"""Commands that a template calls and that are not here."""


class Job:
    """A clean folder with a SUT file, and the variables of a CI system."""

    def __init__(self, folder: Path, port: int, before: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        commands = folder / "commands"
        commands.mkdir(parents=True)
        for name, text in STAND_INS.items():
            (commands / name).write_text(f"#!/usr/bin/env bash\n{textwrap.dedent(text)}")
            (commands / name).chmod(0o755)
        (folder / "sut.toml").write_text(SUT.format(port=port))
        self.variables = {
            **inherited(),
            "PATH": os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "CI": "true",
            "CALLS": str(self.calls),
            "PLUGPROOF_BEFORE": str(before),
            "RUNNER_TEMP": str(folder),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "FIRST_RUN": "",
            "READ_ONLY": "",
            "NOTES": "[]",
        }

    def runs(self, script: str, variables: Mapping[str, str], shell: str = "bash") -> int:
        """The exit code of a script, as the CI system runs it: it ends with the first command that fails."""
        done = subprocess.run(
            [shell, "-e", "-c", script],
            cwd=self.folder,
            env={**self.variables, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        self.said = done.stdout
        return done.returncode

    @property
    def called(self) -> list[list[str]]:
        """How the stand-ins were called."""
        return [shlex.split(line) for line in self.calls.read_text().splitlines()]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the main branch."""
    folder = tmp_path_factory.mktemp("before")
    command = [sys.executable, "-c", PLUGPROOF, "precheck", "--case", "TC_001_CSMS", "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300, cwd=folder)
    return folder


@pytest.fixture
def job(tmp_path: Path, before: Path, free_port: int) -> Iterator[Job]:
    """What a template starts, ends with it."""
    job = Job(tmp_path / "job", free_port, before)
    yield job
    marker = str(job.folder)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (process / "environ").read_text(errors="replace"):
                os.kill(int(process.name), 15)
        except OSError:
            continue


@pytest.fixture
def free_port() -> int:
    (port,) = free_ports(1)
    return port


def start(port: int) -> str:
    return f"plugproof csms --any-station --any-tag --port {port} --api-port 0 --database :temporary:"


# ---- GitHub


def test_each_input_of_the_action_is_used_and_each_that_is_used_is_one() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text("utf-8")))

    assert used == ACTION["inputs"].keys()


def test_no_input_of_the_action_stands_in_a_script() -> None:
    """Who writes `${{ }}` into a script lets the author of a pull request write it."""
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]

    assert len(scripts) == 5
    assert [script for script in scripts if "${{" in script] == []


def test_the_action_names_a_version_of_each_action_it_uses() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]

    assert len(used) == 2
    assert [name for name in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", name)] == []


def test_the_action_starts_a_csms_judges_it_and_comments(job: Job, free_port: int) -> None:
    given = {"START": start(free_port), "SUT": "sut.toml", "WAIT": "60s", "ARGS": "--case TC_001_CSMS", "OUT": "out"}

    assert job.runs(STEPS["Start the system under test"]["run"], given) == 0
    assert job.runs(STEPS["Pre-check"]["run"], given) == 0, job.said
    assert (job.folder / "output").read_text() == "exit-code=0\n", job.said
    assert (job.folder / "out" / "junit.xml").exists()
    assert (job.folder / "out" / "system-under-test.log").exists()
    workflow = "owner/name/.github/workflows/ocpp.yml@refs/pull/7/merge"
    of_pull_request = {"BRANCH": "main", "WORKFLOW": workflow, "ARTIFACT": "results", "OUT": "out", "PULL_REQUEST": "7"}
    assert job.runs(STEPS["Compare"]["run"], {**of_pull_request, "FIRST_RUN": "yes"}) == 0, job.said
    assert "no results of main to compare with yet" in job.said
    assert [call[1:3] for call in job.called] == [["run", "list"]]
    assert job.runs(STEPS["Compare"]["run"], {**of_pull_request, "READ_ONLY": "yes"}) == 0, job.said
    assert [call[1:3] for call in job.called[1:]] == [["run", "list"], ["run", "download"], ["pr", "comment"]]
    assert "the token may not write comments" in job.said
    assert job.called[1][6] == "ocpp.yml"
    assert NOTHING_NEW in (job.folder / "out" / "diff.md").read_text()
    assert (job.folder / "summary").read_text().endswith((job.folder / "out" / "diff.md").read_text())
    assert job.runs(STEPS["Verdict"]["run"], {"CODE": "1"}) == 1


def test_nobody_there_makes_the_job_red_with_a_report(job: Job) -> None:
    given = {"SUT": "sut.toml", "WAIT": "0.1s", "ARGS": "--case TC_001_CSMS", "OUT": "out"}

    assert job.runs(STEPS["Pre-check"]["run"], given) == 0, job.said
    assert (job.folder / "output").read_text() == "exit-code=3\n"
    assert (job.folder / "out" / "report.html").exists()


def test_a_pre_check_without_results_is_compared_with_nothing(job: Job) -> None:
    assert job.runs(STEPS["Compare"]["run"], {"OUT": "out"}) == 0, job.said
    assert not job.calls.exists()


# ---- GitLab


def gitlab(given: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The job with these inputs, and its script in one."""
    text = (ROOT / "templates" / "precheck.yml").read_text("utf-8").split("---\n", 1)[1]
    values = {name: spec.get("default", "") for name, spec in SPEC["spec"]["inputs"].items()} | dict(given)
    filled = re.sub(r"\$\[\[ inputs\.([a-z]+) \]\]", lambda found: values[found[1]], text)
    (job,) = yaml.safe_load(filled).values()
    return job, "\n".join(job["script"])


def test_each_input_of_the_component_is_used_and_each_that_is_used_is_one() -> None:
    text = (ROOT / "templates" / "precheck.yml").read_text("utf-8")

    assert set(re.findall(r"inputs\.([a-z]+)", text)) == SPEC["spec"]["inputs"].keys()


def test_the_component_starts_a_csms_judges_it_and_comments(job: Job, free_port: int) -> None:
    told, script = gitlab({"start": start(free_port), "args": "--case TC_001_CSMS"})
    of_merge_request = {
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "1",
        "CI_DEFAULT_BRANCH": "main",
        "CI_JOB_NAME": "plugproof",
        "CI_JOB_TOKEN": "job-token",
        "CI_MERGE_REQUEST_IID": "7",
        "PLUGPROOF_TOKEN": "api-token",
    }
    variables = {name: value for name, value in told["variables"].items() if not value.startswith("$")}

    assert job.runs(script, {**variables, **of_merge_request}) == 0, job.said
    assert (job.folder / told["artifacts"]["reports"]["junit"]).exists()
    assert [(job.folder / path).exists() for path in told["artifacts"]["paths"]] == [True, True]
    notes = "https://gitlab.example/api/v4/projects/1/merge_requests/7/notes"
    assert [call[-1] for call in job.called] == [
        "https://gitlab.example/api/v4/projects/1/jobs/artifacts/main/raw/plugproof-results/results.json",
        f"{notes}?per_page=100",
        notes,
    ]
    assert "job=plugproof" in job.called[0]
    assert "POST" in job.called[2]
    compare = "code=0\n" + told["script"][2]
    mine = {**of_merge_request, "NOTES": '[{"id": 3, "body": "Looks good"}, {"id": 4, "body": "### plugproof: old"}]'}
    assert job.runs(compare, mine) == 0, job.said
    assert (job.called[-1][-1], "PUT" in job.called[-1]) == (f"{notes}/4", True)
    assert job.runs(compare, {**of_merge_request, "FIRST_RUN": "yes"}) == 0, job.said
    assert "no results of main to compare with yet" in job.said


def test_the_component_runs_where_there_is_something_to_compare() -> None:
    told, _ = gitlab({})

    assert [rule["if"] for rule in told["rules"]] == [
        '$CI_PIPELINE_SOURCE == "merge_request_event"',
        "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    ]


# ---- Jenkins


def jenkins() -> list[str]:
    return [textwrap.dedent(text) for text in re.findall(r"sh '''\n(.*?)'''", JENKINSFILE, re.DOTALL)]


def test_the_pipeline_starts_a_csms_judges_it_and_compares(job: Job, free_port: int, before: Path) -> None:
    _, precheck, compare = jenkins()
    named = dict(re.findall(r"^\s+([A-Z]+) = '([^']*)'$", JENKINSFILE, re.MULTILINE))
    one_case = precheck.replace('--wait "$WAIT"', '--wait "$WAIT" --case TC_001_CSMS')
    (job.folder / ".plugproof" / "bin").mkdir(parents=True)

    assert named.keys() == {"INSTALL", "START", "SUT", "WAIT"}
    assert job.runs(one_case, {**named, "START": start(free_port)}, shell="sh") == 0, job.said
    (job.folder / "before").mkdir()
    (job.folder / "before" / "plugproof-results").symlink_to(before)
    assert job.runs(compare, {}, shell="sh") == 0
    for path in re.findall(r"'(plugproof-results/[a-z.]+)'", JENKINSFILE):
        assert (job.folder / path).exists(), path


def test_the_braces_of_the_pipeline_close() -> None:
    code = re.sub(r"'''.*?'''|'[^'\n]*'|//[^\n]*", "", JENKINSFILE, flags=re.DOTALL)

    assert code.count("{") == code.count("}") > 10


# ---- what they have alike


def test_they_all_name_the_release_of_this_tree() -> None:
    pages = ("action.yml", "templates/precheck.yml", "examples/ci/Jenkinsfile", "docs/ci.md")
    named = {
        page: set(re.findall(r"(?:plugproof(?:/precheck)?@|rev: )([\w.]+)", (ROOT / page).read_text("utf-8")))
        for page in pages
    }

    assert named == {page: {version_of_the_project()} for page in pages}


# ---- pre-commit


def test_the_hook_checks_the_files_that_it_is_given() -> None:
    (hook,) = HOOKS
    files = [path for path in sorted((ROOT / "examples").glob("*.toml")) if re.search(hook["files"], path.name)]
    command = [sys.executable, "-c", PLUGPROOF, *shlex.split(hook["entry"])[1:]]
    good = [ROOT / "examples" / "sut-station.toml", ROOT / "examples" / "sut-trigger.toml"]

    assert len(files) >= 8
    assert not re.search(hook["files"], "examples/pyproject.toml")
    done = subprocess.run([*command, *map(str, good)], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout.count(": usable")) == (0, 2), done.stderr
    done = subprocess.run([*command, str(good[0]), "missing.toml"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert "missing.toml" in done.stderr
