import json
from datetime import UTC, datetime
from math import isnan
from types import SimpleNamespace

import pytest
import run
from ratios import footprint, load, pacing, results
from ratios.comparison import Comparison, in_turn, ratios

MACHINE = "a processor, 2 cores; a system; a Python"
AT = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def keep(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "machine", lambda: MACHINE)
    monkeypatch.setattr(results, "commit", lambda: "abc1234")

    def kept(titles=("one", "two"), **groups):
        results.keep(tmp_path, groups, {name: f"What {name} is." for name in titles}, "make bench", AT)
        return (tmp_path / "RESULTS.md").read_text(encoding="utf-8")

    return kept


def test_the_sides_take_turns_in_going_first():
    asked = []
    sides = {name: lambda name=name: asked.append(name) or len(asked) for name in "ab"}
    assert in_turn(sides, 3) == {"a": [1, 4, 5], "b": [2, 3, 6]}
    assert asked == list("abbaab")


@pytest.fixture
def proc(tmp_path, monkeypatch):
    """Give what writes the processors' ticks as Linux tells them, and the folder that they are in."""
    monkeypatch.setattr(footprint, "_PROC", tmp_path)

    def tick(stolen, rest):
        (tmp_path / "stat").write_text(f"cpu  {rest} 0 0 0 0 0 0 {stolen} 0 0\ncpu0 1 2\n", encoding="ascii")

    return tick


def test_what_other_machines_take_is_a_share_of_all_time(proc):
    proc(10, 1000)
    others = footprint.Stolen()
    assert others.share == 0
    proc(13, 1097)
    assert others.share == pytest.approx(0.03)


def test_where_the_system_does_not_tell_nothing_is_taken(proc):
    assert footprint.Stolen().share == 0


@pytest.mark.parametrize(
    ("shares", "measured", "counted"),
    [([0.0], 1, 0), ([0.1, 0.004, 0.0], 2, 1), ([0.3, 0.2, 0.1, 0.4, 0.5, 0.0], 5, 2)],
)
def test_a_window_that_others_disturbed_is_measured_again(proc, shares, measured, counted):
    ticks, windows = [0, 0], []
    proc(*ticks)

    def measure():
        stolen = 1000 * shares[len(windows)]
        ticks[:] = ticks[0] + int(stolen), ticks[1] + 1000 - int(stolen)
        proc(*ticks)
        windows.append(pacing.Kept(0.0, float(len(windows)), 0.0))
        return windows[-1]

    kept = pacing._undisturbed(measure)
    assert (len(windows), kept.error) == (measured, counted)
    assert kept.stolen == pytest.approx(shares[counted])


@pytest.mark.parametrize(
    ("found", "settings", "verdict"),
    [
        ([1.0, 1.1, 1.2], {"at_most": 2}, "met"),
        ([1.0, 1.1, 1.2], {"at_most": 1}, "NOT met"),
        ([1.0, 1.1, 1.6, 1.7], {"at_most": 1.5}, "met?"),
        ([1.0, 1.1, 1.4], {"at_least": 1.15}, "NOT met?"),
        ([1.0], {}, ""),
        ([], {"at_most": 1}, ""),
    ],
)
def test_a_verdict_says_when_it_may_be_the_other_one(found, settings, verdict):
    assert Comparison("group", "this / that", found, **settings).verdict == verdict


def test_a_side_without_pairs_has_no_ratio():
    row = Comparison("group", "this / that", (), context="not measured: no npm")
    assert isnan(row.ratio)
    assert row.as_dict()["ratio"] is None
    assert "not measured: no npm" in run.table([row])


def test_a_group_is_written_without_touching_the_others(keep):
    keep(one=[Comparison("one", "a / b", ratios([1, 2, 3], [2, 2, 2]), at_most=1.5)])
    page = keep(two=[Comparison("two", "c / d", (), context="not measured: no npm")])
    assert "| a / b | 1.00 | 0.75 - 1.25 | ≤ 1.5 | met | 3 |" in page
    assert "| c / d | - | not measured: no npm | | | 0 |" in page
    about = "2030-01-02 03:04 UTC, at abc1234, by `make bench`."
    assert page.index(f"## one\n\nWhat one is.\n\n{about}") < page.index("## two")
    again = keep(one=[Comparison("one", "a / b", [4.0])])
    assert "| a / b | 4.00 |  |  |  | 1 |" in again
    assert "1.00" not in again
    assert "## two" in again


def test_a_group_that_there_is_no_more_is_left_out(keep):
    keep(one=[Comparison("one", "a / b", [1.0])])
    assert "## one" not in keep(titles=("two",))


def test_groups_of_several_machines_are_told_apart(keep, monkeypatch):
    keep(one=[Comparison("one", "a / b", [1.0])])
    monkeypatch.setattr(results, "machine", lambda: "another machine")
    page = keep(two=[Comparison("two", "c / d", [1.0])])
    assert f"Measured on several machines:\n\n1. {MACHINE}\n2. another machine\n" in page
    assert "2030-01-02 03:04 UTC on machine 2, at abc1234, by" in page


def test_no_absolute_figures_are_kept_on_the_page(keep, tmp_path):
    page = keep(one=[Comparison("one", "a / b", [1.23456789], context="12345 / 10000 per second")])
    assert "12345" not in page
    (row,) = json.loads((tmp_path / "RESULTS.json").read_text(encoding="utf-8"))["one"]["rows"]
    assert (row["ratio"], row["context"]) == (1.235, "12345 / 10000 per second")


def test_versions_are_found_without_running_anything(tmp_path):
    place = tmp_path / ".venv-peers/lib/python3.11/site-packages/pytest_httpserver-9.8.7.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text("Name: pytest-httpserver\nVersion: 9.8.7\n", encoding="utf-8")
    assert list(results.versions(tmp_path)) == ["pytest-httpserver 9.8.7"]


@pytest.mark.parametrize(
    ("received", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", True),
    ],
)
def test_a_response_is_whole_by_its_length_or_its_last_chunk(received, whole):
    assert load.whole(received) is whole


def test_what_could_not_be_measured_leaves_the_rest(monkeypatch, capsys, keep, tmp_path):
    def broken():
        raise RuntimeError("no answer")

    monkeypatch.setattr(run, "COMPARISONS", {"one": lambda: [Comparison("one", "a / b", [1.0])], "two": broken})
    assert run.main(["--only", "one", "--only", "two"]) == 1
    said = capsys.readouterr()
    assert "a / b" in said.out
    assert "two could not be measured: no answer" in said.err


def test_a_connection_that_has_nothing_to_send_goes_away():
    """A server with one worker would wait for it, and answer nobody else."""
    closed = []
    window = load.Window(port=0, requests=iter([b"one"]), most=1)
    transport = SimpleNamespace(write=lambda data: None, abort=lambda: closed.append(1))
    load.Connection(window).connection_made(transport)
    assert (window.sent, window.open, closed) == (1, 1, [])
    load.Connection(window).connection_made(transport)
    assert (window.sent, window.open, closed) == (1, 1, [1])
