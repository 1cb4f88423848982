// SPDX-License-Identifier: MIT
// The version of the library, for the preprocessor: the only macros of credence.
#pragma once

/// The version as a string, by semantic versioning.
#define CREDENCE_VERSION "0.1.0"
/// The same as one number that compares: major * 10000 + minor * 100 + patch.
#define CREDENCE_VERSION_NUMBER 100
