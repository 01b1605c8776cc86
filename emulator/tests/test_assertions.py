import re
import threading
from unittest.mock import ANY

import pytest

from azureml_emulator.assertions import Expected
from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint


def body(*prompts, **parameters):
    return {"inputs": {"input_string": list(prompts)}, "parameters": parameters}


@pytest.fixture
def emulator():
    blue, green = {"name": "blue"}, {"name": "green"}
    shop = Endpoint(
        "gpt2", schema="gpt2", deployments=[blue, green], traffic={"blue": 100}, mirror_traffic={"green": 50}
    )
    return Emulator([shop, Endpoint("chat", schema="chat")], journal=20)


@pytest.fixture
def ask(emulator, make_call):
    return lambda *args, **kwargs: emulator.engine.score(make_call(*args, **kwargs))


@pytest.fixture
def gpt2(emulator):
    return emulator["gpt2"]


def failure_of(assertion, *args, **expected):
    with pytest.raises(AssertionError) as raised:
        assertion(*args, **expected)
    return str(raised.value)


def test_what_can_be_expected_is_what_an_exchange_knows(gpt2, ask):
    ask()
    (call, *_) = gpt2.calls
    assert [name for name in Expected.__annotations__ if not hasattr(call, name)] == ["prompt"]


class TestCalledWith:
    def test_gives_the_newest_that_is_as_expected(self, gpt2, ask):
        for prompt, temperature in (("a", 1), ("a", 2), ("b", 1)):
            ask(body(prompt, temperature=temperature))
        assert gpt2.assert_called_with(prompt="a").parameters == {"temperature": 2}
        assert gpt2.assert_called_with(prompt=re.compile("[ab]"), status=200, deployment="blue").prompts == ["b"]

    @pytest.mark.parametrize(
        "expected",
        [
            {"prompt": "otter"},
            {"prompts": ["hello", "otter"]},
            {"parameters": {"temperature": 1, "stop": ANY}},
            {"stream": False, "status": 200, "faults": [], "method": "POST", "path": re.compile("score$")},
            {},
        ],
    )
    def test_what_holds(self, gpt2, ask, expected):
        ask(body("hello", "otter", temperature=1, stop=["x"]))
        gpt2.assert_called_with(**expected)

    def test_numbers_are_told_apart_and_parameters_are_all(self, gpt2, ask):
        ask(body("hello", temperature=1, top_p=True))
        for parameters in ({"temperature": 1.0, "top_p": True}, {"temperature": 1, "top_p": 1}, {"temperature": 1}):
            failure_of(gpt2.assert_called_with, parameters=parameters)

    def test_failures_show_the_nearest_call_and_what_differs(self, gpt2, ask):
        ask(body("Who are you?"))
        ask(body("What is the weather like?", temperature=1, top_p=0.5))
        ask(b"[")
        told = failure_of(
            gpt2.assert_called_with, prompt="What is the whether like?", parameters={"temperature": 1.0}, status=200
        )
        assert told == (
            "gpt2: no call is as expected; the nearest is number 2 of 3, "
            "POST /score 'What is the weather like?' -> 200:\n"
            "  prompt: expected 'What is the whether like?', got 'What is the weather like?'\n"
            "  parameters.temperature: expected 1.0, got 1\n"
            "  parameters.top_p: not expected, got 0.5\n"
            "as expected: status"
        )

    def test_a_conversation(self, emulator, ask):
        said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
        ask({"messages": said}, path="/chat/v1/chat/completions", listener="")
        chat = emulator["chat"]
        chat.assert_called_with(messages=[{"role": "system", "content": ANY}, {"role": "user", "content": "Hi"}])
        told = failure_of(chat.assert_called_with, messages=[{"role": "user", "content": "Hi"}])
        assert "messages: expected 1, got 2: " in told
        assert "messages[0].role: expected 'user', got 'system'" in told

    def test_a_body_that_nobody_read(self, gpt2, ask):
        ask(key="wrong")
        told = failure_of(gpt2.assert_called_with, prompt="hello")
        assert "POST /score -> 401 (the key is not this endpoint's):\n" in told
        assert "  prompt: expected 'hello', but nobody read the body" in told

    def test_no_call_at_all(self, gpt2):
        assert failure_of(gpt2.assert_called_with, status=200) == "gpt2: no call is as expected; there was none"

    def test_a_name_that_no_call_has(self, gpt2):
        with pytest.raises(
            TypeError, match=r"a call has no 'promt' \(did you mean 'prompt'\?\); expected some of prompt, "
        ):
            gpt2.assert_called_with(promt="hello")


class TestCalled:
    def test_so_many_times_without_copies(self, emulator, gpt2, ask):
        gpt2.assert_not_called()
        for number in range(5):
            ask(body(f"number {number}"))
        assert any(one.mirror for one in gpt2.calls)
        gpt2.assert_called()
        gpt2.assert_called(5)
        gpt2.deployment("blue").assert_called(5)
        gpt2.deployment("green").assert_called()
        emulator.assert_called(times=5)
        emulator["chat"].assert_not_called()

    def test_failures_list_the_newest_calls(self, gpt2, ask):
        assert failure_of(gpt2.assert_called) == "gpt2: expected any call, there were 0"
        for number in range(12):
            ask(body(f"number {number}"), azureml_model_deployment="blue")
        told = failure_of(gpt2.assert_called, 1).splitlines()
        assert told[0] == "gpt2: expected 1 call, there were 12:"
        assert told[1:3] == ["  ...", "  3. POST /score 'number 2' -> 200"]
        assert told[-1] == "  12. POST /score 'number 11' -> 200"
        assert failure_of(gpt2.assert_not_called).startswith("gpt2: expected no call, there were 12:")


class TestWaiting:
    def test_what_came_already_is_given_at_once(self, gpt2, ask):
        ask()
        assert gpt2.wait_for(timeout=0) == gpt2.calls[:1]

    def test_a_call_that_comes_later(self, gpt2, ask):
        later = [threading.Timer(0.02 * number, ask, [body(f"number {number}")]) for number in range(4)]
        for one in later:
            one.start()
        assert [one.prompts for one in gpt2.wait_for(1, timeout=10, prompt="number 3")] == [["number 3"]]
        for one in later:
            one.join()

    def test_says_what_did_come(self, emulator, gpt2, ask):
        assert failure_of(gpt2.wait_for, timeout=0) == "gpt2: waited 0 s for 1 call, 0 came"
        ask(body("hello"), azureml_model_deployment="blue")
        told = failure_of(emulator.wait_for, 2, timeout=0.01)
        assert told == "the emulator: waited 0.01 s for 2 calls, 1 came:\n  1. POST /score 'hello' -> 200"
        told = failure_of(gpt2.wait_for, timeout=0, prompt="otter")
        assert "for 1 call as expected, 0 came; the nearest is number 1 of 1, " in told
        assert "prompt: expected 'otter', got 'hello'" in told

    def test_more_than_the_journal_keeps_can_never_come(self, gpt2):
        with pytest.raises(ValueError, match="the journal keeps 20 exchanges; cannot wait for 21"):
            gpt2.wait_for(21)
