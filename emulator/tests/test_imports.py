"""What is loaded when, and what imports what."""

import pkgutil
import subprocess
import sys

import pytest

import azureml_emulator

FOLDERS = [
    module.name for module in pkgutil.walk_packages(azureml_emulator.__path__, "azureml_emulator.") if module.ispkg
]


def loaded_by(code):
    script = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_else():
    loaded = loaded_by("import azureml_emulator")
    assert not loaded & {"aiohttp", "pydantic", "faker", "yaml", "azureml_endpoint"}
    assert {name for name in loaded if name.startswith("azureml_emulator")} == {"azureml_emulator"}


def test_the_engine_needs_no_io_and_faker_only_when_it_speaks():
    loaded = loaded_by(
        "from azureml_emulator import Engine, Endpoint; Engine([Endpoint('a', schema='gpt2', answer='faker')])"
    )
    assert not loaded & {"aiohttp", "faker", "yaml", "azureml_endpoint"}


@pytest.mark.slow
def test_listing_shapes_needs_no_server():
    assert not loaded_by("from azureml_emulator import cli; cli.main(['schemas', 'gpt2'])") & {
        "aiohttp",
        "faker",
        "yaml",
    }


@pytest.mark.slow
def test_each_folder_can_be_imported_first():
    """One interpreter for all; before each import it forgets the package, so that circles show.

    Modules beside each other are in layers, which have none, and a module in a folder imports that folder first.
    """
    script = f"""
for folder in {FOLDERS!r}:
    for name in [one for one in sys.modules if one.partition(".")[0] == "azureml_emulator"]:
        del sys.modules[name]
    try:
        __import__(folder)
    except Exception as error:
        sys.exit(f"{{folder}}: {{type(error).__name__}}: {{error}}")
"""
    assert len(FOLDERS) > 10
    assert "azureml_emulator.wire" in loaded_by(script)


def test_public_names_are_pinned_and_importable():
    assert azureml_emulator.__all__ == sorted(azureml_emulator._HOMES)
    for name in azureml_emulator.__all__:
        assert getattr(azureml_emulator, name).__name__ == name
    with pytest.raises(AttributeError):
        azureml_emulator.nope  # noqa: B018
