// SPDX-License-Identifier: MIT
// Claims: the registered ones, and typed claims of your own.
#pragma once

#include <credence/claims/claim_names.hpp>
#include <credence/claims/claims.hpp>
#include <credence/claims/registered_claims.hpp>
