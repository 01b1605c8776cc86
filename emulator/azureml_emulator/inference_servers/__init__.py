"""The web servers inside Azure's model containers: each file is one, with its JSON and its refusals."""

from azureml_emulator.inference_servers.azmlinfsrv import AZMLINFSRV
from azureml_emulator.inference_servers.ids import Ids
from azureml_emulator.inference_servers.inference_server import InferenceServer, Page
from azureml_emulator.inference_servers.llm_server import LLM_SERVER
from azureml_emulator.inference_servers.tgi_server import TGI_SERVER

INFERENCE_SERVERS = {one.name: one for one in (AZMLINFSRV, LLM_SERVER, TGI_SERVER)}
"""All of them by name."""

__all__ = ["AZMLINFSRV", "INFERENCE_SERVERS", "LLM_SERVER", "TGI_SERVER", "Ids", "InferenceServer", "Page"]
