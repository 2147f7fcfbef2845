#!/usr/bin/env bash
# usage: include_arrows.sh ROOT: fail when an #include line points up or sideways.
# SPDX-License-Identifier: BSD-3-Clause
# A file of lib/<module> may include its own folder, public headers and private headers of
# modules below; swarm sees no atomistic header at all; src sees public headers only.
set -eu
cd "$1"
{
    find lib src include -name '*.[ch]' -print0 2>/dev/null | xargs -0 -r grep -nE '^[[:space:]]*#[[:space:]]*include' /dev/null
} | awk -F: '
    BEGIN {
        below["base"] = " base ";
        below["swarm"] = " base swarm ";
        below["surface"] = " base swarm surface ";
        below["dataset"] = " base dataset ";
        below["soap"] = " base dataset soap ";
        below["kernel"] = " base dataset soap kernel ";
        below["gpr"] = " base dataset soap kernel gpr ";
        below["mpi"] = " base swarm mpi ";
        below["study"] = " base swarm dataset soap kernel gpr study ";
    }
    function refuse(why) { print $1 ":" $2 ": " $3 " (" why ")"; bad = 1 }
    {
        n_lines++;
        split($1, part, "/");
        if (!match($3, /"[^"]*"/)) { # <...>: only what is outside of the tree
            if ($3 ~ /<hpswarm/) { refuse("our headers are included with quotes") }
            next;
        }
        target = substr($3, RSTART + 1, RLENGTH - 2);
        n = split(target, piece, "/");
        if (target ~ /\.\.\//) { refuse("climbs out of its folder"); next }
        if (part[1] == "include") {
            name = part[3]; sub(/\.h$/, "", name);
            other = piece[n]; sub(/\.h$/, "", other);
            if (part[2] == "hpswarm.h" || part[2] == "hpswarm" && name == other) { next }
            if (!(name in below) || index(below[name], " " other " ") == 0) { refuse("a public header includes one of a module above") }
            next;
        }
        if (part[1] == "src") {
            if (n > 1 && piece[1] in below) { refuse("the program sees public headers only") }
            next;
        }
        module = part[2];
        if (!(module in below)) { refuse("module " module " has no place in the order"); next }
        if (module == "mpi" && piece[1] != "hpswarm" && n > 1) { refuse("mpi sees public headers only"); next }
        if (piece[1] == "hpswarm" || target == "hpswarm.h") {
            other = piece[2]; sub(/\.h$/, "", other);
            if (module == "swarm" && index(below[module], " " other " ") == 0) {
                refuse("the swarm knows nothing of atoms");
            }
            next;
        }
        if (n == 1) { next }
        if (index(below[module], " " piece[1] " ") == 0) { refuse(module " is not above " piece[1]) }
    }
    END {
        if (n_lines == 0) { print "no include line found"; bad = 1 }
        exit bad;
    }'
