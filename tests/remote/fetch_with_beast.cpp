// SPDX-License-Identifier: MIT
// Fetches one URL with BeastTransport. See fetch_once.hpp.
#include <credence/transports/beast.hpp>

#include "fetch_once.hpp"

int main(int count, char** words) { return fetch_once::run<credence::BeastTransport>(count, words); }
