"""Changes, scenarios and assertions that come late, stay, or see too much."""

from collections.abc import Mapping
from math import inf

from azureml_emulator import assertions, files, performance
from azureml_emulator.admin import routes
from azureml_emulator.assertions import Witness
from azureml_emulator.controls import Controls
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.live import LiveEndpoint
from azureml_emulator.performance import Performance
from contract_tests.breaking import mutation, own

CHANGES, CONTROLS, ROUTES = own("engine_changes"), own("controls"), own("admin/routes")
ASSERTIONS, PERFORMANCE = own("assertions"), own("performance")


@mutation("a step of a scenario comes a call late", {CHANGES: "test_a_scenario_goes_by_the_arrival_of_calls"})
def step_late(patch):
    advance = Performance.advance

    def late(self, at, stage):
        before = vars(self).get("before", -inf)
        self.before = at
        advance(self, before, stage)

    patch.setattr(Performance, "advance", late)


@mutation(
    "a round begins from how the one before ended",
    {PERFORMANCE: "test_each_round_begins_from_what_was_configured"},
)
def round_goes_on(patch):
    patch.setattr(Performance, "leave", lambda self, stage: None)


@mutation(
    "faults of a step are counted on over the rounds",
    {CHANGES: "test_faults_of_a_step_are_counted_from_the_step_on"},
)
def counted_on(patch):
    patch.setattr(performance, "_anew", dict)


@mutation("what was set last is what was configured", {CHANGES: "test_what_was_configured_is_known_whatever_changes"})
def configuration_forgotten(patch):
    patch.setattr(Engine, "revise", lambda self, endpoint: self.directory.put(LiveEndpoint(endpoint, self.seed)))


@mutation("what a block sets stays after it", {CONTROLS: "test_settings_are_what_they_were_after_the_block"})
def block_stays(patch):
    patch.setattr(Endpoint, "restored", lambda self, former, names, deployment="": self)


@mutation("an endpoint fails after its other faults", {CONTROLS: "test_faults_come_before_those_that_are_there"})
def failing_last(patch):
    struck = Controls._struck

    def behind(self, fault):
        endpoint = struck(self, fault)
        for one in endpoint.deployments:
            endpoint = endpoint.changed(one.name, faults=one.faults[::-1])
        return endpoint

    patch.setattr(Controls, "_struck", behind)


@mutation("files can be named over the network", {ROUTES: "test_no_file_and_no_function_can_be_named_from_afar"})
def named_from_afar(patch):
    patch.setattr(files, "only_near", lambda info: None)


@mutation("the admin API shows keys", {ROUTES: "test_never_shows_a_key"})
def keys_shown(patch):
    patch.setattr(routes, "redact", lambda value, engine: value)


@mutation("copies count as calls", {ASSERTIONS: "test_so_many_times_without_copies"})
def copies_counted(patch):
    patch.setattr(Witness, "_counted", lambda self: self.calls)


@mutation("some of the parameters are enough", {ASSERTIONS: "test_numbers_are_told_apart_and_parameters_are_all"})
def some_parameters(patch):
    same = assertions.same

    def enough(expected, got):
        if isinstance(expected, Mapping) and isinstance(got, Mapping):
            return all(name in got and same(one, got[name]) for name, one in expected.items())
        return same(expected, got)

    patch.setattr(assertions, "same", enough)


@mutation("1 is as good as 1.0 and true", {ASSERTIONS: "test_numbers_are_told_apart_and_parameters_are_all"})
def numbers_alike(patch):
    patch.setattr(assertions, "same", lambda expected, got: expected == got)
