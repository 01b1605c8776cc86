"""The environment of the processes that serve and call: nothing in it changes what is measured."""

import os

_TRACING = ("LANGCHAIN_", "LANGSMITH_", "AZUREML_")


def surroundings(bundle: str = "") -> dict[str, str]:
    """Give this process's environment without proxies, tracing and settings; `bundle` has authorities to trust."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_TRACING) and not name.lower().endswith("_proxy")
    }
    trusted = {"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle} if bundle else {}
    return {**kept, "PYTHONUTF8": "1", **trusted}
