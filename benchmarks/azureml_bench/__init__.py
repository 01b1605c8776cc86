"""Latency of an Azure ML endpoint, measured honestly: from when a request should have been sent, nothing left out.

The command is `azureml-bench`; what it measures, and by which formulas, is in `metrics.py`.
"""
