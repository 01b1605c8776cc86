"""`record`, `fit` and `serve --replay`, as they are typed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from urllib.request import Request, urlopen

import pytest

from azureml_emulator.cli import main
from azureml_emulator.config import ConfigError
from azureml_emulator.instructions import Instructions
from azureml_emulator.recorder import Recorder
from azureml_emulator.recording.cassette import Cassette, written
from azureml_emulator.recording.cassette_file import CassetteFile
from azureml_emulator.recording.upstream import Upstream

KEY = "a-key-that-only-the-endpoint-has"
URL = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--upstream", "nonsense"], "--upstream: expected http"),
        (["--upstream", URL, "--key-env", "NO_SUCH_KEY"], "NO_SUCH_KEY is not set"),
        (["--upstream", URL, "--key-env", "SHORT_KEY"], "the key in SHORT_KEY has less than 8 characters"),
        (["--upstream", URL, "--timeout", "0"], "--timeout: expected a number of seconds above 0, not 0"),
        (["--upstream", URL, "--timeout", "nan"], "--timeout: expected"),
        (["--upstream", URL], "c.jsonl is there already; --append adds to it, --overwrite replaces it"),
        (["--upstream", URL, "--append"], "c.jsonl:1: expected a JSON object in a line of its own"),
        (["--upstream", URL, "--overwrite", "--port", "99999"], "cannot listen on 127.0.0.1:99999"),
    ],
)
def test_what_cannot_be_recorded_is_one_line(tmp_path, monkeypatch, capsys, options, reason):
    monkeypatch.setenv("SHORT_KEY", "s3cr3t")
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    (tmp_path / "c.jsonl").write_text("what was here before\n", encoding="utf-8")
    assert main(["record", str(tmp_path / "c.jsonl"), *options]) == 1
    told = capsys.readouterr().err
    assert reason in told
    assert told.count("\n") == 1
    assert "s3cr3t" not in told
    if "--overwrite" not in options:
        assert (tmp_path / "c.jsonl").read_text(encoding="utf-8") == "what was here before\n"


def test_a_replay_stands_alone_or_beside_others(recorded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "1 day.jsonl").write_bytes(written(recorded({"a": 1})))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/e.yml").write_text("endpoints: [{name: gpt2, schema: gpt2}]", encoding="utf-8")
    replay = {"cassette": "1 day.jsonl", "speed": 2.0}
    alone = Instructions(replay=replay).load()
    beside = Instructions(("folder/e.yml",), replay=replay).load()
    assert [one.name for one in alone.config.endpoints] == ["replay-1-day"]
    assert [one.name for one in beside.config.endpoints] == ["gpt2", "replay-1-day"]
    assert beside.config.endpoints[1].replay.speed == 2
    assert beside.files[-1].name == "1 day.jsonl"
    with pytest.raises(ConfigError, match=r"replay\.cassette: nope\.jsonl: cannot be read"):
        Instructions(replay={"cassette": "nope.jsonl"}).load()


def test_a_speed_without_a_replay_is_refused(capsys, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert main(["serve", "--replay-speed", "2"]) == 1
    assert capsys.readouterr().err == "azureml-emulator: --replay-speed and --replay-match need --replay\n"


def test_a_cassette_beside_a_configuration_is_found(recorded, tmp_path):
    (tmp_path / "c.jsonl").write_bytes(written(recorded({"a": 1})))
    (tmp_path / "e.yml").write_text("endpoints: [{name: x, replay: c.jsonl}]", encoding="utf-8")
    loaded = Instructions((str(tmp_path / "e.yml"),)).load()
    assert loaded.config.endpoints[0].paths == ("/score",)
    assert loaded.files[-1] == tmp_path / "c.jsonl"


def started(*words, **environment):
    command = [sys.executable, "-m", "azureml_emulator", *words, "--port", "0"]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ready(process):
    for line in process.stdout:
        if line.startswith("READY "):
            return line.split()[1]
    raise AssertionError(process.stderr.read())


def ask(url):
    body = json.dumps({"inputs": {"input_string": ["hello"]}}).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=10) as answer:
        return answer.read()


def test_a_recorder_that_is_stopped_before_its_port_is_open_leaves_nothing_open(tmp_path, monkeypatch):
    async def stopped(_):
        raise asyncio.CancelledError

    async def begun():
        recorder = Recorder(Upstream.of("http://127.0.0.1:1"), CassetteFile(str(tmp_path / "c.jsonl"), "new"))
        with pytest.raises(asyncio.CancelledError):
            await recorder.start()
        assert recorder._session.closed

    monkeypatch.setattr("aiohttp.web.TCPSite.start", stopped)
    asyncio.run(begun())


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_recorded_then_replayed_by_command(tmp_path, stop):
    (tmp_path / "e.yml").write_text(f"endpoints: [{{name: gpt2, schema: gpt2, key: {KEY}}}]", encoding="utf-8")
    file, ready_file = tmp_path / "c.jsonl", tmp_path / "ready"
    with started("serve", str(tmp_path / "e.yml")) as real:
        upstream = ready(real)
        words = ("record", "--upstream", upstream, "--key-env", "MY_KEY", "--ready-file", str(ready_file), str(file))
        with started(*words, MY_KEY=KEY) as recorder:
            url = ready(recorder)
            assert json.loads(ready_file.read_text(encoding="utf-8")) == {"url": url, "pid": recorder.pid}
            answer = ask(f"{url}/score")
            for _ in range(100):
                if file.stat().st_size:
                    break
                time.sleep(0.02)
            recorder.send_signal(stop)
            _, told = recorder.communicate(timeout=20)
        assert recorder.returncode == 0
        assert "POST /score 200, 1 chunk in " in told
        assert "Traceback" not in told
        assert not ready_file.exists()
        real.terminate()
        real.communicate()
    assert len(Cassette.load(str(file)).interactions) == 1
    with started("serve", "--replay", str(file)) as replay:
        assert ask(f"{ready(replay)}/score") == answer
        replay.terminate()
        replay.communicate()
