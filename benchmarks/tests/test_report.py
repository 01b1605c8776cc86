"""The forms in which a run is kept, for people, build servers and other tools, and the files they go into."""

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from recorded import SECOND, busy, recorded, sample, streamed

from azureml_bench.health import Health
from azureml_bench.record import Record, shown
from azureml_bench.report import hdr, page
from azureml_bench.report.figures import digits, rate, share, time
from azureml_bench.report.junit import parts as junit
from azureml_bench.report.series import charts, slice_width
from azureml_bench.report.table import table
from azureml_bench.report.words import one_line
from azureml_bench.silence import silences
from azureml_bench.summing import of_record

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u2028'\"&"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.00041, "0.41 ms"),
        (0.0253, "25.3 ms"),
        (0.2531, "253 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.00 s"),
        (1.811, "1.81 s"),
        (119.9, "120 s"),
        (125, "2m05s"),
        (-0.002, "-2.00 ms"),
    ],
)
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert time(seconds) == text


def test_numbers_shares_and_rates() -> None:
    assert [digits(one) for one in (0, 0.004, 0.5, 9.994, 9.996, 99.96, 12345.6)] == [
        *("0.00", "0.004", "0.50", "9.99", "10.0", "100", "12,346"),
    ]
    assert [share(one) for one in (0, 0.00001, 0.0413, 0.5, 0.99999, 1)] == [
        *("0%", "<0.01%", "4.13%", "50%", ">99.99%", "100%"),
    ]
    assert rate(50) == "50.0/s"


def test_what_an_endpoint_says_stays_in_its_line() -> None:
    assert one_line("a\r\nb\x1b[31m\u202ec") == "a b [31m c"
    assert one_line("x" * 500, 10) == "xxxxxxxxx…"


def text(samples: Sequence[Any], **told: Any) -> str:
    return table(of_record(recorded(samples, **told)))


def test_a_table_for_somebody_in_a_hurry() -> None:
    shown = text(busy(2000), slo=["e2e:p99<20ms,e2e<1s,goodput>50%"])
    lines = shown.splitlines()
    assert lines[0] == "http://127.0.0.1:8000/score  gpt2, not streamed"
    assert lines[1] == "open loop, poisson arrivals, rate 50"
    assert re.match(
        r"offered 200/s, achieved \d+/s, goodput \d+/s \(9\d\.\d+% of requests\); 2,000 requests, ", lines[2]
    )
    assert re.search(r"^MISSED   e2e:p99<20ms  [\d.]+ ms$", shown, re.MULTILINE)
    assert re.search(r"^each     e2e<1s        9\d\.\d+% of requests$", shown, re.MULTILINE)
    assert re.search(r"^met      goodput>50%   9\d\.\d+%$", shown, re.MULTILINE)
    assert re.search(r"^5xx  \d+  upstream connect error$", shown, re.MULTILINE)
    assert "* fewer than 5 values are beyond it" in shown
    assert "time to first byte" not in shown  # it came with the last one
    assert "bytes per second" not in shown
    rows = [line for line in lines if line.startswith("end to end")]
    assert len({len(row) for row in rows}) == 1


def test_what_is_not_valid_is_said_first() -> None:
    shown = text(busy(50), health=Health(lost=2))
    assert shown.startswith("NOT VALID: 2 workers were lost")


def test_a_closed_loop_is_called_one_and_what_it_hides() -> None:
    shown = text(busy(500), users=7)
    assert shown.splitlines()[1] == "closed loop, 7 users"
    assert "offered" not in shown
    assert "from intended start" not in shown
    assert "warning: closed loop of 7 users" in shown


def test_streams_say_whose_tokens_they_are() -> None:
    assert "tokens are counted by the server" in text([streamed(0)])
    assert "inter-token latency" in text([streamed(0)])


def test_a_table_of_nothing() -> None:
    assert "NOT VALID: no request got a whole answer" in text([])


def test_a_terminal_is_not_told_what_to_do() -> None:
    shown = text([sample(0, outcome="5xx", note=HOSTILE)], url=f"http://x/{HOSTILE}")
    assert "\x1b" not in shown


def test_a_metric_of_a_later_version_is_left_out() -> None:
    told = of_record(recorded([sample(0)]))
    later = told.model_copy(update={"metrics": {**told.metrics, "jitter": told.metrics["e2e"]}})
    assert table(later) == table(told)


def test_a_threshold_is_a_test_case() -> None:
    kept = recorded(busy(500), slo=["e2e:p99<1ms,errors<50%,e2e<1s"])
    suites = ET.fromstring(junit(kept, of_record(kept))[""])
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    assert list(cases) == ["valid", "e2e:p99<1ms", "errors<50%"]
    assert (suites.get("tests"), suites.get("failures")) == ("3", "1")
    failure = cases["e2e:p99<1ms"].find("failure")
    assert failure is not None
    assert re.fullmatch(r"e2e:p99<1ms: measured [\d.]+ ms", failure.get("message", ""))
    assert "e2e: p50 " in (failure.text or "")


def test_what_is_not_valid_fails() -> None:
    kept = recorded([sample(0, outcome="5xx", note=HOSTILE)], url=f"http://x/{HOSTILE}")
    root = ET.fromstring(junit(kept, of_record(kept))[""])
    assert root.get("failures") == "1"


@pytest.mark.slow
def test_histograms_are_within_a_thousandth(tmp_path: Path) -> None:
    kept = recorded(busy(600, 2.0, tokens=3))
    told = of_record(kept)
    parts = hdr.parts(kept, told)
    assert set(parts) == {"", *(f"{name}.hgrm" for name in told.metrics if not name.startswith("output_"))}
    file = tmp_path / "latency.hlog"
    file.write_text(parts[""], encoding="utf-8")
    merged: dict[str, HdrHistogram] = {}
    reader = HistogramLogReader(str(file), HdrHistogram(1, 24 * 3600 * SECOND, 3))
    while one := reader.get_next_interval_histogram():
        merged.setdefault(one.get_tag(), HdrHistogram(1, 24 * 3600 * SECOND, 3)).add(one)
    reader.input_file.close()
    assert set(merged) == {name.removesuffix(".hgrm") for name in parts if name}
    for name, one in merged.items():
        assert one.get_total_count() == told.metrics[name].n
        for rank in (50, 90, 99):
            exact = told.metrics[name][f"p{rank:g}"]
            assert one.get_value_at_percentile(rank) / 1e9 == pytest.approx(exact, rel=0.002)
    assert re.search(rf"Mean    = +{told.metrics['e2e'].mean * 1000:.3f}", parts["e2e.hgrm"])
    assert re.search(rf"Total count    = +{told.metrics['e2e'].n}\]", parts["e2e.hgrm"])


class Outline(HTMLParser):
    """Elements of a page, and the text outside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] not in ("script", "style"):
            self.said += data


def outline(kept: Record) -> Outline:
    return Outline(page.page(kept, of_record(kept)))


def test_a_page_brings_all_that_it_needs() -> None:
    found = outline(recorded(busy(500)))
    for tag, attributes in found.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "form", "base")
        assert not {"src", "href", "style"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    policy = next(one["content"] for _, one in found.elements if one.get("http-equiv"))
    assert policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


def test_nothing_that_was_measured_is_markup() -> None:
    calm = recorded([sample(0), sample(1, 1, outcome="5xx", note="calm")], url="http://x/calm", slo=["e2e<1s"])
    wild = recorded([sample(0), sample(1, 1, outcome="5xx", note=HOSTILE)], url=f"http://x/{HOSTILE}", slo=["e2e<1s"])
    wild.head.plan.update(schema=HOSTILE, prompts=HOSTILE, parameters={HOSTILE: HOSTILE})
    calm.head.plan.update(prompts="calm", parameters={"calm": "calm"})
    tags = [[tag for tag, _ in outline(kept).elements] for kept in (calm, wild)]
    assert tags[0] == tags[1]
    assert "onerror=alert" in outline(wild).said


def test_what_is_not_valid_stands_on_top_of_the_page() -> None:
    found = outline(recorded([sample(0, outcome="connect", note="refused")]))
    banner = next(attributes for tag, attributes in found.elements if "banner" in (attributes.get("class") or ""))
    assert banner == {"class": "banner invalid", "role": "alert"}
    assert "NOT VALID" in found.said


def test_every_chart_says_in_words_what_it_shows() -> None:
    found = outline(recorded([*busy(500), *busy(100, tokens=5)]))
    named = {attributes["id"] for _, attributes in found.elements if "id" in attributes}
    drawn = [attributes for _, attributes in found.elements if "data-chart" in attributes]
    assert {one["data-chart"] for one in drawn} == {
        *("latency", "percentiles", "rates", "errors", "delay", "flight", "ttft", "itl"),
    }
    for one in drawn:
        assert one["role"] == "img"
        assert one["aria-describedby"] in named


@pytest.mark.parametrize("requests", [6000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_page_of_many_requests_is_small_and_keeps_the_highest(requests: int) -> None:
    kept = recorded(busy(requests, 60.0))
    drawn = charts(kept)
    assert len(json.dumps(drawn)) < 300_000
    good = [one for one in kept.samples if one.ok]
    highest = max(one.end - one.intended for one in good) / 1e6
    assert max(drawn["dots"][1]) == pytest.approx(highest, rel=1e-3)
    assert max(filter(None, drawn["latency"]["max"])) == pytest.approx(highest, rel=1e-3)
    for second in range(0, 60, 15):
        seen = [y for x, y in zip(*drawn["dots"], strict=True) if second - 0.2 <= x < second + 1.2]
        true = [(one.end - one.intended) / 1e6 for one in good if second <= one.intended / SECOND < second + 1]
        assert max(seen) >= 0.999 * max(true)
        assert min(seen) <= 1.001 * min(true)
    assert sum(map(sum, drawn["errors"].values())) == requests - len(good)


def test_how_many_are_out_at_once() -> None:
    samples = [
        sample(0, 0, 2500),
        sample(1, 0.1, 100),
        sample(2, 0.15, 100),
        sample(3, 4, 0.1),
        sample(4, 4, outcome="dropped"),
    ]
    drawn = charts(recorded([*samples, sample(5, 19.0, 900)]))
    assert drawn["width"] == 1
    assert drawn["flight"] == [3, 1, 1, 0, 1, *[0] * 14, 1]


def test_slices_suit_the_length_of_a_run() -> None:
    assert slice_width(60, 6000) == 1
    assert slice_width(3600, 360_000) == 15
    assert slice_width(5, 500) == 0.5
    assert slice_width(5, 5) == 0.5
    assert slice_width(1e7, 10) > 40_000


def test_silence_is_when_several_wait() -> None:
    calm = [sample(n, n / 10) for n in range(50)]
    assert silences(calm) == []
    slow = sample(50, 5.0, 3000)
    assert silences([*calm, slow]) == []  # one that is slow, while nobody else waits, is only that
    assert [round(one.lasted, 2) for one in silences([*calm, slow], closed=True)] == [3.0]
    together = [sample(n, 5 + n / 100, 3000 - n * 10) for n in range(5)]
    assert [(round(one.since, 1), one.waiting) for one in silences([*calm, *together])] == [(5.0, 5)]
    assert silences([]) == []


def test_the_charts_are_drawn_by_what_was_vendored_unmodified() -> None:
    vendor = files("azureml_bench.report") / "vendor"
    assert {one.name: sha256(one.read_bytes()).hexdigest()[:16] for one in vendor.iterdir()} == {
        "LICENSE": "8f989229699b4fe2",
        "uPlot.iife.min.js": "19c8d4c6ad88929a",
        "uPlot.min.css": "df630c6a8d6f8eea",
    }


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://user:secret@host:8443/score", "https://host:8443/score"),
        (
            "https://host/score?api-version=2024-05-01&api-key=secret",
            "https://host/score?api-version=2024-05-01&api-key=***",
        ),
        ("https://host/score?code=secret&sig=secret", "https://host/score?code=***&sig=***"),
        ("http://host/score?a=1", "http://host/score?a=1"),
    ],
)
def test_an_address_is_shown_without_what_is_secret(url: str, seen: str) -> None:
    assert shown(url) == seen
