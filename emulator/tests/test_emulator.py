"""The emulator as a whole: control while callers are served on a socket."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import ConfigError


@pytest.fixture(scope="module")
def running():
    with Emulator([Endpoint("gpt2", schema="gpt2")]) as emulator:
        yield emulator


@pytest.fixture
def emulator(running):
    running.stop_playing()
    running["gpt2"].recover()
    running.reset()
    return running


@pytest.fixture
def gpt2(emulator):
    return emulator["gpt2"]


def ask(endpoint, prompt="hello", key=None):
    body = json.dumps({"inputs": {"input_string": [prompt]}}).encode()
    headers = {"Authorization": f"Bearer {key or endpoint.key}", "Content-Type": "application/json"}
    try:
        with urlopen(Request(endpoint.url, body, headers), timeout=30) as response:
            return response.status
    except HTTPError as error:
        with error:
            return error.code


def test_callers_feel_what_is_set(gpt2):
    with gpt2.failing(503, times=1):
        assert [ask(gpt2), ask(gpt2)] == [503, 200]
    gpt2.set(key="another", state="not_ready")
    assert (gpt2.key, ask(gpt2)) == ("another", 424)
    assert ask(gpt2, key="a-key-of-before") == 401


def test_calls_under_way_end_as_they_began(gpt2):
    gpt2.latency = 300
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(ask, gpt2, "slow")
        gpt2.wait_for(prompt="slow", timeout=30)
        gpt2.set(latency=0, state="not_ready")
        assert ask(gpt2) == 424
        assert slow.result() == 200
    assert gpt2.assert_called_with(prompt="slow").seconds == 0.3


def test_an_answer_may_change_settings(gpt2):
    def last(prompt, parameters):
        gpt2.state = "not_ready"
        return prompt

    gpt2.answer = last
    assert [ask(gpt2), ask(gpt2)] == [200, 424]


def test_changes_from_many_threads_are_all_there_and_lose_no_count(gpt2):
    gpt2.faults = [{"type": "status", "status": 429, "every": 2}]
    done = threading.Event()

    def churn(name, values):
        while not done.is_set():
            for value in values:
                setattr(gpt2, name, value)

    churning = [
        threading.Thread(target=churn, args=one) for one in (("model", "ab"), ("requests_per_second", (900, 999)))
    ]
    for one in churning:
        one.start()
    try:
        statuses = [ask(gpt2) for _ in range(20)]
    finally:
        done.set()
        for one in churning:
            one.join()
    assert statuses == [200, 429] * 10
    assert (gpt2.model, gpt2.requests_per_second) == ("b", 999)


def test_waiting_for_a_caller(gpt2):
    caller = threading.Timer(0.05, ask, (gpt2, "later"))
    caller.start()
    assert gpt2.wait_for(prompt=re.compile("^lat"), timeout=30)[0].prompts == ["later"]
    caller.join()


def test_a_scenario_plays_from_now_on(emulator, gpt2, tmp_path):
    emulator.play(
        {"steps": [{"at": 0, "set": {"state": "not_ready"}, "label": "down"}, {"at": 3600, "recover": True}]}
    )
    assert (gpt2.state, ask(gpt2), gpt2.calls[-1].scenario) == ("not_ready", 424, "down")
    emulator.stop_playing()
    assert ask(gpt2) == 200
    (tmp_path / "storm.yml").write_text("steps:\n- {at: 0, set: {stat: x}}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"storm.yml:2: steps\[0\].set.stat: unknown setting"):
        emulator.play(tmp_path / "storm.yml")


def test_time_counts_from_the_start_and_from_a_reset(emulator, gpt2):
    began = emulator.engine.began_at
    emulator.reset()
    assert began < emulator.engine.began_at
    assert gpt2.calls == []


def test_an_endpoint_that_is_gone_says_so(emulator):
    emulator.add(Endpoint("brief", schema="gpt2"))
    brief = emulator["brief"]
    emulator.remove("brief")
    with pytest.raises(KeyError, match="no endpoint 'brief'; there are: gpt2"):
        brief.latency = 5
