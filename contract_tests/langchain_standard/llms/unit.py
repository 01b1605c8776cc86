"""Unit tests of string LLMs: what can be told without calling the model."""

import os
from typing import Any, Literal
from unittest import mock

import pytest
from langchain_core.language_models import BaseLLM
from langchain_core.load import dumpd, dumps, load
from langchain_core.runnables import RunnableBinding
from pydantic import BaseModel, SecretStr

from contract_tests.langchain_standard.llms.base import LLMTests


class ExpectedParams(BaseModel):
    """What a trace is told of a model."""

    ls_provider: str
    ls_model_name: str
    ls_model_type: Literal["llm"]
    ls_temperature: float | None = None
    ls_max_tokens: int | None = None
    ls_stop: list[str] | None = None


class LLMUnitTests(LLMTests):
    """Base class for unit tests of string LLMs.

    Subclasses must say `llm_class`, and `llm_params` unless the class needs none. No test calls the model.

    ```python
    class TestMyLLMUnit(LLMUnitTests):
        @property
        def llm_class(self) -> type[MyLLM]:
            return MyLLM

        @property
        def llm_params(self) -> dict:
            return {"model": "bird-brain-001"}
    ```

    ??? info "`init_from_env_params`"

        What the environment can say of the model: a tuple of environment variables, further arguments, and the
        attributes that are expected of the model. Without it `test_init_from_env` is skipped.
    """

    @property
    def standard_llm_params(self) -> dict[str, Any]:
        return {"temperature": 0, "max_tokens": 100, "timeout": 60, "stop": [], "max_retries": 2, "api_key": "test"}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        """Environment variables, further arguments, expected attributes."""
        return {}, {}, {}

    def test_init(self) -> None:
        """Test that the model can be made.

        ??? question "Troubleshooting"

            If this test fails, check that `llm_params` are right, and that the class takes LangChain's standard
            parameters: `temperature`, `max_tokens`, `timeout`, `stop`, `max_retries`, `api_key`.
        """
        assert isinstance(self.made(), BaseLLM)

    def test_init_from_env(self) -> None:
        """Test that the environment completes the arguments. Skipped without `init_from_env_params`.

        ??? question "Troubleshooting"

            If this test fails, check the names of the variables, and that a secret from the environment becomes a
            `SecretStr` as well.
        """
        variables, params, expected = self.init_from_env_params
        if not variables:
            pytest.skip("init_from_env_params not specified.")
        with mock.patch.dict(os.environ, variables):
            llm = self.llm_class(**params)
        for name, value in expected.items():
            found = getattr(llm, name)
            assert (found.get_secret_value() if isinstance(found, SecretStr) else found) == value, name

    def test_standard_params(self) -> None:
        """Test that traces are told provider, model and parameters.

        ??? question "Troubleshooting"

            If this test fails, check `_get_ls_params`: `ls_model_name` and `ls_provider` are texts, `ls_stop` is a
            list, and what the constructor was given shows.
        """
        ExpectedParams.model_validate(self.made()._get_ls_params())
        told = ExpectedParams.model_validate(self.made(temperature=0.5, max_tokens=10, stop=["x"])._get_ls_params())
        assert (told.ls_temperature, told.ls_max_tokens, told.ls_stop) == (0.5, 10, ["x"])

    def test_standard_params_of_a_call(self, llm: BaseLLM) -> None:
        """Test that traces are told the parameters of a call, not those of the constructor.

        ??? question "Troubleshooting"

            If this test fails, let `_get_ls_params` look into its keyword arguments first.
        """
        told = llm._get_ls_params(stop=["x"], model="another-model", temperature=0.25)
        assert told.get("ls_model_name") == "another-model"
        assert told.get("ls_temperature") == 0.25
        assert told.get("ls_stop") == ["x"]

    def test_llm_type(self, llm: BaseLLM) -> None:
        """Test that the class has a name for logs and saved files.

        ??? question "Troubleshooting"

            If this test fails, let `_llm_type` return a text that is the same for all models of the class.
        """
        assert isinstance(llm._llm_type, str)
        assert llm._llm_type
        assert llm._llm_type == self.made(temperature=0.5)._llm_type

    def test_identifying_params(self, llm: BaseLLM) -> None:
        """Test that what decides the answers identifies the model: caches keep models apart by it.

        ??? question "Troubleshooting"

            If this test fails, let `_identifying_params` return all that decides an answer, parameters such as the
            temperature above all. Two models that are made alike must be alike.
        """
        assert llm.asdict() == self.made().asdict()
        assert llm.asdict() != self.made(temperature=0.5).asdict()
        assert llm.asdict()["_type"] == llm._llm_type

    def test_secrets_are_hidden(self, llm: BaseLLM) -> None:
        """Test that no secret shows when the model is printed, identified, traced or written.

        ??? question "Troubleshooting"

            If this test fails, hold keys and tokens in fields of the type `SecretStr`, name them in `lc_secrets`, and
            leave them out of `_identifying_params`.
        """
        values = [getattr(llm, name) for name in type(llm).model_fields]
        secrets = [each.get_secret_value() for each in values if isinstance(each, SecretStr)]
        shown = [repr(llm), str(llm), dumps(llm), str(llm._identifying_params), str(llm._get_ls_params())]
        assert not [each for each in secrets if each and any(each in text for text in shown)]

    def test_bind(self, llm: BaseLLM) -> None:
        """Test that parameters and stop sequences can be bound.

        ??? question "Troubleshooting"

            If this test fails, check whether the class overrides `bind`.
        """
        bound = llm.bind(stop=["x"], temperature=0.5)
        assert isinstance(bound, RunnableBinding)
        assert bound.kwargs == {"stop": ["x"], "temperature": 0.5}

    @pytest.mark.filterwarnings("ignore::langchain_core._api.beta_decorator.LangChainBetaWarning")
    def test_serdes(self, llm: BaseLLM) -> None:
        """Test that the model can be written and read. Skipped unless the class is serializable.

        ??? question "Troubleshooting"

            If this test fails, check that `init_from_env_params` has the variables that `lc_secrets` names, and that
            all other fields have a JSON form that the constructor takes.
        """
        if not self.llm_class.is_lc_serializable():
            pytest.skip("Model is not serializable.")
        with mock.patch.dict(os.environ, self.init_from_env_params[0]):
            allowed = {"allowed_objects": [type(llm)], "valid_namespaces": type(llm).get_lc_namespace()[:1]}
            assert load(dumpd(llm), secrets_from_env=True, **allowed).asdict() == llm.asdict()

    @pytest.mark.benchmark
    def test_init_time(self, benchmark: Any) -> None:
        """Time how long it takes to make ten models.

        ??? question "Troubleshooting"

            If this takes long, check that the constructor opens no connections and imports nothing.
        """
        benchmark(lambda: [self.made() for _ in range(10)])
