"""Simulations that do not add up."""

from math import floor

from azureml_emulator.engine import Engine
from azureml_emulator.simulation import Objective, Simulation, Sweep, summary
from azureml_emulator.simulation.tally import Tally
from contract_tests.breaking import mutation, own

SIMULATION, SUMMARY, SWEEP = own("simulation/simulation"), own("simulation/summary"), own("simulation/sweep")
OBJECTIVE = own("simulation/objective")


@mutation("percentiles are a rank too low", {SUMMARY: "test_percentiles_are_of_the_nearest_rank"})
def low_percentiles(patch):
    patch.setattr(summary, "ceil", floor)


@mutation("calls of the warm-up count", {SUMMARY: "test_calls_of_the_warm_up_do_not_count"})
def warm_up_counts(patch):
    init = Tally.__init__
    patch.setattr(Tally, "__init__", lambda self, start, end: init(self, 0.0, end))


@mutation("an answer that breaks off is served", {SUMMARY: "test_served_is_a_200_that_came_to_its_end"})
def broken_is_served(patch):
    note = Tally.note
    patch.setattr(Tally, "note", lambda self, at, reply: note(self, at, reply._replace(end=None)))


@mutation("work counts from when the call came", {SUMMARY: "test_work_counts_where_it_is_done"})
def waiting_is_work(patch):
    note = Tally.note

    def early(self, at, reply):
        exchange = reply.exchange
        exchange.stages = tuple(one for one in exchange.stages if one[0] != "queue")
        note(self, at, reply)

    patch.setattr(Tally, "note", early)


@mutation("every seed is the same run", {SIMULATION: "test_another_seed_is_another_run"})
def one_seed(patch):
    post_init = Simulation.__post_init__

    def seedless(self):
        object.__setattr__(self, "seed", 0)
        post_init(self)

    patch.setattr(Simulation, "__post_init__", seedless)


@mutation("a scenario is not played", {SIMULATION: "test_what_a_scenario_changes_counts_from_when_it_does"})
def unplayed(patch):
    patch.setattr(Engine, "play", lambda self, scenario, at=None: None)


@mutation("at most means less than", {OBJECTIVE: "test_an_objective_is_met_or_not"})
def strictly_less(patch):
    met = Objective.met

    def less(self, summary):
        return self.value(summary) != self.bound and met(self, summary)

    patch.setattr(Objective, "met", less)


@mutation("bisecting skips the first that will do", {SWEEP: "test_bisecting_finds_the_same_with_fewer"})
def first_skipped(patch):
    bisected = Sweep.bisected

    def hasty(self, simulation, objectives, done=lambda trial: None):
        return bisected(self, simulation, objectives, done)[1:]

    patch.setattr(Sweep, "bisected", hasty)
