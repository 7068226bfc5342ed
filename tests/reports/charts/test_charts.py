"""The pictures of response times: nothing is left out of them, nothing in them is markup of a foreign name."""

import copy
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.charts.axes import MOST_TICKS, Axis, axis_of, counts, written
from reports.charts.charts import histogram, response_charts, timeline
from reports.charts.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from reports.results.performance import figures, kept, statistics

MS = 1_000_000
SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ElementTree.Element:
    """The picture as a tree; it has to be well-formed, and to say what it is to those who do not see it."""
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    labels = root.get("aria-labelledby", "").split()
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert [child.get("id") for child in root][:2] == labels
    assert all(child.text for child in list(root)[:2])
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [node for node in root.iter() if node.get("class") == name]


def bars(root: ElementTree.Element) -> list[int]:
    hints = [node.find(f"{SVG}title") for node in of_class(root, "bar")]
    return [int(str(hint.text).partition(":")[0]) for hint in hints if hint is not None]


def places(root: ElementTree.Element, kind: str) -> list[tuple[float, float]]:
    """Where the dots of a kind are."""
    if kind == "first":
        return [(float(node.get("cx", 0)), float(node.get("cy", 0))) for node in of_class(root, "first")]
    pairs = re.findall(r"M(\S+) ([\d.]+)h0", "".join(node.get("d", "") for node in of_class(root, kind)))
    return [(float(x), float(y)) for x, y in pairs]


def row(ns: int, at_ms: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"action": "Heartbeat", "ns": ns, "at_ms": at_ms, "case": "TC_001_CSMS", "first": False} | more


TIMES = st.lists(st.integers(0, 10**11), min_size=1, max_size=60)


# --- histogram --------------------------------------------------------------------------------------------------------


@given(TIMES, st.sampled_from([None, 0.001, 5]))
@example([5_000_000_001], 5)  # nearly the same
@example([5_100_000_000], 5)  # the only bin is wider than the axis
def test_every_sample_is_in_a_bar_and_every_bar_in_the_plot(times: list[int], declared: float | None) -> None:
    root = drawn(histogram(times, "Times", declared_s=declared))
    assert sum(bars(root)) == len(times)
    for bar in of_class(root, "bar"):
        left, width = float(bar.get("x", 0)), float(bar.get("width", 0))
        assert LEFT <= left < left + width <= RIGHT + 2
        assert TOP <= float(bar.get("y", 0)) <= BOTTOM
    assert f"n = {len(times)} in" in " ".join(texts(root))
    limits = [float(node.get("x1", 0)) for node in of_class(root, "limit")]
    assert len(limits) == (declared is not None)
    assert all(LEFT <= x <= RIGHT for x in limits)


@given(TIMES, st.integers(1, 10**11))
def test_the_line_of_the_maximum_parts_the_bars(times: list[int], limit: int) -> None:
    root = drawn(histogram(times, "Times", declared_s=limit / 1e9))
    (line,) = of_class(root, "limit")
    if max(times) < limit:
        assert all(float(bar.get("x", 0)) <= float(line.get("x1", 0)) + 0.2 for bar in of_class(root, "bar"))
    description = str(list(root)[1].text)
    assert f": {sum(time > limit for time in times)}." in description


def test_a_far_maximum_is_at_the_edge_and_says_so() -> None:
    near = drawn(histogram([1 * MS, 2 * MS, 9 * MS], "Times", declared_s=0.012))
    assert "declared 12 ms" in texts(near)
    far = drawn(histogram([1 * MS, 2 * MS, 9 * MS], "Times", declared_s=50_000))
    assert "declared 50000 s, beyond this axis" in texts(far)
    assert of_class(far, "limit")[0].get("x1") == f"{RIGHT:.1f}"


def test_an_axis_is_logarithmic_where_that_helps() -> None:
    assert "logarithmic" in histogram([1 * MS, 21 * MS], "Times")
    assert "linear" in histogram([1 * MS, 20 * MS], "Times")
    assert "linear" in histogram([0, 21 * MS], "Times")


@pytest.mark.parametrize(("n", "bins", "ticks"), [(3, 3, 3), (30, 6, 30), (3000, 29, 0)])
def test_few_samples_get_few_bins_and_are_seen_singly(n: int, bins: int, ticks: int) -> None:
    root = drawn(histogram([(100 + number) * MS for number in range(n)], "Times"))
    assert len(bars(root)) == bins
    assert "".join(node.get("d", "") for node in of_class(root, "rug")).count("M") == ticks


def test_times_that_are_all_the_same_are_one_bar() -> None:
    root = drawn(histogram([5 * MS] * 12, "Times"))
    assert bars(root) == [12]
    assert "n = 12 in 1 bin; shortest 5 ms, longest 5 ms; linear axis, bins of equal width" in texts(root)
    assert bars(drawn(histogram([0, 0], "Times"))) == [2]


def test_a_histogram_of_a_part_says_so() -> None:
    assert "2 of n = 9 single times" in histogram([1 * MS, 2 * MS], "Times", of=9)
    assert "n = 2 in" in histogram([1 * MS, 2 * MS], "Times", of=2)


@pytest.mark.parametrize("svg", [histogram([], "Times", declared_s=5), timeline([], "Times")])
def test_without_samples_there_is_no_plot(svg: str) -> None:
    root = drawn(svg)
    assert "no samples" in texts(root)
    assert not [node for node in root.iter() if node.get("class") in ("bar", "dots", "limit")]


# --- timeline ---------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 10**11), st.integers(0, 10**6), st.booleans()), min_size=1, max_size=40),
    st.sampled_from([None, 0.5]),
)
def test_every_sample_is_a_dot_inside_the_plot(samples: list[tuple[int, int, bool]], declared: float | None) -> None:
    rows = [row(ns, at, first=first) for ns, at, first in samples]
    root = drawn(timeline(rows, "Times", declared_s=declared))
    dots = [*places(root, "dots"), *places(root, "first")]
    assert len(dots) == len(rows)
    assert len(places(root, "first")) == sum(first for _, _, first in samples)
    over = [ns for ns, _, _ in samples if declared is not None and ns > declared * 1e9]
    assert len(places(root, "over")) == len(over)
    assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in dots)


def test_longer_is_higher_and_later_is_further_right() -> None:
    root = drawn(timeline([row(1 * MS, 0), row(2 * MS, 10), row(900 * MS, 20)], "Times"))
    xs, ys = zip(*places(root, "dots"), strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)


def test_the_longest_are_named_but_never_one_over_the_other() -> None:
    rows = [row(1 * MS, 0), row(400 * MS, 100, action="Authorize"), row(399 * MS, 101, action="<b>")]
    svg = timeline(rows, "Times")
    assert "Authorize 400 ms" in texts(drawn(svg))
    assert "<b> 399 ms" not in texts(drawn(svg))
    assert "&lt;b&gt; in TC_001_CSMS: 399 ms" in svg


def test_the_longest_of_all_is_on_the_axis_when_its_sample_was_not_kept() -> None:
    svg = timeline([row(1 * MS), row(2 * MS, 5)], "Times", longest_ms=80.0)
    assert "longest of all 80 ms" in texts(drawn(svg))
    assert "the longest one is not among those drawn" in svg
    assert all(TOP <= float(node.get("y1", 0)) <= BOTTOM for node in of_class(drawn(svg), "mark"))


def test_a_long_note_is_broken_and_stays_in_the_picture() -> None:
    root = drawn(timeline([row(1 * MS)], "Times", notes=["word " * 20]))
    assert all(float(node.get("y", 0)) < HEIGHT for node in root.iter(f"{SVG}text"))
    assert max(map(len, texts(root))) < WIDTH / 6


# --- from results -----------------------------------------------------------------------------------------------------


def with_samples(results: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    results = copy.deepcopy(results)
    results["performance"] |= {
        "ocpp_response": statistics([one["ns"] for one in rows], 2, 5),
        "authorize_response": statistics([one["ns"] for one in rows if one["action"] == "Authorize"], 0, None),
        "samples": kept(rows),
    }
    return results


def test_a_run_has_a_timeline_and_a_histogram_for_each_figure(results: dict[str, Any]) -> None:
    rows = [row(3 * MS, 0), row(4 * MS, 10, action="Authorize"), row(5 * MS, 20, case="TC_002_CSMS")]
    charts = response_charts(with_samples(results, rows))
    assert [caption for caption, _ in charts] == [
        "Response times over the run",
        "OCPP response time",
        "Response time Authorize",
    ]
    assert "requests without an answer, which are not drawn: 2" in charts[0][1]
    assert len(of_class(drawn(charts[0][1]), "turn")) == 1
    assert sum(bars(drawn(charts[2][1]))) == 1
    assert len({drawn(svg).get("aria-labelledby") for _, svg in charts}) == 3


def test_cases_that_ran_at_the_same_time_are_not_shaded(results: dict[str, Any]) -> None:
    rows = [row(30 * MS, 0), row(4 * MS, 10, case="TC_002_CSMS")]
    results = with_samples(results, rows)
    results["performance"]["ocpp_response"]["timeouts"] = 0
    charts = response_charts(results)
    assert len(charts) == 2  # nothing was measured of Authorize
    assert "requests without an answer" not in charts[0][1]
    assert not of_class(drawn(charts[0][1]), "turn")


def test_results_without_single_times_have_no_pictures(results: dict[str, Any]) -> None:
    assert response_charts(results) == []


def test_the_load_is_shaded_and_both_phases_share_an_axis(results: dict[str, Any]) -> None:
    results = with_samples(results, [row(3 * MS, 0), row(4 * MS, 10, action="Authorize")])
    under = [row(40 * MS, 5_000), row(60 * MS, 5_010)]
    results["background"] = {"stations": 1, "from_s": 4.0, "to_s": 6.0}
    results["performance"]["loaded"] = {
        "ocpp_response": statistics([40 * MS, 60 * MS], 0, 5),
        "authorize_response": statistics([], 0, None),
        "per_action": {},
        "first_calls": figures([], 0),
        "samples": kept(under),
    }
    charts = response_charts(results)
    assert [caption for caption, _ in charts] == [
        "Response times over the run",
        "OCPP response time, quiet",
        "OCPP response time, loaded",
        "Response time Authorize, quiet",
    ]
    (shade,) = of_class(drawn(charts[0][1]), "load")
    left = float(shade.get("x", 0))
    quiet, loaded = places(drawn(charts[0][1]), "dots")[:2], places(drawn(charts[0][1]), "dots")[2:]
    assert all(x < left for x, _ in quiet)
    assert all(left < x < left + float(shade.get("width", 0)) for x, _ in loaded)
    assert "shaded: 1 background station" in charts[0][1]
    axes = [[text for text in texts(drawn(svg)) if re.fullmatch(r"[\d.]+ m?s", text)] for _, svg in charts[1:3]]
    assert axes[0] == axes[1]

    results["background"]["stations"] = 2
    assert "shaded: 2 background stations" in response_charts(results)[0][1]


def test_a_picture_needs_nothing_from_elsewhere() -> None:
    svg = timeline([row(1 * MS)], "Times", declared_s=5)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme:dark" in svg
    assert "<script" not in svg


# --- axes -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=5), st.booleans())
def test_an_axis_holds_its_values_and_a_readable_number_of_ticks(values: list[float], from_zero: bool) -> None:
    axis = axis_of(values, 0, 100, from_zero=from_zero)
    assert all(-1e-6 <= axis.at(value) <= 100 + 1e-6 for value in values)
    ticks = axis.ticks()
    assert 1 <= len(ticks) <= MOST_TICKS + 1
    assert ticks == sorted(set(ticks))
    assert all(axis.low * (1 - 1e-9) <= tick <= axis.high * (1 + 1e-9) for tick in ticks)


def test_shares_and_values_of_an_axis() -> None:
    assert Axis(1, 100, 0, 1, is_log=True).value(0.5) == 10
    assert Axis(0, 10, 50, 250).share(0, 5) == 0.5


@pytest.mark.parametrize(("ms", "text"), [(0.2, "0.2 ms"), (12.3456, "12.3 ms"), (999.9, "1000 ms"), (5000, "5 s")])
def test_a_time_is_written_with_the_digits_that_matter(ms: float, text: str) -> None:
    assert written(ms) == text


@pytest.mark.parametrize(("most", "ticks"), [(0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (450, range(0, 451, 100))])
def test_counts_are_whole(most: int, ticks: Any) -> None:
    assert counts(most) == list(ticks)
