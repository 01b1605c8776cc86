"""The process that serves what clients are measured on: an emulator over http, and one over https.

It is given its settings in a line of JSON, and answers with where they are; asked again, with its processor time.
"""

import gc
import json
import ssl
import sys
from contextlib import ExitStack
from importlib import import_module
from time import process_time
from typing import Any


def main() -> None:
    """Serve until there are no more questions."""
    settings = json.loads(sys.stdin.readline())
    emulator: Any = import_module("azureml_emulator")
    with ExitStack() as running:
        urls = {}
        for over in settings["over"]:
            endpoints = [emulator.Endpoint(**one) for one in settings["endpoints"]]
            context = _context(*settings["certificate"]) if over == "https" else None
            started = emulator.Emulator(endpoints, ssl_context=context, journal=settings["journal"], drain=0.2)
            urls[over] = running.enter_context(started).url
        gc.freeze()
        _say(urls)
        for _ in sys.stdin:
            _say({"cpu": process_time()})


def _context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
