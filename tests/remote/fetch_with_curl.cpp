// SPDX-License-Identifier: MIT
// Fetches one URL with CurlTransport. See fetch_once.hpp.
#include <credence/transports/curl.hpp>

#include "fetch_once.hpp"

int main(int count, char** words) { return fetch_once::run<credence::CurlTransport>(count, words); }
