"""What all reference servers have in common: they stand between a client and a server of other people, and see what is said.

A reference server is this text with its own behind it: `python -c TEXT KIND DATA SCRATCH`. It prints its address, and ends when its input does.
"""

import base64
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

KIND, DATA, SCRATCH = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])


def start_node(*arguments):
    """Starts a program of Node's that says where it listens."""
    node = DATA / "test-peers/bin/node"
    command = [node if node.exists() else "node", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = []
    for line in process.stdout:
        if found := re.search(r"http://([\d.:]+)", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[1], process.kill
        said.append(line)
    raise SystemExit("aimock did not start: " + "".join(said))


def start_aimock(fixtures, *options):
    """Starts aimock with what it answers."""
    path = SCRATCH / "fixtures.json"
    path.write_text(json.dumps({"fixtures": fixtures}))
    return start_node(DATA / "test-aimock/dist/cli.js", "-p", "0", "-f", path, *options)


def start_aimock_by(script, *arguments):
    """Starts aimock by a script that prints its address; its first argument is the package."""
    return start_node("--input-type=module", "-e", script, DATA / "test-aimock/dist/index.js", *arguments)


def validators(provider, operation):
    """What a provider publishes of an operation, by part: request, reply, event."""
    api = json.loads((DATA / "test-peers/api" / (provider + ".json")).read_text())
    parts = api["operations"][operation]
    return {part: Draft202012Validator({**schema, "$defs": api["$defs"]}) for part, schema in parts.items()}


def faults(validator, body):
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]


class ReferenceServer(http.server.BaseHTTPRequestHandler):
    """Answers for the server behind it, whose address is `upstream`."""

    upstream = None

    def read_body(self):
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def ask(self, body, path=None):
        """Asks the server behind; returns its answer and what it said."""
        connection = http.client.HTTPConnection(self.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request(self.command, path or self.path, body, headers)
        reply = connection.getresponse()
        return reply, reply.read()

    def forward(self, body):
        reply, read = self.ask(body)
        self.answer(reply.status, reply.headers.get("content-type", ""), read)
        return read

    def answer_json(self, value, status=200):
        self.answer(status, "application/json", json.dumps(value).encode())

    def answer(self, status, kind, body, headers=()):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def record(call):
    """Lets a client of other people call a server that is handed over by its address, and returns what it sent."""
    sent = {}

    class Recorder(ReferenceServer):
        def do_POST(self):
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent.update(path=self.path, body=json.loads(self.read_body()), headers=headers)
            self.answer(200, "application/json", b'{"results": []}')

    server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.handle_request, daemon=True).start()
    call(f"http://127.0.0.1:{server.server_address[1]}")
    return sent


def serve(reference, started):
    """Opens the reference server before a server that was started, until nobody needs it."""
    reference.upstream, stop = started
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), reference)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    sys.stdin.read()
    stop()


