"""`azureml-emulator simulate`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azureml_emulator.commands import Commands, describe_config, describe_files
from azureml_emulator.errors import ConfigError

if TYPE_CHECKING:
    from azureml_emulator.simulation import Objective, Simulation, Summary, Sweep

MOST = 5_000_000
"""Calls that are simulated without asking."""
SPEED = 20_000
"""Calls that a processor simulates in a second, at the least; it is for telling how long it may take."""


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    simulate = commands.add_parser(
        "simulate", help="play hours of traffic in virtual time: latency, errors, how many instances it takes"
    )
    simulate.set_defaults(run=run)
    describe_files(simulate, "+")
    describe_config(simulate)
    simulate.add_argument(
        "--arrivals",
        required=True,
        metavar="KIND:...",
        help="when calls arrive: poisson:200/s, constant:50/s, gamma:100/s:2, ramp:10..200/s, trace:FILE",
    )
    simulate.add_argument(
        "--for", dest="time", metavar="TIME", help="for how long, such as 1h or 90s (10m; of a trace, all of it)"
    )
    simulate.add_argument("--warm-up", metavar="TIME", default="0", help="do not count calls that arrive before (0)")
    simulate.add_argument("--seed", type=int, help="decides everything that is random")
    simulate.add_argument("--scenario", metavar="FILE", help="a YAML file of what happens in the course of time")
    simulate.add_argument(
        "--endpoint",
        dest="shares",
        action="append",
        default=[],
        metavar="NAME[=SHARE]",
        help="who is called, and how large a part of the calls it gets; may be given again (all, alike)",
    )
    simulate.add_argument("--body", metavar="FILE", help="what is sent: JSON, or one a line (the shape's example)")
    simulate.add_argument("--stream", action="store_true", help="ask for streams")
    simulate.add_argument(
        "--slo",
        action="append",
        default=[],
        metavar="SLO",
        help="what must hold, such as p99<2s,429<0.01; else exit with 1",
    )
    simulate.add_argument(
        "--sweep",
        action="append",
        default=[],
        metavar="NAME=RANGE",
        help="try values of a setting, such as instances=1..20 or rate=10..200:10",
    )
    simulate.add_argument("--bisect", action="store_true", help="of a sweep, do not try all values, but halve them")
    simulate.add_argument("--json", dest="file", metavar="FILE", help="write all numbers; - for standard output")
    simulate.add_argument("--max-calls", type=int, default=MOST, metavar="N", help=f"play up to so many ({MOST})")


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_emulator.simulation import Objective, Sweep, report

    simulation = _told(options)
    objectives = Objective.read(",".join(options.slo)) if options.slo else ()
    if len(options.sweep) > 1:
        raise ConfigError("--sweep: expected one setting; of two, sweep one for each value of the other")
    sweep = Sweep.read(options.sweep[0]) if options.sweep else None
    if options.bisect and not (sweep and objectives):
        raise ConfigError("--bisect: expected a --sweep, and an --slo to find the first value that meets it")
    if sweep:
        return _sweep(options, simulation, sweep, objectives)
    _check_size(options, simulation.calls)
    summary = simulation.run()
    found = {**_settings(options, simulation), **summary.as_dict(), **_verdict(objectives, summary)}
    parts = [_title(options, simulation), report.told(summary)]
    if objectives:
        parts.append(report.verdict(summary, objectives))
    _show(options, "\n\n".join(parts), found)
    return 0 if all(one.met(summary) for one in objectives) else 1


def _sweep(
    options: argparse.Namespace, simulation: "Simulation", sweep: "Sweep", objectives: "Sequence[Objective]"
) -> int:
    from azureml_emulator.simulation import report

    trials_at_most = len(sweep.values).bit_length() if options.bisect else len(sweep.values)
    _check_size(options, max(sweep.of(simulation, one).calls for one in sweep.values) * trials_at_most)
    play = sweep.bisected if options.bisect else sweep.all
    trials = play(simulation, objectives, lambda one: _progress(f"{sweep.name}={one.value:g}"))
    found: dict[str, Any] = {
        **_settings(options, simulation),
        "sweep": sweep.name,
        "tried": "bisect" if options.bisect else "all",
        "values": [
            {"value": one.value, **one.summary.as_dict(), **_verdict(objectives, one.summary)} for one in trials
        ],
    }
    parts = [_title(options, simulation), report.swept(sweep, trials, objectives)]
    first = next((one.value for one in trials if one.met), None) if objectives else None
    if objectives:
        found["first"] = first
        parts.append(report.answer(sweep, trials, objectives, options.bisect))
    _show(options, "\n\n".join(parts), found)
    return 1 if objectives and first is None else 0


def _told(options: argparse.Namespace) -> "Simulation":
    from azureml_emulator.instructions import Instructions
    from azureml_emulator.simulation import Arrivals, Callers, Simulation
    from azureml_emulator.simulation.callers import read_bodies

    arrivals = Arrivals.read(options.arrivals)
    seconds = None if options.time is None else _seconds("--for", options.time)
    if seconds == 0:
        raise ConfigError("--for: expected more than 0 seconds")
    warm_up = _seconds("--warm-up", options.warm_up)
    own = {"seed": options.seed, "scenario": options.scenario}
    told = Instructions(tuple(options.files), options.config, tuple(options.sets), os.environ, own)
    settings = told.load().config
    bodies = read_bodies(options.body) if options.body else []
    callers = Callers(settings.endpoints, _shares(options.shares), bodies, options.stream)
    return Simulation(settings.endpoints, callers, arrivals, seconds, warm_up, settings.seed, settings.scenario)


def _seconds(option: str, text: str) -> float:
    from azureml_emulator import durations

    try:
        return durations.seconds(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text}: {error}") from None


def _shares(given: Sequence[str]) -> dict[str, float]:
    shares = {}
    for one in given:
        name, equals, share = one.partition("=")
        try:
            shares[name] = float(share) if equals else 1.0
        except ValueError:
            shares[name] = 0.0
        if not 0 < shares[name] < float("inf"):
            raise ConfigError(f"--endpoint {one}: expected a share above 0, as in NAME=3")
    return shares


def _check_size(options: argparse.Namespace, calls: int) -> None:
    time = _long(calls / SPEED)
    if calls > options.max_calls:
        raise ConfigError(
            f"these are about {calls:,} calls, which may take {time}; "
            f"ask for fewer, or say --max-calls {calls * 11 // 10}"
        )
    if calls > 10 * SPEED:
        _progress(f"about {calls:,} calls, which may take {time}")


def _long(seconds: float) -> str:
    from azureml_emulator.durations import spelled

    return spelled(float(round(max(seconds, 1.0), -1 if seconds > 100 else 0)))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def _title(options: argparse.Namespace, simulation: "Simulation") -> str:
    from azureml_emulator.durations import spelled

    time = f" for {spelled(simulation.horizon)}" if simulation.horizon < float("inf") else ""
    warm_up = f", the first {spelled(simulation.warm_up)} not counted" if simulation.warm_up else ""
    return f"{', '.join(simulation.callers.shares)}: {options.arrivals}{time}, seed {simulation.seed}{warm_up}"


def _settings(options: argparse.Namespace, simulation: "Simulation") -> dict[str, Any]:
    return {"arrivals": options.arrivals, "seed": simulation.seed, "warm_up_s": simulation.warm_up}


def _verdict(objectives: "Sequence[Objective]", summary: "Summary") -> dict[str, Any]:
    slo = [
        {"objective": one.text, "value": _rounded(one.value(summary)), "met": one.met(summary)} for one in objectives
    ]
    return {"slo": slo} if slo else {}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _show(options: argparse.Namespace, text: str, found: dict[str, Any]) -> None:
    document = json.dumps(found, indent=2)
    if options.file == "-":
        print(document)
        return
    print(text)
    if options.file:
        try:
            Path(options.file).write_text(document + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"--json {options.file}: cannot be written: {error.strerror}") from None
