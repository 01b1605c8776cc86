"""Files: everything needed to call again but the key, ours and LangChain's, and nothing imported unasked."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from azureml_endpoint import (
    AzureMLChatOnlineEndpoint,
    AzureMLOnlineEndpoint,
    ContentFormatterBase,
    CustomOpenAIContentFormatter,
    MistralChatContentFormatter,
    Timeout,
    load_llm,
    load_llm_from_config,
)

from .conftest import KEY

URL = "https://ep.eastus.inference.ml.azure.com/score"


class Own(ContentFormatterBase):
    """A formatter of one's own with a setting."""

    def __init__(self, wait: bool = False) -> None:
        super().__init__()
        self.wait = wait


def make(**settings: Any) -> AzureMLOnlineEndpoint:
    return AzureMLOnlineEndpoint(**{"endpoint_url": URL, "endpoint_api_key": KEY, **settings})


FULL = {
    "deployment_name": "blue",
    "max_retries": 3,
    "model_kwargs": {"temperature": 0.8, "stop": ["é\n"], "nested": {"a": [1, None]}},
    "content_formatter": CustomOpenAIContentFormatter(langchain_compatible=True),
}


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.yml", "A.JSON", "new/folder/a.yaml"])
@pytest.mark.parametrize("timeout", [7, 0.5, (1, 2), Timeout(1, None, 3)])
def test_what_is_saved_is_loaded(tmp_path: Path, name: str, timeout: Any) -> None:
    endpoint = make(**FULL, timeout=timeout)
    endpoint.save(tmp_path / name)
    assert KEY not in (tmp_path / name).read_text(encoding="utf-8")
    assert load_llm(str(tmp_path / name), endpoint_api_key=KEY) == endpoint
    assert [each.name for each in (tmp_path / name).parent.iterdir()] == [Path(name).name]


def test_the_key_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make().save(tmp_path / "a.json")
    with pytest.raises(ValueError, match="AZUREML_ENDPOINT_API_KEY"):
        load_llm(tmp_path / "a.json")
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    assert load_llm(tmp_path / "a.json") == make()


def test_chat_endpoints_are_saved_too(tmp_path: Path) -> None:
    chat = AzureMLChatOnlineEndpoint(
        endpoint_url=URL, endpoint_api_key=KEY, content_formatter=MistralChatContentFormatter()
    )
    chat.save(tmp_path / "a.yaml")
    assert load_llm(tmp_path / "a.yaml", endpoint_api_key=KEY) == chat


def test_a_file_reads_well(tmp_path: Path) -> None:
    make(content_formatter=CustomOpenAIContentFormatter()).save(tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == {
        "_type": "azureml_endpoint",
        "endpoint_url": URL,
        "endpoint_api_type": "dedicated",
        "deployment_name": "",
        "timeout": 50,
        "max_retries": 1,
        "content_formatter": {"class": "azureml_endpoint.CustomOpenAIContentFormatter", "settings": {}},
    }


def test_langchains_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREML_ENDPOINT_URL", URL)
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    text = '{"deployment_name": "blue", "model_kwargs": {"temperature": 0.2}, "_type": "azureml_endpoint"}'
    for name in ("a.json", "a.yaml"):
        (tmp_path / name).write_text(text)
        loaded = load_llm(tmp_path / name)
        assert loaded == make(deployment_name="blue", model_kwargs={"temperature": 0.2})
        loaded.content_formatter = CustomOpenAIContentFormatter()


def test_a_failed_save_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    make().save(path)
    before = path.read_text()
    with pytest.raises(ValueError, match="model_kwargs cannot be saved"):
        make(model_kwargs={"a": {1}}).save(path)
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


def test_only_json_and_yaml(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be json or yaml"):
        make().save(tmp_path / "a.txt")
    with pytest.raises(ValueError, match="must be json or yaml"):
        load_llm(tmp_path / "a.txt")
    with pytest.raises(FileNotFoundError):
        load_llm(tmp_path / "a.json")


MISMADE = '{"class": "azureml_endpoint.GPT2ContentFormatter", "settings": {"x": 1}}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "must hold a mapping"),
        ("{}", "_type is missing"),
        ('{"_type": "openai"}', "Loading 'openai' is not supported"),
        ('{"_type": "azureml_endpoint", "time_out": 3}', "unknown key 'time_out': did you mean 'timeout'"),
        ('{"_type": "azureml_endpoint", "http_client": 3}', "unknown key 'http_client'"),
        ('{"_type": "azureml_endpoint", "content_formatter": "gpt2"}', "class and settings"),
        (
            '{"_type": "azureml_endpoint", "content_formatter": {"class": "os.system", "settings": {}}}',
            "not imported",
        ),
        (f'{{"_type": "azureml_endpoint", "content_formatter": {MISMADE}}}', "cannot be made"),
    ],
)
def test_what_cannot_be_loaded_says_why(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        load_llm(tmp_path / "a.json", endpoint_api_key=KEY)


@pytest.mark.parametrize("text", ["a: !!python/tuple [1]", "a: [", "!!python/object/apply:os.system ['true']"])
def test_yaml_is_read_safely(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(ValueError, match="cannot be read"):
        load_llm(tmp_path / "a.yaml")


def test_a_formatter_of_ones_own_is_made_only_when_allowed(tmp_path: Path) -> None:
    endpoint = make(content_formatter=Own(wait=True))
    endpoint.save(tmp_path / "a.json")
    with pytest.raises(ValueError, match="allowed_formatters"):
        load_llm(tmp_path / "a.json", endpoint_api_key=KEY)
    for allowed in (Own, f"{Own.__module__}.Own"):
        assert load_llm(tmp_path / "a.json", endpoint_api_key=KEY, allowed_formatters=[allowed]) == endpoint
    with pytest.raises(ValueError, match="not imported"):
        load_llm(tmp_path / "a.json", endpoint_api_key=KEY, allowed_formatters=["somewhere.Own"])


def test_an_allowed_formatter_that_is_not_there(tmp_path: Path) -> None:
    config = {"_type": "azureml_endpoint", "content_formatter": {"class": "no_such_module.X", "settings": {}}}
    with pytest.raises(ValueError, match="cannot be imported"):
        load_llm_from_config(config, allowed_formatters=["no_such_module.X"])
    assert config["_type"] == "azureml_endpoint"


def test_a_formatter_that_cannot_be_made_again_is_not_saved(tmp_path: Path) -> None:
    formatter = Own()
    formatter.cache = {}  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="'cache'"):
        make(content_formatter=formatter).save(tmp_path / "a.json")


class Scaled(ContentFormatterBase):
    """A formatter whose defaults are not False, with one attribute under another name."""

    def __init__(self, echo: bool = True, scale: int = 1, hidden: str = "") -> None:
        super().__init__()
        self.echo = echo
        self.scale = scale
        self._hidden = hidden


class Open(ContentFormatterBase):
    """A formatter that hands arguments on."""

    def __init__(self, tag: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tag = tag


@dataclasses.dataclass(slots=True)
class Slotted:
    """A formatter without a `__dict__`."""

    tag: str = "default"
    sizes: tuple[int, ...] = ()

    def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any]) -> bytes:
        return f"{self.tag}:{prompt}".encode()

    def format_response_payload(self, output: bytes) -> str:
        return output.decode()


class Outer:
    class Inner(Scaled):
        """A formatter inside a class."""


@pytest.mark.parametrize(
    "formatter",
    [
        Scaled(echo=False),
        Scaled(scale=True),
        Scaled(scale=0, hidden="x"),
        Slotted(tag="v2"),
        Slotted(),
        Open("a", langchain_compatible=True),
        Outer.Inner(echo=False),
    ],
)
def test_a_formatter_comes_back_equal(tmp_path: Path, formatter: Any) -> None:
    endpoint = make(content_formatter=formatter)
    endpoint.save(tmp_path / "a.json")
    for allowed in (type(formatter), f"{type(formatter).__module__}.{type(formatter).__qualname__}"):
        for several in ([allowed], allowed):
            loaded = load_llm(tmp_path / "a.json", endpoint_api_key=KEY, allowed_formatters=several)
            assert loaded == endpoint
            assert vars(loaded)["content_formatter"].__class__ is type(formatter)


@pytest.mark.parametrize(("formatter", "name"), [(Slotted(sizes=(1,)), "sizes"), (Slotted(tag={1}), "settings")])  # type: ignore[arg-type]
def test_a_formatter_whose_settings_cannot_be_told_is_not_saved(tmp_path: Path, formatter: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"cannot be saved.*{name}|{name}.*cannot be saved"):
        make(content_formatter=formatter).save(tmp_path / "a.json")
    assert not list(tmp_path.iterdir())


def test_a_formatter_whose_arguments_are_not_kept_is_not_saved(tmp_path: Path) -> None:
    class Lossy(ContentFormatterBase):
        def __init__(self, size: int) -> None:
            super().__init__()
            self.double = 2 * size

    with pytest.raises(ValueError, match="cannot be saved"):
        make(content_formatter=Lossy(2)).save(tmp_path / "a.json")


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_what_a_file_says_is_not_taken_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make().save(tmp_path / name)
    monkeypatch.setenv("AZUREML_DEPLOYMENT_NAME", "blue")
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    assert load_llm(tmp_path / name).deployment_name == ""
    assert load_llm_from_config({"_type": "azureml_endpoint", "endpoint_url": URL}).deployment_name == "blue"
