#!/usr/bin/env python3
"""Runs llama.cpp's own HTTP server from the xllamacpp package until SIGTERM.

Takes the same flags as llama-server for what Almagest sets, so that either program can be
supervised in the same way. --host takes a host name, or a path ending in .sock for a Unix socket.
--packages is the folder that the xllamacpp wheel was unpacked into.
"""

import argparse
import os
import signal
import stat
import sys


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", help="folder that holds the unpacked xllamacpp package")
    parser.add_argument("--model", required=True, help="GGUF file")
    parser.add_argument("--alias", default="", help="name that answers give the model")
    parser.add_argument("--host", required=True, help="host name, or a path ending in .sock")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--parallel", type=int, default=4, help="slots")
    parser.add_argument("--ctx-size", type=int, default=16384, help="tokens, shared by the slots")
    parser.add_argument("--threads", type=int, default=0, help="0: one a core")
    parser.add_argument("--cache-ram", type=int, default=1024, help="MiB for prompts of idle slots")
    parser.add_argument("--slot-save-path", help="folder where slots may be saved, for other slots to take over")
    parser.add_argument("--kv-unified", action="store_true")
    parser.add_argument("--api-key-file", help="file of mode 600 with one key")
    return parser.parse_args()


def key_from(path):
    if stat.S_IMODE(os.stat(path).st_mode) & 0o077:
        sys.exit(f"serve.py: {path} can be read by others; chmod 600 it")
    with open(path, encoding="utf-8") as file:
        key = file.readline().strip()
    if not key:
        sys.exit(f"serve.py: {path} holds no key")
    return key


def main():
    wanted = arguments()
    if wanted.packages:
        sys.path.insert(0, wanted.packages)
    try:
        from xllamacpp import CommonParams, Server
    except ImportError as error:
        sys.exit(f"serve.py: cannot import xllamacpp ({error}); run scripts/fetch-model-server.sh")

    threads = wanted.threads or len(os.sched_getaffinity(0))
    params = CommonParams()
    params.model.path = wanted.model
    if wanted.alias:
        params.model_alias = {wanted.alias}
    params.hostnames = [wanted.host]
    params.port = wanted.port
    params.n_parallel = wanted.parallel
    params.n_ctx = wanted.ctx_size
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.kv_unified = wanted.kv_unified
    params.cache_prompt = True
    params.cache_ram_mib = wanted.cache_ram
    params.warmup = True
    params.use_jinja = True
    params.ui = False
    params.fit_params = False
    params.verbosity = 2
    if wanted.slot_save_path:
        params.slot_save_path = os.path.join(wanted.slot_save_path, "")
    if wanted.api_key_file:
        params.api_keys = [key_from(wanted.api_key_file)]

    try:
        server = Server(params)
    except RuntimeError as error:
        sys.exit(f"serve.py: {error}")
    print(f"listening on {server.listening_address}", flush=True)
    # SIGTERM keeps its default action: the supervisor asks for it only when nobody uses the server.
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
