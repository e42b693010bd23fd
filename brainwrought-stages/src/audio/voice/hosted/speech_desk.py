"""Stands between a client and a server of other people that speaks, and holds requests against what OpenAI publishes.

Usage: python speech_desk.py KIND DATA SCRATCH. Prints its address, and ends when its input does. `/verdict` tells what was seen.
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
import wave

from jsonschema import Draft202012Validator

DATA, SCRATCH = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
API = json.loads((DATA / "test-peers/api/openai.json").read_text())
ASKED = Draft202012Validator({**API["operations"]["/audio/speech"]["request"], "$defs": API["$defs"]})
seen = {"requests": 0, "faults": []}


def tone():
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(24000)
        samples = (int(9000 * math.sin(n * 0.06) * math.sin(n * 0.0005)) for n in range(36000))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return base64.b64encode(file.getvalue()).decode()


def start_aimock():
    fixtures = [{"match": {"endpoint": "speech"}, "response": {"audio": tone(), "format": "wav"}}]
    path = SCRATCH / "fixtures.json"
    path.write_text(json.dumps({"fixtures": fixtures}))
    node = DATA / "test-peers/bin/node"
    command = [node if node.exists() else "node", DATA / "test-aimock/dist/cli.js", "-p", "0", "-f", path]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        if found := re.search(r"listening on http://([\d.:]+)", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[1], process
    raise SystemExit("aimock did not start")


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, "application/json", json.dumps(seen).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.endswith("/audio/speech"):
            seen["requests"] += 1
            seen["faults"] += [f"{e.json_path}: {e.message[:300]}" for e in ASKED.iter_errors(json.loads(body))]
        upstream = http.client.HTTPConnection(UPSTREAM, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        upstream.request("POST", self.path, body, headers)
        reply = upstream.getresponse()
        self.answer(reply.status, reply.headers.get("content-type", ""), reply.read())

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


UPSTREAM, process = start_aimock()
desk = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
desk.daemon_threads = True
threading.Thread(target=desk.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{desk.server_address[1]}", flush=True)
sys.stdin.read()
process.kill()
