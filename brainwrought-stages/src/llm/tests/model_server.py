"""Stands between a client and a server of other people, and holds what both say against what the providers publish.

KIND is aimock or llama. See `provider/reference_server.py` for how it is run.
`/walk-N/…` refuses the first N requests to each path, so that the client tries other ways; `/verdict` tells what was seen.
"""

TOPIC = json.dumps({"title": "Queues", "pages": [1, 2]})
REFUSALS = ["stream is not supported", "the schema of the format is not supported", "that format is not supported either"]


def start_talker():
    return start_aimock([
        {"match": {"userMessage": "What is it about?"}, "response": {"content": TOPIC}},
        {"match": {"userMessage": "That cannot be read"}, "response": {"content": TOPIC}},
        {"match": {"userMessage": "Say something else"}, "response": {"content": "Something else."}},
    ], "--chunk-size", "7")


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
    seen["faults"] += [f"{part}: {fault}" for fault in faults(parts[part], json.loads(body))]
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


class Server(ReferenceServer):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/verdict":
            return self.answer_json(seen)
        self.forward_to(self.path, b"")

    def do_POST(self):
        body = self.read_body()
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
                    return self.answer_json({"error": {"message": REFUSALS[count - 1]}}, 400)
        self.forward_to(path, body, parts)

    def forward_to(self, path, body, parts=None):
        reply, read = self.ask(body, path)
        kind = reply.headers.get("content-type", "")
        # A server of one's own may leave out what the description asks for.
        if parts and reply.status == 200 and KIND == "aimock":
            part = "event" if kind.startswith("text/event-stream") else "reply"
            lines = read.decode().split("\n") if part == "event" else ["data: " + read.decode()]
            with lock:
                lines = [judge_reply(parts, part, line) if line.startswith("data: {") else line for line in lines]
            read = "\n".join(lines).encode() if part == "event" else lines[0].removeprefix("data: ").encode()
        self.answer(reply.status, kind, read)


serve(Server, {"aimock": start_talker, "llama": lambda: start_llama(1024, 1)}[KIND]())
