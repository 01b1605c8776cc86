"""The commands that list what a configuration chooses by name."""

import re
from importlib import import_module

import pytest
import yaml

from azureml_emulator import cli
from azureml_emulator.commands.parts import _FAMILIES
from azureml_emulator.variant import settings_of, shared_of

FAMILIES = {name: getattr(import_module(module), family) for name, (module, family, *_) in _FAMILIES.items()}


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize("name", FAMILIES)
def test_each_member_is_listed_with_an_example_that_is_yaml(run, name):
    code, out, _ = run(name)
    assert code == 0
    assert re.findall(r"^(\w+)$", out, re.MULTILINE) == list(FAMILIES[name].members())
    examples = re.findall(r"^    (\w+: .*)\n\n", out, re.MULTILINE)
    assert len(examples) == len(FAMILIES[name].members())
    assert all(isinstance(yaml.safe_load(one), dict) for one in examples)


@pytest.mark.parametrize("name", FAMILIES)
def test_what_all_members_take_is_listed_once(run, name):
    rows = [line.split()[0] for line in run(name)[1].splitlines() if re.match(r"\w+  ", line)]
    assert rows == (["SETTING", *shared_of(FAMILIES[name])] if shared_of(FAMILIES[name]) else [])


@pytest.mark.parametrize(
    ("name", "member"),
    [
        pytest.param(name, member, marks=[pytest.mark.slow] if number % 5 else [])
        for name, family in FAMILIES.items()
        for number, member in enumerate(family.members().values())
    ],
)
def test_one_is_shown_with_all_its_settings(run, name, member):
    code, out, _ = run(name, member.kind)
    assert code == 0
    assert out.startswith(f"{member.kind}: ")
    rows = [line.split()[0] for line in out.partition("SETTING")[2].splitlines()[1:]]
    assert rows == settings_of(member)


def test_one_that_there_is_not_is_a_line_with_a_guess(run):
    code, out, err = run("faults", "rest")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "no 'rest'; expected one of " in err
    assert "did you mean 'reset'?" in err
