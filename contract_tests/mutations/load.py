"""Queues and limits that lose count."""

from math import floor, inf

from azureml_emulator import retry_after
from azureml_emulator.admission import gate, quota
from azureml_emulator.admission.queue import Queue
from azureml_emulator.errors import RateLimitExceeded
from azureml_emulator.wire import Result
from contract_tests.breaking import ADMISSION, mutation, own

GATE, QUOTA, RETRY_AFTER = own("admission/gate"), own("admission/quota"), own("retry_after")


@mutation("a refused call takes a place in the queue", {ADMISSION: "test_a_change_of_latency_does_not_empty"})
def refused_takes_a_place(patch):
    full = Queue.full

    def crowded(self, at):
        wait = full(self, at)
        if wait:
            self.wait(at + 1)
        return wait

    patch.setattr(Queue, "full", crowded)


@mutation("one instance works, however many there are", {ADMISSION: "test_more_than_twice_as_many"})
def one_instance(patch):
    queue = gate._queue
    patch.setattr(gate, "_queue", lambda limits, instances: queue(limits, 1))


@mutation("fewer instances drop what they are at", {GATE: "test_fewer_instances_finish_what_they_have"})
def dropped_work(patch):
    def resized(self, slots, places):
        self.__init__(slots, places)

    patch.setattr(Queue, "resize", resized)


@mutation("a change of settings empties the queue", {ADMISSION: "test_a_change_of_latency_does_not_empty_the_queue"})
def queue_lost(patch):
    patch.setattr(gate.Gate, "inherit", lambda self, former: None)


@mutation("a stream that nobody hears keeps its slot", {ADMISSION: "test_a_stream_that_nobody_hears_ends"})
def slot_kept(patch):
    patch.setattr(Queue, "give_back", lambda self, slot, free_at: None)


@mutation("a container stops when its caller goes away", {GATE: "test_from_a_whole_answer_it_does_not_free_the_slot"})
def work_abandoned(patch):
    patch.setattr(gate.Stay, "streamed", property(lambda self: True, lambda self, streamed: None))


@mutation(
    "the work of who left before its turn burdens others", {GATE: "test_before_its_turn_its_work_burdens_nobody"}
)
def left_work_counts(patch):
    patch.setattr(gate.Workload, "forget", lambda self, work: None)


@mutation("who waits in vain holds no place", {ADMISSION: "test_who_waits_is_in_flight_until_the_time_is_up"})
def waiting_unseen(patch):
    wait = Queue.wait
    patch.setattr(Queue, "wait", lambda self, until: wait(self, -inf))


@mutation("a stream that outlasts the timeout is a 408", {ADMISSION: "test_a_stream_that_began_in_time_is_cut_off"})
def stream_timed_out(patch):
    leave = gate.Gate.leave
    patch.setattr(gate.Gate, "leave", lambda self, stay, result: leave(self, stay, result._replace(chunked=False)))


@mutation(
    "the wait for a slot is not told",
    {own("server_timing"): "test_what_waits_in_a_queue", ADMISSION: "test_the_stages_of_the_time_are_told"},
)
def wait_untold(patch):
    later = Result.later
    patch.setattr(Result, "later", lambda self, seconds, headers=(), before=(): later(self, seconds, headers))


@mutation("there is always enough", {QUOTA: "test_what_a_prompt_has_and_an_answer_may_have"})
def endless_window(patch):
    patch.setattr(quota.Window, "lacks", lambda self, at, wanted: 0.0)


@mutation("what was used up never comes back", {QUOTA: "test_they_are_back_a_minute_after"})
def window_never_reset(patch):
    init = quota.Window.__init__
    patch.setattr(quota.Window, "__init__", lambda self, limit, seconds: init(self, limit, inf))


@mutation("a window is put off by each call", {QUOTA: "test_or_over_one"})
def window_put_off(patch):
    take = quota.Window.take

    def put_off(self, at, number):
        take(self, at, number)
        self.opened = at

    patch.setattr(quota.Window, "take", put_off)


@mutation("a refused call uses up tokens", {QUOTA: "test_a_refused_call_counts_for_nothing"})
def refused_costs(patch):
    take = quota.Quota.take

    def costly(self, request, reading):
        try:
            return take(self, request, reading)
        except RateLimitExceeded:
            self.tokens.take(request.call.at, quota.asked_for(reading))
            raise

    patch.setattr(quota.Quota, "take", costly)


@mutation("what is left is told without this call", {QUOTA: "test_a_minutes_requests_are_spread_over_six_windows"})
def told_too_early(patch):
    patch.setattr(quota.Window, "left", property(lambda self: self.limit - self.taken + 1))


@mutation("other limits forget what was counted", {QUOTA: "test_a_change_of_limits_does_not_forget"})
def count_lost(patch):
    patch.setattr(quota.Quota, "inherit", lambda self, former: None)


@mutation("retry-after is rounded down", {RETRY_AFTER: "test_each_way_of_saying_it"})
def too_early(patch):
    patch.setattr(retry_after, "ceil", floor)


@mutation("retry-after as a date is in local time", {RETRY_AFTER: "test_each_way_of_saying_it"})
def local_time(patch):
    told = retry_after.Date.told
    patch.setattr(retry_after.Date, "told", lambda self, seconds, at: told(self, seconds, at + 3600))
