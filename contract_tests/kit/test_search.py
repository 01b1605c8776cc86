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


@pytest.mark.parametrize("examples", [1, 10, 150])
def test_so_many_are_made_up_as_are_asked_for(examples):
    found = []
    Search(examples)(found.append, (), st.integers())
    assert len(found) == examples
    assert Search().examples == 25


def test_of_two_breaches_the_first_that_is_found_is_told():
    def holds(case):
        if case > 100:
            raise Broken("It is too large.", case)
        if case < -100:
            raise Broken("It is too small.", case)

    with pytest.raises(Broken) as caught:
        Search(1000)(holds, (), st.integers())
    assert caught.value.case in (101, -101)


def test_nothing_is_told_beside_a_breach(capsys):
    def holds(case):
        raise Broken("It is broken.", case)

    with pytest.raises(Broken) as caught:
        Search()(holds, (), st.integers())
    assert "reproduce_failure" not in capsys.readouterr().out + "".join(getattr(caught.value, "__notes__", ()))


def test_a_case_that_was_said_is_kept():
    def holds(case):
        raise Broken("It is broken.") if case else Broken("It is broken.", "said")

    for case, told in ((None, "said"), ("a", "a")):
        with pytest.raises(Broken) as caught:
            Search()(holds, [case])
        assert caught.value.case == told


def test_nothing_is_made_up_where_nothing_is_asked_for():
    found = []
    Search(0)(found.append, [1], st.integers())
    assert found == [1]
