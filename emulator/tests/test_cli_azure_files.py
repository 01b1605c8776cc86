"""The command with Azure's own files, and with the names of models."""

import json
import subprocess
import sys
from urllib.request import Request, urlopen

import pytest

from azureml_emulator import cli

ENDPOINT = "name: otter-shop\nauth_mode: {mode}\ntags: {{emulator.key: k}}\n"
MODEL = "azureml://registries/azureml-meta/models/Llama-2-7b-chat/versions/1"
BLUE = f"name: blue\nendpoint_name: otter-shop\ninstance_type: small\nmodel: {MODEL}\n"


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def files(tmp_path):
    """An endpoint's and a deployment's file."""

    def files(mode="key", blue=BLUE):
        (tmp_path / "endpoint.yml").write_text(ENDPOINT.format(mode=mode), encoding="utf-8")
        (tmp_path / "blue.yml").write_text(blue, encoding="utf-8")
        return str(tmp_path / "endpoint.yml"), str(tmp_path / "blue.yml")

    return files


class TestSchemasOfModels:
    def test_says_which_shape_on_each_kind_of_endpoint_and_why(self, run):
        code, out, _ = run("schemas", "--model", MODEL)
        rows = [line.split() for line in out.splitlines()]
        assert (code, [row[:3] for row in rows[1:]]) == (
            0,
            [["llama-chat", "dedicated", "Llama-2-*-chat"], ["chat", "serverless", "Llama-2-*-chat"]],
        )
        assert "documented: model cards of Llama-2-7b-chat" in out

    def test_an_unknown_one_is_one_line(self, run):
        code, out, err = run("schemas", "--model", "distilgpt3")
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert "the model 'distilgpt3' (did you mean 'distilgpt2'?)" in err


class TestValidate:
    def test_shows_what_is_noted(self, run, files):
        code, out, _ = run("validate", *files())
        assert code == 0
        assert "blue.yml: noted, not imitated: instance_type (line 3)" in out
        assert "blue.yml: schema 'llama-chat': Llama-2-7b-chat is one of 'Llama-2-*-chat'" in out
        assert out.endswith("blue.yml: valid, 1 endpoint(s): otter-shop\n")

    def test_a_line_for_each_fault(self, run, files):
        code, out, err = run("validate", *files(blue=BLUE + "instance_count: x\nreqest_settings: {}\n"))
        assert (code, out) == (1, "")
        assert [line.rpartition("/")[2].split(": ")[:2] for line in err.splitlines()] == [
            ["blue.yml:6", "reqest_settings"],
            ["blue.yml:5", "instance_count"],
        ]

    def test_settings_of_deployments(self, run, files):
        _, out, _ = run("validate", *files(blue=BLUE.replace(MODEL, "x:1")), "--set", "model=gpt2")
        assert "blue.yml: schema 'catalog'" in out


def test_a_token_for_an_endpoint_of_azures_files(run, files):
    code, out, _ = run("token", "otter-shop", *files("aml_token"))
    assert (code, out.count(".")) == (0, 2)


@pytest.mark.slow
def test_serve_hosts_them(files):
    command = [sys.executable, "-m", "azureml_emulator", "serve", *files(), "--port", "0", "--print-urls", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            (shop,) = json.loads(process.stdout.readline())["endpoints"]
            body = {"input_data": {"input_string": [{"role": "user", "content": "otter"}], "parameters": {}}}
            headers = {"Authorization": "Bearer k", "Content-Type": "application/json"}
            with urlopen(Request(shop["url"], json.dumps(body).encode(), headers), timeout=10) as response:
                assert response.headers["azureml-model-deployment"] == "blue"
                assert json.loads(response.read()) == {"output": "otter"}
        finally:
            process.terminate()
        assert "info  endpoint 'otter-shop': no traffic said; all of it goes to 'blue'" in process.stderr.read()
