import sys
from pathlib import Path

import pytest

from azureml_emulator.latency import Empirical, measurements

HGRM = """\
       Value     Percentile TotalCount 1/(1-Percentile)

       1.000 0.000000000000          1           1.00
      50.000 0.500000000000         50           2.00
     100.000 1.000000000000        100
#[Mean    =       50.500, StdDeviation   =       28.866]
#[Max     =      100.000, Total count    =          100]
"""


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return written


def test_table(write):
    assert measurements.table(write("a.hgrm", HGRM)) == [(0, 1), (50, 50), (100, 100)]
    model = Empirical(file=write("a.hgrm", HGRM), unit="us")
    assert model.seconds(iter([0.25])) == pytest.approx(25.5e-6)


def test_table_that_hdrhistogram_printed(write):
    """Its own printer is the judge: what is drawn is within the precision of its buckets."""
    histogram = pytest.importorskip("hdrh.histogram").HdrHistogram(1, 10_000_000, 3)
    for value in range(1, 10_001):
        histogram.record_value(value * 100)
    file = write("a.hgrm", "")
    with Path(file).open("wb") as out:
        histogram.output_percentile_distribution(out, 1000)
    model = Empirical(file=file)
    for share in (0.1, 0.5, 0.9, 0.99):
        assert model.seconds(iter([share])) == pytest.approx(share, rel=0.06)


def test_log(write):
    histograms = pytest.importorskip("hdrh.histogram")
    lines = ["#[Histogram log format version 1.2]", '"StartTimestamp","Interval_Length","Interval_Max","Histogram"']
    for tag, values in (("", (5, 5, 7)), ("Tag=A,", (5, 20))):
        histogram = histograms.HdrHistogram(1, 1000, 3)
        for value in values:
            histogram.record_value(value)
        lines.append(f"{tag}0.000,1.000,{max(values)}.000,{histogram.encode().decode()}")
    file = write("a.hlog", "\n".join(lines))
    assert measurements.log(file) == [(5, 3), (7, 1), (20, 1)]
    assert Empirical(file=file, unit="s").seconds(iter([0.99])) == 20


def test_log_without_the_package(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "hdrh.histogram", None)
    with pytest.raises(ValueError, match=r"a.hlog: .* needs the package hdrhistogram: pip install .*\[bench\]"):
        measurements.log(write("a.hlog", ""))


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (measurements.table, "", "file: expected lines of value and percentile"),
        (measurements.table, "Value Percentile\n5", "file:2: expected a number from 0 to 1e.18, not"),
        (measurements.table, "5 0.5\nx 0.6", "file:2: expected a number from 0 to 1e.18, not x"),
        (measurements.table, "5 50", "file:1: expected a share from 0 to 1 in the second column, not 50"),
        (measurements.table, "5 0.5\n6 0.4", "file:2: expected rising shares, but 0.4 comes after 0.5"),
        (measurements.table, b"\xff\xfe", "file: expected UTF-8 text"),
        (measurements.log, "0,1,2,nonsense", "file:1: expected a compressed histogram"),
        (measurements.log, "0,1,2,HISTFAAAAAAAAAAA", "file:1: expected a compressed histogram .HdrLengthException"),
        (measurements.log, "0,1,2,AAAAAAAAAAAAAAAA", "file:1: expected a compressed histogram .HdrCookieException"),
        (measurements.log, "0,1,2,HISTFAAAAAQAAAAA", "file:1: expected a compressed histogram .error"),
        (measurements.log, "# only a comment", "file: expected at least one histogram with a value"),
        (lambda file: measurements.lines(file, "ms"), "", "file: expected at least one measurement"),
        (lambda file: measurements.lines(file, "ms"), "nonsense", "file:1: expected a JSON object"),
        (lambda file: measurements.lines(file, "ms"), '{"ms": 1}\n[5]', "file:2: no field 'ms'"),
        (lambda file: measurements.lines(file, "ms"), '{"s": 1, "t": 2}', "no field 'ms'; there are s, t"),
        (lambda file: measurements.lines(file, "ms"), '{"ms": true}', "expected a number in 'ms', not true"),
        (
            lambda file: measurements.lines(file, "ms"),
            '{"ms": -1}',
            "file:1: expected a number from 0 to 1e.18, not -1",
        ),
        (
            lambda file: measurements.lines(file, "ms"),
            '{"ms": NaN}',
            "file:1: expected a number from 0 to 1e.18, not nan",
        ),
        (
            lambda file: measurements.lines(file, "ms"),
            '{"ms": 1' + "0" * 400 + "}",
            "expected a number from 0 to 1e.18",
        ),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(write, read, text, expected):
    if read is measurements.log:
        pytest.importorskip("hdrh.histogram")
    with pytest.raises(ValueError, match=expected):
        read(write("file", text))
