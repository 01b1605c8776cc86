"""Times in order, against a list that is sorted each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.admission.ends import Ends

STEPS = st.lists(
    st.tuples(st.just("add"), st.integers(0, 9))
    | st.tuples(st.just("discard"), st.integers(0, 20))
    | st.tuples(st.just("pass"), st.integers(0, 9))
    | st.tuples(st.just("take"), st.just(0)),
    max_size=40,
)


@given(STEPS)
def test_what_is_to_come_is_what_a_list_says(steps):
    ends, entries, left = Ends(), [], {}
    for what, value in steps:
        if what == "add":
            entries.append(ends.add(value))
            left[len(entries) - 1] = value
        elif what == "discard" and value < len(entries):
            assert ends.discard(entries[value]) == (left.pop(value, None) is not None)
        elif what == "pass":
            passed = [one for one in left.values() if one <= value]
            assert ends.pass_to(value) == max(passed, default=None)
            left = {entry: one for entry, one in left.items() if one > value}
        elif what == "take" and left:
            del left[min(left, key=lambda entry: (left[entry], entry))]
            ends.take_first()
        assert ends.count == len(left)
        assert not left or ends.first == min(left.values())


def test_what_was_taken_out_does_not_pile_up():
    ends = Ends()
    for now in range(10_000):
        ends.discard(ends.add(now + 5))
        ends.pass_to(now)
    assert ends.count == 0
    assert len(ends._heap) < 10


def test_nothing_is_first_of_nothing():
    with pytest.raises(IndexError):
        _ = Ends().first
