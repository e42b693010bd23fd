"""Stands between a client and a server of other people that makes sounds, and holds requests against ElevenLabs' own client.

Usage: python sound_desk.py KIND DATA SCRATCH. Prints its address, and ends when its input does. `/verdict` tells what was seen.
"""

import base64
import http.client
import http.server
import io
import json
import math
import pathlib
import re
import struct
import subprocess
import sys
import threading
import typing
import urllib.parse
import wave

from elevenlabs.client import ElevenLabs
from elevenlabs.text_to_sound_effects.raw_client import RawTextToSoundEffectsClient
from pydantic import TypeAdapter

DATA = pathlib.Path(sys.argv[2])
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


def start_aimock():
    node = DATA / "test-peers/bin/node"
    command = [node if node.exists() else "node", "--input-type=module", "-e", AIMOCK]
    command += [DATA / "test-aimock/dist/index.js", burst()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    line = process.stdout.readline()
    if not (found := re.search(r"http://([\d.:]+)", line)):
        raise SystemExit("aimock did not start: " + line + process.stdout.read())
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return found[1], process


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
    theirs = record({**query, **body})
    ours = {"path": path, "body": body, "xi-api-key": headers.get("xi-api-key")}
    if theirs != ours:
        seen["faults"].append(f"{ours} and not {theirs}")


def record(arguments):
    """What ElevenLabs' own client sends for these arguments."""
    sent = {}

    class Recorder(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            sent.update({"path": self.path, "body": body, "xi-api-key": self.headers["xi-api-key"]})
            answer(self, 200, "audio/mpeg", b"sound")

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.handle_request, daemon=True).start()
    client = ElevenLabs(api_key="xi-hush-0123456789", base_url=f"http://127.0.0.1:{server.server_address[1]}")
    b"".join(client.text_to_sound_effects.convert(**arguments))
    return sent


def answer(handler, status, kind, body):
    handler.send_response(status)
    handler.send_header("content-type", kind)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer(self, 200, "application/json", json.dumps(seen).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        judge(self.path, {name.lower(): value for name, value in self.headers.items()}, json.loads(body))
        upstream = http.client.HTTPConnection(UPSTREAM, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        upstream.request("POST", self.path, body, headers)
        reply = upstream.getresponse()
        answer(self, reply.status, reply.headers.get("content-type", ""), reply.read())

    def log_message(self, *_):
        pass


UPSTREAM, process = start_aimock()
desk = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
desk.daemon_threads = True
threading.Thread(target=desk.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{desk.server_address[1]}", flush=True)
sys.stdin.read()
process.kill()
