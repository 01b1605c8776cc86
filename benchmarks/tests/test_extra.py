"""What the extra `bench` costs: megabytes on the disk, modules in memory, and the network only where it measures."""

import os
import re
import subprocess
import sys
import textwrap
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import pytest

from azureml_bench.extra import MissingExtra, need

ROOT = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"[\w.-]+")


def applies(requirement: str, extra: str) -> bool:
    """Whether this environment needs it. Markers are evaluated by what pip itself uses."""
    from packaging.requirements import Requirement

    marker = Requirement(requirement).marker
    return marker is None or marker.evaluate({"extra": extra})


def closure(name: str, extra: str = "") -> set[str]:
    """Give all distributions that this one needs, itself left out, by their normalized names."""
    found: set[str] = set()
    waiting = [(name, extra)]
    while waiting:
        for requirement in requires(waiting[0][0]) or ():
            needed = _NAME.match(requirement)
            assert needed
            one = re.sub(r"[-_.]+", "-", needed[0]).lower()
            if one not in found and applies(requirement, waiting[0][1]):
                found.add(one)
                waiting.append((one, ""))
        waiting.pop(0)
    return found


def installed_bytes(name: str) -> int:
    """Give the size of a distribution's files, compiled ones among them."""
    here = distribution(name)
    files = [Path(str(here.locate_file(one))) for one in here.files or ()]
    return sum(one.stat().st_size for one in files if one.exists())


def test_the_extra_is_small() -> None:
    added = closure("azureml-emulator", "bench") - closure("azureml-emulator")
    try:
        sizes = {one: installed_bytes(one) for one in added}
    except PackageNotFoundError as error:
        pytest.skip(f"the extra is not installed here: {error}")
    assert "hdrhistogram" in added
    assert not {"numpy", "pandas", "scipy", "matplotlib", "locust", "gevent"} & added
    assert 0 < sum(sizes.values()) < 60e6, sizes


def test_what_is_missing_is_said_with_how_to_install_it() -> None:
    with pytest.raises(MissingExtra, match=r"^--hdr needs no_such_module: pip install 'azureml-emulator\[bench\]'$"):
        need("no_such_module", "bench", "--hdr")


def test_help_loads_nothing_heavy() -> None:
    script = """
        import sys
        from azureml_bench import cli, commands
        import pkgutil
        for name in [one.name for one in pkgutil.iter_modules(commands.__path__)]:
            try:
                cli.main([name, "--help"])
            except SystemExit:
                pass
        print("LOADED", *sorted({one.partition(".")[0] for one in sys.modules}))
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "azureml_bench" in loaded
    heavy = {"aiohttp", "faker", "requests", "hdrh", "locust", "gevent", "jinja2", "numpy", "yaml"}
    assert loaded & (heavy | {"azureml_endpoint", "azureml_contract"}) == set()


GUARD = """
    import os, socket, sys
    from ipaddress import ip_address

    def guard(event, arguments):
        if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
            host = arguments[1][0]
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            host = arguments[0]
        else:
            return
        host = host.decode() if isinstance(host, bytes) else host
        if host and host != "localhost" and not ip_address(host).is_loopback:
            os.write(2, f"REFUSED {event} {host}\\n".encode())
            os._exit(99)

    sys.addaudithook(guard)
"""
"""Ends a process at once that looks for any machine but this one. No test of ours may go out."""

MEASURE = """
    from azureml_bench import cli
    from azureml_emulator import Emulator, Endpoint

    slow = {"type": "tokens", "first_ms": 60, "gap_ms": 5}
    with Emulator([Endpoint("chat", schema="chat", latency=slow, key="k")]) as emulator:
        os.environ["KEY"] = "k"
        url = emulator["chat"].url
        load = ["--rate", "10/s", "--for", "1s", "--warmup", "0s", "--key-env", "KEY", "--stream"]
        code = cli.main(["run", url, *load, "--out", "made"])
    print("CODE", code)
"""
LOOPBACK = """
    import fcntl, struct

    with socket.socket() as lo:  # a new namespace has a loopback that is down
        asked = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(lo, 0x8913, asked + bytes(14))[:18])[1]
        fcntl.ioctl(lo, 0x8914, struct.pack("16sh", b"lo", flags | 1) + bytes(14))
"""


def measured(command: list[str], script: str, folder: Path) -> list[str]:
    """Run a measurement in a process that cannot reach the network, and give the files that it leaves."""
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        [*command, sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        cwd=folder,
        env={**environment, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert "REFUSED" not in done.stderr, done.stderr
    assert "CODE 0" in done.stdout or "CODE 3" in done.stdout, done.stdout + done.stderr  # 3: the machine is busy
    return sorted(one.name for one in (folder / "made").iterdir())


def test_the_guard_bites(tmp_path: Path) -> None:
    script = GUARD + "\n    socket.create_connection(('192.0.2.1', 9), timeout=1)\n"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.split()[:2]) == (99, ["REFUSED", "socket.getaddrinfo"])


@pytest.mark.slow
def test_a_run_goes_nowhere_else(tmp_path: Path) -> None:
    assert {"report.html", "requests.jsonl", "summary.json"} <= set(measured([], GUARD + MEASURE, tmp_path))


@pytest.mark.slow
def test_a_run_without_any_network(tmp_path: Path) -> None:
    apart = next((one for one in (["unshare", "-n"], ["unshare", "-rn"]) if _works([*one, "true"])), None)
    if apart is None:
        pytest.skip("this machine gives no network namespaces")
    files = measured(apart, GUARD + LOOPBACK + MEASURE, tmp_path)
    assert "report.html" in files


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_packages(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="the wheel is built with what is installed, and hatchling is not")
    import zipfile

    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), "."],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    has = set(zipfile.ZipFile(wheel).namelist())
    folders = [
        "client/azureml_endpoint",
        "emulator/azureml_emulator",
        "contract_tests/azureml_contract",
        "benchmarks/azureml_bench",
    ]
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no clone")
    expected = {one.partition("/")[2] for one in listed.stdout.splitlines()}
    assert "azureml_bench/cli.py" in expected
    assert not expected - has
    assert wheel.stat().st_size < 3e6
