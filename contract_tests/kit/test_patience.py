"""Calls that may never come back."""

import time

import pytest

from azureml_contract.patience import Endless, within


def test_what_comes_back_is_given():
    assert within(5, lambda: 7) == 7


def test_what_is_raised_is_raised_where_it_was_asked_for():
    with pytest.raises(ValueError, match="'x'"):
        within(5, lambda: int("x"))


def test_a_loop_that_goes_on_is_ended():
    rounds = [0]

    def spin():
        while True:
            rounds[0] += 1

    with pytest.raises(Endless):
        within(0.05, spin)
    ended = rounds[0]
    time.sleep(0.05)
    assert rounds[0] == ended
