"""The search for the smallest input that breaks a contract."""

import pytest
from hypothesis import strategies as st

from azureml_contract.broken import Broken, Raised
from azureml_contract.search import Search


def test_the_smallest_curated_case_is_reported():
    def holds(case):
        raise Broken("It is broken.", case)

    with pytest.raises(Broken) as caught:
        Search()(holds, ["aaa", "a", "aa"], st.nothing())
    assert caught.value.case == "a"


def test_a_made_up_case_is_shrunk():
    def holds(case):
        if case >= 17:
            raise Raised("a call", ValueError("too much"))

    with pytest.raises(Broken) as caught:
        Search(100)(holds, [1, 2], st.integers())
    assert caught.value.case == 17


def test_the_same_is_made_up_each_time_unless_there_is_a_seed():
    def made_up(seed=None):
        found = []
        Search(10, seed)(found.append, (), st.integers())
        return found

    assert made_up() == made_up()
    assert made_up(7) == made_up(7) != made_up(8)


def test_what_fails_only_once_is_broken_all_the_same():
    calls = []

    def holds(case):
        calls.append(case)
        if len(calls) == 5:
            raise Broken("It is broken now and then.", case)

    with pytest.raises(Broken, match="now and then"):
        Search(20)(holds, (), st.integers())


def test_nothing_is_made_up_where_nothing_is_asked_for():
    found = []
    Search(0)(found.append, [1], st.integers())
    assert found == [1]
