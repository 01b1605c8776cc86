"""Rules that are for other calls than they say, or that say the wrong thing when none is."""

from azureml_emulator import container
from azureml_emulator.answers import Occasion, Rules, rules
from azureml_emulator.answers.conditions import wording
from azureml_emulator.live import LiveEndpoint
from azureml_emulator.memo import Turns
from azureml_emulator.writer import Writer
from contract_tests.breaking import mutation, own, rewrite

RULES, DECISIONS = own("answers/rules"), own("answers/decisions")


@mutation("the last rule that is for a call answers", {RULES: "test_the_first_rule_that_is_for_a_call_answers"})
def last_rule_first(patch):
    post_init = Rules.__post_init__

    def turned(self):
        post_init(self)
        object.__setattr__(self, "_plans", self._plans[::-1])

    patch.setattr(Rules, "__post_init__", turned)


@mutation("the rule that is furthest off is called the nearest", {RULES: "test_it_says_which_rule_was_nearest"})
def furthest_rule(patch):
    patch.setattr(rules, "min", max, raising=False)


@mutation("keys in headers are told where no rule is for a call", {RULES: "test_a_key_is_not_even_kept"})
def key_told(patch):
    for module in (rules, wording):
        patch.setattr(module, "SECRET", frozenset())


@mutation("to ask why no rule was for a call takes a turn", {RULES: "test_to_ask_why_changes_nothing"})
def turn_taken_by_asking(patch):
    patch.setattr(Turns, "taken", Turns.of)


@mutation(
    "each prompt of a request takes a turn",
    {own("answers/sequence"): "test_a_request_takes_one_turn_however_many_prompts_it_has"},
)
def turn_by_prompt(patch):
    patch.setattr(Turns, "of", lambda self, thing: self._counts.next(thing))


@mutation("a change of settings begins sequences anew", {DECISIONS: "test_a_change_of_settings_keeps_count"})
def turns_lost(patch):
    inherit = LiveEndpoint.inherit

    def forgetful(self, former):
        turns = self.turns
        inherit(self, former)
        self.turns = turns

    patch.setattr(LiveEndpoint, "inherit", forgetful)


@mutation("arrivals are counted from 0", {DECISIONS: "test_the_arrival_is_that_of_the_very_request"})
def arrivals_from_zero(patch):
    def occasion(schema, headers, arrival, turns):
        return Occasion(schema, headers, arrival - 1, turns)

    patch.setattr(container, "Occasion", occasion)


@mutation("a rule's faults strike nobody", {DECISIONS: "test_a_rule_s_fault_strikes_its_calls_alone"})
def faults_left_out(patch):
    def run(self, request, container, strikes, elapsed):
        return container.run(request, strikes)

    patch.setattr(LiveEndpoint, "_run", run)


@mutation("a rule's latency is left out", {DECISIONS: "test_a_rule_s_latency_stands_in_for_the_deployment_s"})
def latency_left_out(patch):
    def pace(self, scoring, request, decided, tokens):
        return self._pace(scoring, request, None, tokens)

    patch.setattr(Writer, "_decided_pace", pace)


@mutation("the first of several prompts says how long it takes", {DECISIONS: "test_a_rule_s_latency_stands_in"})
def first_prompt_decides(patch):
    rewrite(patch, Writer._decided_pace, "max(pace(out) for pace in paces)", "paces[0](out)")
