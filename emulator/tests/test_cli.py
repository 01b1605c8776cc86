"""The command, run as people and scripts run it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jsonschema
import pytest

from azureml_emulator import cli
from azureml_emulator.endpoint import DEVELOPMENT_KEY
from azureml_emulator.schemas import all_schemas
from emulator.tests.kinds import first_of_each_kind


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_what_is_interrupted_is_no_success(run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("azureml_emulator.schemas.find", interrupted)
    assert run("schemas", "gpt2") == (130, "", "")


class TestSchemas:
    def test_lists_every_shape(self, run):
        code, out, _ = run("schemas")
        assert code == 0
        assert [line.split()[0] for line in out.splitlines()] == ["NAME", *all_schemas()]

    @pytest.mark.parametrize("schema", first_of_each_kind())
    def test_shows_one_with_request_response_and_a_curl_line(self, run, schema):
        code, out, _ = run("schemas", schema.name)
        assert code == 0
        assert json.loads(re.search(r"^request:\n(.*?)\n\n", out, re.DOTALL | re.MULTILINE)[1]) == schema.example
        assert json.loads(re.search(r"^response:\n(.*?)\n\n", out, re.DOTALL | re.MULTILINE)[1])
        assert f"curl http://127.0.0.1:{8901 + list(all_schemas()).index(schema.name)}/" in out
        assert len(out.splitlines()) <= 90, "more than one would scroll through"
        assert len(out) <= 3000

    def test_an_unknown_shape_is_one_line(self, run):
        code, out, err = run("schemas", "gtp2")
        assert (code, out) == (1, "")
        assert err.startswith("azureml-emulator: unknown schema 'gtp2': expected one of ")
        assert err.count("\n") == 1


class TestValidate:
    def test_a_good_file(self, run, tmp_path):
        (tmp_path / "good.yml").write_text("endpoints:\n  - {name: a, schema: gpt2}\n", encoding="utf-8")
        code, out, _ = run("validate", str(tmp_path / "good.yml"))
        assert code == 0
        assert out.endswith("good.yml: valid, 1 endpoint(s): a\n")

    def test_a_bad_file_gets_a_line_for_each_fault(self, run, tmp_path):
        (tmp_path / "bad.yml").write_text("prot: 1\nseed: x\n", encoding="utf-8")
        code, out, err = run("validate", str(tmp_path / "bad.yml"))
        assert (code, out, len(err.splitlines())) == (1, "", 2)

    def test_endpoints_that_cannot_live_side_by_side(self, run, tmp_path):
        text = "endpoints:\n  - {name: a, schema: gpt2}\n  - {name: A, schema: gpt2}\n"
        (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
        code, _, err = run("validate", str(tmp_path / "bad.yml"))
        assert (code, "two endpoints are called 'A'" in err) == (1, True)


def test_config_schema_is_json(run):
    code, out, _ = run("config-schema")
    assert code == 0
    assert json.loads(out)["title"] == "azureml-emulator configuration"


@pytest.mark.slow
def test_config_schema_bounds_numbers_as_json_schema_does(run):
    _, out, _ = run("config-schema")
    described = json.loads(out)
    assert not re.search(r'"(ge|gt|le|lt)": [0-9]', out)
    jsonschema.validate({"port": 65535}, described)
    with pytest.raises(jsonschema.ValidationError, match="65536 is greater than the maximum"):
        jsonschema.validate({"port": 65536}, described)


def test_healthcheck_fails_in_one_line_when_nothing_is_there(run, monkeypatch):
    monkeypatch.setenv("AZUREML_EMULATOR_PORT", "1")
    code, _, err = run("healthcheck")
    assert (code, err.count("\n")) == (1, 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:abc", "http://127.0.0.1:1/a b", "nonsense", ""])
def test_healthcheck_of_what_is_no_address_is_one_line_too(run, url):
    code, _, err = run("healthcheck", "--url", url or "http://")
    assert (code, err.count("\n")) == (1, 1)


def test_healthcheck_of_another_protocol_is_one_line_too(run):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def answer():
            connection, _ = other.accept()
            connection.sendall(b"-ERR unknown command\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        code, _, err = run("healthcheck", "--port", str(other.getsockname()[1]))
        thread.join()
    assert (code, err.count("\n")) == (1, 1)


def test_no_command_and_a_wrong_one_are_usage_errors(capsys):
    for arguments in ([], ["nope"], ["serve", "--port", "x"]):
        with pytest.raises(SystemExit) as error:
            cli.main(arguments)
        assert error.value.code == 2
    capsys.readouterr()


class Served:
    """A running `azureml-emulator serve`."""

    def __init__(self, *arguments, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AZUREML_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "azureml_emulator", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**environment, **variables},
        )

    def read_until(self, start, stream="stdout"):
        lines = []
        while line := getattr(self.process, stream).readline():
            lines.append(line.rstrip("\n"))
            if line.startswith(start):
                return lines
        raise AssertionError(f"no line {start!r} in {lines}, but {self.process.stderr.read()}")

    def end(self, with_signal=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def serve():
    running = []

    def serve(*arguments, **variables):
        running.append(Served(*arguments, **variables))
        return running[-1]

    yield serve
    for one in running:
        one.process.kill()
        one.process.communicate()


def score(url, body, key=DEVELOPMENT_KEY):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urlopen(Request(url, json.dumps(body).encode(), headers), timeout=10) as response:
        return json.loads(response.read())


def free_ports(count):
    """Find free ports in a row, below those that the system gives to other tests."""
    for first in range(20_000 + os.getpid() % 5_000, 32_000, count):
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in range(first, first + count):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError("no free ports")


@pytest.mark.slow
class TestServe:
    def test_shows_a_table_curl_lines_and_when_it_is_ready(self, serve):
        server = serve("--port", "0")
        lines = server.read_until("READY")
        table = lines[: lines.index("")]
        assert table[0].split("  ")[0] == "NAME"
        assert [line.split()[0] for line in table[1:]] == list(all_schemas())
        curls = [line for line in lines if line.startswith("curl ")]
        assert len(curls) == 2
        assert re.fullmatch(rf"READY http://127\.0\.0\.1:\d+ pid={server.process.pid}", lines[-1])
        assert server.end()[0] == 0

    def test_prints_urls_as_json_for_scripts(self, serve):
        server = serve("--port", "0", "--print-urls", "json")
        shown = json.loads(server.process.stdout.readline())
        assert shown["pid"] == server.process.pid
        by_name = {one["name"]: one for one in shown["endpoints"]}
        assert set(by_name) == set(all_schemas())
        gpt2 = by_name["gpt2"]
        assert score(gpt2["url"], all_schemas()["gpt2"].example, gpt2["key"]) == [{"0": "My name is John and I am"}]
        server.read_until("READY", "stderr")
        code, out, _ = server.end()
        assert (code, out) == (0, "")

    def test_a_second_signal_stops_the_waiting(self, serve):
        slow = {"name": "slow", "schema": "gpt2", "latency": {"type": "constant", "ms": 60_000}}
        server = serve("--port", "0", "--print-urls", "json", AZUREML_EMULATOR_ENDPOINTS=json.dumps([slow]))
        url = json.loads(server.process.stdout.readline())["endpoints"][0]["url"]
        with ThreadPoolExecutor() as pool:
            call = pool.submit(score, url, {"inputs": {"input_string": ["a"]}})
            time.sleep(0.5)
            server.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            assert server.process.poll() is None
            code, _, err = server.end()
            assert call.exception() is not None
        assert (code, "Traceback" in err) == (0, False)

    @pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
    def test_finishes_open_answers_refuses_new_work_and_exits_with_0(self, serve, tmp_path, with_signal):
        slow = {"name": "slow", "schema": "gpt2", "latency": {"type": "constant", "ms": 1500}}
        server = serve("--port", "0", "--print-urls", "json", AZUREML_EMULATOR_ENDPOINTS=json.dumps([slow]))
        shown = json.loads(server.process.stdout.readline())
        url = shown["endpoints"][0]["url"]
        with ThreadPoolExecutor() as pool:
            call = pool.submit(score, url, {"inputs": {"input_string": ["a"]}})
            time.sleep(0.5)
            server.process.send_signal(with_signal)
            time.sleep(0.3)
            with pytest.raises(HTTPError) as refused:
                score(url, {"inputs": {"input_string": ["b"]}})
            assert refused.value.code == 503
            refused.value.close()
            assert call.result() == [{"0": "a"}]
        code, _, err = server.end()
        assert (code, "Traceback" in err) == (0, False)

    def test_open_answers_are_waited_for_no_longer_than_stated(self, serve):
        slow = {"name": "slow", "schema": "gpt2", "latency": {"type": "constant", "ms": 60_000}}
        server = serve(
            "--port",
            "0",
            "--print-urls",
            "json",
            AZUREML_EMULATOR_ENDPOINTS=json.dumps([slow]),
            AZUREML_EMULATOR_DRAIN_SECONDS="0.3",
        )
        url = json.loads(server.process.stdout.readline())["endpoints"][0]["url"]
        with ThreadPoolExecutor() as pool:
            call = pool.submit(score, url, {"inputs": {"input_string": ["a"]}})
            time.sleep(0.5)
            start = time.monotonic()
            code, _, err = server.end()
            assert time.monotonic() - start < 5
            assert call.exception() is not None
        assert (code, "Traceback" in err) == (0, False)

    def test_the_ready_file_comes_and_goes(self, serve, tmp_path):
        file = tmp_path / "ready.json"
        server = serve("--port", "0", "--ready-file", str(file))
        server.read_until("READY")
        ready = json.loads(file.read_text(encoding="utf-8"))
        assert ready["pid"] == server.process.pid
        assert cli.main(["healthcheck", "--url", ready["url"]]) == 0
        assert server.end()[0] == 0
        assert not file.exists()
        assert list(tmp_path.iterdir()) == []

    def test_logs_each_request_as_text_with_what_looks_wrong(self, serve):
        server = serve("--port", "0", "--print-urls", "json")
        shown = json.loads(server.process.stdout.readline())
        by_name = {one["name"]: one["url"] for one in shown["endpoints"]}
        score(by_name["gpt2"], {"inputs": {"input_string": ['"say \\"hi\\""']}})
        err = server.end()[2]
        (line,) = [line for line in err.splitlines() if "POST" in line]
        assert re.match(
            r"\d\d:\d\d:\d\d\.\d{3}  200  POST /score  gpt2/default  \d+\.\d ms  ! prompt 0 arrived quoted", line
        )

    def test_logs_as_json(self, serve):
        server = serve("--port", "0", "--print-urls", "json", "--log-format", "json")
        shown = json.loads(server.process.stdout.readline())
        by_name = {one["name"]: one["url"] for one in shown["endpoints"]}
        score(by_name["gpt2"], {"inputs": {"input_string": ["a"]}})
        lines = [json.loads(line) for line in server.end()[2].splitlines() if line.startswith("{")]
        assert [(one["endpoint"], one["status"], one["notes"]) for one in lines] == [("gpt2", 200, [])]

    def test_a_key_never_reaches_the_log(self, serve):
        server = serve("--port", "0", "--print-urls", "json")
        shown = json.loads(server.process.stdout.readline())
        for key in (DEVELOPMENT_KEY, "wrong-but-secret"):
            with pytest.raises(HTTPError) as refused:
                score(f"{shown['url']}/gpt2/{DEVELOPMENT_KEY}", {"inputs": 1}, key)
            refused.value.close()
        err = server.end()[2]
        assert err.count("POST") == 2
        assert DEVELOPMENT_KEY not in err
        assert "wrong-but-secret" not in err

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["--config", "nope.yml"], "azureml-emulator: nope.yml: cannot be read"),
            (["--port", "99999"], "azureml-emulator: port: Input should be less than or equal to 65535, not 99999"),
            (["--host", "no.such.host.invalid"], "azureml-emulator: cannot listen on no.such.host.invalid"),
            (["--port", "0", "--ready-file", "/no/such/folder/ready"], "azureml-emulator: ready_file: cannot write"),
        ],
    )
    def test_what_cannot_be_is_one_line_and_a_failure(self, serve, arguments, expected):
        server = serve(*arguments)
        code, _, err = server.end(signal.SIGCONT)
        assert code == 1
        assert err.startswith(expected), err
        assert err.count("\n") == 1

    @pytest.mark.parametrize(
        ("arguments", "variables"),
        [
            (["--ready-file", "/"], {}),
            (["--host", "a..b"], {}),
            (["--host", "x" * 70], {}),
            ([], {"AZUREML_EMULATOR_MAX_BODY_MB": "inf"}),
            ([], {"AZUREML_EMULATOR_ENDPOINTS__CHAT__ANSWER": '{"type": "python", "function": "no_module:x"}'}),
        ],
    )
    def test_odd_settings_are_one_line_and_a_failure(self, serve, arguments, variables):
        code, _, err = serve("--port", "0", *arguments, **variables).end(signal.SIGCONT)
        assert (code, err.count("\n")) == (1, 1), err
        assert err.startswith("azureml-emulator: ")

    def test_a_ready_file_of_a_run_that_was_killed_does_not_stay(self, serve, tmp_path):
        file = tmp_path / "ready.json"
        file.write_text("stale", encoding="utf-8")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            assert serve("--port", port, "--ready-file", str(file)).end(signal.SIGCONT)[0] == 1
        assert not file.exists()

    def test_when_nobody_reads_any_more_it_goes_on_and_ends_well(self, serve):
        server = serve("--port", "0", "--print-urls", "json")
        urls = {one["name"]: one["url"] for one in json.loads(server.process.stdout.readline())["endpoints"]}
        server.read_until("READY", "stderr")
        server.process.stdout.close()
        server.process.stderr.close()
        for number in range(20):
            score(urls["gpt2"], {"inputs": {"input_string": [str(number)]}})
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=20) == 0

    def test_automatic_ports_leave_out_those_that_are_asked_for(self, serve):
        port = free_ports(3)
        endpoints = [{"name": "a", "schema": "gpt2"}, {"name": "b", "schema": "gpt2", "port": port + 1}]
        server = serve("--port", str(port), "--print-urls", "json", AZUREML_EMULATOR_ENDPOINTS=json.dumps(endpoints))
        shown = json.loads(server.process.stdout.readline())
        assert [one["url"].split(":")[2] for one in shown["endpoints"]] == [f"{port + 2}/score", f"{port + 1}/score"]

    def test_what_is_no_http_is_logged_in_json_too(self, serve):
        server = serve("--port", "0", "--print-urls", "json", "--log-format", "json")
        port = int(json.loads(server.process.stdout.readline())["url"].rpartition(":")[2])
        server.read_until("READY", "stderr")
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
            connection.recv(1000)
        lines = server.end()[2].splitlines()
        assert [json.loads(line)["level"] for line in lines] == ["error"]

    def test_a_port_that_is_taken_is_one_line_and_a_failure(self, serve):
        first = serve("--port", "0")
        port = first.read_until("READY")[-1].split()[1].rpartition(":")[2]
        code, _, err = serve("--port", port).end(signal.SIGCONT)
        assert code == 1
        assert err == (
            f"azureml-emulator: port {port} on 127.0.0.1, for the main port, is taken; "
            "free it or choose another one with --port\n"
        )

    def test_it_is_ready_in_well_under_a_second_or_two_on_a_busy_machine(self, serve):
        start = time.monotonic()
        serve("--port", "0").read_until("READY")
        assert time.monotonic() - start < 10
