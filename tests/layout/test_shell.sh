#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The shell scripts pass shellcheck.
# label: source
# packages: shellcheck
set -eu

cd "$(dirname "$(readlink -f "$0")")/../.."
mapfile -t scripts < <(git -c safe.directory='*' ls-files -co --exclude-standard |
    xargs -r grep -lIE '^(#!.*sh$|# shellcheck shell=)')
[ ${#scripts[@]} -gt 5 ] || { echo "found only ${#scripts[@]} scripts"; exit 1; }
shellcheck -x "${scripts[@]}"
