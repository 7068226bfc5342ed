"""No artefact of a run holds a secret: not in clear, not as digits, not in base64; nor tags, when that is asked for."""

import os
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from harness.processes.reference_csms import FILE, reference_csms
from harness.sut import Secret, SutError, key_bytes
from harness.sut.reading import load
from harness.sut.secret import MASK, scrub, written

KEY = "open-sesame-0123456x"
NEW_KEY = "hex:" + bytes(range(0xA0, 0xB4)).hex()
TAGS = ("PLUGPROOF-VALID", "PLUGPROOF-VALID-2", "PLUGPROOF-PARENT", "PLUGPROOF-EXPIRED", "PLUGPROOF-BLOCKED")
CASES = (
    "TC_085_CSMS",  # the key in a handshake
    "TC_073_CSMS",  # the key is changed
    "TC_023_2_CSMS",  # tags that are refused
    "TC_010_CSMS",  # fails by the fault: a tag in the explanation
    "TC_079_CSMS",  # an upload
)
CSMS_FILE = """
[product]
sut = "csms"
[connection]
url = "ws://127.0.0.1:9/ocpp"
[identities]
[profiles]
core = true
firmware_management = true
smart_charging = true
reservation = true
local_auth_list = true
remote_trigger = true
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that a pre-check of the embedded CSMS writes and prints, the log of the CSMS included."""
    folder = tmp_path_factory.mktemp("run")
    artefacts = folder / "artefacts"
    with reference_csms(artefacts, faults=["remote-start-wrong-tag"]) as file:
        text = file.read_text("utf-8")
        text, changed = re.subn('auth_key = ".*"', f'auth_key = "{KEY}"\nnew_auth_key = "{NEW_KEY}"', text, count=1)
        assert changed == 1
        sut = folder / "sut.toml"
        sut.write_text(f"{text}\n[run]\nmask_tags = true\n", "utf-8")
        command = [sys.executable, "-c", "from harness.cli import main; main()", "precheck", "--sut", str(sut)]
        command += ["--out", str(artefacts / "out"), "--allure", str(artefacts / "allure"), "-n", "2"]
        done = subprocess.run(
            [*command, *(part for id in CASES for part in ("--case", id))],
            env={**os.environ, "GITHUB_STEP_SUMMARY": str(artefacts / "step.md")},
            capture_output=True,
            text=True,
            timeout=180,
        )
    (artefacts / "stdout").write_text(done.stdout, "utf-8")
    (artefacts / "stderr").write_text(done.stderr, "utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    (artefacts / FILE).rename(folder / "written-sut.toml")  # an input, and looked at on its own
    return artefacts


def forms(octets: bytes) -> list[bytes]:
    """How octets may stand in a text: in clear, as digits, and what of them can be told in base64 of a longer text."""
    inner = [b64encode(bytes(before) + octets)[4:-4] for before in range(3)]
    return [octets, octets.hex().encode(), octets.hex().upper().encode(), *inner]


def found(folder: Path, octets: bytes) -> list[str]:
    return sorted(
        {
            str(file.relative_to(folder))
            for file in folder.rglob("*")
            if file.is_file()
            for form in forms(octets)
            if form in file.read_bytes()
        }
    )


def test_no_artefact_holds_a_key(run: Path) -> None:
    names = {file.name for file in run.rglob("*") if file.is_file()}
    assert names >= {"results.json", "junit.xml", "summary.md", "report.html", "trace.jsonl", "step.md", "stdout"}
    assert names >= {"reference-csms.log", "environment.properties", "categories.json"}
    assert len([name for name in names if name.endswith("-result.json")]) == len(CASES)
    for octets in (KEY.encode(), key_bytes(Secret(NEW_KEY))):
        assert found(run, octets) == []
    # They were used: what stands in their place is there.
    for case in ("TC_085_CSMS", "TC_073_CSMS"):
        assert "Authorization: Basic ********" in (run / "out" / "cases" / case / "trace.jsonl").read_text("utf-8")
    changed = (run / "out" / "cases" / "TC_073_CSMS" / "trace.jsonl").read_text("utf-8")
    assert r"\"key\":\"AuthorizationKey\",\"value\":\"********\"" in changed


def test_no_artefact_holds_a_tag(run: Path) -> None:
    for tag in TAGS:
        assert found(run, tag.encode()) == []
    accepted = (run / "out" / "cases" / "TC_023_2_CSMS" / "trace.jsonl").read_text("utf-8")
    assert r"\"idTag\":\"********\"" in accepted
    # A tag that is nobody's stays: it is what went wrong.
    assert "idTag = WRONG-TAG, expected RemoteStartTransaction with idTag = ********" in " ".join(
        (run / "stdout").read_text("utf-8").split()
    )


def test_no_private_key_is_left_behind(run: Path) -> None:
    files = [file for file in run.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"results.json", "trace.jsonl", "reference-csms.log", "stdout"}
    assert [file for file in files if b"PRIVATE KEY" in file.read_bytes()] == []


def test_the_sut_file_of_the_embedded_csms_names_its_key_and_does_not_tell_it(run: Path) -> None:
    text = (run.parent / "written-sut.toml").read_text("utf-8")
    assert 'auth_key = "${PLUGPROOF_REFERENCE_KEY}"' in text
    assert "PLUGPROOF_REFERENCE_KEY" not in os.environ


# --- forms of a secret ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "a", "ab", "station-7:"])
@pytest.mark.parametrize("after", ["", "x", "xy", "xyz"])
def test_base64_is_hidden_wherever_the_secret_stands_in_it(before: str, after: str) -> None:
    for octets, secret in ((KEY.encode(), Secret(KEY)), (key_bytes(Secret(NEW_KEY)), Secret(NEW_KEY))):
        text = b64encode(before.encode() + octets + after.encode()).decode()
        hidden = scrub(f"Basic {text}.", [secret])
        assert MASK in hidden
        assert not [form for form in forms(octets) if form in hidden.encode()]


def test_digits_are_hidden_in_both_cases() -> None:
    digits = key_bytes(Secret(NEW_KEY)).hex()
    assert scrub(f"{digits} {digits.upper()} {NEW_KEY}", [Secret(NEW_KEY)]) == f"{MASK} {MASK} {MASK}"
    assert scrub(KEY.encode().hex(), [Secret(KEY)]) == MASK


def test_short_and_wrong_secrets_are_hidden_as_they_are_only() -> None:
    assert written([Secret("12345"), Secret("hex:zz"), Secret("")]) == ["hex:zz", "12345"]


# --- [run] mask_tags --------------------------------------------------------------------------------------------------


def test_tags_are_secrets_only_when_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"
    tags = '\n[tags]\nvalid = "CARD-0001"\n'
    file.write_text(CSMS_FILE + tags, "utf-8")
    assert load(file).scrub("CARD-0001") == "CARD-0001"
    file.write_text(CSMS_FILE + tags + "\n[run]\nmask_tags = true\n", "utf-8")
    assert load(file).scrub("CARD-0001") == MASK


def test_a_tag_too_short_to_be_hidden_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"
    text = CSMS_FILE + '\n[tags]\nvalid = "7"\nblocked = "abc"\n[background]\ntags = ["four", "two"]\n'
    file.write_text(text + "[run]\nmask_tags = true\n", "utf-8")
    with pytest.raises(SutError) as caught:
        load(file)
    assert list(caught.value.sentences) == [
        f"{file}: run.mask_tags cannot hide tags.valid, which has 1 character; "
        "choose a tag of at least 4, or remove mask_tags",
        f"{file}: run.mask_tags cannot hide tags.blocked, which has 3 characters; "
        "choose a tag of at least 4, or remove mask_tags",
        f"{file}: run.mask_tags cannot hide background.tags[1], which has 3 characters; "
        "choose a tag of at least 4, or remove mask_tags",
    ]
    file.write_text(text, "utf-8")
    assert load(file).tags.valid == "7"
