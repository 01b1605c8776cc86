"""Whether a run's figures are the endpoint's: what is told of a harness that was late, busy, or stopped."""

import pytest

from azureml_bench.distribution import Distribution
from azureml_bench.health import Health, findings
from azureml_bench.load import LATE, Phases
from azureml_bench.remarks import remarks
from azureml_bench.sample import Sample

MS = 1_000_000


def delays(usual: float, worst: float | None = None) -> Distribution:
    """Of a hundred, two are the worst; in milliseconds."""
    found = Distribution.of([usual / 1000] * 98 + [(usual if worst is None else worst) / 1000] * 2)
    assert found
    return found


@pytest.mark.parametrize(
    ("health", "latency", "delay", "sent", "said"),
    [
        (Health(cpu=0.2), 0.02, delays(0.1), 1.0, []),
        (Health(cpu=0.2), 0.002, delays(0.3, 10), 1.0, [(False, "requests were sent late: p99 10.0 ms, 500%")]),
        (Health(cpu=0.2), 0.02, delays(4, 4), 1.0, [(False, "sent late: p99 4.0 ms, 20%")]),
        (
            Health(cpu=0.8),
            0.02,
            delays(6, 9),
            1.0,
            [(True, "sent late: p50 6.0 ms, 30% of the median latency: lower")],
        ),
        (Health(cpu=0.1), 0.02, delays(6, 9), 1.0, [(True, "the machine was busy with something else")]),
        (Health(cpu=0.1), 2.0, delays(60, 90), 1.0, []),
        (Health(cpu=0.95), 0.02, delays(0.1), 1.0, [(True, "used 95% of a core, it was the bottleneck: lower")]),
        (Health(thread=0.93, cpu=0.5), 0.02, None, 1.0, [(True, "it was the bottleneck")]),
        (Health(cpu=0.7), 0.02, None, 0.5, [(True, "sent 50% of what was due in time: lower the rate")]),
        (Health(lost=2), 0.02, None, 1.0, [(True, "2 workers were lost")]),
        (Health(lags=[0.05] * 9), 0.02, None, 1.0, [(True, "the harness woke late: p50 50.0 ms, 250%")]),
        (Health(lags=[0.05] * 9), 0.02, delays(0.1), 1.0, []),
        (Health(), None, None, 1.0, []),
    ],
)
def test_a_harness(
    health: Health, latency: float | None, delay: Distribution | None, sent: float, said: list[tuple[bool, str]]
) -> None:
    found = findings(health, latency, delay, sent)
    assert [one.invalid for one in found] == [invalid for invalid, _ in said]
    assert all(text in one.text for one, (_, text) in zip(found, said, strict=True))


def test_a_healthy_run_is_told_nothing_about() -> None:
    samples = [Sample(n, "measure", n * MS, n * MS + 1000, (n + 20) * MS) for n in range(100)]
    assert remarks(Health(cpu=0.1, lags=[0.0001] * 50), samples, Phases(0, 1, 1)) == []


def test_a_harness_that_sends_what_was_due_when_the_time_is_over_is_the_bottleneck() -> None:
    late = [Sample(n, "measure", n * 10 * MS, n * 100 * MS, n * 100 * MS + 40_000 * MS) for n in range(100)]
    found = remarks(Health(cpu=0.7), late, Phases(0, 1, 1))
    assert "sent 10% of what was due in time" in found[0].text
    assert found[0].invalid


def test_what_the_harness_never_came_to_was_not_sent_in_time() -> None:
    never = [Sample(n, "measure", n * MS, 9000 * MS, 9000 * MS, "dropped", note=LATE) for n in range(50)]
    sent = [Sample(n, "measure", n * MS, n * MS, (n + 20) * MS) for n in range(50)]
    found = remarks(Health(cpu=0.8), [*sent, *never], Phases(0, 1, 1))
    assert [(one.invalid, one.text[:40]) for one in found] == [
        (True, "the harness sent 50% of what was due in "),
        (False, "50 requests were never sent: the harness"),
    ]


def test_ends_are_told() -> None:
    samples = [
        Sample(0, "measure", 0, 0, MS),
        Sample(1, "measure", 0, 0, 0, "dropped"),
        Sample(2, "measure", 0, 0, 0, "cut"),
        Sample(3, "measure", 0, 0, MS, tries=2, retried=("429",)),
        Sample(4, "warmup", 0, 0, 0, "cut"),
    ]
    found = [one.text for one in remarks(Health(stopped=1.25), samples, Phases(0, 1, 1))]
    assert found[0] == "cut short: somebody stopped it after 1.2 s"
    assert found[1].startswith("1 requests were never sent, since --max-in-flight were out")
    assert found[2].startswith("1 requests were still out at the end")
    assert found[3].startswith("measured with retries: 1 requests were sent again")


def test_a_closed_loop_always_says_what_it_hides() -> None:
    samples = [Sample(n, "measure", n * MS, n * MS, (n + 20) * MS) for n in range(100)]
    found = remarks(Health(), samples, Phases(0, 1, 1), users=10)
    assert [one.invalid for one in found] == [False]
    assert "closed loop of 10 users" in found[0].text
    assert "it hides stalls" in found[0].text
