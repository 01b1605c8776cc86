"""When requests are sent, in made-up time: nothing here waits, and nothing is late unless it is meant to be."""

import asyncio
from collections.abc import Callable
from random import Random

import pytest
from virtual import Now, played

from azureml_bench.distribution import percentile
from azureml_bench.load import LATE, Due, Load, Phases, schedule
from azureml_bench.sample import Sample
from azureml_bench.stalls import stalls, told
from azureml_bench.waiting import until
from azureml_emulator.simulation.arrivals import Arrivals

SECOND = 1_000_000_000
Latency = Callable[[int], float]
"""How long an answer takes that is asked for at an instant, in seconds both."""


def dues(arrivals: str, phases: Phases, seed: int = 0) -> list[Due]:
    units = iter(Random(seed).random, None)
    return list(schedule(Arrivals.read(arrivals).times(units, phases.sending), phases))


def loaded(drive: Callable[[Load], object], latency: Latency, prepare: Callable[[int, int], None] | None = None):
    """Drive a load against a server of made-up latency; give its samples."""
    heard: list[Sample] = []

    async def run(now: Now) -> list[Sample]:
        async def call(number: int, phase: str, intended: int | None = None) -> Sample:
            sent = now()
            await asyncio.sleep(latency(sent))
            return Sample(number, phase, sent if intended is None else intended, sent, now())

        ready = (lambda number: prepare(number, now())) if prepare else (lambda number: None)
        await drive(Load(call, now, heard.append, ready))  # type: ignore[misc]
        return heard

    return played(run)


def stall(at: float, lasts: float, usual: float = 0.02) -> Latency:
    """A server that does nothing for a while: what it has to do waits until it goes on."""

    def latency(instant: int) -> float:
        start = instant / SECOND
        if start >= at + lasts or start + usual <= at:
            return usual
        return at + lasts - start + usual if start >= at else lasts + usual

    return latency


def test_requests_are_sent_when_they_are_due_whatever_became_of_those_before() -> None:
    due = dues("poisson:100/s", Phases(0, 5, 30))
    samples = loaded(lambda load: load.open_loop(due, 10_000, 30), stall(1, 2))
    assert sorted(one.number for one in samples) == [one.number for one in due]
    assert max(one.sent - one.intended for one in samples) < SECOND / 5000
    assert min(one.sent - one.intended for one in samples) >= 0


def test_what_is_due_beyond_the_limit_is_dropped_and_not_sent_later() -> None:
    due = dues("constant:100/s", Phases(0, 2, 30))
    samples = loaded(lambda load: load.open_loop(due, 10, 30), lambda at: 1.0)
    sent = [one for one in samples if one.ok]
    dropped = [one for one in samples if one.outcome == "dropped"]
    assert (len(sent), len(dropped)) == (20, 180)
    assert max(one.sent - one.intended for one in sent) < SECOND / 5000


def test_what_is_out_when_the_drain_is_over_is_cut_and_counted() -> None:
    due = dues("constant:10/s", Phases(0, 1, 2))
    samples = loaded(lambda load: load.open_loop(due, 100, 2.0), lambda at: 0.1 if at < SECOND / 2 else 60.0)
    assert sorted(one.outcome for one in samples) == ["cut"] * 5 + ["ok"] * 5
    assert all(one.end / SECOND == pytest.approx(2.9, abs=0.01) for one in samples if one.outcome == "cut")


def test_requests_are_made_ahead_of_their_time_each_once_and_not_all_at_once() -> None:
    due = dues("constant:50/s", Phases(0, 2, 1))
    made: dict[int, int] = {}
    loaded(lambda load: load.open_loop(due, 100, 1), lambda at: 0.01, lambda number, at: made.update({number: at}))
    assert list(made) == [one.number for one in due if one.at]
    assert all(made[one.number] < one.at for one in due if one.at)
    ahead = max(sum(at <= due[number].at for at in made.values()) - number for number in made)
    assert ahead <= 33


def test_phases_are_told_by_when_a_request_was_due() -> None:
    phases = Phases(1, 2, 1)
    assert [one.phase for one in dues("constant:2/s", phases)] == ["warmup"] * 2 + ["measure"] * 4


def test_a_closed_loop_has_never_more_out_than_users_and_keeps_its_pace() -> None:
    samples = loaded(lambda load: load.closed_loop(3, Phases(0, 2, 5), 0.1), lambda at: 0.09)
    assert len(samples) == 3 * 20
    busiest = max(sum(one.sent <= each.sent < one.end for one in samples) for each in samples)
    assert busiest == 3


def test_a_closed_loop_without_pace_asks_as_soon_as_it_is_answered() -> None:
    samples = loaded(lambda load: load.closed_loop(1, Phases(0, 1, 5)), lambda at: 0.1)
    assert len(samples) == 10


def test_a_harness_that_cannot_keep_up_does_not_go_on_for_ever() -> None:
    async def run(now: Now) -> list[Sample]:
        heard: list[Sample] = []

        async def call(number: int, phase: str, intended: int | None = None) -> Sample:
            return Sample(number, phase, intended or 0, now(), now())

        made = dues("constant:1000/s", Phases(0, 2, 1))
        slow = Load(call, lambda: now() + 30_000_000 * len(heard), heard.append)
        await slow.open_loop(made, 10_000, 1.0)
        return heard

    heard = played(run)
    assert len(heard) == 2000
    assert {one.outcome for one in heard} == {"ok", "dropped"}
    assert all(one.note == LATE for one in heard if not one.ok)
    assert all(one.sent - one.intended < 2 * SECOND for one in heard if one.ok)


def test_users_do_not_ask_a_server_that_is_gone_as_fast_as_they_can() -> None:
    async def run(now: Now) -> list[Sample]:
        heard: list[Sample] = []

        async def call(number: int, phase: str, intended: int | None = None) -> Sample:
            return Sample(number, phase, now(), now(), now(), "connect")

        await Load(call, now, heard.append).closed_loop(2, Phases(0, 1, 1))
        return heard

    assert len(played(run)) == 20


@pytest.mark.slow
def test_a_stall_is_in_the_percentiles_of_an_open_loop_and_not_of_a_closed_one() -> None:
    """2 s without an answer, once in 20 s at 100 requests/s; what is true is known from the arrivals."""
    phases = Phases(0, 20, 30)
    due, server = dues("poisson:100/s", phases), stall(7, 2)
    truth = sorted(server(one.at) for one in due)
    opened = loaded(lambda load: load.open_loop(due, 10_000, 30), server)
    felt = sorted((one.end - one.intended) / SECOND for one in opened)
    for percent in (50, 95, 99, 99.9):
        assert percentile(felt, percent) == pytest.approx(percentile(truth, percent), rel=0.05)
    assert percentile(felt, 99) > 1.7
    closed = loaded(lambda load: load.closed_loop(10, phases, 0.1), server)
    hidden = sorted((one.end - one.sent) / SECOND for one in closed)
    assert percentile(hidden, 99) < 0.03
    found = stalls(closed, 10)
    assert [(round(one.at, 1), round(one.lasted, 1), one.felt) for one in found] == [(7.0, 2.0, 10)]
    said = told(10, found, len(closed))
    assert "it hides stalls" in said
    assert f"10 of {len(closed)} requests felt that, about 2" in said


def test_a_wait_ends_at_its_instant() -> None:
    async def waited(now: Now) -> list[int]:
        late = []
        for instant in (0, 50_000, 7_000_000, 7_000_001, 3 * SECOND):
            await until(instant, now)
            late.append(now() - instant)
        return late

    assert all(0 <= one <= 8_000_000 if at == 0 else 0 <= one < 50_000 for at, one in enumerate(played(waited)))


def mistaken(drive: Callable[[Load], object]) -> None:
    async def run(now: Now) -> None:
        async def call(number: int, phase: str, intended: int | None = None) -> Sample:
            await asyncio.sleep(0.01)
            raise ZeroDivisionError("a mistake of the caller's")

        await drive(Load(call, now, lambda sample: None))  # type: ignore[misc]

    played(run)


@pytest.mark.parametrize(
    "drive",
    [
        lambda load: load.open_loop(dues("constant:10/s", Phases(0, 5, 30)), 1000, 30),
        lambda load: load.closed_loop(2, Phases(0, 5, 30)),
    ],
    ids=["open", "closed"],
)
def test_a_mistake_in_what_sends_is_no_outcome_of_a_request(drive: Callable[[Load], object]) -> None:
    with pytest.raises(ZeroDivisionError, match="a mistake of the caller's"):
        mistaken(drive)
