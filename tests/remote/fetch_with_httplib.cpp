// SPDX-License-Identifier: MIT
// Fetches one URL with HttplibTransport. See fetch_once.hpp.
#include <credence/transports/httplib.hpp>

#include "fetch_once.hpp"

int main(int count, char** words) { return fetch_once::run<credence::HttplibTransport>(count, words); }
