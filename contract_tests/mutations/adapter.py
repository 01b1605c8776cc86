"""Our classes for LangChain, no longer what its standard tests ask of a model.

They are imported only when they are broken: not every environment has LangChain.
"""

from contract_tests.breaking import STANDARD_CHAT, STANDARD_LLM, STANDARD_LLM_UNIT, mutation, rewrite


@mutation("our client tells no usage of a chat", {STANDARD_CHAT: "test_usage_metadata"})
def usage_untold(patch):
    from azureml_endpoint import events
    from azureml_endpoint.formatters import chats

    for module in (events, chats):
        patch.setattr(module, "usage_metadata", lambda usage: None)


@mutation("our client loses calls of tools", {STANDARD_CHAT: "test_tool_calling"})
def tool_calls_lost(patch):
    from azureml_endpoint.formatters import chats

    patch.setattr(chats, "_flat_calls", lambda calls: [])


@mutation("our client loses pieces of calls of tools", {STANDARD_CHAT: "test_tool_calling"})
def tool_call_chunks_lost(patch):
    from azureml_endpoint import events

    patch.setattr(events, "_call_chunks", lambda calls: [])


@mutation("our client does not tell the schema of an answer", {STANDARD_CHAT: "test_structured_output"})
def schema_untold(patch):
    from azureml_endpoint.langchain import tools

    patch.setattr(tools, "_described", lambda schema, strict: {"name": "anything"})


@mutation("our client keeps stop sequences to itself", {STANDARD_LLM: "test_stop_sequence"})
def stop_unsent(patch):
    from azureml_endpoint.road import Road

    send = Road.request_payload
    patch.setattr(Road, "request_payload", lambda self, value, /, stop=None, **kwargs: send(self, value, **kwargs))


@mutation("parameters of a call stay with our client", {STANDARD_LLM: "test_parameters_of_a_call_are_forgotten"})
def parameters_stick(patch):
    from azureml_endpoint.road import Road

    rewrite(
        patch,
        Road.request_payload,
        "parameters = {**(self.model_kwargs or {}), **kwargs}",
        "parameters = self.model_kwargs if self.model_kwargs else {}; parameters.update(kwargs)",
    )


@mutation("callbacks do not hear the pieces of a text", {STANDARD_LLM: "test_stream_callbacks"})
def pieces_unheard(patch):
    from azureml_endpoint.langchain import AzureMLOnlineEndpoint

    rewrite(patch, AzureMLOnlineEndpoint._stream, "if run_manager:", "if False:")


@mutation("several prompts are answered in another order", {STANDARD_LLM: "test_generate"})
def answers_swapped(patch):
    from azureml_endpoint.langchain import completion

    swapped = completion.in_threads
    patch.setattr(completion, "in_threads", lambda work: swapped(work[1:] + work[:1]))


@mutation("models with other parameters look the same", {STANDARD_LLM_UNIT: "test_identifying_params"})
def parameters_unidentified(patch):
    from azureml_endpoint.langchain.adapter import Adapter

    whole = Adapter._identifying_params.fget
    patch.setattr(Adapter, "_identifying_params", property(lambda self: {**whole(self), "model_kwargs": {}}))


@mutation("the key is written with the model", {STANDARD_LLM_UNIT: "test_secrets_are_hidden"})
def key_written(patch):
    from azureml_endpoint.langchain.adapter import Adapter

    write = Adapter.to_json

    def telling(self):
        written = write(self)
        written["kwargs"]["model_kwargs"] = {"key": self.endpoint_api_key.get_secret_value()}
        return written

    patch.setattr(Adapter, "to_json", telling)
