"""Stands between a client and a server of other people that speaks, and holds requests against what OpenAI publishes.

`/verdict` tells what was seen. See `provider/reference_server.py` for how it is run.
"""

import io
import math
import struct
import wave

ASKED = validators("openai", "/audio/speech")["request"]
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


class Server(ReferenceServer):
    def do_GET(self):
        self.answer_json(seen)

    def do_POST(self):
        body = self.read_body()
        if self.path.endswith("/audio/speech"):
            seen["requests"] += 1
            seen["faults"] += faults(ASKED, json.loads(body))
        self.forward(body)


serve(Server, start_aimock([{"match": {"endpoint": "speech"}, "response": {"audio": tone(), "format": "wav"}}]))
