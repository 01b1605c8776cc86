"""Predictions: by the row alone at an endpoint, near for near rows, or what the answer source says."""

import math

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.regression import predicted

HOME = Draw.of(b"home")


def test_the_row_decides():
    rows = [[1, 2], [2, 1], ["a", 1], ["b", 1], {"x": 1}, [None], [True]]
    found = [predicted(HOME, row) for row in rows]
    assert found == [predicted(HOME, row) for row in rows]
    assert len(set(found[:4])) == 4
    assert predicted(HOME, [1, 2]) != predicted(Draw.of(b"elsewhere"), [1, 2])
    assert predicted(HOME, {"a": 1, "b": 2}) == predicted(HOME, {"b": 2, "a": 1})


def test_near_rows_are_near():
    here, near, far = predicted(HOME, [10, 5]), predicted(HOME, [10.01, 5]), predicted(HOME, [1000, -50])
    assert 0 < abs(here - near) <= 0.01 < abs(here - far)


@pytest.mark.parametrize("row", [[], [math.nan], [math.inf], [10**400], [1e308] * 9, [[[1], [2, "x"]]], "text", {}])
def test_any_row_has_a_finite_prediction(row):
    assert math.isfinite(predicted(HOME, row))


@pytest.mark.parametrize(("said", "number"), [("2.5", 2.5), (" -3 ", -3.0), ("1e3", 1000.0)])
def test_a_number_that_is_said_is_predicted(said, number):
    assert predicted(HOME, [1, 2], said) == number


@pytest.mark.parametrize("said", ["", "much", "nan", "inf", "[1, 2]"])
def test_what_is_no_number_is_not(said):
    assert predicted(HOME, [1, 2], said) == predicted(HOME, [1, 2])
