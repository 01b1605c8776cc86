"""`azureml-bench locust`."""

import argparse
import asyncio
import shlex
import sys
from pathlib import Path

from azureml_bench.commands import Commands
from azureml_bench.options import describe_load, describe_target, plan
from azureml_bench.swarm import order
from azureml_bench.usage import WrongUsage

_PORT = 5557


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    locust = commands.add_parser("locust", help="measure an endpoint from several processes or machines, with Locust")
    locust.set_defaults(run=run_command)
    locust.add_argument("url", help="its scoring URL")
    locust.add_argument("--workers", type=int, default=2, metavar="N", help="so many, one for each core (2)")
    locust.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the plan and figures go")
    locust.add_argument("--run", action="store_true", dest="here", help="run master and workers here, and wait")
    locust.add_argument(
        "--port", type=int, default=0, metavar="PORT", help=f"of the master ({_PORT}; free with --run)"
    )
    locust.add_argument("--no-requests", action="store_true", help="keep no row of each request, figures only")
    locust.add_argument("--slo", action="append", default=[], metavar="ASKED", help="as for azureml-bench run")
    describe_target(locust)
    describe_load(locust)
    order.describe(locust)


def run_command(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_bench.caller import reach
    from azureml_bench.objective import objectives
    from azureml_bench.swarm.launch import launched, written

    if options.workers < 1:
        raise WrongUsage(f"--workers {options.workers}: expected 1 or more")
    if options.retries < 0:
        raise WrongUsage("--retries: expected 0 or more")
    if not 0 <= options.port < 65536:
        raise WrongUsage(f"--port {options.port}: expected a port, from 1 to 65535")
    objectives(options.slo)
    asked = plan(options, options.url)
    slo, count = tuple(options.slo), len(options.header)
    made = order.Order(options.url, order.given(options), options.workers, not options.no_requests, slo, count)
    file = written(made, options.out)
    if options.here:
        asyncio.run(reach(asked.target))
        said = f"a master and {made.workers} workers run here; their log is {file.with_name('locust.log')}"
        print(said, file=sys.stderr)
        return launched(made, file, options.port, order.environment(options.header), sys.stdout)
    print(_told(made, file, options.port or _PORT))
    return 0


def _told(made: order.Order, file: Path, port: int) -> str:
    """Say which commands to give, here or elsewhere."""
    key = made.options.get("key_env")
    at = "" if port == _PORT else f" --master-port {port}"
    bind = "" if port == _PORT else f" --master-bind-port {port}"
    master = f"locust -f {shlex.quote(str(file))} --headless --only-summary --master{bind}"
    master += f" --expect-workers {made.workers}"
    lines = [
        f"written to {file.parent}: {file.name}, plan.json",
        "",
        "Each in a terminal of its own, the master first:",
        f"  {master}",
        f"  locust -f {shlex.quote(str(file))} --worker{at}    # {made.workers} times, one for each core",
        "",
        "On other machines, which need only `pip install 'azureml-emulator[locust]'`:",
        f"  locust -f - --worker --master-host MASTER_ADDRESS{at}",
        "",
        "Anybody who reaches the master's port can read the plan and take part: keep it in a network of your own.",
    ]
    if made.headers:
        lines.append(
            f"Every worker needs your headers in its environment, as a JSON list: {order.HEADERS}='[\"NAME=VALUE\"]'"
        )
    if key:
        lines.append(f"Every worker needs {key}, the key, in its environment; it is in no file and no message.")
    return "\n".join(lines)
