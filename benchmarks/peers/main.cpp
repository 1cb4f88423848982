// SPDX-License-Identifier: MIT
// The job through one peer in C or C++. It wants the folder that credence_benchmarks --write-job has written, in
// CREDENCE_BENCHMARK_JOB.
#include "peers/peers.hpp"

int main(int argc, char** argv) {
    peers::add_jobs();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}
