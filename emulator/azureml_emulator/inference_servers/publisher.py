"""Who publishes a model, as `/info` tells it."""

import re

_PUBLISHERS = {
    r"ai21|jamba": "AI21 Labs",
    r"c4ai|cohere|command|embed-v|rerank": "Cohere",
    r"databricks|dbrx|dolly": "Databricks",
    r"deepseek": "DeepSeek",
    r"gpt|o[1-9]|dall|text-embedding|whisper": "OpenAI",
    r"grok": "xAI",
    r"jais": "Core42",
    r"(meta-?)?(code)?-?llama": "meta",
    r"(codestral|ministral|mistral|mixtral|pixtral)": "Mistral AI",
    r"falcon": "Technology Innovation Institute",
    r"nvidia|nemotron": "NVIDIA",
    r"snowflake": "Snowflake",
    r"mai|microsoft|orca|phi": "Microsoft",
}


def publisher(model: str) -> str:
    """Name the publisher, told from the model's name; "" if it does not tell.

    `Cohere`, `Microsoft` and `meta` are documented; the other names are the catalog's collections (unverified).
    """
    found = (name for start, name in _PUBLISHERS.items() if re.match(start, model, re.IGNORECASE))
    return next(found, "")
