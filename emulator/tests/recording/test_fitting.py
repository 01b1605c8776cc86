"""Fitting: what recordings were made with is found again, and what is found can be served."""

from itertools import accumulate

import pytest

from azureml_emulator.cli import main
from azureml_emulator.config import check
from azureml_emulator.draw import Draw
from azureml_emulator.latency import Latency, Work
from azureml_emulator.recording.cassette import Cassette, written
from azureml_emulator.recording.fitting import distribution, fits
from azureml_emulator.recording.matching import Matching
from azureml_emulator.recording.timings import prompt_tokens, times

CHAT = "/chat/completions"


def asked(number):
    return {"messages": [{"role": "user", "content": "word " * (number % 40 + 1)}], "stream": True}


def event(text):
    return b'data: {"choices": [{"index": 0, "delta": {"content": "%b"}}]}\n\n' % text.encode()


def stream(recorded, number, times):
    chunks = [(at, event("word")) for at in times]
    first, last = (times[0], b'data: {"choices": []}\n\n'), (times[-1], b"data: [DONE]\n\n")
    said = (("Content-Type", "text/event-stream"),)
    events = [first, *chunks, last]
    return recorded(asked(number), events, path=CHAT, said=said, seconds=times[0], framing="chunked")


def drawn(kind, count, **settings):
    model = Latency.of({"type": kind, **settings})
    return [model.pace(Work(0, Draw.of(b"%d" % number)))(1) * 1000 for number in range(count)]


def test_what_hardly_varies_is_a_number():
    assert distribution([200.0, 200.5, 201.0]) == 200.5
    assert distribution([123.456789] * 5) == 123.46


def test_a_lognormal_is_found_again():
    found = distribution(drawn("lognormal", 2000, median_ms=200, p99_ms=900))
    assert found["type"] == "lognormal"
    assert found["median_ms"] == pytest.approx(200, rel=0.05)
    assert found["p99_ms"] == pytest.approx(900, rel=0.1)


def test_two_humps_are_told_by_percentiles():
    found = distribution(
        drawn("uniform", 500, low_ms=10, high_ms=20) + drawn("uniform", 500, low_ms=300, high_ms=310)
    )
    assert found["type"] == "empirical"
    assert found["percentiles"]["p25"] == pytest.approx(15, abs=1)
    assert found["percentiles"]["p75"] == pytest.approx(305, abs=1)


def test_a_few_even_gaps_and_two_that_came_at_once_have_no_long_tail():
    gaps = [0.109, 0.204, 8.34, 8.557, 9.455, 10.45, 10.484, 11.95, 12.523, 23.999]
    told = distribution(gaps)["percentiles"]
    assert (told["p0"], told["p50"], told["p100"]) == (0.109, 9.455, 23.999)


def test_a_few_times_are_listed():
    assert distribution([1.0, 5.0, 2.0]) == {"type": "empirical", "samples_ms": [1.0, 2.0, 5.0]}


def test_zero_can_be_fitted():
    assert distribution([0.0] * 20 + [1.0] * 20)["type"] == "empirical"
    assert distribution([0.0, 0.0]) == 0.0


@pytest.mark.slow
def test_streams_give_their_first_token_prefill_and_gaps(recorded):
    model = Latency.of(
        {
            "type": "tokens",
            "first_ms": {"type": "lognormal", "median_ms": 100, "p99_ms": 140},
            "prefill_ms": 8,
            "gap_ms": {"type": "lognormal", "median_ms": 20, "p99_ms": 60},
        }
    )
    interactions = []
    for number in range(200):
        pace = model.pace(Work(number % 40 + 1, Draw.of(b"%d" % number)))
        interactions.append(stream(recorded, number, [pace(token) for token in range(1, 21)]))
    (fit,) = fits(Cassette(tuple(interactions), "c.jsonl"))
    assert (fit.name, fit.schema) == ("chat-streamed", "chat")
    assert fit.setting["prefill_ms"] == pytest.approx(8, rel=0.05)
    assert fit.setting["first_ms"]["median_ms"] == pytest.approx(100, rel=0.1)
    assert fit.setting["gap_ms"] == {
        "type": "lognormal",
        "median_ms": pytest.approx(20, rel=0.03),
        "p99_ms": pytest.approx(60, rel=0.05),
    }
    for was, model_says in fit.quality.values():
        assert model_says == pytest.approx(was, rel=0.15)


def test_chance_is_no_prefill(recorded):
    interactions = [stream(recorded, number, [0.2 + number * 7 % 13 / 1000, 0.3]) for number in range(20)]
    assert "prefill_ms" not in fits(Cassette(tuple(interactions)))[0].setting


def test_only_events_with_text_count(recorded):
    said = [event(""), event("a"), event("b") + b'data: {"usage": {}}\n\n', b"data: [DONE]\n\n"]
    one = recorded(asked(1), list(zip(accumulate([0.1] * 4), said, strict=True)), path=CHAT)
    assert list(times(one)) == pytest.approx([0.2, 0.3])
    halves = recorded(asked(1), [(0.1, event("a")[:9]), (0.2, event("a")[9:])], path=CHAT)
    assert list(times(halves)) == [0.2]


def test_a_prompt_of_no_known_shape_is_all_its_texts(recorded):
    one = recorded({"odd": ["one two", {"more": "three"}], "number": 4})
    assert prompt_tokens(one, Matching("loose")) == 3


def test_paths_streams_and_whole_answers_are_fitted_apart(recorded, tmp_path, capsys):
    some = [
        stream(recorded, 1, [0.1, 0.2]),
        recorded({"odd": "body"}, b"1", seconds=0.3),
        recorded({"odd": "body"}, b"no", seconds=9.0, status=500),
        recorded({"odd": "body"}, b"1", seconds=0.3, path="/other"),
    ]
    file = tmp_path / "c.jsonl"
    file.write_bytes(b"".join(map(written, some)))
    assert main(["fit", str(file)]) == 0
    out = capsys.readouterr().out
    assert "# recorded-whole: 1 whole answer(s) at /score; its shape is not known, so set `schema` yourself" in out
    (tmp_path / "fit.yml").write_text(out, encoding="utf-8")
    assert main(["validate", str(tmp_path / "fit.yml")]) == 0
    told = capsys.readouterr().out
    assert told.endswith("valid, 3 endpoint(s): chat-streamed, recorded-whole, recorded-whole-2\n")


@pytest.mark.parametrize("answer", [{"status": 404}, {"end": "cut"}])
def test_nothing_to_fit_is_one_line(recorded, tmp_path, capsys, answer):
    file = tmp_path / "c.jsonl"
    file.write_bytes(written(recorded({}, b"1", **answer)))
    assert main(["fit", str(file)]) == 1
    assert capsys.readouterr().err == (
        f"azureml-emulator: {file}: no answer to a POST with status 200 is recorded whole; nothing to fit\n"
    )


def test_a_fit_is_a_setting(recorded):
    (fit,) = fits(Cassette((stream(recorded, 1, [0.1, 0.2, 0.35]),)))
    assert check({"endpoints": [{"name": fit.name, "schema": fit.schema, "latency": fit.setting}]}).endpoints
