# SPDX-License-Identifier: MIT
# Two compilers side by side: compilers.py BUILD_FOLDER OTHER_FOLDER [--json], called by benchmarks/run.
import json
import statistics
import sys

import report
import rounds


def ratio(job, one, other):
    """The time of the other compiler as a multiple of the first one's: the median of the ratios within each round."""
    ratios = [its[job] / mine[job] for mine, its in zip(one.rounds, other.rounds) if job in mine and job in its]
    return statistics.median(ratios) if ratios else None


def print_table(names, both):
    print(f"{'':44} {names[0]:>10} {names[1]:>10} {'ratio':>7}   instructions of each")
    for job in both[0].jobs():
        times = [results.nanoseconds(job) for results in both]
        if None in times:
            continue
        counts = [results.counts.get(job, {}).get("instructions") for results in both]
        counted = "" if None in counts else f"{counts[0]:>9,} {counts[1]:>9,}"
        print(f"{job:44} {report.shown(times[0]):>10} {report.shown(times[1]):>10} {ratio(job, *both):7.3f}   {counted}")


def print_goals(names, goals):
    print(f"\n{'Goals that both were measured for':60} {names[0]:>14} {names[1]:>14}")
    for one, other in zip(*goals):
        if one["measured"] is None or other["measured"] is None:
            continue
        cells = [f"{goal['measured']:,.3f} {'met' if goal['at_least_met'] else 'MISSED'}" for goal in (one, other)]
        print(f"{one['goal']:60} {cells[0]:>14} {cells[1]:>14}")


def main():
    folders, options = sys.argv[1:3], sys.argv[3:]
    runners = [rounds.Runner(folder, "compilers") for folder in folders]
    runners[1].job, runners[1].environment = runners[0].job, runners[0].environment  # one set of keys
    try:
        runners[0].write_job()
        both = [rounds.Results([], runner.count()) for runner in runners]
        for results, measured in zip(both, rounds.measure(*runners)):
            results.rounds = measured
    except rounds.Failure as fault:
        sys.exit(f"benchmarks/run: {fault}")
    described = [report.described(*each) for each in zip(folders, both, runners)]
    names = ["clang" if "clang" in one["versions"]["compiler"] else "g++" for one in described]
    if "--json" in options:
        print(json.dumps(dict(zip(names, described)), indent=2))
        return
    print("; ".join(one["versions"]["compiler"] for one in described))
    report.print_machine(described[0], both[0])
    print_table(names, both)
    print_goals(names, [one["goals"] for one in described])


main()
