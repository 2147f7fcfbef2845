/* SPDX-License-Identifier: BSD-3-Clause */
/** @file hpswarm.h All public headers of libhpswarm. */
#ifndef HPSWARM_H
#define HPSWARM_H
#include "hpswarm/base.h"
#include "hpswarm/dataset.h"
#include "hpswarm/gpr.h"
#include "hpswarm/kernel.h"
#include "hpswarm/soap.h"
#include "hpswarm/study.h"
#include "hpswarm/surface.h"
#include "hpswarm/swarm.h"
#endif
