"""Refusals by the model's container, each in the words of both of Microsoft's servers."""

from collections.abc import Sequence
from typing import Any, ClassVar

from azureml_emulator.errors.roots import EmulatorError

Details = Sequence[dict[str, Any]]
"""pydantic's error list: type, loc (from `body` down), msg, input, ctx."""


class ContainerError(EmulatorError):
    """A refusal by the model's container, as each of Microsoft's two servers words it.

    azmlinfsrv answers `status` and `{"message": ...}`; the LLM server `llm_status` and `llm_body()`.
    """

    status: ClassVar[int] = 400
    llm_status: ClassVar[int] = 422
    in_routing: ClassVar[bool] = False
    in_scoring: ClassVar[bool] = False

    def __init__(self, message: str, details: Details = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @property
    def cause(self) -> str:
        """What the journal notes."""
        return self.message

    def body(self) -> dict[str, Any]:
        """What azmlinfsrv says (measured, 1.5.1)."""
        return {"message": self.message}

    def llm_body(self) -> dict[str, Any]:
        """What the LLM server says (measured, llm-optimized-inference 0.2.58)."""
        return {
            "error": {
                "code": "Invalid input",
                "status": self.llm_status,
                "message": "invalid input error",
                "details": list(self.details),
            }
        }


class BadBody(ContainerError):
    """The body is not UTF-8 or not JSON; `at` is the character where it stops being so."""

    def __init__(self, message: str, reason: str, at: int = 0) -> None:
        found = {"type": "json_invalid", "loc": ["body", at], "msg": "JSON decode error", "input": {}}
        super().__init__(message, [{**found, "ctx": {"error": reason}}])


class WrongShape(ContainerError):
    """The body is JSON, but not of the deployment's schema."""


class WrongContentType(ContainerError):
    """The body is not declared as JSON."""

    status = 415

    def __init__(self) -> None:
        reason = "Input should be a valid dictionary or object to extract fields from"
        super().__init__(
            "Expects Content-Type to be application/json",
            [{"type": "model_attributes_type", "loc": ["body"], "msg": reason, "input": None}],
        )


class _Routing(ContainerError):
    """A refusal before the body is looked at; the LLM server's framework words it by itself."""

    in_routing = True
    detail: ClassVar[str]

    def llm_body(self) -> dict[str, Any]:
        return {"detail": self.detail}


class PathNotFound(_Routing):
    """The container serves no such path."""

    status = llm_status = 404
    detail = "Not Found"

    def __init__(self) -> None:
        super().__init__(
            "The requested URL was not found on the server. "
            "If you entered the URL manually please check your spelling and try again."
        )


class MethodNotAllowed(_Routing):
    """The path is served, but not for this method."""

    status = llm_status = 405
    detail = "Method Not Allowed"

    def __init__(self) -> None:
        super().__init__("The method is not allowed for the requested URL.")


class BodyTooLarge(_Routing):
    """The body exceeds the limit of the container's proxy: 100 MB in Microsoft's catalog image (read in its code)."""

    status = llm_status = 413
    detail = "Request Entity Too Large"

    def __init__(self) -> None:
        super().__init__("The request body is larger than this endpoint takes.")


class ScoringFailed(ContainerError):
    """The answer source raised, as a score.py may. `cause` is for the journal, callers are not told."""

    status = llm_status = 500
    in_scoring = True

    def __init__(self, cause: str) -> None:
        super().__init__("An unexpected error occurred in scoring script. Check the logs for more info.")
        self._cause = cause

    @property
    def cause(self) -> str:
        return self._cause

    def llm_body(self) -> dict[str, Any]:
        return {"error": {"code": "Internal Server Error", "message": self.message, "status": self.llm_status}}
