import pytest

from azureml_emulator import cli
from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint


@pytest.fixture(scope="module")
def emulator():
    with Emulator([Endpoint("gpt2", schema="gpt2")]) as emulator:
        yield emulator


@pytest.fixture
def run(emulator, capsys):
    def run(*words, url=emulator.url):
        code = cli.main(["set", *words, "--url", url])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_settings_are_yaml_and_go_back(run, emulator):
    assert run("gpt2", "latency=20", "faults=[{type: status, status: 429}]") == (
        0,
        "gpt2: not as configured: latency, faults\n",
    )
    assert (emulator["gpt2"].latency.ms, emulator["gpt2"].faults[0].status) == (20, 429)
    assert run("gpt2", "state=not_ready", "--deployment", "default")[1].endswith("latency, faults, default.state\n")
    assert run("gpt2", "--deployment", "default", "state=ready")[1].endswith("latency, faults\n")
    assert run("gpt2") == (0, "gpt2: not as configured: nothing\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gpt2", "latncy=5"], "gpt2: latncy: unknown setting (did you mean 'latency'?)"),
        (["gtp2", "latency=5"], "no endpoint 'gtp2' (did you mean 'gpt2'?)"),
        (["gpt2", "latency"], "expected SETTING=VALUE, such as latency=200, not 'latency'"),
        (["gpt2", "latency={"], "latency:1: not YAML"),
        (["a/b?", "latency=5"], "unknown"),
    ],
)
def test_what_cannot_be_is_one_line(run, words, told):
    code, printed = run(*words)
    assert (code, printed[: len(told) + 18], printed.count("\n")) == (1, f"azureml-emulator: {told}", 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense", "http://"])
def test_nobody_there_is_one_line_too(run, url):
    code, printed = run("gpt2", "latency=5", url=url)
    assert (code, printed.count("\n")) == (1, 1)
