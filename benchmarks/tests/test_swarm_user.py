"""Locust's users against odd servers: every end has the outcome that it has in one process, and is told as well."""

import asyncio
import json
import ssl
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import trustme
from odd_server import serving

from azureml_emulator import Emulator, Endpoint
from azureml_emulator.schemas import all_schemas

pytestmark = [
    pytest.mark.slow,  # Locust takes a second or two to be loaded
    pytest.mark.skipif(find_spec("locust") is None, reason="the extra `locust` is not installed"),
]

KEY = "s3cret-key-of-the-endpoint"
ASKS = """
import json, sys
import locust
from locust.env import Environment
from azureml_bench.retries import Retries
from azureml_bench.swarm.user import user_class

environment, told, fired = Environment(), {}, []
environment.events.request.add_listener(lambda **said: fired.append((said["name"], said["exception"] is None)))
for name, schema, retries, settings in json.load(sys.stdin):
    user = user_class(schema, concurrency=2, retries=Retries(retries), **settings)(environment)
    told[name] = json.loads(user.again("Well?").line()) | {"connections": user.connections}
told["fired"] = fired
json.dump(told, sys.stdout)
"""
CLASSES = """
import json, sys
import locust
from azureml_bench.swarm.user import Asking, user_class
names = json.load(sys.stdin)
classes = [user_class(name, url="http://127.0.0.1:9/score") for name in names]
assert all(issubclass(one, Asking) and one.abstract and one.host for one in classes)
json.dump([one.__name__ for one in classes], sys.stdout)
"""


def script(text: str, said: Any) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", text], input=json.dumps(said), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def told() -> Any:
    """Each odd way, asked once, and some with another try."""

    async def play() -> Any:
        async with serving() as server:
            ways = ["ok", "redirect", "refused", "broken", "throttled", "no_json", "other", "no_http", "hangs_up"]
            ways.append("cut")
            asks = [[how, "gpt2", 0, {"url": f"{server.url}/{how}", "key": KEY}] for how in ways]
            asks += [
                ["never", "gpt2", 0, {"url": f"{server.url}/never", "key": KEY, "timeout": 0.3}],
                ["stream", "chat", 0, {"url": f"{server.url}/stream", "key": KEY, "stream": True}],
                ["again", "gpt2", 2, {"url": f"{server.url}/throttled_once", "key": KEY}],
                ["nobody", "gpt2", 0, {"url": "http://127.0.0.1:9/score", "key": KEY}],
                ["nowhere", "gpt2", 0, {"url": "http://nobody.invalid/score", "key": KEY}],
                ["query", "gpt2", 0, {"url": f"{server.url}/ok?a=b%20c", "headers": {"X-Mine": "my own"}}],
            ]
            found = await asyncio.to_thread(script, ASKS, asks)
            found["headers"] = server.headers
            found["seen"] = dict(server.seen)
            return found

    return asyncio.run(play())


@pytest.mark.parametrize(
    ("how", "outcome", "status", "note"),
    [
        ("ok", "ok", 200, ""),
        ("redirect", "4xx", 307, "a redirect, which is not followed: over there"),
        ("refused", "4xx", 401, "no Bearer ***"),
        ("broken", "5xx", 500, "oh"),
        ("throttled", "429", 429, ""),
        ("no_json", "parse", 200, ""),
        ("other", "parse", 200, ""),
        ("no_http", "parse", None, ""),
        ("hangs_up", "connect", None, ""),
        ("cut", "truncated", 200, ""),
        ("never", "timeout", None, "no whole answer within 0.3 s"),
        ("nobody", "connect", None, "refused"),
        ("nowhere", "connect", None, ""),
    ],
)
def test_each_end_has_its_outcome(told: Any, how: str, outcome: str, status: int | None, note: str) -> None:
    sample = told[how]
    assert (sample["outcome"], sample.get("status")) == (outcome, status), sample
    assert note in sample.get("note", "")
    assert 0 < sample["intended"] == sample["sent"] <= sample["end"]
    if how not in ("nobody", "nowhere"):
        assert told["seen"][how] == (2 if how == "ok" else 1)


def test_a_good_answer_is_told(told: Any) -> None:
    sample = told["ok"]
    assert sample["characters"] == len("An answer.")
    assert sample["server"] == {"model": 1.5}
    assert sample["sent"] < sample["first_byte"] <= sample["end"]
    assert sample["response_bytes"] > 0
    assert sample["request_bytes"] > 0
    assert sample["connections"] == 1
    assert told["headers"][0]["authorization"] == f"Bearer {KEY}"
    assert told["headers"][-1]["x-mine"] == "my own"
    assert told["query"]["outcome"] == "ok"


def test_a_stream_is_heard_as_it_comes(told: Any) -> None:
    sample = told["stream"]
    assert (sample["outcome"], sample["characters"]) == ("ok", 3)
    assert sum(events for _, events in sample["contents"]) == 3
    assert sample["first_byte"] <= sample["contents"][0][0] <= sample["contents"][-1][0] <= sample["end"]


def test_what_is_sent_again_is_told(told: Any) -> None:
    assert (told["again"]["outcome"], told["again"]["tries"], told["again"]["retried"]) == ("ok", 2, ["429"])
    assert told["seen"]["throttled_once"] == 2


def test_locust_counts_each_too(told: Any) -> None:
    assert len(told["fired"]) == 16
    assert sum(good for _, good in told["fired"]) == 4


def test_there_is_a_class_for_every_shape() -> None:
    names = script(CLASSES, list(all_schemas()))
    assert len(set(names)) == len(all_schemas())


def test_https_is_believed_by_its_certificate(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with Emulator([Endpoint("gpt2", schema="gpt2", key=KEY)], ssl_context=context) as emulator:
        at = {"url": emulator["gpt2"].url, "key": KEY}
        found = script(
            ASKS,
            [
                ["unknown", "gpt2", 0, at],
                ["unlooked at", "gpt2", 0, at | {"verify": False}],
                ["known", "gpt2", 0, at | {"ca": str(tmp_path / "ca.pem")}],
            ],
        )
    assert [found[name]["outcome"] for name in ("unknown", "unlooked at", "known")] == ["connect", "ok", "ok"]
    assert "certificate" in found["unknown"]["note"]
