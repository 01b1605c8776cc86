"""What is asked of a run: as it is typed, and what it means for a request and for a run."""

import pytest
from recorded import recorded, sample, streamed

from azureml_bench.objective import objectives
from azureml_bench.summing import of_record
from azureml_bench.usage import WrongUsage


def test_several_are_typed_at_once() -> None:
    found = objectives(["e2e:p99<2s, errors<1%,ttft<=500ms", "goodput>95%", "output_tokens:mean >= 12.5/s"])
    assert [(one.subject, one.statistic, one.sign, one.limit, one.unit) for one in found] == [
        ("e2e", "p99", "<", 2.0, "s"),
        ("errors", "", "<", 0.01, "share"),
        ("ttft", "", "<=", 0.5, "s"),
        ("goodput", "", ">", 0.95, "share"),
        ("output_tokens", "mean", ">=", 12.5, "/s"),
    ]
    assert [one.text for one in found if one.per_request] == ["ttft<=500ms"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"--slo '': expected WHAT<LIMIT, such as e2e:p99<2s"),
        ("e2e", "expected WHAT<LIMIT"),
        ("e2e:p99=2s", "expected WHAT<LIMIT"),
        ("latency<2s", "expected one of e2e, e2e_intended, .*goodput, achieved, not 'latency'"),
        ("e2e:p<2s", "expected mean, min, max or a percentile such as p99.9, not 'p'"),
        ("e2e:p0<2s", "expected mean, min, max or a percentile"),
        ("e2e:p101<2s", "expected mean, min, max or a percentile"),
        ("e2e:p99<500", "expected a time with its unit such as 500ms or 2s, not '500'"),
        ("e2e:p99<fast", "expected a time with its unit"),
        ("errors:p99<1%", "errors is one figure; expected it without :p99"),
        ("errors<1", "expected a share such as 1%, not '1'"),
        ("errors<101%", "expected a share"),
        ("errors<-1%", "expected a share"),
        ("errors<nan%", "expected a share"),
        ("goodput>fast", "expected a share such as 1% or a rate such as 50/s, not 'fast'"),
        ("achieved>50%", "expected a rate such as 50/s, not '50%'"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said) as found:
        objectives([text])
    assert "\n" not in str(found.value)


def results(*samples: object, slo: str, users: int = 0) -> dict[str, tuple[float | None, bool | None]]:
    told = of_record(recorded(samples, slo=[slo], users=users))  # type: ignore[arg-type]
    return {one.text: (one.measured, one.met) for one in told.objectives}


def test_thresholds_are_of_the_whole_run() -> None:
    samples = [sample(n, n / 10, 10 + n) for n in range(100)]
    asked = "e2e:p99<109ms,e2e:max<109ms,e2e:p97.5<1s,e2e:mean>59ms,e2e:min>=10ms,achieved>=10/s,errors<=0%"
    assert results(*samples, slo=asked) == {
        "e2e:p99<109ms": (pytest.approx(0.108), True),
        "e2e:max<109ms": (pytest.approx(0.109), False),
        "e2e:p97.5<1s": (pytest.approx(0.107), True),
        "e2e:mean>59ms": (pytest.approx(0.0595), True),
        "e2e:min>=10ms": (pytest.approx(0.010), True),
        "achieved>=10/s": (9.9, False),
        "errors<=0%": (0.0, True),
    }


def test_goodput_is_of_requests_that_meet_every_limit() -> None:
    samples = [
        sample(0, 0, 10),
        sample(1, 1, 300),
        sample(2, 2, 10, outcome="5xx"),
        sample(3, 3, 10, outcome="cut"),
        streamed(4, 4, ttft_ms=100),
        streamed(5, 5, ttft_ms=900),
    ]
    told = of_record(recorded(samples, slo=["e2e_intended<400ms,ttft<500ms,goodput>50%,goodput>0.25/s"]))
    assert told.goodput
    assert (told.goodput.good, told.goodput.judged) == (3, 5)
    assert told.rates.goodput == pytest.approx(0.3)
    assert {one.text: (one.measured, one.met) for one in told.objectives} == {
        "e2e_intended<400ms": (0.6, None),
        "ttft<500ms": (0.6, None),
        "goodput>50%": (0.6, True),
        "goodput>0.25/s": (pytest.approx(0.3), True),
    }


def test_a_request_is_judged_by_the_mean_of_its_gaps() -> None:
    told = of_record(recorded([streamed(0, gap_ms=20), streamed(1, 1, gap_ms=30)], slo=["itl<25ms"]))
    assert told.goodput
    assert told.goodput.good == 1


def test_a_threshold_without_anything_to_judge_by_is_missed() -> None:
    assert results(sample(), slo="ttft:p99<1s") == {"ttft:p99<1s": (None, False)}
    assert results(sample(), slo="e2e_intended:p50<1s", users=2)["e2e_intended:p50<1s"] == (None, False)
    assert results(slo="errors<1%") == {"errors<1%": (None, False)}


def test_nobody_who_asks_for_no_goodput_hears_of_it() -> None:
    assert of_record(recorded([sample()], slo=["e2e:p99<1s"])).goodput is None
    told = of_record(recorded([sample(), sample(1, outcome="429")], slo=["goodput>=50%"]))
    assert told.goodput
    assert told.goodput.share == 0.5
    assert not told.missed


def test_a_limit_for_what_is_sent_again_is_none_for_the_others() -> None:
    told = of_record(recorded([sample(0, 0, 900), sample(1, 1, 900, tries=2)], slo=["e2e_retried<500ms"]))
    assert told.goodput
    assert told.goodput.good == 1
