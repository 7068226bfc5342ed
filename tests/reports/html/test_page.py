"""report.html as text: what stands in it, that nothing can run in it, and how it stays small."""

import base64
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from reports.html import page
from reports.html.cases import FRAME_CHARACTERS, PAGE_CHARACTERS, fair_share
from reports.results.verdicts import OUTCOME_NAMES, OUTCOMES, totals
from tests.reports import sample

Run = Callable[..., dict[str, Any]]
TRACES = sample.traces()
VOID = frozenset({"meta", "input", "br", "img", "link", "hr"})


class HtmlFile(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "html"


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text below each id."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(document)
        assert self._open == []  # everything that was opened was closed, in order

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes.get("id")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        for _, id in self._open:
            if id is not None:
                self.texts.setdefault(id, []).append(data)

    def text(self, id: str) -> str:
        return " ".join(" ".join(self.texts[id]).split())

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.elements if "id" in attributes]


@pytest.fixture
def run() -> dict[str, Any]:
    return sample.results()


@pytest.fixture(scope="module")
def shown() -> Page:
    return Page(page(sample.results(), TRACES))


def only(run: dict[str, Any], *ids: str) -> dict[str, Any]:
    """The run with these cases and no single times, so that a snapshot can be read."""
    performance = {key: value for key, value in run["performance"].items() if key != "samples"}
    return {**run, "cases": [case for case in run["cases"] if case["id"] in ids], "performance": performance}


def case_of(run: dict[str, Any], id: str) -> dict[str, Any]:
    return next(case for case in run["cases"] if case["id"] == id)


# ---- what stands in it


def test_page(run: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    document = page(only(run, "TC_061_CSMS", "TC_046_CSMS"), TRACES)
    # Style and script are files of ours; their digests are judged below.
    document = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1\3", document, flags=re.DOTALL)
    document = re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-...", document)
    assert document.count("sha256-...") == 2
    assert document.rstrip().endswith("</html>")
    assert document == snapshot(extension_class=HtmlFile)


def test_the_sample_holds_every_outcome_and_each_is_counted(run: dict[str, Any], shown: Page) -> None:
    counts = totals(run)
    assert all(counts[name] for name in OUTCOMES if name != "NOT_RUN")
    for name, count in counts.items():
        assert not count or f"{count} {OUTCOME_NAMES[name].lower()}" in shown.text("summary")
        assert len([one for one in shown.all("details") if one.get("data-outcome") == name]) == count


def test_it_says_that_it_is_no_certificate(shown: Page) -> None:
    assert "produced by plugproof, an open conformance harness. It is no certificate" in shown.text("summary")


@pytest.mark.parametrize("case", sample.results()["cases"], ids=lambda case: case["id"])
def test_every_case_is_told_in_full(case: dict[str, Any], shown: Page) -> None:
    text = shown.text(case["id"])
    for told in (case["title"], case["ref"], case["rerun"], case["expected_failure"]):
        assert told is None or " ".join(told.split()) in text
    for rule in case["rules"]:
        assert case["sentences"][rule] in text
    for finding in case["findings"]:
        assert " ".join(finding["message"].split()) in text
    if failure := case["failure"]:
        assert failure["expected"] in text
        assert failure["actual"] in text
    links = [one["href"] for one in shown.all("a")]
    if case["trace"]:
        assert f"./{case['trace']}" in links
        assert f"./cases/{case['id']}/sequence.svg" in links
    elif case["reason"]:
        assert case["reason"] in text


@pytest.mark.parametrize(
    "case", [one for one in sample.results()["cases"] if one["failure"]], ids=lambda case: case["id"]
)
def test_every_message_of_a_failed_case_is_there(case: dict[str, Any], shown: Page) -> None:
    def squeezed(text: str) -> str:
        return re.sub(r"\s", "", text)

    told = [entry for entry in TRACES[case["trace"]] if entry["kind"] in ("frame", "handshake")]
    assert told
    for entry in told:
        if entry["kind"] == "frame":
            assert squeezed(entry["text"]) in squeezed(shown.text(f"{case['id']}-{entry['seq']}"))
        else:
            assert shown.text(f"{case['id']}-{entry['seq']}") != ""


def test_a_mark_stays_on_the_text_it_was_made_for(run: dict[str, Any]) -> None:
    """A trace may hold another text than the results, when more was masked in one of them."""
    del run["pics_mismatch"]
    text = case_of(run, "TC_010_CSMS")["failure"]["frame"]["text"]
    assert page(only(run, "TC_010_CSMS"), TRACES).count("<mark>") == 2
    path = "cases/TC_010_CSMS/trace.jsonl"
    other = [{**one, "text": one["text"].replace(text, f" {text}")} for one in TRACES[path]]
    assert page(only(run, "TC_010_CSMS"), {path: other}).count("<mark>") == 1


def test_links_inside_the_page_lead_somewhere(shown: Page) -> None:
    inside = {(one["href"] or "").removeprefix("#") for one in shown.all("a") if (one["href"] or "").startswith("#")}
    assert len(inside) > 30
    assert inside <= set(shown.ids)
    assert len(shown.ids) == len(set(shown.ids))


def test_a_rule_is_broken_held_or_not_judged(run: dict[str, Any]) -> None:
    case = case_of(run, "TC_056_CSMS")
    first, second, third, *rest = case["rules"]
    case["rules_judged"] = [rule for rule in case["rules"] if rule not in (first, second)]
    case["rules_left_out"] = {first: "the station knows no such unit"}
    case["findings"] = [{"rule": third, "level": "MUST", "party": "csms", "message": "m", "seq": None, "path": []}]
    shown = Page(page(only(run, "TC_056_CSMS"), TRACES))
    text = shown.text("TC_056_CSMS")
    assert f"left out R{first.rpartition('R')[2]} {case['sentences'][first]} the station knows no such unit" in text
    assert f"not judged R{second.rpartition('R')[2]} {case['sentences'][second]} this run had nothing to judge" in text
    assert f"broken R{third.rpartition('R')[2]}" in text
    assert text.count("held") == len(rest)
    assert f"{len(case['rules']) - 2} of {len(case['rules'])} rules" in shown.text("rules")


def test_why_a_rule_was_not_judged(shown: Page) -> None:
    assert "R5 That tag is accepted when the station asks. the case failed before it came to this" in shown.text(
        "TC_010_CSMS"
    )
    assert "the state charging was not reached: idTagInfo.status = Invalid" in shown.text("rules")


def test_what_was_not_tested_is_listed_with_its_reason_once(shown: Page) -> None:
    text = shown.text("not-tested")
    assert text.count("not claimed: profiles.reservation = false in sut.toml TC_046_CSMS , TC_051_CSMS") == 1
    assert text.count("the state charging was not reached") == 1
    assert text.count("nobody operates the back office") == 1
    assert "no case of it" not in text


def test_a_claimed_profile_without_a_case_is_not_tested(run: dict[str, Any]) -> None:
    run["cases"] = [case for case in run["cases"] if case["profile"] not in ("SmartCharging", "Reservation")]
    text = Page(page(run, {})).text("not-tested")
    assert text.count("no case of it was part of this run") == 1
    assert "Smart Charging is claimed, and no case of it" in text


def test_the_product_is_named_first(run: dict[str, Any]) -> None:
    words = "plugproof Reference CSMS at ws://127.0.0.1:19001/ocpp · tested with plugproof"
    assert words in Page(page(only(run), {})).text("summary")
    run["run"]["sut"] |= dict.fromkeys(("vendor", "designation", "software_version", "address"))
    assert "Charging Station Management System · tested with" in Page(page(only(run), {})).text("summary")


def test_claims_that_the_wire_contradicts(run: dict[str, Any]) -> None:
    transfer, interval = run["pics_mismatch"]
    without = {**interval, "case": None, "trace": None, "frame": None}
    document = page(only(run, "TC_064_CSMS") | {"pics_mismatch": [transfer, without]}, TRACES)
    text = Page(document).text("contradictions")
    assert text.count("The message that shows it") == 1
    assert f"{transfer['message']} The message that shows it [3," in text
    assert text.endswith(f"PICS-01 · TC_064_CSMS · trace {without['message']} PICS-03")
    assert '<b>"status"</b>: <mark>"Accepted"</mark>' in document


def test_up_to_three_red_cases_are_open(run: dict[str, Any]) -> None:
    def opened(*ids: str) -> list[str | None]:
        return [
            one["id"] for one in Page(page(only(run, *ids), TRACES)).all("details") if "open" in one and "id" in one
        ]

    red = ("TC_010_CSMS", "TC_012_CSMS", "TC_021_CSMS")
    assert opened("TC_056_CSMS", "TC_013_CSMS", *red) == [*red]
    assert opened("TC_001_CSMS", *red) == []


def test_equal_results_give_an_equal_page(run: dict[str, Any]) -> None:
    run = only(run, "TC_010_CSMS", "TC_012_CSMS", "TC_054_CSMS", "TC_056_CSMS")
    before = page(run, TRACES)
    random.Random(7).shuffle(run["cases"])
    assert page(run, TRACES) == before


def test_results_of_an_earlier_version(results: dict[str, Any]) -> None:
    """Without sentences, suite, samples, and without any trace at hand."""
    shown = Page(page(results, {}))
    assert "Authorize.conf" in shown.text("TC_003_CSMS")
    assert "Traceback (most recent call last)" in shown.text("TC_031_CSMS")
    assert "Digest of the cases" not in shown.text("run")
    assert shown.text("run").endswith("Command plugproof precheck --csms ws://PP-0001:********@127.0.0.1:1234/ocpp")


def test_a_run_with_nothing_to_tell(with_outcomes: Run) -> None:
    run = with_outcomes()
    run["run"] |= {"claims": {}, "seed": 7, "sut_file_digest": None, "strict": True}
    run["run"]["sut"] |= {"address": None, "communication": None, "vendor": None}
    run["performance"]["per_action"] = {}
    run["performance"]["link"] = {"technology": None, "rtt_ms": None}
    document = page(run, {})
    shown = Page(document)
    assert "No case ran." in shown.text("summary")
    assert 'class="headline bad"' in document
    assert "exit code 5: no case ran" in shown.text("summary")
    assert "Link not named Round trip of the link not measured" in shown.text("run")


@pytest.mark.parametrize(
    ("outcomes", "state", "words"),
    [
        (["PASS", "XFAIL"], "good", "1 of 2 cases passed."),
        (["NOT_APPLICABLE"], "bad", "No case ran."),
        (["INCONCLUSIVE"], "bad", "0 of 1 cases passed, 1 inconclusive."),
        (["PASS", "NOT_RUN"], "odd", "1 of 1 cases passed, 1 not run."),
        (["PASS", "INCONCLUSIVE"], "odd", "1 of 2 cases passed, 1 inconclusive."),
        (["PASS", "ERROR", "XPASS"], "bad", "1 of 3 cases passed, 1 passed unexpectedly, 1 with errors."),
    ],
)
def test_headline(with_outcomes: Run, outcomes: list[str], state: str, words: str) -> None:
    assert f'<p class="headline {state}">{words}</p>' in page(with_outcomes(*outcomes), {})


def test_both_phases_of_a_run_under_load(run: dict[str, Any]) -> None:
    quiet = {**case_of(run, "TC_003_CSMS"), "phase": "quiet"}
    loaded = {**quiet, "id": "TC_003_CSMS@loaded", "phase": "loaded"}
    shown = Page(page({**run, "cases": [quiet, loaded]}, TRACES))
    assert "OCPP 1.6 §4.1, §4.8 · loaded" in shown.text("TC_003_CSMS@loaded")
    assert "#TC_003_CSMS%40loaded" in [one["href"] for one in shown.all("a")]


def test_claims_are_answers(run: dict[str, Any]) -> None:
    run["run"]["claims"] |= {
        "settings": {"rows": [{"name": "HeartbeatInterval", "value": 300.0}]},
        "questions": {"Is there a cache?": True},
    }
    run["run"]["claims"]["product"]["firmware_version"] = "1.2.3"
    text = Page(page(only(run), {})).text("run")
    assert "Reservation no" in text
    assert "Advanced Security not answered" in text
    assert "rows[0].name HeartbeatInterval rows[0].value 300" in text
    assert "Is there a cache? yes" in text
    assert "Firmware version 1.2.3" in text
    assert "data_transfer_vendor_ids none" in text


# ---- nothing runs in it


def test_the_policy_names_the_style_sheets_and_the_script_and_nothing_else() -> None:
    document = page(sample.results(), TRACES)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', document)
    policy = policy.replace("&#39;", "'")
    blocks = re.findall(r"<(style|script)>(.*?)</\1>", document, re.DOTALL)
    assert {kind for kind, _ in blocks} == {"style", "script"}
    for kind in ("style", "script"):
        digests = {
            f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
            for name, source in blocks
            if name == kind
        }
        (allowed,) = re.findall(rf"{kind}-src ([^;]*)", policy)
        assert set(allowed.split()) == digests
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_it_needs_no_other_file(shown: Page) -> None:
    for tag, attributes in shown.elements:
        assert tag not in ("link", "img", "iframe", "object", "base", "form")
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert "src" not in attributes
        for name in ("href", "xlink:href"):
            assert re.match(r"(#|\./)", attributes.get(name) or "#")


def hostile(value: Any, attack: str) -> Any:
    """The same document with every free text replaced."""
    if isinstance(value, dict):
        return {key: item if key in KEPT else hostile(item, attack) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item, attack) for item in value]
    return attack if isinstance(value, str) else value


KEPT = {"verdict", "level", "kind", "direction", "phase", "role", "sut_role", "started", "party", "state", "rows"}


@pytest.mark.parametrize(
    "attack",
    [
        "</script><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "{{ 7 * 7 }}\x00\x1b\u202e",
    ],
)
def test_no_text_of_a_run_becomes_markup(run: dict[str, Any], results: dict[str, Any], attack: str) -> None:
    for one in (only(run, "TC_010_CSMS", "TC_021_CSMS", "TC_046_CSMS"), results):
        one["cases"] = hostile(one["cases"], attack)
        one["run"] = hostile(one["run"], attack) | {"started": "2026-11-21T10:00:00Z"}
        document = page(one, {attack: [hostile(entry, attack) for entry in TRACES["cases/TC_010_CSMS/trace.jsonl"]]})
        shown = Page(document)
        assert [tag for tag, _ in shown.elements].count("script") == 1
        assert not list(shown.all("img"))
        assert not re.search("[\x00\x1b\u202e]", document)
        assert shown.text("title") != ""
        assert "49" not in shown.text("title")
        for link in shown.all("a"):
            assert re.match(r"(#|\./)", link["href"] or "")


def test_no_secret_of_a_run_is_printed(results: dict[str, Any], password: str) -> None:
    trace = {"seq": 7, "kind": "frame", "direction": "csms->station", "at_ns": 0, "time": "", "phase": "case"}
    text = json.dumps([2, "1", "ChangeConfiguration", {"key": "AuthorizationKey", "value": password}])
    document = page(results, {"cases/TC_001_CSMS/trace.jsonl": [{**trace, "text": text}]})
    assert password not in document
    assert document.count("********") > 3


# ---- it stays small


def grown(run: dict[str, Any], id: str, count: int, size: int) -> dict[str, list[dict[str, Any]]]:
    """The traces of the sample, that of ``id`` with so many messages of about ``size`` characters."""
    path = case_of(run, id)["trace"]
    first = TRACES[path][-1]
    text = json.dumps([2, "1", "DataTransfer", {"vendorId": "x", "data": "y" * size}])
    more = [
        {**first, "seq": first["seq"] + n, "kind": "frame", "direction": "station->csms", "phase": "case", "text": text}
        for n in range(1, count + 1)
    ]
    return {**TRACES, path: [*TRACES[path], *more]}


def test_a_long_trace_of_a_case_that_passed_is_cut_and_linked(run: dict[str, Any]) -> None:
    traces = grown(run, "TC_056_CSMS", 6_000, 200)
    document = page(only(run, "TC_056_CSMS", "TC_010_CSMS", "TC_030_CSMS"), traces)
    assert len(document.encode()) < 2_000_000
    text = Page(document).text("TC_056_CSMS")
    (left_out,) = re.findall(r"(\d+) more steps are in the trace: trace.jsonl", text)
    assert 2_000 < int(left_out) < 6_000
    assert document.count("more steps are in the trace") == 1  # the others lose nothing by it


def test_a_long_message_of_a_case_that_passed_is_cut(run: dict[str, Any]) -> None:
    traces = grown(run, "TC_056_CSMS", 1, 100_000)
    run = only(run, "TC_056_CSMS")
    document = page(run, traces)
    assert "more characters in the trace" in document
    assert len(document) < len(page(run, TRACES)) + FRAME_CHARACTERS + 2_000


def test_what_an_operator_did_stands_uncut_in_a_case_that_failed(run: dict[str, Any]) -> None:
    case_of(run, "TC_013_CSMS")["failure"]["evidence"] = "POST http://x/reset\n\n500 Oh\n\n<b>" + "y" * 16_000
    text = Page(page(only(run, "TC_013_CSMS"), TRACES)).text("TC_013_CSMS")
    assert "What the operator did, and what came back" in text
    assert "<b>" + "y" * 16_000 in text
    assert "What the operator did" not in Page(page(only(run, "TC_010_CSMS"), TRACES)).text("TC_010_CSMS")


def test_nothing_of_a_case_that_failed_is_cut(run: dict[str, Any]) -> None:
    traces = grown(run, "TC_010_CSMS", 3, PAGE_CHARACTERS // 2)
    document = page(only(run, "TC_010_CSMS", "TC_056_CSMS"), traces)
    assert "y" * (PAGE_CHARACTERS // 2) in document
    assert "more steps are in the trace" in document  # of the others, which have no room left
    text = Page(document).text("TC_010_CSMS")
    assert "more characters" not in text
    assert "more steps" not in text


def test_a_case_without_a_trace_file_says_nothing_of_one(with_outcomes: Run) -> None:
    assert "trace.jsonl" not in Page(page(with_outcomes("NOT_APPLICABLE"), {})).text("cases")


@pytest.mark.parametrize(
    ("costs", "room", "share"),
    [
        ([], 100, 0),
        ([10, 20], 100, 20),
        ([10, 200, 300], 210, 100),
        ([10, 20, 30], 45, 17),
        ([10], -5, 0),
        ([10, 10], 20, 10),
    ],
)
def test_fair_share(costs: list[int], room: int, share: int) -> None:
    assert fair_share(costs, room) == share
    assert sum(min(cost, share) for cost in costs) <= max(room, 0) or share == 0
