/* SPDX-License-Identifier: BSD-3-Clause */
/* HPSI_PER_TARGET in front of a function makes one copy of it per instruction set; which one is
 * used is decided when the library is loaded. Where that cannot be had it is empty. */
#ifndef HPSI_BASE_TARGETS_H
#define HPSI_BASE_TARGETS_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) &&       \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HPSI_PER_TARGET                                                                            \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HPSI_PER_TARGET
#endif

#endif
