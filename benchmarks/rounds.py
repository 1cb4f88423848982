# SPDX-License-Identifier: MIT
# Runs the programs in rounds, one after the other on one processor, and records the results of each round.
import json
import os
import pathlib
import re
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent

# The peers, in the order of the table: the name in their results, the program, Debian's package, its language.
PEERS = [
    ("jsonwebtoken", "benchmark_jsonwebtoken", "librust-jsonwebtoken-dev", "Rust"),
    ("cjose", "benchmark_cjose", "libcjose-dev", "C"),
    ("cpp-jwt", "benchmark_cpp_jwt", "libcpp-jwt-dev", "C++"),
    ("libjwt", "benchmark_libjwt", "libjwt-dev", "C"),
    ("rhonabwy", "benchmark_rhonabwy", "librhonabwy-dev", "C"),
    ("golang-jwt", "benchmark_golang_jwt", "golang-github-golang-jwt-jwt-dev", "Go"),
    ("pyjwt", HERE / "peers/pyjwt.py", "python3-jwt", "Python"),
]
C_PEERS = ("cjose", "cpp-jwt", "libjwt", "rhonabwy")


class Failure(Exception):
    """A program that did not do its job."""


class Runner:
    """Starts the programs of one build folder, and reads what they print."""

    def __init__(self, build, part="all"):
        self.bin = pathlib.Path(build) / "bin"
        self.part = part  # all, quick, hostile, compilers
        self.job = pathlib.Path(build) / "job"
        self.environment = dict(os.environ, CREDENCE_BENCHMARK_JOB=str(self.job))
        self.processors = sorted(os.sched_getaffinity(0))
        self.left_out = {}

    def output(self, command, processors=1):
        """The output of a program, run on that many processors. They are the last ones, because the first are the busiest."""
        chosen = self.processors[-processors:]
        done = subprocess.run([str(word) for word in command], env=self.environment, capture_output=True, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, chosen))
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
            raise Failure(f"{pathlib.Path(command[0]).name} ended with {done.returncode}: {words[-1]}")
        return done.stdout

    def rows(self, command, processors=1):
        rows = json.loads(self.output(command, processors))["benchmarks"]
        for row in rows:
            if row.get("error_occurred"):
                raise Failure(f"{row['name']}: {row['error_message']}")
        return rows

    def write_job(self):
        """New keys and tokens for everyone."""
        environment = self.environment.pop("CREDENCE_BENCHMARK_JOB")
        self.output([self.bin / "credence_benchmarks", "--write-job", self.job])
        self.environment["CREDENCE_BENCHMARK_JOB"] = environment

    def options(self, jobs, seconds=0.02):
        return [f"--benchmark_filter={jobs}", f"--benchmark_min_time={seconds}", "--benchmark_format=json"]

    def count(self):
        """The allocations and instructions of each job: {job: {…}}."""
        jobs = "HS256|again|^verify/RS256/small|^(rotating/10|issuers|session/memory|api_key/memory)"  # without signatures by RS256, which would be a million steps
        command = [self.bin / "credence_benchmarks", "--count", *self.options(jobs)]
        names = ("allocations", "openssl_allocations", "instructions")
        return {row["name"]: {name: round(row[name]) for name in names if name in row} for row in self.rows(command)}

    def credence(self):
        """One round of credence and the floors: {job: nanoseconds}."""
        program = self.bin / "credence_benchmarks"
        times = self.times([program, *self.options(self.jobs())])
        if len(self.processors) > 1 and self.part in ("all", "quick"):
            jobs = "^threads/(key|floor)/" if self.part == "quick" else "^threads/"
            for row in self.rows([program, *self.options(jobs)], processors=2):
                name, _, threads = row["name"].partition("/real_time/threads:")
                times[f"{name}/{threads}"] = 1e9 / row["items_per_second"]
        if len(self.processors) > 1 and self.part == "all":
            for row in self.rows([program, *self.options("^storm/")], processors=2):
                times.update({f"storm/{name}": value for name, value in row.items() if re.match(r"p\d\d_(?!ratio)", name)})
        return times

    def jobs(self):
        if self.part == "hostile":
            return "^(hostile/|verify/RS256/small$)"
        first = "^(verify|sign|encrypt|decrypt|floor|require)"
        if self.part == "quick":
            return first + ".*(HS256|small)"
        if self.part == "compilers":
            return "^(verify|sign|floor/(HS256|verify|sign|session|api_key)|require_bearer|decode|rotating|lookup|lookup_unknown|issuers|session|api_key|hostile)/"
        return first + "|^(decode|rotating|lookup|lookup_unknown|issuers|remote|registry|turn|session|api_key|dpop|hostile)/"

    def times(self, command):
        return {row["name"]: row["cpu_time"] for row in self.rows(command)}

    def guards(self):
        """One round of the guards of those stacks that were built."""
        times = {}
        for program in sorted(self.bin.glob("benchmark_stack_*")):
            times.update(self.times([program, *self.options(".")]))
        return times

    def peer(self, name, program):
        """One round of a peer: {"peer:job": nanoseconds}; empty if the peer is missing or fails."""
        path = program if isinstance(program, pathlib.Path) else self.bin / program
        if name in self.left_out:
            return {}
        if not path.exists():
            self.left_out[name] = "it was not built here"
            return {}
        try:
            rows = self.rows([path, *self.options(".")] if name in C_PEERS else [path, 0.02])
        except (Failure, OSError) as fault:
            self.left_out[name] = str(fault)
            return {}
        return {row["name"]: row["cpu_time"] for row in rows}

    def round(self):
        times = self.credence()
        if self.part != "all":
            return times
        times.update(self.guards())
        for name, program, _, _ in PEERS:
            times.update(self.peer(name, program))
        return times


SECONDS = {"all": 360, "quick": 35, "hostile": 60, "compilers": 180}


def measure(*runners):
    """The rounds of each runner: lists of {job: nanoseconds}. At least three rounds, and as many as the time allows. In each
    round, the runners run one after the other."""
    rounds, started = [[] for _ in runners], time.monotonic()
    while len(rounds[0]) < 15 and (len(rounds[0]) < 3 or time.monotonic() - started < SECONDS[runners[0].part]):
        for kept, runner in zip(rounds, runners):
            kept.append(runner.round())
    return rounds


class Results:
    """The results of the rounds, as medians. A ratio is the median of the ratios within each round."""

    def __init__(self, rounds, counts):
        self.rounds = rounds
        self.counts = counts

    def nanoseconds(self, job):
        times = [times[job] for times in self.rounds if job in times]
        return statistics.median(times) if times else None

    def ratio(self, dividend, divisor):
        ratios = [times[dividend] / times[divisor] for times in self.rounds
                  if dividend in times and divisor in times]
        return statistics.median(ratios) if ratios else None

    def difference(self, job, other):
        gaps = [times[job] - times[other] for times in self.rounds if job in times and other in times]
        return statistics.median(gaps) if gaps else None

    def half(self, dividend, divisor):
        ratio = self.ratio(dividend, divisor)
        return ratio / 2 if ratio else None

    def spread(self, job):
        """The interquartile range of the rounds, divided by the median."""
        times = [times[job] for times in self.rounds if job in times]
        if len(times) < 4:
            return None
        low, middle, high = statistics.quantiles(times, n=4)
        return (high - low) / middle

    def jobs(self):
        return list(dict.fromkeys(job for times in self.rounds for job in times))
