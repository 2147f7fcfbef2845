/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz target: hps_gpr_load on damaged and on re-sealed documents, and a prediction with
 * whatever it accepts. */
#include "fuzz.h"

#include <stdlib.h>

#include "hpswarm.h"

#define MEMORY ((int64_t)64 << 20)

static hps_status small_set(hps_context *c, const hps_gpr *g, hps_dataset **out)
{
    static const double x[6] = {0, 0, 0, 0, 0.3, 1.2};
    int32_t numbers[118];
    int32_t n = 0;
    hps_status s = hps_soap_species(hps_gpr_soap(g), 118, &n, numbers);

    s = s != HPS_OK ? s : hps_dataset_create(out, c);
    numbers[1] = n > 1 ? numbers[1] : numbers[0];
    return s != HPS_OK ? s
                       : hps_dataset_add(*out, 2, numbers, x, NULL, NULL, NULL, NULL, NULL, NULL);
}

static void use(hps_context *c, const hps_gpr *g)
{
    hps_dataset *d = NULL;
    double energy;
    double forces[6];
    double virial[9];
    double v;
    int32_t n;
    hps_gpr_report r = {.struct_size = (int32_t)sizeof r};

    if (hps_gpr_get(g, "delta", &v) != HPS_OK || hps_gpr_get_report(g, &r) != HPS_OK ||
        hps_gpr_element(g, 6, &n, &v) != HPS_OK) {
        abort(); /* a loaded model has all of them */
    }
    if (small_set(c, g, &d) == HPS_OK) {
        (void)hps_gpr_predict(g, d, &energy, forces, virial);
    }
    hps_dataset_destroy(d);
}

static void load(const uint8_t *data, size_t size)
{
    const char *path = fuzz_path(data, size);
    hps_context *c = NULL;
    hps_gpr *g = NULL;

    if (path == NULL || hps_context_create(&c, NULL) != HPS_OK) {
        return;
    }
    if (hps_context_set_memory_limit(c, MEMORY) == HPS_OK &&
        hps_context_set_threads(c, 1) == HPS_OK && hps_gpr_load(&g, c, path) == HPS_OK) {
        use(c, g);
    }
    hps_gpr_destroy(g);
    hps_context_destroy(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t sealed_size;
    uint8_t *sealed = fuzz_sealed(data, size, &sealed_size);

    load(data, size);
    if (sealed != NULL && sealed_size > 0) {
        load(sealed, sealed_size);
    }
    free(sealed);
    return 0;
}
