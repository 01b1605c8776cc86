"""Time that is not what the models say, or is not kept."""

from azureml_emulator import delivery, framing, player, server_timing
from azureml_emulator.draw import Draw
from azureml_emulator.latency import Constant, LoadDependent, normal, tokens
from azureml_emulator.latency.elementary import normal_quantile
from azureml_emulator.live import LiveEndpoint
from azureml_emulator.writer import Writer
from contract_tests.breaking import LATENCY_FELT, mutation, own, rewrite

CIRCUMSTANCES, TOKENS, PLAYER = own("latency/circumstances"), own("latency/tokens"), own("player")
SERVER_TIMING = own("server_timing")


@mutation(
    "chance goes by the order in which requests arrive",
    {
        own("faults/hazards"): "test_chance_goes_by_the_request",
        LATENCY_FELT: "test_the_order_of_arrival_does_not_matter",
    },
)
def drawn_by_arrival(patch):
    def drawn(self, request):
        times = self.tally.add(b"any request")
        request.before = times
        return Draw(self._home.key, times.to_bytes(8, "big"))

    patch.setattr(LiveEndpoint, "_draw", drawn)


@mutation(
    "all that is drawn for a request is drawn from the same numbers",
    {
        CIRCUMSTANCES: "test_getting_warm_can_be_drawn_apart",
        TOKENS: "test_the_first_token_is_drawn_apart",
    },
)
def one_row_of_numbers(patch):
    units = Draw.units
    patch.setattr(Draw, "units", lambda self, label: units(self, b""))


@mutation("times are whole milliseconds", {SERVER_TIMING: "test_the_stages_of_an_answer"})
def whole_milliseconds(patch):
    patch.setattr(Constant, "seconds", lambda self, units: round(self.ms) / 1000)


@mutation("a lognormal's 99th percentile is its 95th", {own("latency/normal"): "test_lognormal_at_its_two_points"})
def wrong_tail(patch):
    patch.setattr(normal, "_P99", normal_quantile(0.95))


@mutation(
    "tokens of a burst come one by one",
    {
        TOKENS: "test_tokens_of_a_burst_are_out_when_the_last_of_them_would_be",
        LATENCY_FELT: "test_tokens_of_a_burst_come_together",
    },
)
def no_bursts(patch):
    patch.setattr(tokens, "_last_of_burst", lambda burst, units: lambda token: token)


@mutation(
    "the last of a stream comes a token late",
    {
        SERVER_TIMING: "test_a_stream_also_tells_its_first_token",
        LATENCY_FELT: "test_whole_answers_take_the_sum",
    },
)
def last_token_late(patch):
    events = Writer._events

    def late(self, framing, chunks, pace):
        chunks = list(chunks)
        total = sum(carried for _, carried in chunks)
        return events(self, framing, chunks, lambda out: pace(out + 1 if out >= total else out))

    patch.setattr(Writer, "_events", late)


@mutation(
    "the network takes no time",
    {
        SERVER_TIMING: "test_the_stages_of_an_answer",
        LATENCY_FELT: "test_the_network_delays_each_piece_and_keeps_their_order",
    },
)
def no_network(patch):
    patch.setattr(delivery, "carried", lambda result, network, units: result)


@mutation(
    "server-timing is rounded to milliseconds",
    {SERVER_TIMING: "test_the_stages_of_an_answer", LATENCY_FELT: "test_what_was_injected_can_be_subtracted"},
)
def rounded_timing(patch):
    patch.setattr(server_timing, "_number", lambda value: f"{value:.0f}")


@mutation("server-timing is in seconds", {SERVER_TIMING: "test_the_stages_of_an_answer"})
def timing_in_seconds(patch):
    number = server_timing._number
    patch.setattr(server_timing, "_number", lambda value: number(value / 1000))


@mutation(
    "nobody asks what a deployment is doing",
    {CIRCUMSTANCES: "test_only_these_and_what_wraps_them_heed_the_load"},
)
def load_unheeded(patch):
    patch.setattr(LoadDependent, "heeds_load", False)


@mutation("what is late makes all that follows late", {PLAYER: "test_frames_go_out_when_they_are_due"})
def drifting(patch):
    taken = player.Play._taken

    def drifted(self, now):
        data = taken(self, now)
        self._start += now - self._last_due
        return data

    patch.setattr(player.Play, "_taken", drifted)


@mutation("frames go out every 30 ms", {PLAYER: "test_frames_go_out_when_they_are_due"})
def coarse_alarms(patch):
    patch.setattr(player, "_GRAIN", 0.03)


@mutation(
    "a write without bytes ends a stream",
    {own("framing"): "test_a_write_without_bytes_is_no_chunk_but_takes_its_time"},
)
def ended_by_nothing(patch):
    rewrite(patch, framing.frames, "if chunked and data else", "if chunked else")


@mutation("nobody hears that a caller went away", {PLAYER: "test_when_the_caller_goes_nothing_more_is_played"})
def gone_unheard(patch):
    patch.setattr(player.Play, "lost", lambda self: None)


class Eager:
    """A line that says it takes everything."""

    writing_paused = False

    def __init__(self, line):
        self.send = line.send


@mutation("what a slow reader does not take is piled up", {PLAYER: "test_a_slow_reader_is_not_written_to"})
def written_regardless(patch):
    play = player.Player.play
    patch.setattr(player.Player, "play", lambda self, frames, start, line: play(self, frames, start, Eager(line)))
