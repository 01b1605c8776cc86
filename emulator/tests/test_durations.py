import pytest

from azureml_emulator.durations import seconds, spelled


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (90, 90),
        ("90", 90),
        (1.5, 1.5),
        ("1m30s", 90),
        ("1h 2m 3s", 3723),
        ("250ms", 0.25),
        ("1.5H", 5400),
        (".5s", 0.5),
    ],
)
def test_read(written, meant):
    assert seconds(written) == meant


@pytest.mark.parametrize(
    "written", ["", "soon", "1x", "s", "-1", -1, True, None, "nan", "inf", float("inf"), [], "1m-3s"]
)
def test_refused(written):
    with pytest.raises(ValueError, match="expected seconds, such as 90, or a time such as 1m30s"):
        seconds(written)


@pytest.mark.parametrize("written", ["0s", "1m30s", "2h", "1h1m1.5s", "0.25s"])
def test_written_as_it_is_read(written):
    assert spelled(seconds(written)) == written
