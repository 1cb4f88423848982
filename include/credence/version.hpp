// SPDX-License-Identifier: MIT
// The version of the library: the one thing in credence that is a macro, so that the preprocessor can ask for it.
#pragma once

/// The version as a string, by semantic versioning.
#define CREDENCE_VERSION "0.1.0"
/// The same as one number that compares: major * 10000 + minor * 100 + patch.
#define CREDENCE_VERSION_NUMBER 100
