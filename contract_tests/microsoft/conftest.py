"""Microsoft's own packages live in an environment of their own; in any other one this folder is not collected."""

from importlib.util import find_spec

if find_spec("azureml_inference_server_http") is None:
    collect_ignore_glob = ["*"]
