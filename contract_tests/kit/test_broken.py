"""Whatever somebody's code raises is told as a breach, and ends neither the kit nor the program it runs in."""

import pytest

from azureml_contract.broken import Broken, Raised, theirs


@pytest.mark.parametrize("error", [KeyError("a"), RecursionError(), SystemExit(7)], ids=repr)
def test_what_is_raised_comes_with_the_name_of_the_call(error):
    with pytest.raises(Raised) as told, theirs("invoke"):
        raise error
    assert (told.value.call, told.value.error) == ("invoke", error)


@pytest.mark.parametrize("error", [Broken("it is."), Raised("another", ValueError())], ids=repr)
def test_what_the_kit_raises_comes_as_it_is(error):
    with pytest.raises(type(error)) as told, theirs("invoke"):
        raise error
    assert told.value is error


def test_what_is_to_pass_passes():
    with pytest.raises(StopAsyncIteration), theirs("invoke", StopAsyncIteration):
        raise StopAsyncIteration


def test_an_interruption_is_nobodys_error():
    with pytest.raises(KeyboardInterrupt), theirs("invoke"):
        raise KeyboardInterrupt


def test_who_ends_the_program_is_told_so():
    assert Raised("invoke", SystemExit(7)).broken().summary.startswith("Your code called sys.exit(7)")
