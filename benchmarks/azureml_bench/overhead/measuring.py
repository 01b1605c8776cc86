"""Lets clients take turns, block by block, so that whatever else the machine does meets all of them alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from random import Random
from typing import Any, NamedTuple, Protocol

from azureml_bench.distribution import Distribution
from azureml_bench.overhead import result
from azureml_bench.overhead.added import Call, Served, calls, prompt
from azureml_bench.overhead.seat import NotMeasured
from azureml_bench.overhead.stage import Place
from azureml_bench.overhead.timed import Block, Timed
from azureml_bench.overhead.wanted import Wanted

_WARMUP = 5
_PEAKS = 5


class Amount(NamedTuple):
    """How much is measured: blocks of each client, calls of each thread in one, fresh processes of each client."""

    rounds: int = 12
    calls: int = 20
    starts: int = 3
    at_once: Sequence[int] = (1,)


class Serves(Protocol):
    """What a measurement needs of a stage."""

    @property
    def places(self) -> Sequence[Place]:
        """The endpoints."""

    @property
    def processor(self) -> Callable[[], float | None]:
        """Gives the processor time that the emulator has used, in seconds."""

    def served(self, place: Place, prompts: Sequence[str]) -> Mapping[str, Sequence[Served]]:
        """Say how calls were served."""


class Sits(Protocol):
    """What a measurement needs of a client."""

    @property
    def wanted(self) -> Wanted:
        """What was asked for."""

    def make(self, place: Place, prompt: str) -> tuple[Mapping[str, Any], Timed]:
        """Make it, and call it once."""

    def block(self, prompts: Sequence[str], at_once: int) -> Block:
        """Have it call."""

    def peak(self, prompts: Sequence[str]) -> float | None:
        """Say how many bytes a call holds."""

    def close(self) -> None:
        """End it."""


@dataclass
class Measuring:
    """One measurement. `seat` starts a client's process; `run` has 6 hexadecimal digits that no other run has."""

    stage: Serves
    seat: Callable[[Wanted], Sits]
    amount: Amount
    run: str
    stream: bool = False
    echoed: bool = True
    seed: int = 0
    progress: Callable[[str], None] = lambda _: None
    _numbers: Iterator[int] = field(default_factory=count, init=False)
    _sitting: dict[str, Sits] = field(default_factory=dict, init=False)
    _lost: dict[str, str] = field(default_factory=dict, init=False)
    _startups: dict[str, result.Startup] = field(default_factory=dict, init=False)

    def measure(
        self, wanted: Sequence[Wanted], first: str, floor: str
    ) -> tuple[list[result.Client], list[result.Setting]]:
        """Measure all clients in all settings. Those that cannot be measured say why."""
        random = Random(self.seed)  # noqa: S311  the order of turns is to be the same again
        settings = []
        try:
            self._start(wanted)
            for place in self.stage.places:
                self._each(partial(self._make, place))
                settings += [self._setting(place, number, random, (first, floor)) for number in self.amount.at_once]
            self._each(self._look_at_memory)
        finally:
            for seat in self._sitting.values():
                seat.close()
        return [self._client(one) for one in wanted], settings

    def _start(self, wanted: Sequence[Wanted]) -> None:
        """Start every client some times, each time in a fresh process, and keep the last."""
        place = self.stage.places[0]
        made: dict[str, list[Mapping[str, Any]]] = {one.label: [] for one in wanted}
        firsts: dict[str, list[Call]] = {one.label: [] for one in wanted}
        for number in range(self.amount.starts):
            for one in wanted:
                if one.label in self._lost:
                    continue
                self.progress(f"start {number + 1} of {self.amount.starts}: {one.label}")
                if one.label in self._sitting:
                    self._sitting.pop(one.label).close()
                seat = self._sitting[one.label] = self.seat(one)
                asked = self._prompts(1)
                try:
                    told, timed = seat.make(place, asked[0])
                except NotMeasured as error:
                    self._lose(one.label, error)
                    continue
                made[one.label].append(told)
                firsts[one.label] += self._subtracted(place, asked, [timed])
        self._startups = {
            label: result.startup(some, firsts[label]) for label, some in made.items() if label in self._sitting
        }

    def _setting(self, place: Place, at_once: int, random: Random, compared: tuple[str, str]) -> result.Setting:
        """Have the clients take turns, in another order each round."""
        measured = {label: result.Blocks() for label in self._sitting}
        busiest: float | None = None
        self._each(lambda seat: seat.block(self._prompts(_WARMUP * at_once), at_once))
        for number in range(self.amount.rounds):
            turns = list(self._sitting)
            random.shuffle(turns)
            for label in turns:
                takes = "" if place.latency is None else f" {place.latency * 1000:g} ms"
                self.progress(
                    f"{place.over}{takes}, {at_once} at once, round {number + 1} of {self.amount.rounds}: {label}"
                )
                used = self._block(label, place, at_once, measured[label])
                if used is not None:
                    busiest = max(busiest or 0.0, used)
        sound = [call.served for blocks in measured.values() for call in blocks.sound]
        kept = {label: blocks for label, blocks in measured.items() if label in self._sitting}
        return result.Setting(
            endpoint=place.name,
            over=place.over,
            latency=place.latency,
            at_once=at_once,
            served=Distribution.of(sound),
            emulator_cpu=busiest,
            rows=result.rows(kept, *compared, self.stream),
        )

    def _block(self, label: str, place: Place, at_once: int, measured: result.Blocks) -> float | None:
        """Measure one block; give which share of a core the emulator used meanwhile."""
        asked = self._prompts(self.amount.calls * at_once)
        before = self.stage.processor()
        try:
            block = self._sitting[label].block(asked, at_once)
        except NotMeasured as error:
            self._lose(label, error)
            return None
        after = self.stage.processor()
        measured.calls.append(self._subtracted(place, asked, block.calls))
        measured.lasted.append(block.lasted / 1e9)
        measured.cpu.append(block.cpu / 1e9)
        return None if before is None or after is None else (after - before) / measured.lasted[-1]

    def _subtracted(self, place: Place, asked: Sequence[str], timed: Sequence[Timed]) -> list[Call]:
        return calls(asked, timed, self.stage.served(place, asked), self.echoed)

    def _make(self, place: Place, seat: Sits) -> None:
        seat.make(place, self._prompts(1)[0])

    def _look_at_memory(self, seat: Sits) -> None:
        label = seat.wanted.label
        peak = seat.peak(self._prompts(_PEAKS))
        self._startups[label] = self._startups[label].model_copy(update={"peak": peak})

    def _prompts(self, how_many: int) -> list[str]:
        return [prompt(self.run, number) for number in islice(self._numbers, how_many)]

    def _each(self, work: Callable[[Sits], object]) -> None:
        for label, seat in list(self._sitting.items()):
            try:
                work(seat)
            except NotMeasured as error:
                self._lose(label, error)

    def _lose(self, label: str, error: NotMeasured) -> None:
        self._lost[label] = str(error)
        self._sitting.pop(label).close()

    def _client(self, one: Wanted) -> result.Client:
        return result.Client(
            label=one.label,
            about=one.about,
            startup=self._startups.get(one.label),
            problem=self._lost.get(one.label, ""),
        )
