#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All C++ is formatted as .clang-format says. To format it: git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 -i
# label: source
# packages: clang-format-19
set -eu

cd "$(dirname "$(readlink -f "$0")")/../.."
git -c safe.directory='*' ls-files -co --exclude-standard '*.hpp' '*.cpp' | xargs clang-format-19 --dry-run -Werror
