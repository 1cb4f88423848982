#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The job through PyJWT: pyjwt.py SECONDS runs each job for that long and prints what Google Benchmark prints in JSON,
# as far as benchmarks/run reads it. The claims are a dict, which is what the library gives.
import json
import os
import pathlib
import sys
import time

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

FOLDER = pathlib.Path(os.environ["CREDENCE_BENCHMARK_JOB"])


def measure(seconds, work):
    """Runs `work` in batches that double, until one takes long enough. Nanoseconds of processor time for one."""
    count = 1
    while True:
        start = time.process_time_ns()
        for _ in range(count):
            work()
        taken = time.process_time_ns() - start
        if taken >= seconds * 1e9:
            return taken / count
        count *= 2


def verify(algorithm, size, key):
    token = (FOLDER / f"{algorithm}.{size}.jwt").read_text()
    decoder, algorithms = jwt.PyJWT(), [algorithm]
    options = {"require": ["exp"], "verify_aud": False}
    return f"verify/{algorithm}/{size}", lambda: decoder.decode(token, key, algorithms, options)


def sign(secret):
    coder = jwt.PyJWT()
    claims = coder.decode((FOLDER / "HS256.small.jwt").read_text(), secret, ["HS256"])
    return "sign/HS256/small", lambda: coder.encode(claims, secret, "HS256")


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    secret = (FOLDER / "HS256.secret").read_bytes()
    jobs = [verify("HS256", "small", secret), verify("HS256", "large", secret), sign(secret)]
    for algorithm in ("RS256", "ES256", "EdDSA"):
        key = load_pem_public_key((FOLDER / f"{algorithm}.public.pem").read_bytes())
        jobs.append(verify(algorithm, "small", key))
    rows = [{"name": f"pyjwt:{name}", "cpu_time": measure(seconds, work)} for name, work in jobs]
    print(json.dumps({"benchmarks": rows}))


main()
