"""Refusals by the model's container, each in the words of both of Microsoft's servers."""

from collections.abc import Sequence
from typing import Any, ClassVar

from azureml_emulator.errors.roots import EmulatorError

Details = Sequence[dict[str, Any]]
"""pydantic's error list: type, loc (from `body` down), msg, input, ctx."""


_INTERNAL = "An unexpected internal error occurred. Check the logs for more info."
_NO_OBJECT = ("model_type", "model_attributes_type", "dict_type")


class ContainerError(EmulatorError):
    """A refusal by the model's container, as each of Microsoft's two servers words it.

    azmlinfsrv answers `status` and `{"message": ...}`; the LLM server `llm_status` and `llm_body()`. `after` is when
    it is given, in seconds after the call's arrival.
    """

    status: int = 400
    llm_status: int = 422
    in_routing: ClassVar[bool] = False
    in_scoring: ClassVar[bool] = False
    after = 0.0

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
    """The body is no text or not JSON; `at` is the character where it stops being so."""

    def __init__(self, message: str, reason: str, at: int = 0) -> None:
        found = {"type": "json_invalid", "loc": ["body", at], "msg": "JSON decode error", "input": {}}
        super().__init__(message, [{**found, "ctx": {"error": reason}}])


class Unreadable(BadBody):
    """The body makes the parser itself fail: not UTF-8, a number of thousands of digits, brackets thousands deep.

    azmlinfsrv lets the exception pass (measured); the LLM server's framework, FastAPI, says this (read in its code).
    """

    status = 500
    llm_status = 400

    def body(self) -> dict[str, Any]:
        return {"message": _INTERNAL}

    def llm_body(self) -> dict[str, Any]:
        return {"detail": "There was an error parsing the body"}


class WrongShape(ContainerError):
    """The body is JSON, but not of the deployment's schema.

    azmlinfsrv says so of a body that is no object, or of a value that is missing at its top, in these words
    (measured); of anything deeper it knows nothing: run() raises. Here the field is named instead.
    """

    def body(self) -> dict[str, Any]:
        for found in self.details:
            if found["loc"] == ["body"] and found["type"] in _NO_OBJECT and not isinstance(found["input"], dict):
                return {"message": "POST body should be a JSON dictionary."}
            if found["type"] == "missing" and len(found["loc"]) == 2:
                return {"message": f"A value is not provided for the {found['loc'][1]!r} parameter."}
        return super().body()


class WrongContentType(ContainerError):
    """The body is not declared as JSON; the LLM server shows it as the text that it took it for (measured)."""

    status = 415

    def __init__(self, body: bytes = b"") -> None:
        reason = "Input should be a valid dictionary or object to extract fields from"
        super().__init__(
            "Expects Content-Type to be application/json",
            [
                {
                    "type": "model_attributes_type",
                    "loc": ["body"],
                    "msg": reason,
                    "input": body.decode(errors="replace") or None,
                }
            ],
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
    """The path is served, but not for this method; `allowed` are those that are."""

    status = llm_status = 405
    detail = "Method Not Allowed"

    def __init__(self, allowed: str = "POST") -> None:
        super().__init__("The method is not allowed for the requested URL.")
        self.allowed = allowed


class NotForScoring(ContainerError):
    """azmlinfsrv's scoring path takes the method, its code does not: HEAD (measured)."""

    status = 405

    def __init__(self) -> None:
        super().__init__("Method not allowed")


class UnknownSwagger(ContainerError):
    """azmlinfsrv describes itself in no such version (measured)."""

    status = 404

    def __init__(self, version: str, known: Sequence[str]) -> None:
        super().__init__(f"Swagger version [{version}] is not valid. Supported versions: [{', '.join(known)}].")


class OverlongId(ContainerError):
    """An id in a header is longer than azmlinfsrv takes (measured)."""

    status = 431

    def __init__(self, header: str, longest: int) -> None:
        super().__init__(f"{header} must not exceed {longest} characters")


class BodyTooLarge(_Routing):
    """The body exceeds the limit of the container's proxy: 100 MB in Microsoft's catalog image (read in its code)."""

    status = llm_status = 413
    detail = "Request Entity Too Large"

    def __init__(self) -> None:
        super().__init__("The request body is larger than this endpoint takes.")


class _Failed(ContainerError):
    """The container's own fault."""

    status = llm_status = 500
    text: str

    def __init__(self, cause: str) -> None:
        super().__init__(self.text)
        self._cause = cause

    @property
    def cause(self) -> str:
        return self._cause

    def llm_body(self) -> dict[str, Any]:
        return {"error": {"code": "Internal Server Error", "message": self.message, "status": self.llm_status}}


class ScoringFailed(_Failed):
    """The answer source raised, as a score.py may. `cause` is for the journal, callers are not told."""

    in_scoring = True
    text = "An unexpected error occurred in scoring script. Check the logs for more info."


class Unserialisable(_Failed):
    """The answer is no JSON (measured). `cause` is for the journal, callers are not told."""

    text = _INTERNAL


class NoRuleMatched(ContainerError):
    """No rule of strict rules is for the request; says which was nearest and what differed (the emulator's own)."""

    status = llm_status = 404

    def __init__(self, explanation: str) -> None:
        super().__init__(f"azureml-emulator: {explanation}")

    def llm_body(self) -> dict[str, Any]:
        return {"error": {"code": "Not Found", "message": self.message, "status": self.llm_status}}


class ScoringTimedOut(_Failed):
    """run() takes longer than `SCORING_TIMEOUT_MS` allows (measured)."""

    in_scoring = True

    def __init__(self, milliseconds: int) -> None:
        self.text = f"Scoring timeout after {milliseconds} ms"
        super().__init__(self.text)
        self.after = milliseconds / 1000
