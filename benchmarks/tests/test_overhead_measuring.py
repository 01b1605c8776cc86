"""Clients that take turns, and what comes of it: clients, endpoint and clocks are made up."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from azureml_bench.overhead import result
from azureml_bench.overhead.added import Served, marker
from azureml_bench.overhead.measuring import Amount, Measuring
from azureml_bench.overhead.seat import NotMeasured
from azureml_bench.overhead.stage import Place
from azureml_bench.overhead.table import table
from azureml_bench.overhead.timed import Block, Timed
from azureml_bench.overhead.wanted import Wanted
from azureml_bench.record import Tool

MS = 1_000_000
SERVED = 0.02
PLACES = [Place("fast", "http://127.0.0.1:9/score", "http", SERVED)]
TOOL = Tool(version="1", python="3", system="none", processors=1)


@dataclass
class Stage:
    """Serves everything in 20 ms, and has seen every call."""

    places: Sequence[Place] = field(default_factory=lambda: PLACES)
    cpu: float = 0.0
    share: float = 0.0

    @property
    def processor(self) -> Callable[[], float | None]:
        return self.used

    def used(self) -> float:
        self.cpu += self.share
        return self.cpu

    def served(self, place: Place, prompts: Sequence[str]) -> Mapping[str, Sequence[Served]]:
        return {marker(one): [Served(SERVED, SERVED, 200)] for one in prompts}


@dataclass
class Seat:
    """A client that adds what it is told to, in milliseconds, a little more in each later call."""

    wanted: Wanted
    log: list[str]
    adds: float = 1.0
    wrong: Callable[[int], bool] = lambda _: False
    lost: str = ""
    calls: int = 0

    def make(self, place: Place, prompt: str) -> tuple[Mapping[str, Any], Timed]:
        if self.lost == "make":
            raise NotMeasured("needs a library: pip install it")
        return {"ready": 50 * MS, "modules": 12, "python": "3.99"}, self._call(prompt)

    def block(self, prompts: Sequence[str], at_once: int) -> Block:
        if self.lost == "block":
            raise NotMeasured("no answer within 60 s")
        self.log.append(self.wanted.label)
        return Block([self._call(one) for one in prompts], 1000 * MS, 3 * MS * len(prompts))

    def peak(self, prompts: Sequence[str]) -> float | None:
        return 2048.0

    def close(self) -> None:
        self.log.append(f"closed {self.wanted.label}")

    def _call(self, prompt: str) -> Timed:
        self.calls += 1
        end = round((SERVED * 1e3 + self.adds * (1 + self.calls % 7 / 1000)) * MS)
        return Timed(0, end, end, "another" if self.wrong(self.calls) else prompt)


def measured(
    clients: Mapping[str, dict[str, Any]], stage: Stage | None = None, named: bool = True, **amount: Any
) -> tuple[result.Report, list[str]]:
    log: list[str] = []
    wanted = [Wanted(label, label, "python") for label in clients]
    measuring = Measuring(
        stage or Stage(),
        lambda one: Seat(one, log, **clients[one.label]),
        Amount(**{"starts": 2, **amount}),
        "0123ab",
    )
    found, settings = measuring.measure(wanted, "first", "floor")
    problems = result.problems(settings, found if named else [])
    report = result.Report(
        tool=TOOL, schema_="gpt2", stream=False, began=0, lasted=1, valid=not problems, problems=problems,
        warnings=result.warnings(settings, "floor"), clients=found, settings=settings,
    )  # fmt: skip
    return report, log


def rows(report: result.Report) -> dict[str, result.Row]:
    return {row.client: row for row in report.settings[0].rows}


TWO = {"floor": {"adds": 0.2}, "first": {"adds": 1.0}, "second": {"adds": 6.0}}


def test_a_client_that_adds_5_ms_is_found_to_add_them() -> None:
    report, _ = measured(TWO)
    found = rows(report)
    assert found["first"].added
    assert found["second"].added
    assert found["second"].added["p50"] - found["first"].added["p50"] == pytest.approx(0.005, rel=0.02)
    assert found["second"].above_floor == pytest.approx(0.0058, rel=0.02)
    assert found["second"].ratio
    assert found["second"].ratio.estimate == pytest.approx(6, rel=0.01)
    assert found["second"].ratio.low == pytest.approx(6, rel=0.01)
    assert found["first"].ratio is None
    assert found["first"].cpu == pytest.approx(0.003)
    assert found["first"].rate == pytest.approx(20)
    assert report.valid
    assert not report.warnings


def test_clients_take_turns_in_an_order_that_changes() -> None:
    _, log = measured(TWO, rounds=8)
    blocks = [one for one in log if not one.startswith("closed")][3:]
    turns = [tuple(blocks[at : at + 3]) for at in range(0, len(blocks), 3)]
    assert len(turns) == 8
    assert all(sorted(one) == sorted(TWO) for one in turns)
    assert len(set(turns)) > 1


def test_every_start_is_in_a_fresh_process_and_all_are_closed() -> None:
    report, log = measured(TWO, starts=3)
    assert sum(one == "closed first" for one in log) == 3
    told = report.clients[1].startup
    assert told
    assert told.first_added == pytest.approx(0.001, rel=0.01)
    assert (told.ready, told.modules, told.python, told.peak) == (0.05, 12, "3.99", 2048)


@pytest.mark.parametrize("lost", ["make", "block"])
@pytest.mark.parametrize("named", [True, False])
def test_one_that_cannot_be_measured_says_why_and_the_others_are(lost: str, named: bool) -> None:
    report, _ = measured({**TWO, "gone": {"lost": lost}}, named=named)
    assert set(rows(report)) == set(TWO)
    assert report.clients[-1].problem
    assert report.valid is not named
    text = table(report, "floor")
    assert text.count(report.clients[-1].not_measured) == 1


def test_without_the_first_one_nothing_is_compared() -> None:
    report, _ = measured({"floor": {}, "first": {"lost": "make"}, "second": {}})
    assert rows(report)["second"].ratio is None
    assert "times" not in table(report, "floor")


def test_a_client_that_is_wrong_has_no_figures() -> None:
    report, _ = measured({**TWO, "wrong": {"adds": 0.1, "wrong": lambda number: number % 3 == 0}})
    row = rows(report)["wrong"]
    assert (row.added, row.ratio, row.above_floor) == (None, None, None)
    assert not report.valid
    assert all("wrong, http, endpoint takes 20 ms, 1 at once: " in one for one in report.problems)


def test_a_call_in_a_thousand_is_left_out_and_told() -> None:
    report, _ = measured({**TWO, "rarely": {"wrong": lambda number: number == 100}})
    row = rows(report)["rarely"]
    assert (row.calls, row.sound) == (240, 239)
    assert row.added
    assert report.valid
    assert any("1 of 240 calls left out: it gave a wrong answer" in one for one in report.warnings)


def test_nothing_right_at_all() -> None:
    report, _ = measured({"floor": {"wrong": bool}, "first": {"wrong": bool}})
    assert report.problems[0] == "no call got a right answer: there is nothing to measure"
    assert "first, http, endpoint takes 20 ms, 1 at once: 240 of 240 calls: it gave a wrong" in report.problems[-1]
    assert "such as 'another' to 'Call 0123ab-" in report.problems[-1]


def test_an_emulator_at_its_limit_is_told() -> None:
    report, _ = measured(TWO, Stage(share=0.9))
    assert any("the emulator used up to 90% of a core" in one for one in report.warnings)


def test_a_restless_machine_is_told() -> None:
    rest: dict[str, Any] = dict.fromkeys(("added", "first_added", "above_floor", "ratio"))
    unsteady: list[float | None] = [0.001] * 5 + [0.003] * 5
    floor = result.Row(
        client="floor", calls=1, sound=1, problems={}, resent=2, cpu=0, rate=1, blocks=unsteady, **rest
    )
    setting = result.Setting(
        endpoint="a", over="https", latency=None, at_once=8, served=None, emulator_cpu=None, rows=[floor]
    )
    found = result.warnings([setting], "floor")
    restless, resent = found
    assert restless.startswith("https, 8 at once: the machine was restless: the floor itself was 1.00 to 3.00 ms;")
    assert resent == "floor, https, 8 at once: 2 calls were sent more than once"


def test_rounds_that_one_of_both_lacks_are_no_pairs() -> None:
    found = result.ratio("first", [0.002] * 8 + [None], [0.001] * 7 + [None, 0.001])
    assert found
    assert (found.estimate, found.low, found.high) == pytest.approx((2, 2, 2))
    assert found.pairs == 7
    assert result.ratio("first", [None], [0.001]) is None
    few = result.ratio("first", [0.002] * 3, [0.001] * 3)
    assert few
    assert (few.low, few.high) == (None, None)


def test_the_table_and_the_json_say_the_same() -> None:
    report, _ = measured(TWO)
    text = table(report, "floor")
    assert "http, endpoint takes 20 ms, 1 at once" in text
    assert "6.00 (6.00 to 6.01)" in text or "6.00 (6.00 to 6.00)" in text
    assert "subtracted, call by call: the endpoint's own time, p50 20.000, p99 20.000" in text
    told = json.loads(report.json_text())
    assert (told["version"], told["schema"], told["valid"]) == (1, "gpt2", True)
    assert told["settings"][0]["rows"][2]["added"]["percentiles"]["p50"] == pytest.approx(0.006, rel=0.01)
    assert result.Report.model_validate({**told, "schema_": told.pop("schema")}) == report
