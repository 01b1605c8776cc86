"""A process of its own with pytest-httpserver, which gives one answer: python -m ratios.canned_server PORT."""

import json
import sys

from pytest_httpserver import HTTPServer

from ratios.data import GPT2_ANSWER


def main(port: int) -> None:
    """Serve until standard input ends."""
    server = HTTPServer("127.0.0.1", port, threaded=True)
    answer = json.dumps(GPT2_ANSWER)
    server.expect_request("/score", method="POST").respond_with_data(answer, content_type="application/json")
    server.start()
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
