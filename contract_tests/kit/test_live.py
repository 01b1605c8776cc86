"""The checks of a running endpoint: against the emulator, in Azure's place."""

import json
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests

from azureml_contract.cli import main
from azureml_contract.live.line import Line, address
from azureml_contract.live.shape import differences
from azureml_contract.usage import WrongUsage
from azureml_emulator import Emulator, Endpoint
from contract_tests.kit import cases

KEY = "the-key-of-a-live-endpoint-987"
GOOD = "contract_tests.zoo.reference:Reference"
CLIENT = f"{cases.__name__}:Client"


@pytest.fixture(scope="module")
def emulator():
    endpoints = [
        Endpoint("echo", schema="gpt2", key=KEY),
        Endpoint("talks", schema="gpt2", key=KEY, answer=lambda prompt, _: "It depends."),
        Endpoint("chat", schema="chat", key=KEY),
        Endpoint("local", schema="gpt2", api_type="local"),
        Endpoint("busy", schema="gpt2", key=KEY, faults=[{"type": "status", "status": 429}]),
    ]
    with Emulator(endpoints) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THE_KEY", KEY)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")


@pytest.fixture
def check(emulator, capsys):
    def run(endpoint, formatter=GOOD, schema="gpt2", more=(), key="THE_KEY"):
        emulator.reset()
        keys = ["--key-env", key] if key else []
        code = main(
            ["check", formatter, "--schema", schema, "--url", emulator[endpoint].url, "--pace", "0", *keys, *more]
        )
        said = capsys.readouterr()
        assert KEY not in said.out + said.err
        return code, said.out + said.err

    return run


def test_a_formatter_is_proved_and_no_more_is_sent_than_was_said(check, emulator):
    code, told = check("echo")
    assert code == 0
    assert "7/7 checks hold" in told
    most = int(
        re.match(r"at most (\d+) requests are sent to http://127\.0\.0\.1:\d+/score, 0 s apart or more\n", told)[1]
    )
    assert f"note: {len(emulator['echo'].calls)} requests were sent" in told
    assert len(emulator["echo"].calls) <= most


def test_a_chat_formatter(check):
    code, told = check("chat", "azureml_endpoint.formatters:CustomOpenAIChatContentFormatter", "chat")
    assert (code, "7/7 checks hold" in told) == (0, True)


def test_a_container_without_a_front_door(check):
    code, told = check("local", key="")
    assert (code, "6/6 checks hold" in told) == (0, True)
    assert "not asked, since there is no key: L07" in told


def test_what_an_endpoint_reads_cannot_be_seen_unless_it_echoes(check):
    code, told = check("talks")
    assert (code, "6/6 checks hold" in told) == (0, True)
    assert "not asked, since the endpoint does not say its prompt again" in told


def test_an_escaped_prompt_is_found_where_the_endpoint_echoes(check):
    code, told = check("echo", f"{cases.__name__}:Escaping", more=["--check", "L05"])
    assert code == 1
    assert "FAIL L05 live-roundtrip" in told
    assert "the text is escaped twice" in told


def test_the_command_that_is_printed_asks_again(check):
    code, told = check("echo", f"{cases.__name__}:Escaping", more=["--check", "L05", "--replay", "L05-7cd0"])
    assert code == 1
    assert "--key-env THE_KEY --check L05 --replay L05-7cd0\n" in told
    assert told.endswith("L05-7cd0: it fails with the same input still\n")


def test_a_failure_can_be_accepted(check):
    code, told = check("echo", f"{cases.__name__}:Escaping", more=["--waive", "L05=known"])
    assert (code, "6/7 checks hold, 1 waived" in told) == (0, True)


def test_another_schema_is_refused_and_the_reason_shown(check):
    code, told = check("echo", "contract_tests.zoo.reference:Serverless", "completions")
    assert code == 1
    assert "The endpoint answered 424 to a plain prompt." in told
    assert "inputs" in told
    assert "not asked, since the endpoint does not answer: L02, L03, L04, L05, L06" in told


def test_a_wrong_key(check, monkeypatch):
    monkeypatch.setenv("WRONG", "some-key-that-is-wrong-000000")
    code, told = check("echo", key="WRONG", more=["--check", "accepted"])
    assert code == 1
    assert "The endpoint answered 401" in told
    assert "some-key" not in told


def test_a_busy_endpoint_is_left_in_peace(check, emulator):
    code, told = check("busy")
    assert code == 2
    assert "answered 429, too many requests; try again later" in told
    assert len(emulator["busy"].calls) == 1


def test_an_answer_of_another_shape_is_told_by_its_places(check, tmp_path):
    (tmp_path / "ask.json").write_text('{"inputs": {"input_string": ["a"]}, "parameters": {}}')
    (tmp_path / "say.json").write_text('[{"0": "b", "score": 0.5}]')
    example = ["--request-example", "ask.json", "--prompt-at", "$.inputs.input_string[0]"]
    example += ["--response-example", "say.json", "--text-at", '$[0]["0"]', "--check", "L04"]
    code, told = check("echo", schema="", more=example)
    assert code == 1
    assert (
        "The answer has another shape than in the example: $[0].score is there only in the example: a number." in told
    )


def test_a_client(check):
    code, told = check("echo", CLIENT, more=["--formatter", GOOD])
    assert (code, "2/2 checks hold" in told) == (0, True)
    assert "not counting what your client tries again" in told
    assert "not asked, since it does not stream: L12" in told


def test_a_client_that_tells_its_key(check, monkeypatch):
    code, told = check("echo", f"{cases.__name__}:Telling", more=["--formatter", GOOD])
    assert code == 1
    assert "The error of your client shows the key." in told
    monkeypatch.setenv("THE_KEY", "not-the-key-at-all-0123456")
    code, told = check("echo", f"{cases.__name__}:Telling", more=["--formatter", GOOD, "--check", "L11"])
    assert code == 1
    assert "was not let in with (the key)" in told
    assert "not-the-key" not in told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "expected --schema"),
        ("http://example.com/score", "expected https"),
        ("https://a:b@example.com/score", "without a name or password"),
        ("ftp://example.com", "expected one such as https://"),
        ("nonsense", "expected one such as https://"),
        ("https://[1/score", "--url: "),
        ("https://example.com:99999/score", "--url: "),
    ],
)
def test_an_address_that_no_key_is_sent_to(url, told):
    with pytest.raises(WrongUsage, match=re.escape(told) if url else "expected one"):
        address(url)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--key-env", "NO_SUCH_KEY"], "the environment variable NO_SUCH_KEY is not set"),
        (["--key-env", "ODD_KEY"], "ODD_KEY holds what no key is made of"),
        (["--check", "L99"], "with --url expected one of L01, L02"),
        (["--check", "R03"], "with --url expected one of L01, L02"),
        (["--check", "L11"], "none of these is asked of a formatter"),
        (["--waive", "R03=x"], "there is no check 'R03'"),
        (["--pace", "-1"], "invalid number of seconds value: '-1'"),
    ],
)
def test_wrong_usage(capsys, monkeypatch, more, told):
    monkeypatch.setenv("ODD_KEY", "odd\nkey")
    assert main(["check", GOOD, "--schema", "gpt2", "--url", "http://127.0.0.1:9/score", *more]) == 2
    assert told in capsys.readouterr().err


def test_nobody_there(capsys):
    assert main(["check", GOOD, "--schema", "gpt2", "--url", "http://127.0.0.1:1/score"]) == 2
    assert "http://127.0.0.1:1/score cannot be reached: " in capsys.readouterr().err


def test_requests_keep_their_distance_and_their_number(emulator):
    line = Line(emulator["local"].url, most=3, pace=0.05)
    begun = time.monotonic()
    for _ in range(3):
        assert line.post(b'{"inputs": {"input_string": ["a"]}, "parameters": {}}').status == 200
    assert time.monotonic() - begun >= 0.1
    with pytest.raises(RuntimeError, match="more than 3 requests"):
        line.post(b"{}")
    line.close()


class Chunked(BaseHTTPRequestHandler):
    """Answers in chunks, and sends whoever asks elsewhere away."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/score")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\n[1,\r\n3\r\n 2]\r\n0\r\n\r\n")

    def log_message(self, *_):
        pass


@pytest.mark.slow
def test_an_answer_in_chunks_is_read_whole_and_no_redirect_is_followed():
    with ThreadingHTTPServer(("127.0.0.1", 0), Chunked) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        answers = []
        for path in ("score", "moved"):
            line = Line(f"http://127.0.0.1:{server.server_port}/{path}", KEY, pace=0)
            answers.append(line.post(b"{}"))
            line.close()
        server.shutdown()
    assert [one.status for one in answers] == [200, 302]
    assert answers[0].document == [1, 2]


def test_no_netrc_takes_the_keys_place(emulator, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    line = Line(emulator["echo"].url, KEY, pace=0)
    assert requests.utils.get_netrc_auth(emulator["echo"].url) == ("somebody", "else")
    assert line.post(json.dumps({"inputs": {"input_string": ["a"]}, "parameters": {}}).encode()).status == 200
    line.close()


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ({"a": 1}, {"a": 2.5}, []),
        ({"a": None}, {"a": {"b": 1}}, []),
        ({"a": []}, {"a": [{"b": 1}]}, []),
        ([{"a": 1}, {"a": 2, "b": 3}], [{"a": 1, "b": 3}], []),
        ({"a": 1}, {"a": "1"}, ["$.a is a number here, a text there"]),
        ({"a": True}, {"a": 1}, ["$.a is true or false here, a number there"]),
        ({"a": {"b": 1}}, {"a": [1]}, ["$.a is an object here, a list there"]),
        ({"a": {"b": 1}}, {}, ["$.a is there only here: an object"]),
        ({}, {"a b": [1]}, ['$["a b"] is there only there: a list']),
        ([1], {"a": 1}, ["$ is a list here, an object there"]),
    ],
)
def test_shapes_differ_in_words(here, there, told):
    assert differences(here, there, "here", "there") == told
