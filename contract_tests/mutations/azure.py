"""Azure's own files, its control plane, and its inference server, not quite as Microsoft's."""

from azureml_emulator import openapi
from azureml_emulator.arm import keys
from azureml_emulator.azure_files import variables
from azureml_emulator.inference_servers.azmlinfsrv import Azmlinfsrv
from contract_tests.breaking import (
    ARM_DEPLOYMENTS,
    ARM_KEYS,
    AZMLINFSRV,
    AZURE_FILES,
    LIVE,
    LOCAL,
    ML_CLIENT,
    OPENAPI,
    mutation,
)


@mutation(
    "a deployment's timeout is not taken from its variables",
    {AZURE_FILES: "test_the_container_s_own_timeout", ARM_DEPLOYMENTS: "test_the_container_s_own_timeout"},
)
def variables_ignored(patch):
    patch.setattr(variables, "told", lambda given: {})


@mutation(
    "to regenerate a key leaves the former one in place",
    {ARM_KEYS: "test_a_regenerated_key", ML_CLIENT: "test_a_regenerated_key"},
)
def key_stays(patch):
    patch.setattr(keys, "regenerated", lambda estate, holding, visit: holding)


@mutation(
    "the container's description has no example",
    {OPENAPI: "test_examples", AZMLINFSRV: "test_no_difference_of_the_documents"},
)
def described_without_example(patch):
    described = openapi._input

    def bare(operation, say):
        return {word: value for word, value in described(operation, say).items() if word != "example"}

    patch.setattr(openapi, "_input", bare)


@mutation("HEAD scores", {LIVE: "test_a_method_that_the_container_refuses", AZMLINFSRV: "test_no_difference_is"})
def head_answered(patch):
    patch.setattr(Azmlinfsrv, "_not_for_scoring", Azmlinfsrv._nothing)


@mutation("ids are not echoed", {LOCAL: "test_ids_are_echoed", AZMLINFSRV: "test_no_difference_is"})
def ids_lost(patch):
    signature = Azmlinfsrv.signature
    patch.setattr(Azmlinfsrv, "signature", lambda self, ids: signature(self, ids)[:1])
