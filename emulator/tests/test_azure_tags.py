"""Settings in tags: nested by dots, YAML where it looks so, and each with its place."""

import pytest

from azureml_emulator.azure_files import tags
from azureml_emulator.errors import ConfigError
from azureml_emulator.yaml_source import Source

SOURCE = Source({}, "blue.yml", {("tags",): 3})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"team": "otters", "emulator": "no"}, {}),
        ({"emulator.schema": "gpt2", "team": "otters"}, {"schema": "gpt2"}),
        (
            {"emulator.latency.ms": "5", "emulator.latency.type": "constant"},
            {"latency": {"ms": "5", "type": "constant"}},
        ),
        ({"emulator.latency": "constant", "emulator.latency.ms": 5}, {"latency": {"type": "constant", "ms": 5}}),
        ({"emulator.latency.ms": 5, "emulator.latency": "constant"}, {"latency": {"type": "constant", "ms": 5}}),
        ({"emulator.answer": "{type: fixed, text: a}"}, {"answer": {"type": "fixed", "text": "a"}}),
        ({"emulator.answer": '{"type": "fixed", "text": "{}"}'}, {"answer": {"type": "fixed", "text": "{}"}}),
        ({"emulator.key": "0123"}, {"key": "0123"}),
    ],
)
def test_they_are_read(given, expected):
    assert tags.settings(given, SOURCE)[0] == expected


def test_each_is_found_where_it_stands():
    _, places = tags.settings({"emulator.latency.ms": 5, "emulator.schema": "gpt2"}, SOURCE)
    assert places == {("latency", "ms"): ("tags", "emulator.latency.ms"), ("schema",): ("tags", "emulator.schema")}


@pytest.mark.parametrize("tag", ["emulator.name", "emulator.deployments", "emulator.", "emulator.a..b"])
def test_what_is_no_setting_is_refused(tag):
    with pytest.raises(ConfigError, match=f"^blue.yml:3: tags.{tag}: no setting that a tag can give"):
        tags.settings({tag: "x"}, SOURCE)


@pytest.mark.parametrize("value", ["{a", "[1, ", "{a: b: c}"])
def test_what_starts_like_yaml_must_be_some(value):
    with pytest.raises(ConfigError, match=r"^blue.yml:3: tags.emulator.answer: starts like YAML, but is none$"):
        tags.settings({"emulator.answer": value}, SOURCE)
