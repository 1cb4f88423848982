// SPDX-License-Identifier: MIT
// Keys: to sign and to verify with, each for one algorithm, alone, in sets, or rotating; from and to text.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/decoding_key.hpp>
#include <credence/keys/encoding_key.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/keys/skipped_key.hpp>
#include <credence/keys/with_algorithm.hpp>
