"""What `import azureml_endpoint` costs, as whole processes, against the import that it stands in for."""

import subprocess

from ratios.comparison import Comparison, calls, in_turn, ratios, timed
from ratios.processes import environment, langchain_python

GROUP = "import"
PAIRS = 9

LANGCHAIN = "import langchain_community.llms.azureml_endpoint"
PACKAGE = "import azureml_endpoint"
CLASS = "from azureml_endpoint import AzureMLOnlineEndpoint, CustomOpenAIContentFormatter"
TRANSPORT = f"{CLASS}; import azureml_endpoint.transport"

HEAVY = ("aiohttp", "faker", "langchain")


def compare() -> list[Comparison]:
    """The package alone, with its class named, and with all that the first call loads: all of it counts some day."""
    lines = {LANGCHAIN: LANGCHAIN, PACKAGE: PACKAGE, CLASS: CLASS, TRANSPORT: TRANSPORT, "nothing": "pass"}
    sides = {name: calls(lambda code=code: _python(code), 1) for name, code in lines.items()}  # type: ignore[misc]
    for measure in sides.values():
        measure()
    taken = in_turn(sides, PAIRS)
    told = {
        PACKAGE: ("import azureml_endpoint", 1 / 3),
        CLASS: ("... with the class and a formatter named", None),
        TRANSPORT: ("... with what the first call loads", None),
        "nothing": ("an interpreter that imports nothing", None),
    }
    rows = [
        Comparison(
            GROUP,
            f"{what} / LangChain's import",
            ratios(taken[code], taken[LANGCHAIN]),
            at_most=target,
            context=timed(taken[code], taken[LANGCHAIN]),
        )
        for code, (what, target) in told.items()
    ]
    return [
        *rows,
        _loaded(PACKAGE, "import azureml_endpoint"),
        _loaded(TRANSPORT, "... with what a first call loads"),
    ]


def _loaded(code: str, what: str) -> Comparison:
    """How many of the heavy packages an import brings in."""
    listing = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    roots = _python(f"{code}; {listing}").split()
    found = sorted(root for root in roots if root.startswith(HEAVY))
    names = ", ".join(found) or "none"
    count = [float(len(found))]
    return Comparison(GROUP, f"{what}: aiohttp, faker, langchain loaded", count, at_most=0, context=names)


def _python(code: str) -> str:
    done = subprocess.run(
        [langchain_python(), "-W", "ignore", "-c", code],
        env=environment(),
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return done.stdout
