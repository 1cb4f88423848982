// SPDX-License-Identifier: MIT
// The version of the library, for the preprocessor: the only macros of credence. And the language that it needs: every
// header includes this one before any other code of the library.
#pragma once

#if __cplusplus < 202002L && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L)
#error "credence needs C++20: compile with -std=c++20 (Visual C++: /std:c++20)"
#include <credence-needs-C++20>  // no such file: it stops the compiler, so that no other error follows
#endif

/// The version as a string, by semantic versioning.
#define CREDENCE_VERSION "0.2.0"
/// The same as one number that compares: major * 10000 + minor * 100 + patch.
#define CREDENCE_VERSION_NUMBER 200
