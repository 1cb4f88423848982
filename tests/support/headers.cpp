// SPDX-License-Identifier: MIT
// Nothing: the file to which the precompiled headers of the tests belong.
