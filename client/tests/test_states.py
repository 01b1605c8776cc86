"""What a formatter remembers, wherever it keeps it."""

import pytest

from azureml_endpoint.formatters.states import different, state


class Slotted:
    __slots__ = ("kept", "unset")

    def __init__(self, kept):
        self.kept = kept


class Mixed(Slotted):
    def __init__(self, kept, own):
        super().__init__(kept)
        self.own = own


def test_attributes_are_found_in_slots_and_beside_them():
    assert state(Mixed(1, 2)) == {"kept": 1, "own": 2}


def test_a_slot_that_is_not_set_is_left_out():
    assert state(Slotted(1)) == {"kept": 1}


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        (Mixed(1, 2), Mixed(1, 2), []),
        (Mixed(1, 2), Mixed(1, 3), ["own"]),
        (Mixed(1, 2), Mixed(0, 3), ["kept", "own"]),
        (Mixed(1, 2), Slotted(1), ["own"]),
        (Slotted(1), Mixed(2, 2), ["kept", "own"]),
    ],
)
def test_what_two_do_not_have_in_common_is_named_in_order(one, other, names):
    assert different(one, other) == names
