#!/usr/bin/env bash
# usage: cxx_example.sh CXX INCLUDE LIBRARY SOURCE.cpp: build a C++ page of docs/examples, and run it.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" -std=c++11 -Wall -Wextra -pedantic -Werror "$4" -I"$2" "$3" -Wl,-rpath,"$(dirname "$3")" -o "$work/example"
"$work/example"
