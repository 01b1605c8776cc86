"""Each answer source and each condition as real clients feel it on a socket."""

import json
import shutil
import subprocess
from time import perf_counter

import httpx
import openai
import pytest
import requests

import azureml_endpoint as client
from azureml_emulator.answers import AnswerSource, Condition

pytestmark = pytest.mark.slow


def ours(endpoint, prompt="hi", **parameters):
    """Our own client, which tries again what is worth it."""
    model = client.AzureMLOnlineEndpoint(
        endpoint_url=endpoint.url,
        endpoint_api_type="dedicated",
        endpoint_api_key=endpoint.key,
        content_formatter=client.CustomOpenAIContentFormatter(),
        model_kwargs=parameters,
    )
    return model.invoke(prompt)


def post(endpoint, body=None, **headers):
    """requests; give the status and the body."""
    sent = {"authorization": f"Bearer {endpoint.key}", **headers}
    response = requests.post(endpoint.url, json=body or gpt2("hi"), headers=sent, timeout=10)
    return response.status_code, response.text


def gpt2(*prompts, **parameters):
    return {"inputs": {"input_string": list(prompts)}, "parameters": parameters}


def row(text):
    return 200, json.dumps([{"0": text}])


def said(endpoint, *messages, **settings):
    """The openai SDK; give what the model said."""
    conversation = [{"role": role, "content": content} for role, content in messages]
    with (
        httpx.Client(verify=False) as http,  # to load certificates takes longer than to call
        openai.OpenAI(api_key=endpoint.key, base_url=f"{endpoint.base_url}/v1", http_client=http) as sdk,
    ):
        answer = sdk.chat.completions.create(model="any", messages=conversation, **settings)
        if settings.get("stream"):
            return "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
        return answer.choices[0].message.content


def curl(endpoint, body):
    command = [str(shutil.which("curl")), "-q", "-sS", "--max-time", "10", endpoint.url, "-d", json.dumps(body)]
    headers = ["-H", f"Authorization: Bearer {endpoint.key}", "-H", "Content-Type: application/json"]
    return subprocess.run([*command, *headers], capture_output=True, check=True, text=True).stdout


@pytest.fixture
def hosted(azureml_emulator, tmp_path, monkeypatch):
    """Host an endpoint with an answer as it stands in a configuration."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answer.txt").write_text("from a file\n")
    (tmp_path / "answer.json").write_text('{"from": "a file"}')

    def made(answer, schema="gpt2", **settings):
        return azureml_emulator.endpoint(schema, answer=answer, **settings)

    return made


def source_echo(hosted):
    assert ours(hosted("echo", "llama"), "hello") == "hello"


def source_fixed(hosted):
    assert ours(hosted({"fixed": "Paris."}, "llama")) == "Paris."


def source_faker(hosted):
    endpoint = hosted({"faker": "de_DE"}, "chat")
    assert said(endpoint, ("user", "hi")) == said(endpoint, ("user", "hi")) != said(endpoint, ("user", "ho"))


def source_python(hosted):
    assert ours(hosted(lambda prompt, parameters: f"{prompt} {parameters['top_p']}", "llama"), top_p=0.5) == "hi 0.5"


def source_json(hosted):
    assert json.loads(curl(hosted({"json": {"any": ["thing", None]}}), gpt2("hi"))) == {"any": ["thing", None]}


def source_file(hosted):
    assert ours(hosted({"file": "answer.txt"}, "llama")) == "from a file"
    assert post(hosted({"file": "answer.json"})) == (200, '{"from": "a file"}')


def source_template(hosted):
    endpoint = hosted({"template": "$prompt at ${parameters.temperature} for ${header.x-team}"})
    assert post(endpoint, gpt2("hi", temperature=0.5), **{"x-team": "otter"}) == row("hi at 0.5 for otter")


def source_sequence(hosted):
    endpoint = hosted({"sequence": [{"status": 429}, {"fixed": "Paris."}]}, "llama")
    assert ours(endpoint) == "Paris."
    assert [call.status for call in endpoint.calls] == [429, 200]


def source_rules(hosted):
    rules = [{"when": {"prompt": {"contains": "weather"}}, "answer": {"fixed": "Sunny."}, "name": "weather"}]
    endpoint = hosted({"rules": rules, "otherwise": {"fixed": "No idea."}}, "llama")
    assert [ours(endpoint, text) for text in ("the weather?", "the time?")] == ["Sunny.", "No idea."]
    assert [call.rule for call in endpoint.calls] == ["weather", ""]


SOURCES = {name.removeprefix("source_"): test for name, test in list(globals().items()) if name.startswith("source_")}


def test_each_source_is_felt():
    assert set(SOURCES) == {
        kind for kind, one in AnswerSource.members().items() if one.__module__.startswith("azureml_emulator.")
    }


@pytest.mark.parametrize("kind", SOURCES)
def test_source(kind, hosted):
    SOURCES[kind](hosted)


def ruled(hosted, shape="gpt2", /, **when):
    return hosted({"rules": [{"when": when, "answer": {"fixed": "yes"}}], "otherwise": {"fixed": "no"}}, shape)


def posted(endpoint, *requests_made):
    """Give what the answers to several requests said; each is a prompt, or a body, or a prompt and headers."""
    answers = []
    for made in requests_made:
        prompt, headers = made if isinstance(made, tuple) else (made, {})
        _, body = post(endpoint, prompt if isinstance(prompt, dict) else gpt2(prompt), **headers)
        answers.append(json.loads(body)[0]["0"])
    return answers


def condition_prompt(hosted):
    assert posted(ruled(hosted, prompt={"regex": "^W.*r"}), "Weather", "the Weather") == ["yes", "no"]


def condition_parameters(hosted):
    endpoint = ruled(hosted, parameters={"temperature": 0})
    assert posted(endpoint, gpt2("hi", temperature=0.0, top_p=1), gpt2("hi", temperature=1)) == ["yes", "no"]


def condition_header(hosted):
    endpoint = ruled(hosted, header={"X-Team": "otter"})
    assert posted(endpoint, ("hi", {"x-team": "otter"}), ("hi", {"x-team": "badger"}), "hi") == ["yes", "no", "no"]


def condition_call(hosted):
    assert posted(ruled(hosted, prompt="a", call=2), "a", "b", "a", "a") == ["no", "no", "yes", "no"]


def condition_arrival(hosted):
    assert posted(ruled(hosted, arrival=1), "a", "b", "a") == ["yes", "yes", "no"]


def condition_any(hosted):
    endpoint = ruled(hosted, any=[{"prompt": "a"}, {"parameters": {"top_k": 1}}])
    assert posted(endpoint, "a", gpt2("b", top_k=1), "b") == ["yes", "yes", "no"]


def condition_not(hosted):
    assert posted(ruled(hosted, **{"not": {"prompt": "a"}}), "a", "b") == ["no", "yes"]


def condition_schema(hosted):
    assert said(ruled(hosted, "chat", schema=["chat", "llm-chat"]), ("user", "hi")) == "yes"
    assert posted(ruled(hosted, schema="chat"), "hi") == ["no"]


def condition_system(hosted):
    endpoint = ruled(hosted, "chat", system={"contains": "BRIEF", "ignore_case": True})
    assert said(endpoint, ("system", "Be brief."), ("user", "hi"), stream=True) == "yes"
    assert said(endpoint, ("user", "Be brief.")) == "no"


def condition_role(hosted):
    endpoint = ruled(hosted, "chat", role="assistant")
    assert said(endpoint, ("user", "hi"), ("assistant", "Well,")) == "yes"
    assert said(endpoint, ("user", "hi")) == "no"


CONDITIONS = {
    name.removeprefix("condition_"): test for name, test in list(globals().items()) if name.startswith("condition_")
}


def test_each_condition_is_felt():
    assert set(CONDITIONS) == {
        kind for kind, one in Condition.members().items() if one.__module__.startswith("azureml_emulator.")
    }


@pytest.mark.parametrize("kind", CONDITIONS)
def test_condition(kind, hosted):
    CONDITIONS[kind](hosted)


def test_a_rule_s_latency_is_felt(hosted):
    endpoint = hosted({"rules": [{"when": {"prompt": "slow"}, "latency": 120}]})
    waits = []
    for text in ("slow", "quick"):
        start = perf_counter()
        post(endpoint, gpt2(text))
        waits.append(perf_counter() - start)
    assert waits[0] >= 0.12
    assert [call.seconds for call in endpoint.calls] == [0.12, 0.0]


def test_strict_rules_refuse_with_what_differed(hosted):
    endpoint = hosted({"rules": [{"when": {"prompt": "the weather"}, "name": "weather"}], "strict": True}, "llama")
    with pytest.raises(client.ModelError, match="nearest is rule 1 \\('weather'\\)") as error:
        ours(endpoint, "the wether")
    assert error.value.model_status == 404
    assert len(endpoint.calls) == 1
    sdk = hosted({"rules": [{"when": {"prompt": "the weather"}}], "strict": True}, "chat")
    with pytest.raises(openai.NotFoundError, match="expected 'the weather', got 'the wether'"):
        said(sdk, ("user", "the wether"))
