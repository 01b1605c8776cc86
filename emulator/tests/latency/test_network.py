from itertools import pairwise

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.latency import Distribution, carried
from azureml_emulator.wire import JSON, End, Result

WHOLE = Result(200, JSON, ((0.2, b"x"),), timing=(("model", 0.2),))
STREAM = Result(200, JSON, ((0.1, b"a"), (0.1, b"b"), (0.2, b"c"), (0.5, b"d")), chunked=True)


def sent(result, setting, label=b"network"):
    return carried(result, Distribution.of(setting), Draw.of(b"a request").units(label))


def test_a_piece_is_late_by_a_draw():
    assert sent(WHOLE, 50).writes == ((0.25, b"x"),)
    late = sent(WHOLE, {"type": "exponential", "mean_ms": 50})
    drawn = Distribution.of({"type": "exponential", "mean_ms": 50}).seconds(Draw.of(b"a request").units(b"network"))
    assert late.writes == ((0.2 + drawn, b"x"),)
    assert late.timing == (("model", 0.2), ("network", pytest.approx(drawn)))
    assert late.timing[1][1] == late.seconds - 0.2


def test_what_is_written_at_one_moment_arrives_at_one_moment():
    late = sent(STREAM, {"type": "uniform", "low_ms": 1, "high_ms": 90})
    assert late.writes[0][0] == late.writes[1][0]
    delays = [after - before for (before, _), (after, _) in zip(STREAM.writes, late.writes, strict=True)]
    assert len(set(delays)) == 3


@pytest.mark.parametrize("label", [b"%d" % number for number in range(20)])
def test_order_is_kept_and_nothing_is_early(label):
    late = sent(STREAM, {"type": "exponential", "mean_ms": 300}, label)
    assert [data for _, data in late.writes] == [b"a", b"b", b"c", b"d"]
    assert all(earlier <= later for (earlier, _), (later, _) in pairwise(late.writes))
    assert all(after >= before for (before, _), (after, _) in zip(STREAM.writes, late.writes, strict=True))


@pytest.mark.parametrize("label", [b"%d" % number for number in range(20)])
def test_what_breaks_off_does_so_after_what_was_written(label):
    late = sent(STREAM._replace(end=End(0.5, reset=True)), {"type": "exponential", "mean_ms": 300}, label)
    assert late.end.reset
    assert late.end.at >= late.writes[-1][0]
    assert late.timing == (("network", late.end.at - 0.5),)
