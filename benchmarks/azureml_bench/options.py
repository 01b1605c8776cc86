"""What a command line says of the endpoint and the load: options that several commands take, and what they make."""

import argparse
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from azureml_bench.usage import WrongUsage
from azureml_emulator.durations import seconds

if TYPE_CHECKING:
    from azureml_bench.plan import Plan
    from azureml_bench.target import Target


def describe_target(run: Any) -> None:
    """Add what says which endpoint is measured, and what it is asked."""
    run.add_argument("--schema", default="", metavar="NAME", help="the wire schema; see azureml-emulator schemas")
    run.add_argument("--api-type", default="", choices=("dedicated", "serverless"), help="where the URL does not say")
    run.add_argument("--key-env", default="", metavar="NAME", help="the environment variable that holds its key")
    run.add_argument("--stream", action="store_true", help="ask for a stream, and measure TTFT and ITL")
    run.add_argument("--timeout", type=checked(seconds), default=60.0, metavar="TIME", help="for one request (60s)")


def describe_load(run: Any) -> None:
    """Add what says how it is loaded."""
    run.add_argument("--rate", default="10/s", metavar="RATE", help="of a Poisson process (10/s)")
    run.add_argument("--arrivals", default="", metavar="KIND:...", help="other arrivals, such as constant:50/s")
    run.add_argument("--concurrency", type=int, default=0, metavar="N", help="a closed loop of so many users")
    run.add_argument("--for", type=checked(seconds), default=60.0, dest="lasts", metavar="TIME", help="measure (60s)")
    run.add_argument("--warmup", type=checked(seconds), default=5.0, metavar="TIME", help="before that (5s)")
    run.add_argument("--drain", type=checked(seconds), default=30.0, metavar="TIME", help="wait for the last (30s)")
    run.add_argument("--max-in-flight", type=int, default=1000, metavar="N", help="drop what is due beyond (1000)")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="of arrivals and prompts (0)")


def checked(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Have argparse say what `read` expected."""

    def value(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None

    return value


def target(options: argparse.Namespace, url: str) -> "Target":
    """Make the target of what was typed. Raises `WrongUsage`."""
    from azureml_bench import shape
    from azureml_bench.target import Target

    address = split(url)
    found = shape.known(options.schema) if options.schema else shape.of_path(address.path, options.api_type)
    if options.stream and not found.streams:
        raise WrongUsage(f"--stream: the schema {found.name!r} has no streamed answers")
    return Target(url, found, key(options.key_env), options.stream, timeout=options.timeout)


def split(url: str) -> SplitResult:
    """Take a URL apart. Raises `WrongUsage` for what is no http or https URL."""
    try:
        address = urlsplit(url)
        right = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        right = False
    if not right:
        raise WrongUsage(f"expected an http or https URL, not {url!r}")
    return address


def key(name: str) -> str:
    """Read a key from the environment; without a name there is none. Raises `WrongUsage`."""
    if not name:
        return ""
    found = os.environ.get(name, "")
    if not found:
        raise WrongUsage(f"--key-env {name}: the environment has no such variable, or an empty one")
    return found


def plan(options: argparse.Namespace, url: str) -> "Plan":
    """Make a plan of what was typed. Raises `WrongUsage`."""
    from azureml_bench.load import Phases
    from azureml_bench.plan import Plan
    from azureml_bench.prompts import Made, Unique
    from azureml_emulator.errors import ConfigError
    from azureml_emulator.simulation.arrivals import Arrivals

    try:
        arrivals = Arrivals.read(options.arrivals or f"poisson:{options.rate}")
    except ConfigError as error:
        raise WrongUsage(str(error)) from None
    return Plan(
        target(options, url),
        arrivals,
        users=options.concurrency,
        phases=Phases(options.warmup, options.lasts, options.drain),
        max_in_flight=options.max_in_flight,
        prompts=Unique(Made(seed=options.seed), options.seed),
        seed=options.seed,
    )
