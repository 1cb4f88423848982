# SPDX-License-Identifier: MIT
# Prints the results of the rounds: report.py BUILD_FOLDER [--quick | --hostile] [--json], called by benchmarks/run.
import json
import os
import platform
import re
import subprocess
import sys

import goals
import rounds

# The columns of the table, each with its job. The jobs of the floors follow from them.
COLUMNS = [
    ("verify small", "verify/HS256/small"),
    ("verify large", "verify/HS256/large"),
    ("sign small", "sign/HS256/small"),
    ("verify RS256", "verify/RS256/small"),
    ("verify ES256", "verify/ES256/small"),
    ("verify EdDSA", "verify/EdDSA/small"),
]
# Debian 12 has neither of these, so they are not measured here. The figures, in nanoseconds, are of the same job on another
# x86-64 server with SHA-NI: jsonwebtoken with ring 0.17, and jwt-cpp with picojson, its default.
ELSEWHERE = [("jsonwebtoken 9.3.1 (Rust), elsewhere", (1120, 5400, 590, 19100, 41300, 34700)),
             ("jwt-cpp (C++), elsewhere", (2950, 11800, 3080, 19100, 50900, 71400))]


def first_line(command):
    """The first line that a program prints, without text in brackets; None if the program is missing."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.partition("\n")[0]
        return re.sub(r" \(.*?\)", "", said)
    except (OSError, subprocess.CalledProcessError):
        return None


def package_version(package):
    version = first_line(["dpkg-query", "-W", "-f=${Version}", package]) or ""
    return re.sub(r"^\d+:|[-+].*$", "", version) or None


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        text = file.read()
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    flags = set(re.findall(r"^flags\s*: (.*)$", text, re.MULTILINE)[0].split()) if "flags" in text else set()
    wide = [name for name in ("sha_ni", "avx2", "avx512_vbmi") if name in flags or name.replace("_", "") in flags]
    return {"processor": model[1] if model else platform.machine(), "processors": os.cpu_count(), "extensions": wide,
            "system": f"{platform.system()} {platform.release()}", "load": round(os.getloadavg()[0], 1)}


def versions(build, quick):
    json_version = package_version("nlohmann-json3-dev")
    known = {"compiler": compiler(build), "OpenSSL": first_line(["openssl", "version"]),
             "nlohmann/json": json_version and f"nlohmann/json {json_version}"}
    if not quick:
        known.update({"Rust": first_line(["rustc", "--version"]), "Go": first_line(["go", "version"]),
                      "Python": f"Python {platform.python_version()}"})
    return {name: version for name, version in known.items() if version}


def compiler(build):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
        path = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", file.read(), re.MULTILINE)
    return first_line([path[1], "--version"]) if path else None


def shown(nanoseconds):
    return f"{nanoseconds:.0f} ns" if nanoseconds < 1000 else f"{nanoseconds / 1000:.3g} µs"


def cell(results, job, divisor):
    time, ratio = results.nanoseconds(job), results.ratio(job, divisor)
    return "–" if time is None or ratio is None else f"{shown(time)} ({ratio:.2f})"


def table(results, quick):
    """Rows of cells. In brackets: the time as a multiple of credence's; in the row of credence, of the floor's."""
    rows = [["", *(title for title, _ in COLUMNS)]]
    rows.append(["OpenSSL alone: the floor", *(cell(results, goals.floor_of(job), job) for _, job in COLUMNS)])
    rows.append(["credence", *(cell(results, job, goals.floor_of(job)) for _, job in COLUMNS)])
    for name, _, package, language in [] if quick else rounds.PEERS:
        title = f"{name} {package_version(package) or ''} ({language})".replace("  ", " ")
        rows.append([title, *(cell(results, f"{name}:{job}", job) for _, job in COLUMNS)])
    if not quick:
        rows.extend([title, *(shown(time) for time in times)] for title, times in ELSEWHERE)
    return rows


def print_table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [text.ljust(width) if column == 0 else text.rjust(width)
                 for column, (text, width) in enumerate(zip(row, widths))]
        print(f"| {' | '.join(cells)} |")
        if number == 0:
            print("|" + "|".join("-" * (width + 1) + (":" if column else "-")
                                 for column, width in enumerate(widths)) + "|")


def print_more(results):
    """The other jobs of credence, and the counted allocations and instructions."""
    known = {job for _, job in COLUMNS}
    print("\nMore of credence: time, times the floor, allocations + OpenSSL's, instructions")
    for job in results.jobs():
        if ":" in job or job.startswith(("floor", "threads", "hostile")):
            continue
        counts = results.counts.get(job, {})
        if job in known and not counts:
            continue
        ratio = results.ratio(job, goals.floor_of(job)) if job.count("/") > 1 else None
        counted = [f"{counts['allocations']} + {counts['openssl_allocations']}" if counts else "",
                   f"{counts['instructions']:,}" if "instructions" in counts else ""]
        print(f"  {job:28} {shown(results.nanoseconds(job)):>9} {f'{ratio:.3f}' if ratio else '':>7}"
              f" {counted[0]:>8} {counted[1]:>10}")


def print_refusals(results, most=8):
    """The most expensive of the hostile tokens."""
    ratios = {job: results.ratio(job, goals.RS256) for job in results.jobs() if job.startswith("hostile/")}
    if not ratios:
        return
    print("\nRefused tokens, the most expensive first: times a verification in RS256")
    for job in sorted(ratios, key=ratios.get, reverse=True)[:most]:
        print(f"  {job:40} {ratios[job]:7.3f}")


def print_goals(judged):
    print("\nGoals, as ratios within this run                              measured   at least        aim")
    for goal in judged:
        def verdict(limit, met):
            if limit is None:
                return "–"
            return f"{limit:g} {'?' if met is None else 'met' if met else 'MISSED'}"
        measured = goal["measured"]
        text = "not measured" if measured is None else f"{measured:,.0f}" if measured >= 100 else f"{measured:.3f}"
        sign = "≤" if goal["limit"] == "at most" else "≥"
        print(f"  {goal['goal']:56} {text:>12} {sign} {verdict(goal['at_least'], goal['at_least_met']):12}"
              f" {verdict(goal['aim'], goal['aim_met'])}")


def print_machine(report, results):
    here = report["machine"]
    print(f"{here['processor']}, {here['processors']} processors, {' '.join(here['extensions'])}, {here['system']}")
    print("; ".join(report["versions"].values()))
    print(f"Medians of {len(results.rounds)} rounds, processor time, one thread on one processor.")
    if here["load"] > 1.5:
        print(f"The machine is busy (load {here['load']}): the figures are less exact than on an idle machine.")


def print_report(report, results, runner):
    judged = report["goals"]
    print_machine(report, results)
    if runner.part == "hostile":
        print_refusals(results, most=len(results.jobs()))
        print_goals(judged)
        return
    print("In brackets: the time as a multiple of credence's; in the row of credence, of the floor's.\n")
    print_table(table(results, runner.part == "quick"))
    for name, reason in runner.left_out.items():
        print(f"{name} is left out: {reason}")
    print_more(results)
    print_refusals(results)
    print_goals(judged)
    allowed = results.ratio("threads/floor/1", "threads/floor/2")
    if allowed:
        print(f"  (OpenSSL alone, in two threads: {allowed:.3f} times the work of one: the limit of these processors)")
    open_goals = [goal for goal in judged if goal["at_least_met"] is None]
    missed = [goal for goal in judged if goal["at_least_met"] is False]
    print(f"\n{len(judged) - len(missed) - len(open_goals)} of {len(judged)} goals reached, {len(missed)} missed, "
          f"{len(open_goals)} not measured; {sum(goal['aim_met'] is True for goal in judged)} aims reached")


def described(build, results, runner):
    """All results of one run, for programs."""
    jobs = {job: {"nanoseconds": results.nanoseconds(job), "spread": results.spread(job),
                  "rounds": [times.get(job) for times in results.rounds], **results.counts.get(job, {})}
            for job in results.jobs()}
    judged = [goal.judge(results) for goal in goals.goals("clang" in (compiler(build) or ""))]
    if runner.part == "hostile":
        judged = [goal for goal in judged if goal["measured"] is not None]
    return {"machine": machine(), "versions": versions(build, runner.part != "all"), "jobs": jobs, "goals": judged,
            "left_out": runner.left_out}


def main():
    build, options = sys.argv[1], sys.argv[2:]
    runner = rounds.Runner(build, next((part for part in ("quick", "hostile") if f"--{part}" in options), "all"))
    try:
        runner.write_job()
        results = rounds.Results([], {} if runner.part == "hostile" else runner.count())
        results.rounds = rounds.measure(runner)[0]
    except rounds.Failure as fault:
        sys.exit(f"benchmarks/run: {fault}")
    report = described(build, results, runner)
    if "--json" in options:
        print(json.dumps(report, indent=2))
    else:
        print_report(report, results, runner)


if __name__ == "__main__":
    main()
