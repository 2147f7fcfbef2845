#!/usr/bin/env bash
# usage: replay.sh REPLAY CORPUS [SEED]: run a fuzz target on its corpus and on fixed damages of it.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus"
if [ -d "$2" ]; then
    cp -r "$2/." "$work/corpus"
fi
if [ $# -ge 3 ]; then
    "$3" "$work/corpus"
fi
[ -n "$(ls "$work/corpus")" ] || { echo "no seed for $1"; exit 1; }
"$1" "$work/corpus"/*
