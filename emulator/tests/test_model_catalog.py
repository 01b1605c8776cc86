"""Models by name: whatever they are called by, the right shape and a reason."""

from collections import Counter
from dataclasses import replace

import pytest

from azureml_emulator import model_catalog
from azureml_emulator.api_type import DEDICATED, SERVERLESS
from azureml_emulator.model_catalog import Model, shape_of
from azureml_emulator.schemas import all_schemas

KNOWN = {
    "gpt2": ("gpt2", "distilgpt2", "openai-gpt"),
    "llama": ("Otter-2-*", "sparrow-base"),
    "llama-chat": ("Otter-2-*-chat",),
    "huggingface": ("HuggingFace/*-generate",),
    "chat": ("Otter-*-chat", "gpt2"),
}


@pytest.fixture
def catalog(monkeypatch):
    """Shapes with models of our own, whatever the real ones have."""
    shapes = {name: replace(one, models=KNOWN.get(name, ())) for name, one in all_schemas().items()}
    monkeypatch.setattr(model_catalog, "all_schemas", lambda: shapes)
    model_catalog._patterns.cache_clear()
    yield
    model_catalog._patterns.cache_clear()


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("Llama-2-7b-chat", Model("", "Llama-2-7b-chat")),
        ("gpt-3.5_x", Model("", "gpt-3.5_x")),
        ("azureml:my-model:1", Model("", "my-model")),
        ("azureml:my-model@latest", Model("", "my-model")),
        ("my-model:3", Model("", "my-model")),
        (
            "azureml://registries/azureml-meta/models/Llama-2-7b-chat/versions/13",
            Model("azureml-meta", "Llama-2-7b-chat"),
        ),
        ("azureml://registries/azureml/models/gpt2/labels/latest", Model("azureml", "gpt2")),
        ("azureml://registries/azureml/models/gpt2", Model("azureml", "gpt2")),
        ("azureml:azureml://registries/azureml/models/gpt2/versions/2", Model("azureml", "gpt2")),
        ("azureml://locations/eastus/workspaces/0a1b/models/mine/versions/2", Model("", "mine")),
        ("/subscriptions/s/resourceGroups/g/providers/P/workspaces/w/models/mine/versions/1", Model("", "mine")),
    ],
)
def test_every_way_to_call_a_model(reference, expected):
    assert Model.of(reference) == expected


@pytest.mark.parametrize("reference", ["", "../model-1/model", "azureml://datastores/x/paths/y", "a b", "x:1:2:3"])
def test_what_is_no_model_is_refused(reference):
    with pytest.raises(ValueError, match="expected a model's name or asset id"):
        shape_of(reference)


class TestShapeOf:
    @pytest.mark.parametrize(
        ("model", "schema", "pattern"),
        [
            ("distilgpt2", "gpt2", "distilgpt2"),
            ("DISTILGPT2", "gpt2", "distilgpt2"),
            ("otter-2-7b", "llama", "Otter-2-*"),
            ("otter-2-7b-chat", "llama-chat", "Otter-2-*-chat"),
            ("azureml://registries/azureml-zoo/models/Otter-2-7b-Chat/versions/13", "llama-chat", "Otter-2-*-chat"),
            (
                "azureml://registries/HuggingFace/models/any-generate/labels/latest",
                "huggingface",
                "HuggingFace/*-generate",
            ),
            ("Otter-9-chat", "chat", "Otter-*-chat"),
        ],
    )
    def test_the_pattern_that_says_most_wins(self, catalog, model, schema, pattern):
        found = shape_of(model)
        assert (found.schema.name, found.pattern) == (schema, pattern)
        assert pattern in found.why
        assert found.schema.about in found.why

    def test_the_kind_of_endpoint_decides(self, catalog):
        assert shape_of("gpt2").schema.name == "gpt2"
        assert shape_of("gpt2", DEDICATED).schema.name == "gpt2"
        assert shape_of("gpt2", SERVERLESS).schema.name == "chat"
        with pytest.raises(ValueError, match="no serverless shape is known for the model 'distilgpt2'"):
            shape_of("distilgpt2", SERVERLESS)

    def test_a_pattern_of_a_registry_is_for_that_registry_alone(self, catalog):
        with pytest.raises(ValueError, match="any-generate"):
            shape_of("any-generate")

    def test_a_guess_about_another_registry_says_so(self, catalog):
        assert "unverified" in shape_of("azureml://registries/HuggingFace/models/gpt2/versions/1").why
        assert "unverified" not in shape_of("azureml://registries/azureml/models/gpt2/versions/1").why

    def test_an_unknown_one_names_the_nearest_and_what_to_do(self, catalog):
        with pytest.raises(ValueError, match=r"did you mean 'sparrow-base'.*azureml-emulator schemas"):
            shape_of("sparow-base")


def test_no_model_is_listed_twice():
    for kind in (DEDICATED, SERVERLESS):
        listed = Counter(
            one.lower() for schema, models in model_catalog.families() for one in models if schema.api_type is kind
        )
        assert [name for name, times in listed.items() if times > 1] == []


def test_every_listed_model_gets_the_shape_that_lists_it():
    for schema, models in model_catalog.families():
        for pattern in models:
            registry, slash, name = pattern.replace("*", "x").replace("?", "-").rpartition("/")
            asked = f"azureml://registries/{registry}/models/{name}" if slash else name
            assert shape_of(asked, schema.api_type).schema is schema, pattern
