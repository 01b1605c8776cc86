"""Recorded arrivals are read from what logs look like."""

import pytest

from azureml_emulator.errors import ConfigError
from azureml_emulator.simulation import trace


@pytest.fixture
def written(tmp_path):
    def write(text, name="trace.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


@pytest.mark.parametrize(
    "text",
    [
        "5\n5.5\n\n7\n",
        "7\n5\n5.5\n",
        "\ufeff5\n5.5\n7",
        "at\n5\n5.5\n7\n",
        "id,timestamp,status\n1,5,200\n2,5.5,200\n3,7,429\n",
        'url,time_ms\n"a,b",5000\nc,5500\nd,7000\n',
        '{"at": 5}\n{"at": 5.5}\n{"at": 7}\n',
        '{"intended_ns": 5000000000}\n{"intended_ns": 5500000000}\n{"intended_ns": 7000000000}\n',
        "2026-01-31T12:00:05\n2026-01-31T12:00:05.500\n2026-01-31T12:00:07+00:00\n",
        '{"at": "2026-01-31T12:00:05Z"}\n{"at": "2026-01-31T13:00:05.5+01:00"}\n{"at": "2026-01-31T12:00:07Z"}\n',
    ],
)
def test_instants_count_from_the_first_in_order(written, text):
    assert trace.read(written(text)) == pytest.approx([0, 0.5, 2])


def test_a_column_can_be_named(written):
    file = written("at,sent_ms\n0,1000\n0,3000\n")
    assert trace.read(file) == [0, 0]
    assert trace.read(f"{file}#sent_ms") == [0, 2]


def test_a_file_with_a_hash_in_its_name_is_that_file(written):
    assert trace.read(written("1\n2\n", "run#2.txt")) == [0, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", r"expected a timestamp a line, found none"),
        ("at\n", r"expected a timestamp a line, found none"),
        ("1\n-2\n", r":2: expected seconds, 0 or more.*not '-2'"),
        ("1\n\nnever\n", r":3: expected seconds.*not 'never'"),
        ("1\ninf\n", r":2: expected seconds"),
        ("at\n1\n,\n", r":3: expected seconds.*not ''"),
        ("id,at\n1,2\n3\n", r":3: expected seconds.*not ''"),
        ("a,b\n1,2\n", r":1: expected a column such as at, .*there are a, b"),
        ('{"at": 1}\n{"at": true}\n', r":2: expected seconds.*not 'True'"),
        ('{"at": 1}\n[2]\n', r":2: expected a JSON object a line"),
        ('{"at": 1}\n{"atx": 1}\n', r":2: expected a column such as at"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(written, text, expected):
    with pytest.raises(ConfigError, match=expected):
        trace.read(written(text))


def test_a_column_that_is_not_there_and_a_file_that_is_not_there(written, tmp_path):
    with pytest.raises(ConfigError, match=r"expected a column 'x'; there are at"):
        trace.read(written("at\n1\n") + "#x")
    with pytest.raises(ConfigError, match=r"nothing\.csv: cannot be read: "):
        trace.read(str(tmp_path / "nothing.csv"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary: expected UTF-8 text"):
        trace.read(str(tmp_path / "binary"))
