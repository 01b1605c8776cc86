"""Breaking the emulator on purpose: what a mutation is, and who notices it.

`python -m contract_tests.mutations MODULE...` breaks the emulator in each way that concerns these test modules, runs
there the tests that should notice until one fails, and prints what became of it as JSON:
`{"mutation": {"module": "test"}}`, and on the standard error how long that took. Last of all it breaks nothing, to
show that then nothing fails.
"""

import inspect
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from azureml_emulator.schemas import all_schemas

HERE = Path(__file__).parent

EVERY, NEW, CURL, SAMPLES = (f"test_{name}.py" for name in ("every_schema", "new_schema", "curl", "samples"))
CLIENT, NOTEBOOK, OPENAI, FEATURES = (
    f"test_{name}.py" for name in ("client", "notebook", "openai_sdk", "openai_features")
)
STANDARD_CHAT, STANDARD_LLM, STANDARD_LLM_UNIT = (
    f"langchain_standard/test_{name}.py" for name in ("chat_model_integration", "llm_integration", "llm_unit")
)
COMPLETION, CHAT, PAGE = (f"community/test_{name}.py" for name in ("completion", "chat", "notebook"))
AZMLINFSRV, INFERENCE, ML_CLIENT = (
    f"microsoft/test_{name}.py" for name in ("azmlinfsrv", "inference_sdk", "ml_client")
)

_ELSEWHERE = {
    "community": "langchain_community",
    "langchain_standard": "langchain_tests",
    "microsoft": "azureml_inference_server_http",
}
"""Folders of tests with an environment of their own, and the package that only this environment has."""

LATENCY_FELT, FAULTS_FELT, RECORDING_FELT = "test_latency_felt.py", "test_faults_felt.py", "test_recording.py"


def own(name: str) -> str:
    """Name a module of the emulator's own tests: `faults/hazards` is `emulator/tests/faults/test_hazards.py`."""
    folder, _, module = name.rpartition("/")
    return f"../emulator/tests/{folder}{'/' if folder else ''}test_{module}.py"


ACCESS, ADMISSION, LIVE, LOCAL, OPENAPI, AZURE_FILES = map(
    own, ("access", "admission", "live", "local", "openapi", "azure_files")
)
ARM_KEYS, ARM_DEPLOYMENTS = own("arm/keys"), own("arm/online_deployments")
LABELS, SHAPE_CHAT = own("schemas/text_labels"), own("schemas/chat")


@dataclass(frozen=True)
class Mutation:
    """A way to break things: what it is, how to do it, and in which modules which test (by its name) must notice."""

    about: str
    apply: Callable[[pytest.MonkeyPatch], None]
    noticed: Mapping[str, str]


MUTATIONS: dict[str, Mutation] = {}


def mutation(about: str, noticed: Mapping[str, str]) -> Callable[[Callable[[pytest.MonkeyPatch], None]], None]:
    """Enter a way to break things into the table, under its function's name."""

    def entered(apply: Callable[[pytest.MonkeyPatch], None]) -> None:
        assert apply.__name__ not in MUTATIONS, apply.__name__
        MUTATIONS[apply.__name__] = Mutation(about, apply, noticed)

    return entered


def reshape(patch: pytest.MonkeyPatch, name: str, **fields: Any) -> None:
    """Change fields of a wire shape; shapes are frozen, so go behind their back."""
    for field, value in fields.items():
        patch.setitem(vars(all_schemas()[name]), field, value)


def writing(patch: pytest.MonkeyPatch, name: str, write: Callable[[Any], Any]) -> None:
    """Let a wire shape write its answers in another way."""
    reshape(patch, name, write=write)


def rewrite(patch: pytest.MonkeyPatch, function: Any, old: str, new: str) -> None:
    """Replace a piece of a function's source, whoever has imported it. Raises `LookupError` if it is not there."""
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(old) != 1:
        raise LookupError(f"{function.__qualname__} does not say {old!r} once")
    scope: dict[str, Any] = {}
    exec(compile(source.replace(old, new), function.__code__.co_filename, "exec"), dict(function.__globals__), scope)
    patch.setattr(function, "__code__", scope[function.__name__].__code__)


BARE = ["-p", "azureml_emulator.pytest_plugin", *(f"-pno:{one}" for one in ("cacheprovider", "unraisableexception"))]
"""With PYTEST_DISABLE_PLUGIN_AUTOLOAD: pytest with what the tests need and little else, for it starts so often."""


_PLUGINS = {
    "langchain_standard": [
        *("-p", "pytest_asyncio.plugin", "-p", "pytest_benchmark.plugin", "-p", "pytest_recording.plugin"),
        *("-p", "syrupy", "--benchmark-disable"),
    ]
}
"""What the tests of a folder need besides."""


class Outcomes:
    """A pytest plugin that remembers how tests ended."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.ended: set[str] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        name = report.nodeid.partition("::")[2]
        if report.failed:
            self.failed.append(name if report.when == "call" else f"{report.when} of {name}")
        if report.when == "call" or report.skipped:
            self.ended.add(report.outcome)


def run(module: str, only: str) -> str:
    """Run the tests of a module whose names contain `only` up to the first that fails.

    Give its name, or `passed`, `skipped`, or what else became of pytest.
    """
    outcomes = Outcomes()
    plugins = _PLUGINS.get(module.split("/", maxsplit=1)[0], ())
    options = ["-x", "-q", "-k", only, "-W", "ignore::pytest.PytestAssertRewriteWarning", *BARE, *plugins]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        code = pytest.main([str((HERE / module).resolve()), *options], plugins=[outcomes])
    if outcomes.failed:
        return outcomes.failed[0]
    return repr(code) if code else "passed" if "passed" in outcomes.ended else "skipped"


def broken(one: Mutation, module: str) -> str:
    """Break the emulator in one way, and give what became of the tests in a module that should notice."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            one.apply(patch)
        except (AttributeError, LookupError) as error:
            return f"<nothing there to break: {error}>"
        return run(module, one.noticed[module])


def main(modules: list[str]) -> None:
    found: dict[str, dict[str, str]] = {}
    for name, one in MUTATIONS.items():
        for module in modules:
            if module in one.noticed:
                began = perf_counter()
                found.setdefault(name, {})[module] = broken(one, module)
                print(f"{perf_counter() - began:5.1f} s  {name}  {module}", file=sys.stderr)
    controls = [one.noticed for one in MUTATIONS.values()]
    found["nothing"] = {
        module: run(module, next(noticed[module] for noticed in controls if module in noticed)) for module in modules
    }
    print(json.dumps(found, indent=1))


def noticing(modules: list[str]) -> dict[str, dict[str, str]]:
    """Break the emulator in a process of its own, and give which test of which module noticed."""
    done = subprocess.run(
        [sys.executable, "-m", "contract_tests.mutations", *modules],
        cwd=HERE.parent,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout)


def modules_here() -> list[str]:
    """Name the modules that must notice something and can run in this environment."""
    here = {folder for folder, package in _ELSEWHERE.items() if find_spec(package)} or {""}
    named = sorted({module for one in MUTATIONS.values() for module in one.noticed})
    return [one for one in named if (folder if (folder := one.split("/")[0]) in _ELSEWHERE else "") in here]


def pairs(modules: list[str]) -> list[Any]:
    """Give each mutation with each of these modules that must notice it, as parameters of a test."""
    return [
        pytest.param(name, module, id=f"{name}-{Path(module).stem}")
        for name, one in MUTATIONS.items()
        for module in one.noticed
        if module in modules
    ]


def judge(outcome: str, expected: str) -> None:
    """Hold what became of a module's tests to the one that should fail, or to `passed`."""
    if outcome == "skipped":
        pytest.skip("the tests that should notice are skipped here")
    assert expected in outcome
    assert not outcome.startswith(("setup of", "teardown of", "<"))
