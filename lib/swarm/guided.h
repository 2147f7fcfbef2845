/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the variant guided share (swarm.md 4). */
#ifndef HPSI_SWARM_GUIDED_H
#define HPSI_SWARM_GUIDED_H

#include "swarm/internal.h"
#include "swarm/surface.h"

enum { HPSI_FLYER, HPSI_LEADER_QUADRATIC, HPSI_LEADER_RBF, HPSI_LEADER_DIAGONAL, HPSI_ROLES };
enum { HPSI_SEEKER = HPSI_ROLES }; /* a role without a radius */

/* Models that screen draws: the cubic radial basis, the process with a length for each feature. */
enum { HPSI_MODEL_RBF, HPSI_MODEL_ARD, HPSI_MODELS };
enum { HPSI_FORECASTS = HPSI_MODELS * HPSI_MAPS }; /* [model][map] */

/* A row of the archive and what it is sorted by. */
typedef struct hpsi_ranked {
    double key;
    int64_t row;
} hpsi_ranked;

/* Members that a process sends, and what they need (guided_seekers.c). */
typedef struct hpsi_seekers hpsi_seekers;

/* The models work in features: the dimensions that have an order, then a coordinate for each
 * level of each choice. Leaders step along the ordered dimensions only. */
struct hpsi_guided {
    int32_t n_ordered, n_features, max_points;
    int32_t *ordered; /* [n_ordered] dimensions */

    /* state, saved in checkpoints */
    int64_t epoch;             /* first row since the last restart; 0 of a return */
    int64_t polished;          /* rows at the end of the last return */
    int64_t budget;            /* evaluations that are planned for; 0: there is no plan */
    int32_t ending;            /* the last part of the plan has begun */
    int32_t n_seekers;         /* members that are sent an iteration */
    int32_t returned;          /* the epoch is a return to the best points of all epochs */
    double reference;          /* best value at the last significant improvement */
    double radius[HPSI_ROLES]; /* of each kind of leader */
    double credit[HPSI_MAPS];  /* how well each map ordered the batches so far */
    int32_t map;               /* in use */
    int32_t model;             /* that screens */
    double trust[HPSI_MODELS]; /* how well each ordered the batches so far */
    double ranked, judgements; /* how well the map in use ordered them: a fading sum, its weight */
    int32_t predicted;         /* the open batch has predictions */
    double *prediction;        /* [slots][HPSI_FORECASTS] */
    int64_t *role;             /* [slots] in the open batch */

    /* of the asynchronous mode (guided_asynchronous.c), saved too */
    int64_t fitted, fitted_outside; /* values completed when the global model was made (-1: there
                                     * is none), and points from outside then */
    int64_t leads, flights;         /* leaders sent, flyers since the last one */
    int32_t global_avoids;          /* avoids of the global model */
    int64_t n_judged;               /* predictions that wait to be judged: */
    double *judged, *judged_f;      /* [slots][HPSI_FORECASTS], [slots] */
    int64_t *foretold;              /* [slots] the point under way has a prediction, */
    double *expected;               /* [slots] which is this value */
    int64_t as_of;                  /* >= 0: values completed later are not seen */
    int32_t believes;               /* points under way are seen with what is expected of them */
    double scale, least, most;      /* of the last hpsi_guided_values */
    double global_scale, global_least, global_most;

    /* made anew for each batch */
    double *arena; /* holds the arrays of fixed size, also prediction */
    hpsi_rbf *global, *local;
    hpsi_ard *ard; /* of the same points as global; its lengths are state */
    int32_t has_ard;
    hpsi_quadratic *full, *separable;
    hpsi_seekers *sought; /* NULL without seekers; its lengths are state */
    int64_t n_visible;    /* rows of the last hpsi_guided_by_value */
    int32_t has_global, has_metric;
    int32_t avoids;                            /* failures have a place: models keep away from it */
    double *metric, *inverse;                  /* [n_ordered]^2: W and its inverse */
    double *vectors, *eigenvalues;             /* work space of the metric */
    double *proposal;                          /* [HPSI_ROLES][n_dims] */
    double *points;                            /* [max_points][n_features] */
    double *values, *mapped;                   /* [max_points], [HPSI_MAPS][max_points] */
    double *sorted, *weights;                  /* [max_points] */
    double *lo, *hi, *start, *step;            /* [n_ordered] */
    double *work;                              /* [4][n_ordered] */
    double *trial, *speed;                     /* [n_dims] a draw of a flyer */
    double *best_trial, *best_speed, *feature; /* [n_dims] twice, [n_features] */
    hpsi_ranked *order;                        /* [epoch's rows] */
    double *offset;                            /* [epoch's rows][n_ordered] from the best point, */
    double *image;                             /* and the same seen through the metric */
    int64_t order_capacity, offset_capacity, image_capacity;
};

/* guided_data.c: choosing rows of the epoch. */
enum { HPSI_MODEL_POINTS = 240 };
/* How many points the global model and that of the RBF leader are made of at most. */
int64_t hpsi_guided_global_points(const hpsi_guided *g);
int64_t hpsi_guided_local_points(const hpsi_guided *g);
int64_t hpsi_guided_rows(const hps_swarm *e);
/* Room for so many more rows. */
hps_status hpsi_guided_reserve(hps_swarm *e, int64_t more);
/* Fill `order` with the epoch's rows by value (failed ones last); the number without them. */
int64_t hpsi_guided_by_value(hps_swarm *e);
/* Fill `order` with rows by their distance from the best point, in the metric if `shaped`; rows
 * with the best point's choices only if there are enough of them. Returns their number; only the
 * first `most` are in order. The coordinates of row r are at g->image + (r - g->epoch) *
 * n_ordered. */
int64_t hpsi_guided_by_distance(hps_swarm *e, int shaped, int64_t most);
/* Fill `order` with at most `most` rows for a model of the whole epoch, the best first: all of it,
 * or the better half of `most` and the latest of the others. Returns their number. */
int32_t hpsi_guided_choose(hps_swarm *e, int64_t most);
/* Drop rows that nearly repeat an earlier one from the first n of `order`. */
int32_t hpsi_guided_distinct(hps_swarm *e, int64_t n);
/* Values of the first n of `order` into g->values, scaled, failed ones as the worst of the
 * others. 1 if they differ. */
int hpsi_guided_values(hps_swarm *e, int32_t n);
/* Features of a snapped point, and those of the first n of `order` into g->points. */
void hpsi_guided_features(const hps_swarm *e, const double *u, double *z);
void hpsi_guided_gather(hps_swarm *e, int32_t n);

/* guided_models.c */
hps_status hpsi_guided_metric(hps_swarm *e);
void hpsi_guided_global(hps_swarm *e);
/* What the models foretell of a snapped point, [HPSI_FORECASTS]. */
void hpsi_guided_foretell(hps_swarm *e, const double *u, double *out);
/* Predictions of the planned batch, and what its values say about the maps. */
void hpsi_guided_predict(hps_swarm *e);
void hpsi_guided_judge(hps_swarm *e);
/* Does the map in use order the batches well? */
int hpsi_guided_trusted(const hpsi_guided *g);
void hpsi_guided_judge_values(hpsi_guided *g, int32_t n, const double *prediction, const double *f);

/* guided_leaders.c: roles and proposals of the next batch. */
hps_status hpsi_guided_lead(hps_swarm *e);

/* The worst member that still flies, the first of equals, -1 if there is none; those without a
 * value are redrawn. */
int32_t hpsi_guided_worst_flyer(const hps_swarm *e);
hps_status hpsi_guided_propose(hps_swarm *e, int32_t role, int shaped, int *found);

/* guided.c */
void hpsi_guided_follow(hps_swarm *e, int32_t slot, int32_t role);
void hpsi_guided_adapt_radius(hps_swarm *e, int32_t slot, double before);
/* Radii of all leaders as a share of what they are at the beginning of an epoch. */
void hpsi_guided_first_radii(hps_swarm *e, double share);

/* guided_plan.c: what is different while it is known how many evaluations there will be. */
/* So many parameters need the swarm and the polishing more than what a process finds. */
enum { HPSI_MANY_PARAMETERS = 16 };
/* Fix the plan by the options. */
void hpsi_guided_make_plan(hps_swarm *e);
/* Is there a plan, and is it not over? */
int hpsi_guided_planned(const hps_swarm *e);
/* Are so few evaluations planned for that more of them go to seekers? */
int hpsi_guided_is_short(const hps_swarm *e);
/* Where a step ends that may leave the box. In short runs with seekers on its wall: the best values
 * of potentials often have parameters there, and what a reflection brings inside misses them. */
double hpsi_guided_at_wall(const hps_swarm *e, double u);
/* Basins are looked for: epochs end once they gain little. */
int hpsi_guided_explores(const hps_swarm *e);
/* Has the epoch come to where the best point of the earlier ones is? */
int hpsi_guided_met_again(const hps_swarm *e);
/* The least gain that counts while basins are looked for; after hpsi_guided_by_value, which found
 * so many finite values. */
double hpsi_guided_coarse(const hps_swarm *e, int64_t finite);
/* Let the last part begin if it is time. */
void hpsi_guided_follow_plan(hps_swarm *e);

/* guided_epochs.c */
/* What the best has to fall by to count. */
double hpsi_guided_significant(hps_swarm *e);
/* Iterations that an epoch lives on without that. */
double hpsi_guided_patience(const hps_swarm *e);
/* Return to the best points so far if the best is new, else ask for a new design. */
void hpsi_guided_end_epoch(hps_swarm *e);
/* Begin again at the best points of all epochs. 0: there are too few, or too many to model. */
int hpsi_guided_revisit(hps_swarm *e);
enum { HPSI_RETURN_ROWS = 10000 }; /* models of all points: later on a return costs too much */

/* guided_asynchronous.c */
hps_status hpsi_guided_advance(hps_swarm *e, int32_t slot);
void hpsi_guided_launched(hps_swarm *e, int32_t slot);
void hpsi_guided_arrive(hps_swarm *e, int32_t slot);
void hpsi_guided_pack_async(const hps_swarm *e, hpsi_pack *p);
void hpsi_guided_unpack_async(hps_swarm *e, hpsi_pack *p);

/* guided_seekers.c */
/* How many an iteration the options ask for. */
int32_t hpsi_seekers_wanted(const hps_swarm *e);
hps_status hpsi_seekers_create(hpsi_seekers **out, hps_swarm *e, int32_t slots, int32_t features);
void hpsi_seekers_destroy(hpsi_seekers *s);
/* Roles and proposals of seekers among those who still fly. */
void hpsi_guided_seek(hps_swarm *e);
const double *hpsi_seekers_proposal(const hps_swarm *e, int32_t slot);
/* The next fit starts from the lengths of the last. */
void hpsi_seekers_accept(hpsi_seekers *s);
void hpsi_seekers_pack(const hpsi_seekers *s, hpsi_pack *p);
void hpsi_seekers_unpack(hpsi_seekers *s, hpsi_pack *p);

/* guided_flyers.c: the next position of a member that no model leads. */
void hpsi_guided_fly(hps_swarm *e, int32_t slot);

/* guided_state.c: memory and checkpoint. */
hps_status hpsi_guided_create(hps_swarm *e, int32_t slots);
void hpsi_guided_pack(const hps_swarm *e, hpsi_pack *p);
void hpsi_guided_unpack(hps_swarm *e, hpsi_pack *p);
void hpsi_guided_unpack_forecasts(hpsi_pack *p, int64_t n, double *forecasts);

#endif
