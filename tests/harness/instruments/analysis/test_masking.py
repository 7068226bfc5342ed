"""The masked copy: nothing of the identities remains, and it leads to the same findings."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.artifacts.whole import OutputError
from harness.instruments.analysis.judging import Judge
from harness.instruments.analysis.masking.copy import MaskedCopy
from harness.instruments.analysis.masking.frames import FrameMask
from harness.instruments.analysis.masking.pseudonyms import Pseudonyms
from harness.instruments.analysis.masking.words import is_word
from harness.instruments.analysis.reading import LogRead, read
from harness.instruments.analysis.report import document
from tests.harness.instruments.analysis.support import LOGS, analysed, boot, iso
from tests.reports import sample

KEY = b"a key of the tests, of 32 letters"[:32]
SAMPLES = sorted((Path(sample.__file__).parent / "cases").glob("*/trace.jsonl"))

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)
letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
names = st.text(letters, min_size=10, max_size=20).filter(lambda text: not is_word(text))
"""Words of the protocol stay where no identity belongs, and tell nothing."""


def masked(path: Path, to: Path, **how: Any) -> str:
    """The text of the masked copy of a log."""
    judge, logs = Judge(), list[LogRead]()
    with MaskedCopy(to, Pseudonyms(KEY)) as copy:
        read(str(path), judge, into=logs, taker=copy, **how)
    return to.read_text(encoding="utf-8")


def told(found: dict[str, Any]) -> Any:
    """What is to be the same of a log and of its masked copy."""
    rules = [(one["rule"], one["level"], one["count"], one["stations"], one["parties"]) for one in found["rules"]]
    return (
        sorted(rules, key=str),
        found["totals"],
        found["course"],
        found["from"],
        found["to"],
        found["transactions"]["oddities"],
        found["transactions"]["energy_wh"],
        [(one["action"], one["sender"], one["sent"], one["milliseconds"]) for one in found["actions"]],
    )


# ---- pseudonyms


@settings(max_examples=150, deadline=None)
@given(texts)
def test_a_pseudonym_has_the_form_of_what_it_stands_for(text: str) -> None:
    other = Pseudonyms(KEY).of(text)

    assert len(other) == len(text)
    for one, two in zip(text, other, strict=True):
        if one.isascii():
            assert (one.isdigit(), one.isalpha(), one.isupper()) == (two.isdigit(), two.isalpha(), two.isupper())
            assert one.isalnum() or one == two
    assert Pseudonyms(KEY).of(text) == other


@settings(max_examples=150, deadline=None)
@given(st.sets(st.text("ABCabc0189-", min_size=1, max_size=30), min_size=2, max_size=30))
def test_no_two_texts_share_a_pseudonym(different: set[str]) -> None:
    pseudonyms = Pseudonyms(KEY)

    assert len({pseudonyms.of(text) for text in different}) == len(different)


def test_all_texts_of_a_short_form_are_permuted() -> None:
    pseudonyms = Pseudonyms(KEY)
    every = {f"{first}{second}{number}" for first in "abcdefghij" for second in "xyz" for number in range(10)}

    assert len({pseudonyms.of(text) for text in every}) == len(every)
    numbers = [str(number) for number in range(1_000)]
    assert sorted(map(pseudonyms.of, numbers), key=int) == numbers


@given(names)
def test_letter_case_is_the_only_difference_where_it_was(text: str) -> None:
    pseudonyms = Pseudonyms(KEY)

    assert pseudonyms.of(text.upper()).lower() == pseudonyms.of(text.lower())
    assert pseudonyms.of(text).lower() == pseudonyms.of(text.lower())


def test_another_key_gives_other_pseudonyms() -> None:
    assert len({Pseudonyms().of("STATION-0815-ABCDEF") for _ in range(5)}) == 5


# ---- frames


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tag=names, serial=names, info=names, station=names)
def test_nothing_of_identities_remains(tag: str, serial: str, info: str, station: str, tmp_path_factory: Any) -> None:
    payloads: list[tuple[str, Any]] = [
        ("Authorize", {"idTag": tag}),
        ("BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "X", "chargePointSerialNumber": serial}),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available", "info": info}),
        ("DataTransfer", {"vendorId": "Acme", "data": json.dumps({"tag": tag, "serial": serial})}),
        ("GetDiagnostics", {"location": f"ftp://user:{serial}@{info}.example/{station}"}),
        ("Authorize", {tag: serial}),
    ]
    frames = [json.dumps([2, f"{station}-{number}", *call]) for number, call in enumerate(payloads)]
    frames += [
        f'[2,"{tag}","Authorize",{{"idTag":"{serial}"',
        f"{station} {tag}",
        json.dumps([4, tag, "GenericError", info, {}]),
    ]
    folder = tmp_path_factory.mktemp("mask")
    log = folder / "a.log"
    log.write_text("".join(f"2030-01-01T00:00:00Z {station} station->csms {frame}\n" for frame in frames))
    copy = masked(log, folder / "b.jsonl", shape="plain").casefold()

    for secret in {tag, serial, info, station}:
        assert secret.casefold() not in copy


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('[2,"a","Heartbeat",{}]', '"Heartbeat",{}]'),
        (
            '[2, "a", "BootNotification", {"chargePointVendor": "Acme"}]',
            '"BootNotification", {"chargePointVendor": "Acme"}]',
        ),
        ('[4,"-1","FormationViolation","",{}]', '[4,"-1","FormationViolation","",{}]'),
        ('[2,"a","StatusNotification",{"status":"Available"}]', '{"status":"Available"}]'),
        ('[2,"a","MeterValues",{"v":[{"timestamp":"2030-01-01T00:00:00Z","value":"12.5"}]}]', '"value":"12.5"'),
        ('[2,"a","X",{"timestamp":"2030-01-01T00:00:00"}]', '{"timestamp":"2030-01-01T00:00:00"}]'),
        ('[3,"a",{"transactionId":7712}]', '{"transactionId":7712}]'),
        ('[2,"a","heartbeat",{"IDTAG":"x"}]', '"heartbeat",{"IDTAG":'),
        ('[2,"a","GetLog",{"log":{"remoteLocation":"https://x.example/y"}}]', '"https://'),
    ],
)
def test_what_is_harmless_stays(text: str, kept: str) -> None:
    assert FrameMask(Pseudonyms(KEY)).masked(text).endswith(kept) or kept in FrameMask(Pseudonyms(KEY)).masked(text)


@pytest.mark.parametrize(
    "text",
    [
        '[2,"a","Authorize",{"idTag":"Local"}]',
        '[2,"a","Authorize",{"idTag":"1234567890"}]',
        '[2,"a","Authorize",{"idTag":1234567890}]',
        '[2,"a","BootNotification",{"iccid":"8949024"}]',
        '[2,1234567,"Heartbeat",{}]',
        '[2,"a","X",{"idToken":{"idToken":"AABBCCDD","type":"ISO14443"}}]',
    ],
)
def test_what_tells_who_never_stays(text: str) -> None:
    secret = max(re.findall(r"Local|\d{7,}|AABBCCDD", text), key=len)

    assert secret not in FrameMask(Pseudonyms(KEY)).masked(text)
    json.loads(FrameMask(Pseudonyms(KEY)).masked(text))


def test_a_certificate_keeps_its_frame_only() -> None:
    body = "MIIBszCCAVmgAwIBAgIUQk9vNzE0MDg0MDg0MDg0MDg0MA=="
    text = json.dumps(
        [
            2,
            "a",
            "CertificateSigned",
            {"certificateChain": f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"},
        ]
    )
    out = json.loads(FrameMask(Pseudonyms(KEY)).masked(text))[3]["certificateChain"]

    assert out.startswith("-----BEGIN CERTIFICATE-----\n")
    assert out.endswith("\n-----END CERTIFICATE-----")
    assert len(out) == len(body) + 54
    assert body not in out


def test_passwords_go_whole() -> None:
    text = '[2,"a","ChangeConfiguration",{"key":"AuthorizationKey","value":"31323334353637383930"}]'

    assert "3132" not in FrameMask(Pseudonyms(KEY)).masked(text)


def test_a_frame_stays_as_it_was_written() -> None:
    text = '[2 ,\t"id-1","DataTransfer", {"vendorId":"\\u0041cme","data":"\\u00e4x","data":"zz"} ]'
    out = FrameMask(Pseudonyms(KEY)).masked(text)

    id, kept = r'\[2 ,\t"[a-z]{2}-\d","DataTransfer", ', r'\{"vendorId":"\\u0041cme",'
    assert re.fullmatch(id + kept + r'"data":"\\u00[0-9a-f]{2}[a-z]","data":"[a-z]{2}"\} \]', out)


# ---- the same findings


@pytest.mark.parametrize("path", SAMPLES, ids=[path.parent.name for path in SAMPLES])
def test_the_copy_of_a_trace_leads_to_the_same_findings(path: Path, tmp_path: Path) -> None:
    found, _, _ = analysed(path)
    masked(path, tmp_path / "copy.jsonl")
    again, _, log = analysed(tmp_path / "copy.jsonl")

    assert told(again) == told(found)
    assert (log.shape, log.unread) == ("jsonl", {})


@pytest.mark.parametrize("name", ["steve.log", "ocpp.log", "microocpp.log", "plain.log"])
def test_the_copy_of_a_log_leads_to_the_same_findings(name: str, tmp_path: Path) -> None:
    found, _, _ = analysed(LOGS / name)
    text = masked(LOGS / name, tmp_path / "copy.jsonl")
    again, _, _ = analysed(tmp_path / "copy.jsonl")

    assert told(again) == told(found)
    for secret in ("0815", "04A2BC19", "SN-4711"):
        assert secret not in text


def test_odd_frames_are_odd_in_the_same_way(tmp_path: Path) -> None:
    said = [text for _, _, text in boot()] + [
        '[2,"tag-1","Authorize",{"idTag":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}]',
        '[3,"TAG-1",{"idTagInfo":{"status":"Accepted"}}]',
        '[2,"tag-2","authorize",{"idTag":"A"}]',
        '[4,"tag-2","FormatViolation","ABC",{}]',
        '[2,77,"Heartbeat",{}]',
        '[2,"x","Heartbeat",{"extra":"ABC","extra":"ABD"}]',
        f'[3,"x",{{"currentTime":"{iso(0)[:-1]}"}}]',
        '[2,"y","StatusNotification",{"connectorId":1,"errorCode":"noerror","status":"Fine"}]',
        '[5,"z",{}]',
        "not JSON at all",
        '{"an":"object"}',
    ]
    log = tmp_path / "odd.log"
    log.write_text("".join(f"2030-03-14T08:00:0{at % 10}Z CP station->csms {text}\n" for at, text in enumerate(said)))
    found, _, _ = analysed(log, shape="plain")
    masked(log, tmp_path / "copy.jsonl", shape="plain")
    again, _, _ = analysed(tmp_path / "copy.jsonl")

    assert len(found["rules"]) >= 8
    assert told(again) == told(found)


# ---- the file


def test_a_copy_that_breaks_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), MaskedCopy(tmp_path / "copy.jsonl"):
        raise RuntimeError("in the middle")

    assert list(tmp_path.iterdir()) == []


def test_a_copy_where_nothing_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(OutputError, match=r"copy\.jsonl: cannot be written"),
        MaskedCopy(tmp_path / "file" / "copy.jsonl"),
    ):
        pass


def test_the_document_of_nothing_is_one() -> None:
    judge = Judge()
    judge.finish()

    assert document(judge, [])["totals"]["frames"] == 0
