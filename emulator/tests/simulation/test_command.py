"""`azureml-emulator simulate`, as people meet it."""

import json
from pathlib import Path

import pytest

from azureml_emulator import cli

CONFIG = """
endpoints:
  - name: gpt2
    schema: gpt2
    latency: {type: exponential, mean_ms: 100}
    request_settings: {max_concurrent_requests_per_instance: 1}
    instance_count: 2
"""


@pytest.fixture
def simulate(tmp_path, monkeypatch, capsys):
    """Run the command with more options; give exit code and what was printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "emulator.yml").write_text(CONFIG, encoding="utf-8")

    def run(options, arrivals="poisson:20/s", time="30s"):
        code = cli.main(["simulate", "emulator.yml", "--arrivals", arrivals, "--for", time, *options.split()])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_it_tells_and_writes_what_came(simulate, tmp_path):
    code, out, err = simulate("--json numbers.json --seed 3 --warm-up 5s")
    found = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    assert (code, err) == (0, "")
    assert out.startswith("gpt2: poisson:20/s for 30s, seed 3, the first 5s not counted\n")
    assert {"offered", "served", "status", "latency_ms", "queue_ms", "utilisation"} <= set(found)
    assert {"mean", "p50", "p90", "p99"} <= set(found["latency_ms"]) & set(found["queue_ms"])
    assert sum(found["status"].values()) == found["offered"]
    assert found["status"]["200"] == found["served"]
    assert f"{found['offered']:,}" in out
    assert f"{found['latency_ms']['p99']:.1f} ms" in out
    assert f"{found['utilisation'] * 100:.2f} % utilisation" in out
    assert (found["seed"], found["seconds"], found["warm_up_s"]) == (3, 25, 5)


def test_json_alone_goes_to_standard_output(simulate):
    code, out, _ = simulate("--json -")
    assert code == 0
    assert json.loads(out)["arrivals"] == "poisson:20/s"


def test_a_scenario_is_played_and_why_calls_fail_is_told(simulate, tmp_path):
    (tmp_path / "day.yml").write_text("steps: [{at: 15, set: {state: not_ready}}]", encoding="utf-8")
    _, out, _ = simulate("--scenario day.yml", arrivals="constant:2/s")
    (line,) = [line for line in out.splitlines() if line.startswith("424")]
    assert line.split()[1:3] == ["30", "50.00"]
    assert line.endswith("such as: no healthy upstream")


@pytest.mark.parametrize(
    ("slo", "code", "verdict"),
    [("p99<5s", 0, "met"), ("p99<5s,errors<1%", 1, "NOT MET"), ("p99<5s --slo errors<1%", 1, "NOT MET")],
)
def test_objectives_decide_about_the_exit_code(simulate, slo, code, verdict):
    found, out, _ = simulate(f"--slo {slo}")
    assert (found, out.rstrip().endswith(verdict)) == (code, True)


@pytest.mark.slow
def test_a_sweep_marks_the_first_that_will_do(simulate, tmp_path):
    code, out, _ = simulate("--sweep instances=1..8 --slo errors<1%,queue_p99<1s --json numbers.json")
    found = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    (marked,) = [line for line in out.splitlines() if "<- the first that meets all" in line]
    assert code == 0
    assert marked.split()[0] == str(found["first"])
    assert f"instances={found['first']} is the first that meets errors<1%,queue_p99<1s (tried all)" in out
    assert [one["value"] for one in found["values"]] == list(range(1, 9))
    assert [all(slo["met"] for slo in one["slo"]) for one in found["values"]].index(True) + 1 == found["first"]


@pytest.mark.slow
def test_bisecting_says_so_and_finds_the_same(simulate):
    sweep = "--sweep instances=1..8 --slo errors<1% --json -"
    full, halved = (json.loads(simulate(sweep + more)[1]) for more in ("", " --bisect"))
    assert full["first"] == halved["first"]
    assert (halved["tried"], len(halved["values"]) < len(full["values"])) == ("bisect", True)
    assert (
        "tried 3 of 8, halving, and holds if none behind it is worse"
        in simulate("--sweep instances=1..8 --slo errors<1% --bisect")[1]
    )


def test_a_sweep_in_vain_is_a_failure_and_one_without_objectives_is_none(simulate):
    code, out, _ = simulate("--sweep instances=1..2 --slo errors<0.01%")
    assert (code, "no value meets errors<0.01% (tried all)" in out) == (1, True)
    code, out, _ = simulate("--sweep instances=1..2")
    assert (code, "<-" in out) == (0, False)


def test_several_endpoints_have_a_row_each(simulate, tmp_path):
    with (tmp_path / "emulator.yml").open("a", encoding="utf-8") as file:
        file.write("  - {name: chat, schema: chat}\n")
    code, out, _ = simulate("--endpoint gpt2 --endpoint chat=3 --json numbers.json")
    found = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    assert code == 0
    assert out.startswith("gpt2, chat: ")
    assert [one["endpoint"] for one in found["deployments"]] == ["chat", "gpt2"]
    assert found["deployments"][0]["offered"] > found["deployments"][1]["offered"]
    assert (found["utilisation"], found["deployments"][0]["utilisation"]) == (None, None)
    assert "without a limit to them there is no utilisation" in out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--for 0", "--for: expected more than 0 seconds"),
        ("--for=-3s", "--for -3s: expected seconds, such as 90"),
        ("--warm-up 1h", "--warm-up: expected less than the 30 s of --for, not 3600"),
        ("--warm-up x", "--warm-up x: expected seconds"),
        ("--endpoint nobody", "--endpoint nobody: there is none of that name"),
        ("--endpoint gpt2=0", "--endpoint gpt2=0: expected a share above 0, as in NAME=3"),
        ("--endpoint gpt2=x", "--endpoint gpt2=x: expected a share above 0"),
        ("--arrivals poisson:1", ""),
        ("--arrivals nothing:1", "expected one of constant, gamma"),
        ("--arrivals trace:none.txt", "none.txt: cannot be read"),
        ("--stream", "--stream: endpoint gpt2 has no streams"),
        ("--body none.json", "--body none.json: cannot be read"),
        ("--slo p99", "--slo 'p99': expected objectives such as"),
        ("--sweep instances=x", "--sweep 'instances=x': expected NAME=1..20"),
        ("--sweep instances=0..3", "gpt2/default: instance_count: "),
        ("--sweep nothing=1", "--sweep nothing: no such setting"),
        ("--sweep instances=1..2 --sweep rate=1..2", "--sweep: expected one setting"),
        ("--bisect", "--bisect: expected a --sweep, and an --slo"),
        ("--json no/such/place", "--json no/such/place: cannot be written"),
        (
            "--for 300d",
            "these are about 518,400,000 calls, which may take 7h12m; ask for fewer, or say --max-calls 5",
        ),
        ("--sweep instances=1..900 --for 1d", "about 1,555,200,000 calls"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(simulate, options, expected):
    code, _, err = simulate(options)
    assert (code, err.count("\n")) == ((1, 1) if expected else (0, 0))
    assert expected in err


def test_every_number_is_documented(simulate):
    page = (Path(__file__).parents[3] / "docs" / "simulation.md").read_text(encoding="utf-8")
    told = [simulate(f"{more} --slo errors<100% --json -", time="5s")[1] for more in ("", "--sweep instances=1..2")]
    for name in {name for one in told for name in json.loads(one)}:
        assert f"`{name}`" in page, name
