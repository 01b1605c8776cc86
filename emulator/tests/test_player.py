"""Timetables played on a loop whose clock stands until it is told, and on lines that stop taking what is written."""

import asyncio
from heapq import heappop, heappush

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.player import Player


class Handle:
    def __init__(self, at, call):
        self.at, self.call, self.cancelled = at, call, False

    def __lt__(self, other):
        return self.at < other.at

    def cancel(self):
        self.cancelled = True


class Loop:
    """As much of an event loop as a player asks for. It is always a little late, as loops are."""

    def __init__(self, late=0.0):
        self.now, self.late, self.handles, self.rings = 100.0, late, [], 0

    def time(self):
        return self.now

    def call_at(self, at, call):
        handle = Handle(at, call)
        heappush(self.handles, handle)
        return handle

    def create_future(self):
        return asyncio.get_running_loop().create_future()

    def run_until(self, at):
        while self.handles and self.handles[0].at <= at:
            handle = heappop(self.handles)
            if not handle.cancelled:
                self.now = max(self.now, handle.at + self.late)
                self.rings += 1
                handle.call()
        self.now = max(self.now, at)


class Line:
    """Notes what is written and when; takes no more than `takes` writes until its reader reads."""

    def __init__(self, loop, takes=10**9):
        self.loop, self.takes, self.written, self.open = loop, takes, [], True

    @property
    def writing_paused(self):
        return self.takes <= 0

    def send(self, data):
        if self.open:
            self.takes -= 1
            self.written.append((round(self.loop.now - 100, 3), data))
        return self.open


def playing(frames, loop, line, player=None, start=100.0):
    """Begin to play; give the play and the task that waits for its end."""
    play = (player or Player(loop)).play(iter(frames), start, line)
    return play, asyncio.ensure_future(play.whole())


def run(test):
    asyncio.run(test())


THREE = [(0.0, b"a"), (0.1, b"b"), (0.3, b"c")]


@pytest.mark.parametrize("late", [0.0, 0.004])
def test_frames_go_out_when_they_are_due_and_lateness_does_not_add_up(late):
    async def test():
        loop = Loop(late)
        line = Line(loop)
        _, whole = playing([(at / 10, b"x") for at in range(50)], loop, line)
        await asyncio.sleep(0)
        loop.run_until(105)
        kept = await whole
        assert [at for at, _ in line.written] == pytest.approx([at / 10 + (late if at else 0) for at in range(50)])
        assert (kept.first_due, kept.due, kept.first) == pytest.approx((0, 4.9, 0))
        assert kept.last == pytest.approx(4.9 + late)
        assert kept.worst == pytest.approx(late, abs=1e-6)
        assert kept.late == pytest.approx(late * 49 / 50, abs=1e-6)

    run(test)


def test_time_that_is_spent_already_counts():
    async def test():
        loop = Loop()
        line = Line(loop)
        loop.now = 100.2
        playing(THREE, loop, line)
        await asyncio.sleep(0)
        assert line.written == [(0.2, b"ab")], "what is due goes out in one write"
        loop.run_until(101)
        assert line.written[1:] == [(0.3, b"c")]

    run(test)


def test_what_can_go_out_at_once_waits_for_nothing():
    async def test():
        loop = Loop()
        kept = await Player(loop).play(iter([(0.0, b"a")]), 100.0, Line(loop)).whole()
        assert (kept.last, loop.handles) == (0.0, [])

    run(test)


def test_a_slow_reader_is_not_written_to_until_it_reads():
    async def test():
        loop = Loop()
        line = Line(loop, takes=1)
        play, whole = playing(THREE, loop, line)
        await asyncio.sleep(0)
        play.resume()
        assert line.written == [(0.0, b"a")]
        loop.run_until(100.2)
        assert line.written == [(0.0, b"a")], "nothing is kept for it but the timetable"
        line.takes = 1
        play.resume()
        assert line.written[1:] == [(0.2, b"b")]
        loop.run_until(101)
        line.takes = 1
        play.resume()
        assert line.written[2:] == [(1.0, b"c")]
        await asyncio.sleep(0)
        assert not whole.done(), "the last of it is not read"
        line.takes = 1
        play.resume()
        assert (await whole).worst == pytest.approx(0.7)

    run(test)


def test_a_reader_who_reads_again_in_time_is_written_to_once():
    async def test():
        loop = Loop()
        line = Line(loop)
        play, _ = playing(THREE, loop, line)
        await asyncio.sleep(0)
        for _ in range(3):
            play.resume()
        loop.run_until(101)
        assert line.written == THREE

    run(test)


def test_a_long_timetable_that_is_all_due_is_written_piece_by_piece():
    async def test():
        loop = Loop()
        line = Line(loop, takes=1)
        playing([(0.0, b"x" * 30_000)] * 100, loop, line)
        await asyncio.sleep(0)
        assert len(line.written[0][1]) == 90_000

    run(test)


@pytest.mark.parametrize("notice", ["told", "found"])
def test_when_the_caller_goes_nothing_more_is_played(notice):
    async def test():
        loop = Loop()
        line = Line(loop)
        play, whole = playing(THREE, loop, line)
        await asyncio.sleep(0)
        if notice == "told":
            play.lost()
        else:
            line.open = False
            loop.run_until(100.2)
        assert await asyncio.wait_for(whole, 1) is None
        assert play.gone
        line.open = True
        play.resume()
        loop.run_until(101)
        assert line.written == [(0.0, b"a")]

    run(test)


def test_a_play_that_is_cancelled_writes_no_more():
    async def test():
        loop = Loop()
        line = Line(loop)
        _, whole = playing(THREE, loop, line)
        await asyncio.sleep(0)
        whole.cancel()
        await asyncio.gather(whole, return_exceptions=True)
        loop.run_until(101)
        assert line.written == [(0.0, b"a")]

    run(test)


def test_one_alarm_serves_all_and_an_earlier_frame_sets_it_earlier():
    async def test():
        loop = Loop()
        player = Player(loop)
        lines = [Line(loop) for _ in range(100)]
        for number, line in enumerate(lines):
            playing([(0.0, b"a"), (0.5 - number / 1000, b"b"), (0.6, b"c")], loop, line, player)
        await asyncio.sleep(0)
        loop.run_until(101)
        assert [line.written[1][0] for line in lines] == pytest.approx([0.5 - number / 1000 for number in range(100)])
        assert loop.rings <= 101 + 1
        assert all(line.written[2] == (0.6, b"c") for line in lines)

    run(test)


def test_catching_up_plays_what_is_due_without_the_loop():
    async def test():
        loop = Loop()
        player = Player(loop)
        line = Line(loop)
        playing(THREE, loop, line, player)
        await asyncio.sleep(0)
        loop.now = 100.15
        player.catch_up()
        assert line.written == [(0.0, b"a"), (0.15, b"b")]
        loop.run_until(101)
        assert line.written[2:] == [(0.3, b"c")]

    run(test)


def test_those_who_left_leave_nothing_behind():
    async def test():
        loop = Loop()
        player = Player(loop)
        for _ in range(2000):
            play, _ = playing([(0.0, b"a"), (3600.0, b"b")], loop, Line(loop), player)
            await asyncio.sleep(0)
            play.lost()
        assert len(player._waiting) < 500

    run(test)


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=6).map(sorted), min_size=1, max_size=6),
    st.lists(st.integers(0, 5), max_size=12),
)
def test_whatever_the_timetables_all_of_each_goes_out_in_order_and_none_too_early(timetables, pauses):
    async def test():
        loop = Loop()
        player = Player(loop)
        lines = [Line(loop, takes=2) for _ in timetables]
        plays = [
            playing([(due / 20, b"%d," % due) for due in dues], loop, line, player)
            for dues, line in zip(timetables, lines, strict=True)
        ]
        await asyncio.sleep(0)
        for pause in [*pauses, *[20] * 30]:
            loop.run_until(loop.now + pause / 20)
            for line, (play, _) in zip(lines, plays, strict=True):
                line.takes = max(line.takes, 1)
                play.resume()
        for dues, line, (_, whole) in zip(timetables, lines, plays, strict=True):
            await whole
            assert b"".join(data for _, data in line.written) == b"".join(b"%d," % due for due in dues)
            for at, data in line.written:
                assert all(int(due) / 20 <= at + 0.001 for due in data.split(b",")[:-1])

    run(test)
