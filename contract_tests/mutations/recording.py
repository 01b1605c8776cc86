"""Recordings with keys in them, and replays of what was never recorded."""

import re
from dataclasses import replace
from math import inf

from azureml_emulator import replayed
from azureml_emulator.recording import fitting, matching, redaction, timings
from azureml_emulator.recording.redaction import Redaction
from azureml_emulator.recording.replay import Tape
from azureml_emulator.relay import Relay
from contract_tests.breaking import RECORDING_FELT, mutation, own

REDACTION, REPLAY, FITTING = own("recording/redaction"), own("recording/replay"), own("recording/fitting")


@mutation(
    "keys in bodies are recorded",
    {REDACTION: "test_a_cassette_holds_no_key_that_came_in_a_body", RECORDING_FELT: "test_the_key_takes_the_place"},
)
def keys_recorded(patch):
    patch.setattr(Redaction, "data", lambda self, data: data)


@mutation("only one header can have a key", {REDACTION: "test_keys_that_callers_send_are_blotted_out_everywhere"})
def one_key_header(patch):
    patch.setattr(redaction, "_HEADER", re.compile("authorization", re.IGNORECASE))


@mutation("a caller's key is forgotten after the call", {REDACTION: "test_a_key_of_an_earlier_caller_is_still_known"})
def keys_forgotten(patch):
    redacted = Redaction.redacted

    def forgetful(self, interaction):
        known = dict(self._needles)
        clean = redacted(self, interaction)
        self._needles = known
        return clean

    patch.setattr(Redaction, "redacted", forgetful)


@mutation("blots are shorter than keys", {REDACTION: "test_keys_that_callers_send_are_blotted_out_everywhere"})
def short_blots(patch):
    data = Redaction.data
    patch.setattr(Redaction, "data", lambda self, given: re.sub(rb"\*+", b"*", data(self, given)))


@mutation(
    "chunks that come in one piece of the network are one chunk",
    {RECORDING_FELT: "test_every_way_to_end_is_passed_on_recorded_and_replayed"},
)
def chunks_joined(patch):
    note = Relay._note
    patch.setattr(Relay, "_note", lambda self, data, whole: note(self, data, whole=False))


@mutation("a replay takes its time at any speed", {REPLAY: "test_chunks_keep_their_bounds_at_any_speed"})
def speed_ignored(patch):
    init = Tape.__init__
    patch.setattr(Tape, "__init__", lambda self, replay, known=None: init(self, replace(replay, speed=1.0), known))


@mutation("a replay always gives the first answer", {REPLAY: "test_the_same_request_gets_its_answers_in_order"})
def first_answer_again(patch):
    patch.setattr(replayed, "min", lambda *turns: 1, raising=False)


@mutation("an answer that broke off comes to its end", {REPLAY: "test_an_answer_ends_as_it_was_recorded"})
def whole_again(patch):
    result = Tape.result
    patch.setattr(Tape, "result", lambda self, recorded: result(self, recorded)._replace(end=None))


@mutation("any deployment will do", {REPLAY: "test_what_was_not_recorded_is_told"})
def any_deployment(patch):
    view = matching.Matching.view
    patch.setattr(matching.Matching, "view", lambda self, asked: view(self, asked._replace(deployment="")))


@mutation("the request that is furthest off is called the nearest", {REPLAY: "test_what_was_not_recorded_is_told"})
def furthest_request(patch):
    patch.setattr(matching, "max", min, raising=False)


@mutation("events without text count as tokens", {FITTING: "test_only_events_with_text_count"})
def every_event_a_token(patch):
    patch.setattr(timings, "_says_something", lambda event: True)


@mutation("nothing is ever lognormal", {FITTING: "test_a_lognormal_is_found_again"})
def never_lognormal(patch):
    patch.setattr(fitting, "_distance", lambda ordered, model: inf)
