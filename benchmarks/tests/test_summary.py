"""What a run comes to, and that its file comes to the same."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import MS, SECOND, busy, recorded, sample, streamed

from azureml_bench import outcome
from azureml_bench.health import Health
from azureml_bench.load import Phases
from azureml_bench.outcome import OUTCOMES
from azureml_bench.plan import Plan
from azureml_bench.record import Record, read, record
from azureml_bench.report import page, requests_jsonl, summary_json
from azureml_bench.report.junit import parts as junit
from azureml_bench.report.output import FORMS
from azureml_bench.report.table import table
from azureml_bench.run import Run
from azureml_bench.sample import Content, Sample
from azureml_bench.shape import known
from azureml_bench.summary import Summary
from azureml_bench.summing import of_record
from azureml_bench.target import Target
from azureml_bench.usage import WrongUsage

SCHEMA = jsonschema.Draft202012Validator(summary_json.json_schema())


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Any request that a run may have, and some that it may not."""
    due = draw(st.integers(0, 12 * SECOND))
    sent = due + draw(st.integers(0, 2 * SECOND))
    arrivals = sorted(draw(st.lists(st.integers(sent, sent + 3 * SECOND), max_size=5)))
    end = (arrivals[-1] if arrivals else sent) + draw(st.integers(0, SECOND))
    return Sample(
        draw(st.integers(0, 1000)),
        draw(st.sampled_from(["warmup", "measure"])),
        due,
        sent,
        end,
        draw(st.sampled_from([one.name for one in OUTCOMES])),
        status=draw(st.none() | st.integers(100, 599)),
        first_byte=draw(st.none() | st.integers(sent, end)),
        contents=tuple(Content(at, draw(st.integers(1, 3))) for at in arrivals),
        characters=draw(st.integers(0, 500)),
        response_bytes=draw(st.integers(0, 500)),
        tokens=draw(st.none() | st.integers(0, 20)),
        tries=draw(st.integers(1, 3)),
        retried=tuple(draw(st.lists(st.sampled_from(sorted(outcome.BAD)), max_size=2))),
        note=draw(st.text(max_size=20)),
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    return recorded(
        draw(st.lists(samples(), max_size=30)),
        users=draw(st.sampled_from([0, 0, 3])),
        phases=Phases(draw(st.sampled_from([0.0, 2.0])), 10.0, 5.0),
        slo=draw(st.sampled_from([[], ["e2e:p99<1s,goodput>90%"], ["ttft<500ms,errors<1%,itl:max<1s"]])),
    )


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(records())
def test_whatever_was_measured_is_summed_up_and_shown(kept: Record) -> None:
    told = of_record(kept)
    written = summary_json.parts(kept, told)[""]
    SCHEMA.validate(json.loads(written))
    assert Summary.model_validate_json(written) == told
    assert of_record(read(requests_jsonl.parts(kept, told)[""].split("\n"), "requests.jsonl")) == told
    assert table(told)
    assert page.page(kept, told).endswith("</html>\n")
    assert junit(kept, told)[""].startswith("<?xml")


def test_every_line_is_read_back_whatever_was_said() -> None:
    notes = ["\u2028 two\nlines", "\x00\x1b[31m", "</script>", "\ud800", '"', "ключ"]
    kept = recorded([sample(n, n, outcome="5xx", note=note) for n, note in enumerate(notes)])
    lines = requests_jsonl.parts(kept, of_record(kept))[""].encode("utf-8", "backslashreplace").decode().split("\n")
    assert [one.note for one in read(lines, "it").samples] == notes


def test_failures_are_in_no_latency() -> None:
    told = of_record(
        recorded([sample(0, 0, 20), sample(1, 1, 5000, outcome="timeout"), sample(2, 2, 1, outcome="5xx")])
    )
    assert told.metrics["e2e"].n == 1
    assert told.failures
    assert told.failures["max"] == pytest.approx(5)
    assert told.counts.error_rate == pytest.approx(2 / 3)


def test_one_that_was_cut_is_neither_good_nor_bad() -> None:
    told = of_record(recorded([sample(0), sample(1, 1, outcome="cut")]))
    assert (told.counts.ended, told.counts.bad, told.counts.cut) == (1, 0, 1)
    assert told.counts.error_rate == 0


def test_one_that_was_dropped_is_an_error_without_a_latency() -> None:
    told = of_record(recorded([sample(0), sample(1, 1, 0, outcome="dropped")]))
    assert told.counts.bad == 1
    assert told.harness.delay
    assert told.harness.delay.n == 1


def test_offered_by_when_it_was_due_achieved_by_when_it_ended() -> None:
    phases = Phases(2.0, 10.0, 5.0)
    warm = [replace(sample(n, n, 500), phase="warmup") for n in (0, 1)]
    told = of_record(
        recorded([*warm, replace(sample(2, 1.9, 200), phase="warmup"), sample(3, 5), sample(4, 11.99)], phases=phases)
    )
    assert told.counts.requests == 2
    assert told.rates.offered == pytest.approx(0.2)
    assert told.rates.achieved == pytest.approx(0.2)  # one of the warm-up ended within, the last one after
    assert told.metrics["e2e"].n == 2


def test_a_closed_loop_has_no_intended_start() -> None:
    told = of_record(recorded([sample(0), sample(1, 1)], users=2))
    assert told.closed
    assert told.rates.offered is None
    assert told.harness.delay is None
    assert "e2e_intended" not in told.metrics
    assert any("hides stalls" in one for one in told.warnings)


def test_whose_tokens_they_are() -> None:
    assert of_record(recorded([streamed(0)])).tokens_from == "usage"
    assert of_record(recorded([streamed(0), replace(streamed(1, 1), tokens=None)])).tokens_from == "events"
    assert of_record(recorded([sample(0)])).tokens_from == "none"


def test_what_was_said_most_is_kept_for_each_class() -> None:
    said = [("5xx", "a"), ("5xx", "b"), ("5xx", "b"), ("connect", "refused"), ("ok", "")]
    told = of_record(recorded([sample(n, n, outcome=how, note=note) for n, (how, note) in enumerate(said)]))
    assert told.notes == {"5xx": "b", "connect": "refused"}


def test_tries_that_were_made_again_are_counted_apart() -> None:
    told = of_record(recorded([sample(0, tries=3, retried=("429", "5xx")), sample(1, 1, tries=2, retried=("429",))]))
    assert told.counts.retried == {"429": 2, "5xx": 1}
    assert told.counts.outcomes == {"ok": 2}


def test_nothing_good_is_not_valid() -> None:
    told = of_record(recorded([sample(0, outcome="connect", status=None)]))
    assert not told.valid
    assert "nothing to measure" in told.problems[-1]


def test_blocks_are_of_two_seconds_from_the_end_of_the_warm_up() -> None:
    told = of_record(recorded([sample(n, 1 + n / 2, 10 + n) for n in range(10)], phases=Phases(1.0, 10.0, 1.0)))
    assert [(one.at, one.n) for one in told.blocks] == [(0, 4), (2, 4), (4, 2)]
    assert told.blocks[0].medians["e2e"] == pytest.approx(0.0115)


def test_a_stall_is_seen() -> None:
    calm = [sample(n, n / 100) for n in range(1000) if not 500 <= n < 700]
    held = [sample(n, n / 100, (7 - n / 100) * 1000 + 20) for n in range(500, 700)]
    told = of_record(recorded([*calm, *held]))
    assert [(round(one.since, 2), round(one.until, 2)) for one in told.silences] == [(5.01, 7.02)]
    assert told.silences[0].waiting > 190
    assert told.metrics["e2e_intended"]["p99"] == pytest.approx(1.92, abs=0.02)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "requests.jsonl, line 1: expected a run as azureml-bench writes it"),
        ("{", "line 1: expected a run"),
        ('{"number":1}', "line 1: expected a run as azureml-bench writes it; run: Field required"),
        ('{"run":{"version":2}}', "line 1: .*run.version"),
        (next(recorded([]).lines()).replace("[0.0,10.0,5.0]", "[0.0,0.0,5.0]"), "run.phases: .*a time to measure"),
        (next(recorded([]).lines()).replace("1795000000.0", "1e300"), "run.began: .* less than 1"),
    ],
)
def test_a_file_that_is_none_is_said(line: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        read([line], "requests.jsonl")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "expected a request's JSON object with end, intended, number, outcome, phase, sent"),
        ("[1]", "expected a request's JSON object"),
        ("nonsense", "expected a line of JSON"),
        ('{"sent": "now"}', "sent: .*integer"),
        ('{"wrong": 1}', "unknown field 'wrong'"),
        ('{"contents": [[1]]}', "contents"),
        ('{"outcome": "fine"}', "outcome: expected one of ok, connect, .*, not 'fine'"),
    ],
)
def test_a_line_that_is_no_request_is_said(line: str, said: str) -> None:
    head, good = list(recorded([sample(0)]).lines())
    if line.startswith("{") and line != "{}":
        line = json.dumps({**json.loads(good), **json.loads(line)})
    with pytest.raises(WrongUsage, match=rf"^here, line 3: .*{said}"):
        read([head, good, line], "here")


@pytest.mark.slow
def test_instants_that_cannot_be_are_shown_all_the_same() -> None:
    kept = recorded([replace(sample(n, n), intended=-n * SECOND, sent=-5, end=10**n) for n in range(1, 40, 7)])
    told = of_record(kept)
    for form in FORMS:
        assert form.parts(kept, told)


def test_each_form_says_what_it_is() -> None:
    assert len({form.option for form in FORMS}) == len({form.file for form in FORMS}) == len(FORMS)


def test_many_requests_are_summed_up() -> None:
    told = of_record(recorded(busy(2000, tokens=0)))
    assert told.counts.requests == 2000
    assert told.valid
    assert told.metrics["e2e"]["p99.9"] > told.metrics["e2e"]["p50"]


def test_the_longest_gap_is_found_where_tokens_stand_still() -> None:
    contents = (Content(100 * MS, 1), Content(120 * MS, 2), Content(920 * MS, 1))
    one = Sample(0, "measure", 0, 0, 920 * MS, contents=contents)
    told: Any = of_record(recorded([one])).metrics
    assert told["itl"].n == 2
    assert told["itl"].max == pytest.approx(0.8)
    assert told["tpot"].mean == pytest.approx(0.82 / 3)


def test_the_key_is_in_nothing_that_is_kept() -> None:
    key = "k3y-of-an-endpoint"
    target = Target(f"http://me:{key}@host/score?api-key={key}", known("gpt2"), key)
    said = sample(0, outcome="4xx", status=401, note=f"the key {key} is wrong")
    kept = record(Run(Plan(target), [said], Health(lags=[0.001])), ["errors<1%"])
    told = of_record(kept)
    for form in FORMS:
        for text in form.parts(kept, told).values():
            assert key not in text
    assert key not in table(told)
    assert told.notes == {"4xx": "the key *** is wrong"}
    assert told.url == "http://host/score?api-key=***"
