"""What pytest knows of contracts without being told. Nothing heavy is imported until a test asks for it."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from azureml_contract.pytest_proof import Proof
    from azureml_contract.stage import Stage

MARKER = "formatter_contract"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take how thoroughly contracts are proved."""
    group = parser.getgroup("azureml_contract", "contracts of content formatters and clients")
    group.addoption(
        "--contract-examples", type=int, metavar="N", help="cases that Hypothesis makes up for each check"
    )
    group.addoption("--contract-seed", type=int, metavar="N", help="make up others than always the same")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(schema, checks=..., waivers=..., api_type=..., examples=..., seed=...): what the fixture {MARKER}"
        " proves; checks are ids, names or families (R03,R04 or requests), all that suit if there are none",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let no test seem to prove a contract that it never asked for."""
    result = yield
    proof = getattr(item, "funcargs", {}).get(MARKER)
    if any(one.name == MARKER for one in item.own_markers) and proof is None:
        pytest.fail(f"the marker {MARKER} proves nothing without the fixture {MARKER}", pytrace=False)
    if proof is not None and not proof.used:
        pytest.fail(f"nothing was proved: call {MARKER}(MyFormatter)", pytrace=False)
    return result


@pytest.fixture
def formatter_contract(request: pytest.FixtureRequest) -> "Proof":
    """Prove a formatter's contract: `formatter_contract(MyFormatter)`, as the marker says.

    `@pytest.mark.formatter_contract(schema="gpt2", checks="requests", waivers={...})`, or the same as arguments.
    """
    from azureml_contract.pytest_proof import Proof

    marker = request.node.get_closest_marker(MARKER)
    return Proof(request, marker.kwargs if marker else {})


@pytest.fixture(scope="class")
def contract_stage(request: pytest.FixtureRequest) -> "Iterator[Stage]":
    """Run the endpoint that a `ClientContract` is proved against."""
    from azureml_contract.stage import staged

    contract: Any = request.cls
    with staged(contract().wire()) as stage:
        yield stage
