"""How a request ends, by real servers that do odd things: one outcome for each, and the key in none of them."""

import asyncio
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trustme
from odd_server import OddServer, serving

from azureml_bench.caller import Caller, clock, reach
from azureml_bench.retries import Retries
from azureml_bench.sample import Sample
from azureml_bench.shape import known
from azureml_bench.target import Target
from azureml_bench.usage import WrongUsage
from azureml_emulator import Emulator, Endpoint

KEY = "s3cret-key-of-the-endpoint"
T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(coroutine, 20))


async def asked(url: str, retries: int = 0, shape: str = "gpt2", **settings: Any) -> Sample:
    target = Target(url, known(shape), KEY, **settings)
    async with Caller(target, clock(), Retries(retries)) as caller:
        return await caller.call(0, lambda number: "Well?", "measure", 0)


def answered(how: str, retries: int = 0, shape: str = "gpt2", **settings: Any) -> tuple[Sample, OddServer]:
    async def play() -> tuple[Sample, OddServer]:
        async with serving() as server:
            return await asked(f"{server.url}/{how}", retries, shape, **settings), server

    return run(play())


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
        ("no_http", "parse", None, "what?"),
        ("hangs_up", "connect", None, "Disconnected"),
        ("cut", "truncated", 200, "ClientPayloadError"),
    ],
)
def test_each_end_has_its_outcome(how: str, outcome: str, status: int | None, note: str) -> None:
    sample, server = answered(how)
    assert (sample.outcome, sample.status) == (outcome, status)
    assert note in sample.note
    assert KEY not in sample.line()
    assert server.seen.total() == 1
    assert 0 <= sample.intended <= sample.sent < sample.end


def test_a_good_answer_is_told() -> None:
    sample, server = answered("ok", deployment="blue", headers={"X-Mine": "my own secret", "accept": "*/*"})
    assert sample.characters == len("An answer.")
    assert sample.server == {"model": 1.5}
    assert sample.first_byte
    assert sample.sent < sample.first_byte <= sample.end
    (headers,) = server.headers
    assert headers["azureml-model-deployment"] == "blue"
    assert (headers["x-mine"], headers["accept"]) == ("my own secret", "*/*")
    assert headers["authorization"] == f"Bearer {KEY}"


def test_no_answer_in_time() -> None:
    sample, _ = answered("never", timeout=0.05)
    assert (sample.outcome, sample.note) == ("timeout", "no whole answer within 0.05 s")


def test_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/score"
        assert run(asked(url)).outcome == "connect"
        with pytest.raises(WrongUsage, match=r"cannot connect to 127.0.0.1:\d+: .*refused"):
            run(reach(Target(url, known("gpt2"))))


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(WrongUsage, match=r"cannot connect to nobody\.invalid:80: "):
        run(reach(Target("http://nobody.invalid/score", known("gpt2"))))
    assert run(asked("http://nobody.invalid/score")).outcome == "connect"


def test_a_stream_is_heard_as_it_comes() -> None:
    sample, _ = answered("stream", shape="chat", stream=True)
    assert (sample.outcome, sample.characters, sample.events) == ("ok", 3, 3)
    assert sample.first_byte
    assert sample.first_byte <= sample.contents[0].at <= sample.contents[-1].at <= sample.end


def test_what_is_sent_again_is_told() -> None:
    sample, server = answered("throttled_once", retries=2)
    assert (sample.outcome, sample.tries, sample.retried) == ("ok", 2, ("429",))
    assert server.seen["throttled_once"] == 2
    sample, server = answered("throttled", retries=2)
    assert (sample.outcome, sample.tries, sample.retried) == ("429", 3, ("429", "429"))
    assert server.seen["throttled"] == 3
    sample, server = answered("refused", retries=2)
    assert (sample.tries, server.seen["refused"]) == (1, 1)


def test_what_was_made_ahead_is_sent() -> None:
    async def play() -> OddServer:
        async with serving() as server, Caller(Target(f"{server.url}/ok", known("gpt2")), clock()) as caller:
            caller.prepare(5, "made ahead")
            caller.prepare(6, "never sent")
            caller.forget(6)
            for number in (5, 6):
                await caller.call(number, lambda number: f"made then: {number}", "measure")
            assert caller.connections == 1
            return server

    bodies = run(play()).bodies
    assert [b"made ahead" in bodies[0], b"made then: 6" in bodies[1]] == [True, True]


def test_https_is_believed_by_its_certificate(tmp_path: Path) -> None:
    import ssl

    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with Emulator([Endpoint("gpt2", schema="gpt2", key=KEY)], ssl_context=context) as emulator:
        url = emulator["gpt2"].url
        with pytest.raises(WrongUsage, match=r"cannot connect to .*; see --ca and --insecure"):
            run(reach(Target(url, known("gpt2"))))
        assert run(asked(url)).outcome == "connect"
        run(reach(Target(url, known("gpt2"), verify=False)))
        assert run(asked(url, verify=False)).ok
        assert run(asked(url, ca=str(tmp_path / "ca.pem"))).ok
