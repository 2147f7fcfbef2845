/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the checkpoints share. */
#ifndef HPSI_SWARM_CHECKPOINT_H
#define HPSI_SWARM_CHECKPOINT_H

#include "swarm/internal.h"

/* checkpoint.c: the first refusal is the one that is told. */
void hpsi_unpack_refuse(hpsi_pack *p, const char *what);
/* Can the document hold so many numbers? Refused if not. */
int hpsi_unpack_has_room(hpsi_pack *p, int64_t items);
int hpsi_all_within(int64_t n, const double *v, double lo, double hi);

/* checkpoint_space.c */
void hpsi_checkpoint_pack_space(hpsi_pack *p, const hps_space *s);
void hpsi_checkpoint_check_space(hpsi_pack *p, const hps_space *s);
void hpsi_checkpoint_pack_options(hpsi_pack *p, const hps_swarm *e);
void hpsi_checkpoint_unpack_options(hpsi_pack *p, hps_swarm *e);

/* checkpoint_archive.c */
void hpsi_checkpoint_pack_archive(hpsi_pack *p, const hps_swarm *e);
void hpsi_checkpoint_unpack_archive(hpsi_pack *p, hps_swarm *e);

#endif
