"""What a command line says of the endpoint and the load: options that several commands take, and what they make."""

import argparse
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from azureml_bench.usage import WrongUsage
from azureml_emulator.durations import seconds

if TYPE_CHECKING:
    from azureml_bench.load import Phases
    from azureml_bench.plan import Plan
    from azureml_bench.prompts import Prompts
    from azureml_bench.shape import Shape
    from azureml_bench.target import Target
    from azureml_emulator.simulation.arrivals import Arrivals

_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*[=:]\s*([^\r\n\0]*)")

_LOGIN = re.compile(r"//[^/]*@")


class Usual(float):
    """A number that nobody typed: what holds unless something else suggests another one."""


def describe_target(run: Any) -> None:
    """Add what says which endpoint is measured, and what it is asked."""
    run.add_argument("--schema", default="", metavar="NAME", help="the wire schema; see azureml-emulator schemas")
    run.add_argument("--api-type", default="", choices=("dedicated", "serverless"), help="where the URL does not say")
    run.add_argument("--key-env", default="", metavar="NAME", help="the environment variable that holds its key")
    run.add_argument("--deployment", default="", metavar="NAME", help="ask for this one, past the traffic split")
    run.add_argument("--header", action="append", default=[], metavar="NAME=VALUE", help="send it too; kept nowhere")
    run.add_argument("--stream", action="store_true", help="ask for a stream, and measure TTFT and ITL")
    run.add_argument(
        "--parameters", action="append", default=[], metavar="JSON|NAME=VALUE", help="such as max_tokens=50"
    )
    run.add_argument("--body", default="", metavar="FILE", help="a request of your own, as JSON")
    run.add_argument("--prompt-at", default="", metavar="PLACE", help="where it has the prompt, such as $.inputs[0]")
    run.add_argument("--text-at", default="", metavar="PLACE", help="where its answer has the text, such as $.output")
    run.add_argument("--delta-at", default="", metavar="PLACE", help="where events of its streams have the text")
    run.add_argument("--timeout", type=checked(seconds), default=60.0, metavar="TIME", help="for one request (60s)")
    run.add_argument("--insecure", action="store_true", help="look at no certificate")
    run.add_argument("--ca", default="", metavar="FILE", help="trust the certificates in it")


def describe_load(run: Any) -> None:
    """Add what says how it is loaded."""
    run.add_argument("--rate", default="", metavar="RATE", help="open loop: of a Poisson process (10/s)")
    run.add_argument(
        "--arrivals", default="", metavar="KIND:...", help="others: constant:50/s, gamma:, ramp:, trace:"
    )
    run.add_argument(
        "--concurrency", type=int, default=0, metavar="N", help="closed loop: so many users; hides stalls"
    )
    run.add_argument("--pace", type=checked(seconds), default=0.0, metavar="TIME", help="of each of them, at least")
    run.add_argument(
        "--for", type=checked(seconds), default=Usual(60), dest="lasts", metavar="TIME", help="measure (60s)"
    )
    run.add_argument("--warmup", type=checked(seconds), default=Usual(5), metavar="TIME", help="before that (5s)")
    run.add_argument("--warmup-requests", type=int, default=0, metavar="N", help="for as long as N take to be due")
    run.add_argument("--drain", type=checked(seconds), default=30.0, metavar="TIME", help="wait for the last (30s)")
    run.add_argument("--max-in-flight", type=int, default=1000, metavar="N", help="drop what is due beyond (1000)")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="of arrivals and prompts (0)")
    run.add_argument("--prompt", default="", metavar="TEXT", help="ask this")
    run.add_argument("--prompts", default="", metavar="FILE", help="ask what it says, a prompt a line")
    run.add_argument("--prompt-words", type=int, default=0, metavar="N", help="ask so many made-up words (50)")
    run.add_argument(
        "--repeat-prompts", action="store_true", help="put no unique text before them: caches may answer"
    )


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
    from azureml_bench.target import Target

    found = _shape(options, split(url).path)
    if options.stream and not found.streams:
        how = "; say where events have their text with --delta-at" if options.body else ""
        raise WrongUsage(f"--stream: the schema {found.name!r} has no streamed answers{how}")
    if not options.timeout:
        raise WrongUsage("--timeout: expected a time above 0")
    return Target(
        url,
        found,
        key(options.key_env),
        options.stream or found.only_streams,
        _parameters(options.parameters),
        _headers(options.header),
        options.timeout,
        not options.insecure,
        options.deployment,
        _certificates(options.ca),
    )


def split(url: str) -> SplitResult:
    """Take an endpoint's address apart. Raises `WrongUsage`."""
    try:
        address = urlsplit(url)
        right = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        right = False
    if not right:
        raise WrongUsage(f"expected an http or https URL, not {_LOGIN.sub('//***@', url)!r}")
    if "@" in address.netloc:
        raise WrongUsage("expected a URL without a password; --key-env and --header say who calls")
    return address


def _shape(options: argparse.Namespace, path: str) -> "Shape":
    from azureml_bench import shape

    known = shape.known(options.schema) if options.schema else None
    places = {"--prompt-at": options.prompt_at, "--text-at": options.text_at, "--delta-at": options.delta_at}
    if not options.body:
        for name in (name for name, place in places.items() if place):
            raise WrongUsage(f"{name} is for a request of your own; name its file with --body")
        return known or shape.of_path(path, options.api_type)
    try:
        document = json.loads(Path(options.body).read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongUsage(f"--body {options.body}: expected JSON: {error}") from None
    return shape.own(document, places, known)


def _parameters(texts: Sequence[str]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not text.lstrip().startswith("{"):
            if not equals or not name.strip():
                raise WrongUsage(f"--parameters {text!r}: expected a JSON object, or NAME=VALUE")
            found[name.strip()] = _json_or_text(value)
            continue
        document = _json_or_text(text)
        if not isinstance(document, dict):
            raise WrongUsage(f"--parameters {text!r}: expected a JSON object, or NAME=VALUE")
        found |= document
    return found


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _headers(texts: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for number, text in enumerate(texts, 1):
        header = _HEADER.fullmatch(text)
        if not header:  # what was typed may be a secret
            raise WrongUsage(f"--header number {number}: expected NAME=VALUE, the value in one line")
        found[header[1]] = header[2].strip()
    return found


def _certificates(file: str) -> str:
    if file:
        import ssl

        Path(file).read_bytes()
        try:
            ssl.create_default_context(cafile=file)
        except ssl.SSLError:
            raise WrongUsage(f"--ca {file}: expected certificates in PEM") from None
    return file


def key(name: str) -> str:
    """Give the key in an environment variable; empty without a name. Raises `WrongUsage`."""
    if not name:
        return ""
    found = os.environ.get(name, "").strip()
    if not found:
        raise WrongUsage(f"--key-env {name}: the environment has no such variable, or an empty one")
    if not found.isascii() or not found.isprintable():
        raise WrongUsage(f"--key-env {name}: expected a key in printable ASCII")
    return found


def plan(options: argparse.Namespace, url: str) -> "Plan":
    """Make a plan of what was typed. Raises `WrongUsage`."""
    from azureml_bench.plan import Plan

    closed = options.concurrency
    if closed < 0 or options.max_in_flight < 1:
        raise WrongUsage("--concurrency and --max-in-flight: expected 1 or more")
    if closed and (options.rate or options.arrivals):
        raise WrongUsage(
            "--concurrency is a closed loop, --rate and --arrivals are an open one: expected one of them"
        )
    if options.pace and not closed:
        raise WrongUsage("--pace is for a closed loop: expected --concurrency with it")
    arrivals = _arrivals(options)
    return Plan(
        target(options, url),
        arrivals,
        users=closed,
        pace=options.pace,
        phases=_phases(options, arrivals),
        max_in_flight=options.max_in_flight,
        retries=getattr(options, "retries", 0),
        prompts=_prompts(options),
        seed=options.seed,
    )


def _arrivals(options: argparse.Namespace) -> "Arrivals":
    from azureml_emulator.errors import ConfigError
    from azureml_emulator.simulation.arrivals import Arrivals, Trace

    if options.rate and options.arrivals:
        raise WrongUsage("--rate is for Poisson arrivals: expected it, or --arrivals")
    try:
        found = Arrivals.read(options.arrivals or f"poisson:{options.rate or '10/s'}")
        if isinstance(found, Trace) and not found.instants:
            raise WrongUsage(f"--arrivals {options.arrivals!r}: expected an instant at least")
    except ConfigError as error:
        said = str(error)
        if options.rate:
            said = said.replace(f"--arrivals 'poisson:{options.rate}'", f"--rate {options.rate!r}")
        raise WrongUsage(said) from None
    return found


def _phases(options: argparse.Namespace, arrivals: "Arrivals") -> "Phases":
    """A trace is played from its beginning to its end, unless somebody says otherwise."""
    from azureml_bench.load import Phases
    from azureml_emulator.simulation.arrivals import Trace

    warmup, lasts = options.warmup, options.lasts
    if isinstance(arrivals, Trace) and not options.concurrency:
        warmup = 0.0 if isinstance(warmup, Usual) else warmup
        if isinstance(lasts, Usual):
            lasts = max(arrivals.instants[-1] + 0.001 - warmup, 0.001)
    if options.warmup_requests:
        rate = getattr(arrivals, "rate", None)
        if (
            options.concurrency
            or rate is None
            or not isinstance(options.warmup, Usual)
            or options.warmup_requests < 0
        ):
            raise WrongUsage("--warmup-requests: expected 1 or more, without --warmup, in an open loop of one rate")
        warmup = round(options.warmup_requests / rate, 3)
    if not lasts:
        raise WrongUsage("--for: expected a time above 0")
    return Phases(float(warmup), float(lasts), options.drain)


def _prompts(options: argparse.Namespace) -> "Prompts":
    from azureml_bench.prompts import Lines, Made, Prompts, Repeated, Unique

    said = [name for name in ("prompt", "prompts", "prompt_words") if getattr(options, name)]
    if len(said) > 1 or options.prompt_words < 0:
        raise WrongUsage("expected one of --prompt TEXT, --prompts FILE and --prompt-words N, N being 1 or more")
    source: Prompts = Made(options.prompt_words or 50, options.seed)
    if options.prompts:
        source = Lines(Path(options.prompts))
        source.prompt(0)
    elif options.prompt:
        source = Repeated(options.prompt)
    elif options.repeat_prompts:
        source = Repeated(source.prompt(0))
    return source if options.repeat_prompts else Unique(source, options.seed)
