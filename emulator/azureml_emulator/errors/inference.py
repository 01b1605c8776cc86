"""Refusals that only language models know: extra parameters, filtered content."""

from typing import Any, ClassVar

from azureml_emulator.errors.container import ContainerError


class _Detailed(ContainerError):
    """A refusal of the LLM server's in one sentence."""

    llm_status = 400

    def llm_body(self) -> dict[str, Any]:
        return {"detail": self.message}


class ExtraParameters(_Detailed):
    """The body has other fields than the standard ones, and the header does not say what to do with them.

    The text: live (langchain#29679, litellm#9800) and measured, llm-optimized-inference 0.2.58.
    """

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"Extra parameters {names} are not allowed when extra-parameters is not set or set to be 'error'. "
            "Set extra-parameters to 'pass-through' to pass to the model."
        )


class UnknownExtraOption(_Detailed):
    """The header `extra-parameters` says something else than the three words that it may.

    The text: live (Portkey-AI/gateway#534) and measured, llm-optimized-inference 0.2.58.
    """

    def __init__(self, option: str, options: list[str]) -> None:
        super().__init__(f"Unexpected EXTRA_PARAMETERS option {option}, expected options are {options}")


class ToolsUnsupported(_Detailed):
    """The request has tools, which the LLM server of dedicated endpoints has no use for (measured)."""

    def __init__(self) -> None:
        super().__init__("Tools and tool_choice are not supported.")


class OtherTask(ContainerError):
    """The LLM server of a dedicated endpoint has the path, but for models of another task.

    Measured, llm-optimized-inference 0.2.58; on serverless endpoints such a path is not found (documented).
    """

    llm_status = 400

    def __init__(self, task: str, path: str) -> None:
        api = "chat completions" if path.endswith("/chat/completions") else "text generation"
        super().__init__(f"task_type {task} not available with {api} API.")

    def llm_body(self) -> dict[str, Any]:
        return {"error": {"code": "Bad Request", "message": self.message, "status": self.llm_status}}


class ParameterNotSupported(ContainerError):
    """The model does not support a parameter (documented: the reference of the inference API)."""

    def __init__(self, name: str, value: Any) -> None:
        super().__init__(f"{name}: not supported by this model")
        self._name = name
        self._value = value

    def llm_body(self) -> dict[str, Any]:
        return {
            "status": self.llm_status,
            "code": "parameter_not_supported",
            "detail": {"loc": ["body", self._name], "input": self._value},
            "message": "One of the parameters contain invalid values.",
        }


class ContentFiltered(ContainerError):
    """The content filter of a serverless endpoint was triggered by the prompt (documented: status and body)."""

    llm_status = 400
    text: ClassVar[str] = (
        "The response was filtered due to the prompt triggering Microsoft's content management policy. "
        "Please modify your prompt and retry."
    )

    def __init__(self) -> None:
        super().__init__(self.text)

    @property
    def cause(self) -> str:
        return "the content filter was triggered by the prompt"

    def llm_body(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.text,
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": self.llm_status,
            }
        }


class ContentFilteredPlainly(ContentFiltered):
    """The same, in the body that the API's reference shows (documented)."""

    text = "The response was filtered"

    def llm_body(self) -> dict[str, Any]:
        return {
            "status": self.llm_status,
            "code": "content_filter",
            "message": self.text,
            "param": "messages",
            "type": None,
        }


class ContentUnsafe(ContentFiltered):
    """The content safety of a dedicated endpoint's container was triggered by the prompt.

    The text is read in Microsoft's LLM server; that its other refusals' body is around it is unverified.
    """

    text = "request input violates azure ai content safety setting."

    def llm_body(self) -> dict[str, Any]:
        return {"error": {"code": "Bad Request", "message": self.text, "status": self.llm_status}}
