"""Stands between a client and places that have pictures, and holds what both say against what others published.

OpenAI, Gemini and a generator of clips are a server of other people; Pexels, Pixabay and Imgflip are served here, and held
against clients of other people's making: what they would send is what is wanted, and they must be able to read the answers.

`/verdict` tells what was seen. See `provider/reference_server.py` for how it is run.
"""

import importlib.util
import struct
import sysconfig
import zlib

import yaml
from jsonschema import Draft7Validator
from stockmedia_sdk import PexelsClient, PixabayClient

seen = {"requests": 0, "replies": 0, "searches": 0, "memes": 0, "faults": []}


def png(width, height):
    rows = b"".join(b"\0" + bytes((x + y) % 256 for x in range(width) for _ in range(3)) for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = png(300, 200)
DESCRIBED = {
    "/images/generations": validators("openai", "/images/generations"),
    ":generateContent": validators("gemini", "generateContent"),
}
# The package itself would want a framework; its description of the replies is all that is needed.
MANIFEST = pathlib.Path(sysconfig.get_path("purelib")) / "source_pexels_api/manifest.yaml"
PEXELS = yaml.safe_load(MANIFEST.read_text())["schemas"]


def judge(validator, body, what):
    seen["faults"] += [f"{what}: {fault}" for fault in faults(validator, body)]


def photo(host):
    sizes = ("original", "large2x", "large", "medium", "small", "portrait", "landscape", "tiny")
    return {"id": 7, "width": 3000, "height": 2000, "url": "https://www.pexels.com/photo/7/", "photographer": "Ann Example",
            "photographer_url": "https://www.pexels.com/@ann", "photographer_id": 3, "avg_color": "#808080", "liked": False,
            "alt": "A queue", "src": {size: host + "/picture.png" for size in sizes}}


def video(host):
    files = [{"id": 1, "quality": "hd", "file_type": "video/mp4", "width": 1080, "height": 1920, "fps": 25.0,
              "link": host + "/clip.mp4"}]
    return {"id": 9, "width": 1080, "height": 1920, "url": "https://www.pexels.com/video/9/", "image": host + "/picture.png",
            "duration": 8, "full_res": None, "tags": [], "avg_color": None,
            "user": {"id": 4, "name": "Bo Example", "url": "https://www.pexels.com/@bo"}, "video_files": files,
            "video_pictures": [{"id": 1, "nr": 0, "picture": host + "/picture.png"}]}


def hit(host):
    return {"id": 1, "pageURL": "https://pixabay.com/photos/1/", "type": "photo", "tags": "queue", "previewURL": "",
            "largeImageURL": host + "/picture.png", "webformatURL": host + "/picture.png", "imageWidth": 4000,
            "imageHeight": 2250, "user_id": 5, "user": "Ann"}


def film(host):
    sizes = {name: {"url": host + "/clip.mp4", "width": width, "height": height, "size": 1, "thumbnail": ""}
             for name, width, height in (("medium", 1920, 1080), ("small", 1280, 720))}
    return {"id": 2, "pageURL": "https://pixabay.com/videos/2/", "type": "film", "tags": "", "duration": 5, "user_id": 6,
            "user": "Bo", "videos": {"large": {"url": "", "width": 0, "height": 0, "size": 0}, **sizes}}


class Reply:
    """What a client of other people's making gets."""

    status_code, headers, text = 200, {}, ""

    def __init__(self, body):
        self.body = body

    def json(self):
        return self.body


def search(path, query, key, body, host):
    """Answers a search the way the other client wants it, and finds fault with what it would not have sent."""
    options = {name: value for name, value in query.items() if name not in ("q", "query", "key", "per_page")}
    options["per_page"] = int(query["per_page"])
    words, kind = query.get("query") or query.get("q"), "videos" if "videos" in path else "photos"
    pexels = path.startswith("/v1/")
    client = PexelsClient(key) if pexels else PixabayClient(query["key"])
    # It takes yes and no as such, and writes them as the service wants them.
    if "safesearch" in options:
        options["safesearch"] = options["safesearch"] == "true"
    asked = {}

    def get(url, params, timeout):
        asked.update(url=url, params=params)
        return Reply(body)

    client._session.get = get
    method = {True: {"photos": "search_photos", "videos": "search_videos"}, False: {"photos": "search_images", "videos": "search_videos"}}
    found = getattr(client, method[pexels][kind])(words, **options)
    wanted = urllib.parse.urlparse(asked["url"]).path
    if wanted != path:
        seen["faults"].append(f"{path} should be {wanted}")
    for name, value in query.items():
        if str(asked["params"].get(name)) != value:
            seen["faults"].append(f"{path}: {name}={value} should be {asked['params'].get(name)}")
    if pexels and client._session.headers["Authorization"] != key:
        seen["faults"].append(f"{path}: the key does not come as it should")
    if len(found.results if pexels else found.hits) != 1:
        seen["faults"].append(f"{path}: the other client cannot read the answer")
    if pexels:
        judge(Draft7Validator(PEXELS[kind + "_search"]), body, path)
    seen["searches"] += 1


def imgflip():
    """Another client of Imgflip, without the package around it, which wants to know its own version."""
    path = pathlib.Path(sysconfig.get_path("purelib")) / "imgflip/utils.py"
    spec = importlib.util.spec_from_file_location("imgflip_utils", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def caption(headers, form, host):
    """Draws a meme the way the other client wants it, and finds fault with what it would not have sent."""
    body = {"success": True, "data": {"url": host + "/picture.png", "page_url": "https://imgflip.com/i/1"}}
    asked, client = {}, imgflip()

    def post(url, data):
        asked.update(data)
        return Reply(body)

    client.requests.post = post
    fields = dict(urllib.parse.parse_qsl(form.decode()))
    known = [fields.get(name) for name in ("template_id", "username", "password", "text0", "text1")]
    client.caption_image(*known)
    if fields != asked or None in known:
        seen["faults"].append(f"/caption_image: {fields} should be {asked}")
    if headers.get("content-type") != "application/x-www-form-urlencoded":
        seen["faults"].append("/caption_image: it is no form")
    seen["memes"] += 1
    return body


class Server(ReferenceServer):
    def do_GET(self):
        parsed = urllib.parse.urlparse(self.path)
        query = dict(urllib.parse.parse_qsl(parsed.query))
        host = "http://" + self.headers["host"]
        listed = lambda things, **more: {"total_results": 1, "page": 1, "per_page": 15, "url": "https://x/", **things, **more}
        bodies = {
            "/v1/search": lambda: listed({"photos": [photo(host)]}),
            "/v1/videos/search": lambda: listed({"videos": [video(host)]}),
            "/api/": lambda: {"total": 1, "totalHits": 1, "hits": [hit(host)]},
            "/api/videos/": lambda: {"total": 1, "totalHits": 1, "hits": [film(host)]},
        }
        if parsed.path == "/verdict":
            return self.answer_json(seen)
        if parsed.path == "/picture.png":
            return self.answer(200, "image/png", PICTURE)
        # What the other server serves as a clip is none, so that of the test stands for it.
        if parsed.path == "/clip.mp4" or parsed.path.endswith("/content"):
            return self.answer(200, "video/mp4", (SCRATCH / "clip.mp4").read_bytes())
        if parsed.path in bodies:
            body = bodies[parsed.path]()
            search(parsed.path, query, self.headers.get("authorization"), body, host)
            return self.answer_json(body)
        self.forward(b"")

    def do_POST(self):
        body = self.read_body()
        if self.path == "/clip.mp4":
            (SCRATCH / "clip.mp4").write_bytes(body)
            return self.answer_json({})
        if self.path == "/caption_image":
            return self.answer_json(caption(self.headers, body, "http://" + self.headers["host"]))
        parts = next((parts for end, parts in DESCRIBED.items() if self.path.endswith(end)), None)
        if parts:
            seen["requests"] += 1
            judge(parts["request"], json.loads(body), "request to " + self.path)
        reply = self.forward(body)
        if parts:
            seen["replies"] += 1
            judge(parts["reply"], json.loads(reply), "reply of " + self.path)


picture = base64.b64encode(PICTURE).decode()
serve(Server, start_aimock([
    {"match": {"endpoint": "image"}, "response": {"image": {"b64Json": picture}}},
    {"match": {"endpoint": "video"}, "response": {"video": {"id": "v1", "status": "completed"}}},
    {"match": {"model": "gemini-2.5-flash-image"},
     "response": {"audio": {"b64Json": picture, "contentType": "image/png"}, "content": "Here it is."}},
]))
