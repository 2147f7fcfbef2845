/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing numbers with a point, whatever the locale of the host. */
#include <locale.h>

#include "base/internal.h"

hps_status hpsi_in_c_locale(hps_status (*body)(void *arg), void *arg)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before;
    hps_status s;

    if (c == (locale_t)0) {
        return hpsi_fail(HPS_E_MEMORY, "no memory for the C locale");
    }
    before = uselocale(c); /* of this thread only */
    s = body(arg);
    uselocale(before);
    freelocale(c);
    return s;
}
