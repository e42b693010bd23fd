"""Stands between a client and a server of other people that makes sounds, and holds requests against ElevenLabs' own client.

`/verdict` tells what was seen. See `provider/reference_server.py` for how it is run.
"""

import io
import math
import struct
import typing
import wave

from elevenlabs.client import ElevenLabs
from elevenlabs.text_to_sound_effects.raw_client import RawTextToSoundEffectsClient
from pydantic import TypeAdapter

KNOWN = typing.get_type_hints(RawTextToSoundEffectsClient.convert)
seen = {"requests": 0, "faults": []}
AIMOCK = """
import { pathToFileURL } from "node:url";
const { LLMock } = await import(pathToFileURL(process.argv[1]).href);
const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
mock.onSoundEffect(/whale|whoosh/, { audio: process.argv[2], format: "wav" });
console.log(await mock.start());
"""


def burst():
    """Half a second of silence, then a tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(22050)
        level = lambda n: 0 if n < 11025 else int(12000 * math.sin(n * 0.11))
        sound.writeframes(b"".join(struct.pack("<hh", level(n), -level(n)) for n in range(22050)))
    return base64.b64encode(file.getvalue()).decode()


def exactly(kind):
    """The words that a parameter may be, where its type names some and lets others pass."""
    words = [part for part in typing.get_args(kind) if typing.get_origin(part) is typing.Literal]
    return words[0] if words else kind


def judge(path, headers, body):
    seen["requests"] += 1
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
    for name, value in {**query, **body}.items():
        try:
            TypeAdapter(exactly(KNOWN[name])).validate_python(value, strict=True)
        except (KeyError, ValueError) as error:
            seen["faults"].append(f"{name}: {error!r}")
    if not 0.5 <= body.get("duration_seconds", 1) <= 30 or not 0 <= body.get("prompt_influence", 0) <= 1:
        seen["faults"].append(f"out of range: {body}")

    def convert(base):
        client = ElevenLabs(api_key="xi-hush-0123456789", base_url=base)
        b"".join(client.text_to_sound_effects.convert(**query, **body))

    theirs, ours = record(convert), {"path": path, "body": body, "headers": headers}
    said = lambda sent: (sent["path"], sent["body"], sent["headers"].get("xi-api-key"))
    if said(theirs) != said(ours):
        seen["faults"].append(f"{ours} and not {theirs}")


class Server(ReferenceServer):
    def do_GET(self):
        self.answer_json(seen)

    def do_POST(self):
        body = self.read_body()
        judge(self.path, {name.lower(): value for name, value in self.headers.items()}, json.loads(body))
        self.forward(body)


serve(Server, start_aimock_by(AIMOCK, burst()))
