"""The faults that callers have to live with: each with settings that strike at once and keep nobody waiting.

`CASES` has every kind of fault, at least once; `spoilt(azureml_emulator, case)` hosts an endpoint that suffers from
it, of which `BODIES` asks something.
"""

from dataclasses import dataclass
from typing import Any

from azureml_emulator.faults import Fault

KINDS = {kind for kind, one in Fault.members().items() if one.__module__.startswith("azureml_emulator.")}
"""All faults but those of a person's own."""

SAID = "Grüße an alle, die heute hier sind: 汉字 и так далее"
"""What is asked, and echoed by an endpoint that is well: more than one token, and more than ASCII."""

BODIES: dict[str, dict[str, Any]] = {
    "gpt2": {"inputs": {"input_string": [SAID]}},
    "chat": {"model": "any", "messages": [{"role": "user", "content": SAID}]},
}
"""By wire shape: one for a dedicated endpoint, one for a serverless one, which also streams."""


@dataclass(frozen=True)
class Case:
    """A fault as it stands in a configuration. `streams`: it strikes nothing but streams."""

    fault: dict[str, Any]
    streams: bool = False

    @property
    def kind(self) -> str:
        """The fault's name."""
        return str(self.fault["type"])

    def __str__(self) -> str:
        return " ".join(map(str, self.fault.values()))


def _case(kind: str, streams: bool = False, **settings: Any) -> Case:
    return Case({"type": kind, **settings}, streams)


CASES = (
    *(_case("status", status=status) for status in (401, 403, 404, 408, 424, 500, 502, 503, 504, 418)),
    *(_case("status", status=429, retry_after=one) for one in (0, 1, "date", "milliseconds", "absent", "odd")),
    _case("expired_key"),
    *(_case("model_error", status=status) for status in (400, 429, 500)),
    _case("content_filter"),
    _case("content_filter", body="plain"),
    *(_case("malformed_json", how=how) for how in ("unclosed", "comma", "quotes", "no_utf8")),
    _case("wrong_shape", schema="dolly"),
    _case("wrong_shape", schema="completions"),
    _case("empty_object"),
    _case("encoded_twice"),
    *(_case("reset", at=at) for at in ("before", "during", "after")),
    _case("truncated", share=0),
    _case("truncated", share=0.5),
    _case("truncated", share=0.5, reset=True),
    _case("wrong_length", by=10),
    _case("wrong_length", by=-10),
    _case("slow_body", ms=150),
    _case("trickle", size=20, gap_ms=5),
    *(_case("html_page", status=status) for status in (200, 502)),
    _case("clock_skew", seconds=-86400),
    _case("error_event", True),
    _case("stream_cut", True, share=0.5),
    _case("duplicated_chunks", True),
    _case("reordered_chunks", True),
    _case("buffered", True),
    _case("split_character", True),
)


def spoilt(azureml_emulator: Any, case: Case, schema: str = "gpt2", **settings: Any) -> Any:
    """Host an endpoint that suffers from a fault, at every call."""
    return azureml_emulator.endpoint(schema, faults=[case.fault], **settings)
