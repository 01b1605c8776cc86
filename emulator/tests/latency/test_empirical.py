import pytest
from pydantic import ValidationError

from azureml_emulator import config
from azureml_emulator.errors import ConfigError
from azureml_emulator.latency import Empirical

TABLE = {"p0": 100, "p50": 200, "p90": 400, "p100": 1400}


def drawn(model, *units):
    return [round(model.seconds(iter([unit])) * 1000, 9) for unit in units]


def test_percentiles_are_joined_by_straight_lines():
    model = Empirical(percentiles=TABLE)
    assert drawn(model, 0, 0.25, 0.5, 0.7, 0.9, 0.95, 1 - 2**-53) == [100, 150, 200, 300, 400, 900, 1400]


def test_the_mean_is_that_of_the_table(sample):
    many = sample({"type": "empirical", "percentiles": TABLE})
    assert many.has_mean(0.5 * 150 + 0.4 * 300 + 0.1 * 900)
    assert many.follows({200: 0.5, 300: 0.7, 400: 0.9, 900: 0.95}.get, (200, 300, 400, 900))


def test_beyond_the_last_percentile_nothing_is_made_up():
    model = Empirical(percentiles={"p99.9": 900, 50: 200, "p90": 400})
    assert drawn(model, 0, 0.3, 0.5, 0.9, 0.9999) == [200, 200, 200, 400, 900]
    assert drawn(Empirical(percentiles={"p50": 7}), 0, 0.5, 0.99) == [7, 7, 7]


def test_samples_come_back_as_they_are(sample):
    model = Empirical(samples_ms=[5, 1, 3, 3])
    assert drawn(model, 0, 0.2499, 0.25, 0.5, 0.7499, 0.75, 1 - 2**-53) == [1, 1, 3, 3, 3, 5, 5]
    many = sample({"type": "empirical", "samples_ms": [5, 1, 3, 3]})
    assert set(many.values) == {1, 3, 5}
    assert many.has_mean(3)


@pytest.mark.parametrize("count", [1, 3, 7, 49, 1000])
def test_no_value_between_two_samples_is_ever_drawn(count):
    model = Empirical(samples_ms=range(count))
    edges = [number / count for number in range(count)]
    assert drawn(model, *edges) == list(range(count))


def test_a_file_of_measurements(tmp_path):
    file = tmp_path / "measured.jsonl"
    file.write_text('{"timing": {"total": 2500}}\n\n{"timing": {"total": 500.5}, "x": 1}\n', encoding="utf-8")
    assert drawn(Empirical(file=str(file), field="timing.total"), 0, 0.6) == [500.5, 2500]
    assert drawn(Empirical(file=str(file), field="timing.total", unit="us"), 0, 0.6) == [0.5005, 2.5]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "expected one of percentiles, samples_ms and file, not none"),
        ({"samples_ms": [1], "percentiles": {"p50": 1}}, "not percentiles and samples_ms"),
        ({"samples_ms": []}, "samples_ms: expected at least one measurement"),
        ({"samples_ms": [-1]}, "greater than or equal to 0"),
        ({"percentiles": {}}, "expected at least one, such as"),
        ({"percentiles": {"median": 5}}, "expected names from p0 to p100, such as p99.9, not 'median'"),
        ({"percentiles": {"p101": 5}}, "not 'p101'"),
        ({"percentiles": {"p50": 5, "50": 5}}, "50 stands here twice"),
        ({"percentiles": {"p50": 5, "p90": 4}}, "p90: expected no less than the 5 below it, not 4"),
        ({"samples_ms": [1], "unit": "s"}, "field and unit are for a file"),
        ({"file": "measured.csv"}, r"ends in .jsonl, .ndjson, .hgrm, .hlog, not 'measured.csv'"),
        ({"file": "measured.jsonl"}, "field: expected for a .jsonl file, and for no other"),
        ({"file": "measured.hgrm", "field": "x"}, "field: expected for a .jsonl file, and for no other"),
        ({"file": "nowhere.hgrm"}, "nowhere.hgrm: cannot be read: No such file"),
    ],
)
def test_what_cannot_be(given, expected):
    with pytest.raises(ValidationError, match=expected):
        Empirical(**given)


def test_a_wrong_line_is_named_with_the_setting(tmp_path):
    (tmp_path / "measured.jsonl").write_text('{"ms": 1}\n{"ms": "soon"}\n', encoding="utf-8")
    measured = {"type": "empirical", "file": str(tmp_path / "measured.jsonl"), "field": "ms"}
    endpoint = {"name": "a", "schema": "gpt2", "latency": {"type": "tokens", "first_ms": measured, "gap_ms": 1}}
    with pytest.raises(ConfigError, match=r"first_ms: .*measured.jsonl:2: expected a number in 'ms', not \"soon\""):
        config.check({"endpoints": [endpoint]})
