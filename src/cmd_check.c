/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm check: what a file holds, and what in it looks wrong. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_noise.h"
#include "data.h"

#define CONTACT_CUTOFF 4.0 /* angstrom: pairs farther apart than this are no contacts */

typedef struct range {
    double lo, hi;
} range;

typedef struct contact {
    double distance; /* +inf: none below the cut-off */
    int64_t frame;
} contact;

typedef struct survey {
    hps_dataset *data;
    int64_t n_energy, n_forces, n_virial, n_periodic;
    noise_counts noise;
    range atoms, energy, force;
    double force_squares;
    int64_t n_force;
    int64_t count[119];
    int32_t species[118], n_species;
    contact *contacts; /* [n_species][n_species], lower triangle */
    hps_finding *findings;
    int64_t n_findings;
} survey;

static void widen(range *r, double v)
{
    r->lo = v < r->lo ? v : r->lo;
    r->hi = v > r->hi ? v : r->hi;
}

static void survey_forces(survey *s, const hps_frame *f)
{
    for (int32_t i = 0; f->forces != NULL && i < 3 * f->n_atoms; i++) {
        widen(&s->force, fabs(f->forces[i]));
        s->force_squares += f->forces[i] * f->forces[i];
        s->n_force++;
    }
}

static int species_index(const survey *s, int32_t number)
{
    for (int k = 0; k < s->n_species; k++) {
        if (s->species[k] == number) {
            return k;
        }
    }
    return 0;
}

static int survey_contacts(survey *s, int64_t frame, const hps_frame *f)
{
    int64_t n = 0;
    hps_status st = hps_dataset_neighbours(s->data, frame, CONTACT_CUTOFF, 0, &n, NULL, NULL, NULL);
    int32_t *centre = new_memory((size_t)n, sizeof *centre);
    int32_t *neighbour = new_memory((size_t)n, sizeof *neighbour);
    double *vector = new_memory((size_t)n, 3 * sizeof *vector);

    if (n > 0) {
        st = hps_dataset_neighbours(s->data, frame, CONTACT_CUTOFF, n, &n, centre, neighbour,
                                    vector);
    }
    for (int64_t k = 0; k < n && st == HPS_OK; k++) {
        const double *v = vector + 3 * k;
        double distance = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        int a = species_index(s, f->numbers[centre[k]]);
        int b = species_index(s, f->numbers[neighbour[k]]);
        contact *c = &s->contacts[a >= b ? a * s->n_species + b : b * s->n_species + a];

        if (distance < c->distance) {
            c->distance = distance;
            c->frame = frame;
        }
    }
    free(centre);
    free(neighbour);
    free(vector);
    return st == HPS_OK || n == 0 ? EXIT_DONE : fail_library(st, EXIT_DATA);
}

static int survey_frame(survey *s, int64_t i)
{
    hps_frame f;
    int rc = data_frame(s->data, i, &f);

    if (rc != EXIT_DONE) {
        return rc;
    }
    widen(&s->atoms, f.n_atoms);
    s->n_energy += f.has_energy != 0;
    s->n_forces += f.forces != NULL;
    s->n_virial += f.virial != NULL;
    s->n_periodic += f.periodic[0] || f.periodic[1] || f.periodic[2];
    if (f.has_energy) {
        widen(&s->energy, f.energy / f.n_atoms);
    }
    for (int32_t k = 0; k < f.n_atoms; k++) {
        s->count[f.numbers[k]]++;
    }
    survey_forces(s, &f);
    check_noise_count(&s->noise, s->data, i, &f);
    return survey_contacts(s, i, &f);
}

static int survey_findings(survey *s)
{
    hps_status st = hps_dataset_check(s->data, 0, &s->n_findings, NULL);

    if (st == HPS_OK || st == HPS_E_CAPACITY) {
        s->findings = new_memory((size_t)s->n_findings, sizeof *s->findings);
        for (int64_t i = 0; i < s->n_findings; i++) {
            s->findings[i].struct_size = sizeof *s->findings;
        }
        st = hps_dataset_check(s->data, s->n_findings, &s->n_findings, s->findings);
    }
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_DATA);
}

static int survey_all(survey *s)
{
    static const range empty = {(double)INFINITY, -(double)INFINITY};
    int rc = EXIT_DONE;

    s->atoms = s->energy = s->force = empty;
    if (hps_dataset_species(s->data, 118, &s->n_species, s->species) != HPS_OK) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    s->contacts = new_memory((size_t)s->n_species * (size_t)s->n_species, sizeof *s->contacts);
    for (int k = 0; k < s->n_species * s->n_species; k++) {
        s->contacts[k].distance = (double)INFINITY;
    }
    for (int64_t i = 0; i < hps_dataset_n_frames(s->data) && rc == EXIT_DONE; i++) {
        rc = survey_frame(s, i);
    }
    return rc == EXIT_DONE ? survey_findings(s) : rc;
}

/* ------------------------------------------------------------------ findings */

static const char *finding_name(int32_t kind)
{
    static const char *const names[] = {"other",          "close_contact", "duplicate",
                                        "energy_outlier", "large_force",   "net_force",
                                        "no_energy"};

    return kind >= 0 && kind <= HPS_FINDING_NO_ENERGY ? names[kind] : names[0];
}

static void finding_text(const hps_finding *f, char buffer[160])
{
    switch (f->kind) {
    case HPS_FINDING_CLOSE_CONTACT:
        snprintf(buffer, 160, "atoms %d and %d are %.4f A apart", f->atom[0], f->atom[1], f->value);
        break;
    case HPS_FINDING_DUPLICATE:
        snprintf(buffer, 160, "same structure as frame %lld", (long long)f->other);
        break;
    case HPS_FINDING_ENERGY_OUTLIER:
        snprintf(buffer, 160, "energy is %.1f robust standard deviations off", f->value);
        break;
    case HPS_FINDING_LARGE_FORCE:
        snprintf(buffer, 160, "atom %d has a force component of %.2f eV/A", f->atom[0], f->value);
        break;
    case HPS_FINDING_NET_FORCE:
        snprintf(buffer, 160, "forces do not add up to zero: %.4f eV/A per atom", f->value);
        break;
    case HPS_FINDING_NO_ENERGY:
        snprintf(buffer, 160, "no energy");
        break;
    default:
        snprintf(buffer, 160, "value %g", f->value);
    }
}

/* ---------------------------------------------------------------------- text */

static const char *key_text(const survey *s, const char *quantity)
{
    const char *key = hps_dataset_key(s->data, quantity);

    return key[0] != '\0' ? key : "none";
}

static void print_contents(const survey *s, const char *path)
{
    printf("%s: %lld frames (%lld periodic), %lld atoms, %.0f to %.0f a frame\n", path,
           (long long)hps_dataset_n_frames(s->data), (long long)s->n_periodic,
           (long long)hps_dataset_n_atoms(s->data), s->atoms.lo, s->atoms.hi);
    fputs("elements:", stdout);
    for (int k = 0; k < s->n_species; k++) {
        printf(" %s %lld", hps_element_symbol(s->species[k]), (long long)s->count[s->species[k]]);
    }
    printf("\nkeys: energy '%s' in %lld frames, forces '%s' in %lld, virial '%s' in %lld\n",
           key_text(s, "energy"), (long long)s->n_energy, key_text(s, "forces"),
           (long long)s->n_forces, key_text(s, "virial"), (long long)s->n_virial);
    check_noise_print(&s->noise);
    if (s->n_energy > 0) {
        printf("energy per atom: %.6f to %.6f eV\n", s->energy.lo, s->energy.hi);
    }
    if (s->n_force > 0) {
        printf("force components: largest %.4f, rms %.4f eV/A\n", s->force.hi,
               sqrt(s->force_squares / (double)s->n_force));
    }
}

static int64_t count_type(const survey *s, const char *type)
{
    int64_t n = 0;
    hps_frame f;

    for (int64_t i = 0; i < hps_dataset_n_frames(s->data); i++) {
        n += data_frame(s->data, i, &f) == EXIT_DONE && strcmp(f.config_type, type) == 0;
    }
    return n;
}

static void print_text(const survey *s, const args *a)
{
    int n, shown = a->verbose ? 1000000000 : 50;
    const char **types = data_config_types(s->data, &n);

    print_contents(s, a->words[0]);
    for (int i = 0; i < n; i++) {
        printf("%s '%s' %lld%s", i == 0 ? "config types:" : "", types[i],
               (long long)count_type(s, types[i]), i + 1 == n ? "\n" : ",");
    }
    free(types);
    for (int k = 0; k < s->n_species * s->n_species; k++) {
        if (isfinite(s->contacts[k].distance)) {
            printf("closest %s-%s: %.4f A in frame %lld\n",
                   hps_element_symbol(s->species[k % s->n_species]),
                   hps_element_symbol(s->species[k / s->n_species]), s->contacts[k].distance,
                   (long long)s->contacts[k].frame);
        }
    }
    printf("suspicious: %lld\n", (long long)s->n_findings);
    for (int64_t i = 0; i < s->n_findings; i++) {
        char text[160];

        if (i == shown) {
            printf("  ... %lld more (-v shows them)\n", (long long)(s->n_findings - i));
            break;
        }
        finding_text(&s->findings[i], text);
        printf("  frame %lld: %s\n", (long long)s->findings[i].frame, text);
    }
}

/* ---------------------------------------------------------------------- JSON */

static void json_range(json *j, const char *key, range r)
{
    json_open(j, key, '{');
    json_number(j, "min", r.lo);
    json_number(j, "max", r.hi);
    json_close(j, '}');
}

static void json_quantity(json *j, const survey *s, const char *quantity, int64_t frames)
{
    json_open(j, quantity, '{');
    json_text(j, "key", hps_dataset_key(s->data, quantity));
    json_int(j, "frames", frames);
    json_close(j, '}');
}

static void json_contacts(json *j, const survey *s)
{
    json_open(j, "closest", '[');
    for (int k = 0; k < s->n_species * s->n_species; k++) {
        if (isfinite(s->contacts[k].distance)) {
            json_open(j, NULL, '{');
            json_open(j, "elements", '[');
            json_text(j, NULL, hps_element_symbol(s->species[k % s->n_species]));
            json_text(j, NULL, hps_element_symbol(s->species[k / s->n_species]));
            json_close(j, ']');
            json_number(j, "distance", s->contacts[k].distance);
            json_int(j, "frame", s->contacts[k].frame);
            json_close(j, '}');
        }
    }
    json_close(j, ']');
}

static void json_findings(json *j, const survey *s)
{
    json_open(j, "findings", '[');
    for (int64_t i = 0; i < s->n_findings; i++) {
        const hps_finding *f = &s->findings[i];
        char text[160];

        finding_text(f, text);
        json_open(j, NULL, '{');
        json_text(j, "kind", finding_name(f->kind));
        json_int(j, "frame", f->frame);
        json_int(j, "other", f->other);
        json_open(j, "atoms", '[');
        json_int(j, NULL, f->atom[0]);
        json_int(j, NULL, f->atom[1]);
        json_close(j, ']');
        json_number(j, "value", f->value);
        json_text(j, "text", text);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_types(json *j, const survey *s)
{
    int n;
    const char **types = data_config_types(s->data, &n);

    json_open(j, "config_types", '{');
    for (int i = 0; i < n; i++) {
        json_int(j, types[i], count_type(s, types[i]));
    }
    json_close(j, '}');
    free(types);
}

static void print_json(const survey *s, const char *path)
{
    json j;

    json_start(&j, stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "file", path);
    json_int(&j, "n_structures", hps_dataset_n_frames(s->data));
    json_int(&j, "n_atoms", hps_dataset_n_atoms(s->data));
    json_int(&j, "n_periodic", s->n_periodic);
    json_range(&j, "atoms_per_structure", s->atoms);
    json_open(&j, "elements", '{');
    for (int k = 0; k < s->n_species; k++) {
        json_int(&j, hps_element_symbol(s->species[k]), s->count[s->species[k]]);
    }
    json_close(&j, '}');
    json_open(&j, "keys", '{');
    json_quantity(&j, s, "energy", s->n_energy);
    json_quantity(&j, s, "forces", s->n_forces);
    json_quantity(&j, s, "virial", s->n_virial);
    json_close(&j, '}');
    check_noise_json(&j, &s->noise);
    json_range(&j, "energy_per_atom", s->energy);
    json_number(&j, "max_force_component", s->n_force > 0 ? s->force.hi : (double)NAN);
    json_number(&j, "rms_force",
                s->n_force > 0 ? sqrt(s->force_squares / (double)s->n_force) : (double)NAN);
    json_types(&j, s);
    json_contacts(&j, s);
    json_findings(&j, s);
    json_close(&j, '}');
    json_end(&j);
}

int command_check(const args *a)
{
    survey s = {0};
    hps_context *c = NULL;
    runfile *r = NULL;
    int rc = args_context(a, &c);

    if (rc == EXIT_DONE) {
        rc = hp_read(a, 1, &r);
    }
    if (rc == EXIT_DONE) {
        rc = data_read(r, c, a->words[0], &s.data);
    }
    if (rc == EXIT_DONE) {
        rc = survey_all(&s);
    }
    if (rc == EXIT_DONE && a->json) {
        print_json(&s, a->words[0]);
    } else if (rc == EXIT_DONE) {
        print_text(&s, a);
    }
    free(s.contacts);
    free(s.findings);
    hps_dataset_destroy(s.data);
    runfile_free(r);
    hps_context_destroy(c);
    return rc;
}
