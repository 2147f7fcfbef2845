#!/usr/bin/env bash
# usage: check.sh FOLDER PROGRAM: man pages without warnings that name every command and key, and a
# completion that completes. What is not installed (groff, zsh, fish) is not asked.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
folder=$1 program=$2
fail() { echo "FAILED: $*"; exit 1; }

for page in man1/hpswarm.1 man5/hpswarm.yaml.5 man3/libhpswarm.3; do
    [ -s "$folder/$page" ] || fail "$page is missing"
    if command -v groff >/dev/null; then
        warnings=$(groff -man -Tascii -ww -z "$folder/$page" 2>&1) || fail "groff on $page"
        [ -z "$warnings" ] || fail "$page: $warnings"
    fi
done
"$program" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p' >"$folder/commands"
[ "$(wc -l <"$folder/commands")" -gt 5 ] || fail "no commands found"
while read -r command; do
    grep -q "^\.SS hpswarm $command" "$folder/man1/hpswarm.1" || fail "hpswarm(1) lacks $command"
    grep -q "_from $command'" "$folder/completion/hpswarm.fish" || fail "fish lacks $command"
    grep -q "'$command:" "$folder/completion/_hpswarm" || fail "zsh lacks $command"
done <"$folder/commands"
"$program" tune --help | sed -n '/^keys of/,/^(key/s/^  \([a-z_0-9]\+\) .*/\1/p' | while read -r key; do
    grep -q "^.fB$key.fR (" "$folder/man5/hpswarm.yaml.5" || fail "hpswarm.yaml(5) lacks $key"
done
grep -q 'hps_swarm_run(' "$folder/man3/libhpswarm.3" || fail "libhpswarm(3) lacks hps_swarm_run"

if command -v zsh >/dev/null; then zsh -n "$folder/completion/_hpswarm" || fail zsh; fi
if command -v fish >/dev/null; then fish -n "$folder/completion/hpswarm.fish" || fail fish; fi
# shellcheck source=/dev/null
. "$folder/completion/hpswarm"
complete_words() { # the words so far, the last one to be completed
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _hpswarm
    echo "${COMPREPLY[*]:-}"
}
[ "$(complete_words hpswarm ker)" = kernel ] || fail "hpswarm ker"
[ "$(complete_words hpswarm tune --res)" = --resume ] || fail "tune --res"
[ "$(complete_words hpswarm fit --res)" = "" ] || fail "fit has no --resume"
[ "$(complete_words hpswarm tune --threads 1)" = "" ] || fail "a value of a flag"
[ "$(complete_words hpswarm check "$folder/man1/hp")" = "$folder/man1/hpswarm.1" ] || fail "files"
echo "pages and completions hold"
