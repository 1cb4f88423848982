// SPDX-License-Identifier: MIT
// Macros that a program may have defined before it includes the library: those of windows.h and related headers, of X11, of
// old macOS SDKs, of Objective-C, of Qt, and of old C libraries. Each expands to text that does not compile.
#pragma once

#define CREDENCE_TEST_MACRO @

// windows.h, windef.h, wingdi.h, winnt.h, rpcndr.h, objbase.h
#define far CREDENCE_TEST_MACRO
#define near CREDENCE_TEST_MACRO
#define FAR CREDENCE_TEST_MACRO
#define NEAR CREDENCE_TEST_MACRO
#define pascal CREDENCE_TEST_MACRO
#define cdecl CREDENCE_TEST_MACRO
#define IN CREDENCE_TEST_MACRO
#define OUT CREDENCE_TEST_MACRO
#define OPTIONAL CREDENCE_TEST_MACRO
#define CONST CREDENCE_TEST_MACRO
#define VOID CREDENCE_TEST_MACRO
#define TRUE CREDENCE_TEST_MACRO
#define FALSE CREDENCE_TEST_MACRO
#define ERROR CREDENCE_TEST_MACRO
#define NO_ERROR CREDENCE_TEST_MACRO
#define DELETE CREDENCE_TEST_MACRO
#define ABSOLUTE CREDENCE_TEST_MACRO
#define RELATIVE CREDENCE_TEST_MACRO
#define TRANSPARENT CREDENCE_TEST_MACRO
#define IGNORE CREDENCE_TEST_MACRO
#define STRICT CREDENCE_TEST_MACRO
#define small CREDENCE_TEST_MACRO
#define hyper CREDENCE_TEST_MACRO
#define interface CREDENCE_TEST_MACRO
#define GetObject CREDENCE_TEST_MACRO
#define GetMessage CREDENCE_TEST_MACRO
#define SendMessage CREDENCE_TEST_MACRO
#define CreateFile CREDENCE_TEST_MACRO
#define DeleteFile CREDENCE_TEST_MACRO
#define GetCurrentTime CREDENCE_TEST_MACRO
#define Yield CREDENCE_TEST_MACRO
#define rad1 CREDENCE_TEST_MACRO
#define rad2 CREDENCE_TEST_MACRO
#define min(left, right) CREDENCE_TEST_MACRO
#define max(left, right) CREDENCE_TEST_MACRO

// X11
#define None CREDENCE_TEST_MACRO
#define Bool CREDENCE_TEST_MACRO
#define Status CREDENCE_TEST_MACRO
#define Success CREDENCE_TEST_MACRO
#define Always CREDENCE_TEST_MACRO
#define Complex CREDENCE_TEST_MACRO
#define True CREDENCE_TEST_MACRO
#define False CREDENCE_TEST_MACRO

// AssertMacros.h of old macOS SDKs, Objective-C
#define check(assertion) CREDENCE_TEST_MACRO
#define verify(assertion) CREDENCE_TEST_MACRO
#define require(assertion, label) CREDENCE_TEST_MACRO
#define check_string(assertion, text) CREDENCE_TEST_MACRO
#define verify_noerr(code) CREDENCE_TEST_MACRO
#define require_noerr(code, label) CREDENCE_TEST_MACRO
#define nil CREDENCE_TEST_MACRO
#define Nil CREDENCE_TEST_MACRO
#define YES CREDENCE_TEST_MACRO
#define NO CREDENCE_TEST_MACRO

// Qt, and systems that name themselves
#define signals CREDENCE_TEST_MACRO
#define slots CREDENCE_TEST_MACRO
#define emit CREDENCE_TEST_MACRO
#define foreach CREDENCE_TEST_MACRO
#define forever CREDENCE_TEST_MACRO
#define unix CREDENCE_TEST_MACRO
#define linux CREDENCE_TEST_MACRO
#define sun CREDENCE_TEST_MACRO
#define major(device) CREDENCE_TEST_MACRO
#define minor(device) CREDENCE_TEST_MACRO
#define BSD CREDENCE_TEST_MACRO
#define OK CREDENCE_TEST_MACRO
#define DEBUG CREDENCE_TEST_MACRO
