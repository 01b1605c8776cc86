"""Faults that strike whom they should not, or not as they should."""

from azureml_emulator.connection import Connection
from azureml_emulator.draw import Draw
from azureml_emulator.faults import Fault, Hazards, Status, proxies, streams
from azureml_emulator.faults.connection import SlowBody, Truncated
from azureml_emulator.live import LiveEndpoint
from contract_tests.breaking import FAULTS_FELT, mutation, own

HAZARDS, CONNECTION, PROXIES = own("faults/hazards"), own("faults/connection"), own("faults/proxies")
STREAMS, ASKED = own("faults/streams"), own("faults/asked")


@mutation("a fault that found nothing to spoil is named and counted", {HAZARDS: "test_what_finds_nothing_to_spoil"})
def always_felt(patch):
    settle = Hazards.settle

    def settled(self, strikes):
        for strike in strikes:
            strike.felt = True
        return settle(self, strikes)

    patch.setattr(Hazards, "settle", settled)


@mutation("calls are counted from 0", {HAZARDS: "test_it_strikes_when_all_that_is_said_is_true"})
def counted_from_zero(patch):
    due = Fault.due
    patch.setattr(Fault, "due", lambda self, turn: due(self, turn._replace(number=turn.number - 1)))


@mutation("a reset goes on counting calls", {HAZARDS: "test_a_reset_begins_to_count_anew"})
def counted_over_resets(patch):
    patch.setattr(Hazards, "clear", lambda self: self._struck.clear())


@mutation(
    "a serverless endpoint refuses in the words of a dedicated one",
    {own("faults/statuses"): "test_each_kind_of_endpoint_refuses_what_is_too_much_in_words_of_its_own"},
)
def words_of_another(patch):
    said = Status._said
    patch.setattr(Status, "_said", lambda self, as_json: said(self, as_json=False))


@mutation("the rest of a split character comes along", {PROXIES: "test_characters_are_split_and_nothing_is_lost"})
def split_at_once(patch):
    halves = proxies._halves
    patch.setattr(proxies, "_halves", lambda write, gap: halves(write, 0.0))


@mutation("seconds count from 1970", {HAZARDS: "test_it_strikes_when_all_that_is_said_is_true"})
def since_1970(patch):
    score = LiveEndpoint.score
    patch.setattr(LiveEndpoint, "score", lambda self, call, path, elapsed: score(self, call, path, call.at))


@mutation(
    "all faults of a call strike by the same chance",
    {own("answers/decisions"): "test_chance_is_not_that_of_the_deployment_s_faults"},
)
def one_chance(patch):
    patch.setattr(Draw, "apart", lambda self, label: self)


@mutation("the journal tells the status that would have been", {PROXIES: "test_a_gateway_s_page"})
def status_of_old(patch):
    struck = LiveEndpoint._struck

    def unnoted(self, reply, strikes):
        status = reply.exchange.status
        reply = struck(self, reply, strikes)
        reply.exchange.status = status
        return reply

    patch.setattr(LiveEndpoint, "_struck", unnoted)


@mutation("callers may ask for faults wherever they like", {ASKED: "test_unless_that_is_not_allowed"})
def asked_anywhere(patch):
    init = LiveEndpoint.__init__

    def generous(self, *settings):
        init(self, *settings)
        self._fault_header = "x-fault"

    patch.setattr(LiveEndpoint, "__init__", generous)


@mutation(
    "a connection that is to be reset is closed",
    {own("connection"): "test_a_reset_is_felt_as_one", FAULTS_FELT: "reset-1"},
)
def closed_politely(patch):
    patch.setattr(Connection, "reset", lambda self: self.transport.close())


@mutation(
    "a truncated body has a length that is right",
    {CONNECTION: "test_truncated", FAULTS_FELT: "truncated-0"},
)
def honest_length(patch):
    on_wire = Truncated.on_wire

    def honest(self, reply, incident):
        struck = on_wire(self, reply, incident)
        return struck.with_writes(struck.writes)

    patch.setattr(Truncated, "on_wire", honest)


@mutation("a slow body holds up the head, too", {CONNECTION: "test_the_body_is_slow_and_the_head_is_not"})
def slow_head(patch):
    on_wire = SlowBody.on_wire

    def slow(self, reply, incident):
        struck = on_wire(self, reply, incident)
        return struck._replace(writes=struck.writes[1:])

    patch.setattr(SlowBody, "on_wire", slow)


@mutation("a buffer gives all before there is anything", {PROXIES: "test_a_buffer_gives_all_at_once"})
def early_buffer(patch):
    def at_once(self, reply, incident):
        return reply._replace(writes=((reply.writes[0][0], reply.body),))

    patch.setattr(proxies.Buffered, "on_wire", at_once)


@mutation(
    "characters are never split",
    {PROXIES: "test_characters_are_split_and_nothing_is_lost", FAULTS_FELT: "split_character-0"},
)
def whole_characters(patch):
    patch.setattr(proxies, "_halves", lambda write, gap: [write])


@mutation("a stream cut short ends with [DONE]", {STREAMS: "test_a_stream_cut_short", FAULTS_FELT: "stream_cut-1"})
def done_all_the_same(patch):
    in_container = streams.StreamCut.in_container

    def done(self, result, incident):
        cut = in_container(self, result, incident)
        return cut._replace(writes=(*cut.writes, (cut.seconds, result.writes[-1][1])))

    patch.setattr(streams.StreamCut, "in_container", done)


@mutation("chunks that change places change times, too", {STREAMS: "test_some_events_change_places"})
def times_swapped(patch):
    patch.setattr(streams, "_swapped", lambda writes, place, after: (writes[after], writes[place]))
