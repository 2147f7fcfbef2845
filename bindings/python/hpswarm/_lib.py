# SPDX-License-Identifier: BSD-3-Clause
# Written by bindings/generate.py from include/hpswarm/*.h (./run bindings): do not edit.
"""Constants, structs and functions of libhpswarm as ctypes sees them."""
from ctypes import CFUNCTYPE, Structure, c_char_p, c_double, c_int32, c_int64, c_void_p

STATUSES = {
    0: ("HPS_OK", "success"),
    -1: ("HPS_E_ARGUMENT", "argument is NULL, of wrong shape, not finite or out of range"),
    -2: ("HPS_E_OPTION", "unknown option or value of the wrong kind"),
    -3: ("HPS_E_STATE", "call is not allowed now"),
    -4: ("HPS_E_MEMORY", "out of memory or above the memory limit of the context"),
    -5: ("HPS_E_IO", "cannot open, read, write or rename a file"),
    -6: ("HPS_E_FORMAT", "file content is not understood"),
    -7: ("HPS_E_NUMERIC", "factorisation failed or result is not finite"),
    -8: ("HPS_E_CALLBACK", "the user's callback asked to stop"),
    -9: ("HPS_E_CANCELLED", "cancelled"),
    -10: ("HPS_E_CAPACITY", "the caller's buffer is too small"),
    -11: ("HPS_E_UNSUPPORTED", "built without this feature"),
    -99: ("HPS_E_INTERNAL", "a bug in the library, please report"),
}

HPS_OK = 0
HPS_E_ARGUMENT = -1
HPS_E_OPTION = -2
HPS_E_STATE = -3
HPS_E_MEMORY = -4
HPS_E_IO = -5
HPS_E_FORMAT = -6
HPS_E_NUMERIC = -7
HPS_E_CALLBACK = -8
HPS_E_CANCELLED = -9
HPS_E_CAPACITY = -10
HPS_E_UNSUPPORTED = -11
HPS_E_INTERNAL = -99

HPS_LOG_ERROR = 1
HPS_LOG_WARN = 2
HPS_LOG_INFO = 3
HPS_LOG_DEBUG = 4
HPS_OPTION_REAL = 0
HPS_OPTION_INT = 1
HPS_OPTION_TEXT = 2
HPS_FINDING_CLOSE_CONTACT = 1
HPS_FINDING_DUPLICATE = 2
HPS_FINDING_ENERGY_OUTLIER = 3
HPS_FINDING_LARGE_FORCE = 4
HPS_FINDING_NET_FORCE = 5
HPS_FINDING_NO_ENERGY = 6
HPS_KERNEL_DOUBLE = 0
HPS_KERNEL_SINGLE = 1
HPS_DESIGN_LATIN = 0
HPS_DESIGN_SOBOL = 1
HPS_DESIGN_ORTHOGONAL = 2
HPS_SURFACE_LINEAR = 0
HPS_SURFACE_QUADRATIC = 1
HPS_SURFACE_RBF = 2
HPS_SURFACE_GP = 3
HPS_SCALE_LINEAR = 0
HPS_SCALE_LOG = 1
HPS_PARAM_REAL = 0
HPS_PARAM_INT = 1
HPS_PARAM_CHOICE = 2
HPS_EVAL_OK = 0
HPS_EVAL_INFEASIBLE = 1
HPS_EVAL_FAILED = 2
HPS_EVAL_TIMEOUT = 3
HPS_COUNT_RETRIED = -1
HPS_COUNT_EXTERNAL = -2
HPS_COUNT_NO_NUMBER = -3


class hps_allocator(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("reserved", c_int32),
        ("allocate", c_void_p),
        ("release", c_void_p),
        ("user", c_void_p),
    ]


class hps_option_info(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("kind", c_int32),
        ("name", c_char_p),
        ("unit", c_char_p),
        ("choices", c_char_p),
        ("help", c_char_p),
        ("minimum", c_double),
        ("maximum", c_double),
        ("value", c_double),
        ("per_species", c_int32),
        ("reserved", c_int32),
    ]


class hps_frame(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("n_atoms", c_int32),
        ("periodic", c_int32 * 3),
        ("has_energy", c_int32),
        ("energy", c_double),
        ("numbers", c_void_p),
        ("positions", c_void_p),
        ("cell", c_void_p),
        ("forces", c_void_p),
        ("virial", c_void_p),
        ("config_type", c_char_p),
        ("source", c_char_p),
        ("line", c_int64),
        ("index", c_int64),
        ("energy_sigma", c_double),
        ("force_sigma", c_double),
        ("virial_sigma", c_double),
        ("force_mask", c_void_p),
    ]


class hps_finding(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("kind", c_int32),
        ("frame", c_int64),
        ("other", c_int64),
        ("atom", c_int32 * 2),
        ("value", c_double),
    ]


class hps_errors(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("reserved", c_int32),
        ("n_structures", c_int64),
        ("n_atoms", c_int64),
        ("n_force_components", c_int64),
        ("n_virials", c_int64),
        ("rmse_energy_per_atom", c_double),
        ("mae_energy_per_atom", c_double),
        ("mae_energy_per_structure", c_double),
        ("rmse_force", c_double),
        ("mae_force", c_double),
        ("rmse_virial_per_atom", c_double),
    ]


class hps_gpr_report(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("n_sparse", c_int32),
        ("n_structures", c_int64),
        ("n_atoms", c_int64),
        ("n_rows", c_int64),
        ("jitter", c_double),
        ("seconds_descriptors", c_double),
        ("seconds_covariance", c_double),
        ("seconds_solve", c_double),
        ("delta", c_double),
        ("minus_log_evidence", c_double),
        ("best_delta", c_double),
    ]


class hps_kernel_stats(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("reserved", c_int32),
        ("n_environments", c_int64),
        ("n_references", c_int64),
        ("n_pairs", c_int64),
        ("mean", c_double),
        ("standard_deviation", c_double),
        ("skewness", c_double),
        ("minimum", c_double),
        ("maximum", c_double),
    ]


class hps_surface_quality(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("n_terms", c_int32),
        ("n_points", c_int64),
        ("n_left_out", c_int64),
        ("r2", c_double),
        ("r2_loo", c_double),
        ("rmse", c_double),
        ("rmse_loo", c_double),
        ("noise", c_double),
    ]


class hps_param_info(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("kind", c_int32),
        ("scale", c_int32),
        ("n_labels", c_int32),
        ("fixed", c_int32),
        ("reserved", c_int32),
        ("lo", c_double),
        ("hi", c_double),
        ("value", c_double),
        ("name", c_char_p),
    ]


class hps_batch(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("n", c_int32),
        ("n_params", c_int32),
        ("n_objectives", c_int32),
        ("iteration", c_int64),
        ("id", c_void_p),
        ("particle", c_void_p),
        ("x", c_void_p),
    ]


class hps_progress(Structure):
    _fields_ = [
        ("struct_size", c_int32),
        ("n_front", c_int32),
        ("iteration", c_int64),
        ("n_evaluated", c_int64),
        ("n_failed", c_int64),
        ("seconds", c_double),
        ("best", c_double),
        ("diversity", c_double),
    ]


hps_log_fn = CFUNCTYPE(None, c_int32, c_char_p, c_void_p)
hps_gather_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_void_p)
hps_evaluate_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_void_p, c_void_p)
hps_progress_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p)
hps_prefer_fn = CFUNCTYPE(c_int32, c_int32, c_void_p, c_void_p, c_void_p)

# name: (result, arguments)
FUNCTIONS = {

    # ---------------------------------------------------------------------- hpswarm/base.h

    # const char* hps_status_name(hps_status s)
    "hps_status_name": (
        c_char_p,
        (c_int32,),
    ),
    # const char* hps_status_text(hps_status s)
    "hps_status_text": (
        c_char_p,
        (c_int32,),
    ),
    # const char* hps_last_error(void)
    "hps_last_error": (
        c_char_p,
        (),
    ),
    # int32_t hps_last_callback_code(void)
    "hps_last_callback_code": (
        c_int32,
        (),
    ),
    # int32_t hps_version(void)
    "hps_version": (
        c_int32,
        (),
    ),
    # const char* hps_version_text(void)
    "hps_version_text": (
        c_char_p,
        (),
    ),
    # const char* hps_build_info(const char* what)
    "hps_build_info": (
        c_char_p,
        (c_char_p,),
    ),
    # hps_status hps_context_create(hps_context** out, const hps_allocator* alloc)
    "hps_context_create": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_context_set_threads(hps_context* c, int32_t n)
    "hps_context_set_threads": (
        c_int32,
        (c_void_p, c_int32),
    ),
    # hps_status hps_context_set_memory_limit(hps_context* c, int64_t bytes)
    "hps_context_set_memory_limit": (
        c_int32,
        (c_void_p, c_int64),
    ),
    # hps_status hps_context_set_log(hps_context* c, int32_t level, hps_log_fn fn, void* user)
    "hps_context_set_log": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p),
    ),
    # int32_t hps_context_threads(const hps_context* c)
    "hps_context_threads": (
        c_int32,
        (c_void_p,),
    ),
    # hps_status hps_context_memory(const hps_context* c, int64_t* held, int64_t* peak)
    "hps_context_memory": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_context_set_team(hps_context* c, int32_t rank, int32_t size, hps_gather_fn
    #    gather, void* user)
    "hps_context_set_team": (
        c_int32,
        (c_void_p, c_int32, c_int32, c_void_p, c_void_p),
    ),
    # hps_status hps_context_settle_team(hps_context* c)
    "hps_context_settle_team": (
        c_int32,
        (c_void_p,),
    ),
    # void hps_context_team_seconds(const hps_context* c, double* own, double* all, double*
    #    exchange)
    "hps_context_team_seconds": (
        None,
        (c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # void hps_context_destroy(hps_context* c)
    "hps_context_destroy": (
        None,
        (c_void_p,),
    ),
    # hps_status hps_option_describe(const char* owner, int32_t i, hps_option_info* info)
    "hps_option_describe": (
        c_int32,
        (c_char_p, c_int32, c_void_p),
    ),
    # const char* hps_option_advice(const char* owner, int32_t i)
    "hps_option_advice": (
        c_char_p,
        (c_char_p, c_int32),
    ),

    # ---------------------------------------------------------------------- hpswarm/dataset.h

    # int32_t hps_element_number(const char* symbol)
    "hps_element_number": (
        c_int32,
        (c_char_p,),
    ),
    # const char* hps_element_symbol(int32_t number)
    "hps_element_symbol": (
        c_char_p,
        (c_int32,),
    ),
    # hps_status hps_dataset_create(hps_dataset** out, hps_context* c)
    "hps_dataset_create": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_dataset_add(hps_dataset* d, int32_t n, const int32_t* numbers, const double*
    #    positions, const double* cell, const int32_t* periodic, const double* energy, const double*
    #    forces, const double* virial, const char* config_type)
    "hps_dataset_add": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p,
           c_char_p),
    ),
    # hps_status hps_dataset_read_extxyz(hps_dataset* d, const char* path, const char* energy_key,
    #    const char* force_key, const char* virial_key)
    "hps_dataset_read_extxyz": (
        c_int32,
        (c_void_p, c_char_p, c_char_p, c_char_p, c_char_p),
    ),
    # const char* hps_dataset_key(const hps_dataset* d, const char* quantity)
    "hps_dataset_key": (
        c_char_p,
        (c_void_p, c_char_p),
    ),
    # int64_t hps_dataset_n_frames(const hps_dataset* d)
    "hps_dataset_n_frames": (
        c_int64,
        (c_void_p,),
    ),
    # int64_t hps_dataset_n_atoms(const hps_dataset* d)
    "hps_dataset_n_atoms": (
        c_int64,
        (c_void_p,),
    ),
    # hps_status hps_dataset_frame(const hps_dataset* d, int64_t i, hps_frame* out)
    "hps_dataset_frame": (
        c_int32,
        (c_void_p, c_int64, c_void_p),
    ),
    # hps_status hps_dataset_set_noise(hps_dataset* d, int64_t i, double energy_sigma, double
    #    force_sigma, double virial_sigma, const int32_t* force_mask)
    "hps_dataset_set_noise": (
        c_int32,
        (c_void_p, c_int64, c_double, c_double, c_double, c_void_p),
    ),
    # hps_status hps_dataset_set_force_sigmas(hps_dataset* d, int64_t i, const double* sigma)
    "hps_dataset_set_force_sigmas": (
        c_int32,
        (c_void_p, c_int64, c_void_p),
    ),
    # const double* hps_dataset_force_sigmas(const hps_dataset* d, int64_t i)
    "hps_dataset_force_sigmas": (
        c_void_p,
        (c_void_p, c_int64),
    ),
    # hps_status hps_dataset_set_virial_sigmas(hps_dataset* d, int64_t i, const double* sigma)
    "hps_dataset_set_virial_sigmas": (
        c_int32,
        (c_void_p, c_int64, c_void_p),
    ),
    # const double* hps_dataset_virial_sigmas(const hps_dataset* d, int64_t i)
    "hps_dataset_virial_sigmas": (
        c_void_p,
        (c_void_p, c_int64),
    ),
    # hps_status hps_dataset_species(const hps_dataset* d, int32_t capacity, int32_t* n, int32_t*
    #    numbers)
    "hps_dataset_species": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p),
    ),
    # hps_status hps_dataset_subset(hps_dataset** out, const hps_dataset* d, int64_t n, const
    #    int64_t* frames)
    "hps_dataset_subset": (
        c_int32,
        (c_void_p, c_void_p, c_int64, c_void_p),
    ),
    # hps_status hps_dataset_split(const hps_dataset* d, double test_fraction, int64_t seed,
    #    hps_dataset** train, hps_dataset** test)
    "hps_dataset_split": (
        c_int32,
        (c_void_p, c_double, c_int64, c_void_p, c_void_p),
    ),
    # hps_status hps_dataset_split_every(const hps_dataset* d, int64_t every, hps_dataset** train,
    #    hps_dataset** test)
    "hps_dataset_split_every": (
        c_int32,
        (c_void_p, c_int64, c_void_p, c_void_p),
    ),
    # hps_status hps_dataset_neighbours(const hps_dataset* d, int64_t frame, double cutoff, int64_t
    #    capacity, int64_t* n, int32_t* centre, int32_t* neighbour, double* vector)
    "hps_dataset_neighbours": (
        c_int32,
        (c_void_p, c_int64, c_double, c_int64, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_dataset_write_extxyz(const hps_dataset* d, const char* path, const double*
    #    energy, const double* forces, const double* virial)
    "hps_dataset_write_extxyz": (
        c_int32,
        (c_void_p, c_char_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_dataset_check(const hps_dataset* d, int64_t capacity, int64_t* n, hps_finding*
    #    findings)
    "hps_dataset_check": (
        c_int32,
        (c_void_p, c_int64, c_void_p, c_void_p),
    ),
    # void hps_dataset_destroy(hps_dataset* d)
    "hps_dataset_destroy": (
        None,
        (c_void_p,),
    ),

    # ---------------------------------------------------------------------- hpswarm/gpr.h

    # hps_status hps_errors_compute(const hps_dataset* d, const double* energy, const double*
    #    forces, const double* virial, const char* config_type, hps_errors* out)
    "hps_errors_compute": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_void_p, c_char_p, c_void_p),
    ),
    # hps_status hps_gpr_create(hps_gpr** out, hps_context* c, const hps_soap* s)
    "hps_gpr_create": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_clone(hps_gpr** out, const hps_gpr* g)
    "hps_gpr_clone": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_set_real(hps_gpr* g, const char* name, double v)
    "hps_gpr_set_real": (
        c_int32,
        (c_void_p, c_char_p, c_double),
    ),
    # hps_status hps_gpr_set_int(hps_gpr* g, const char* name, int64_t v)
    "hps_gpr_set_int": (
        c_int32,
        (c_void_p, c_char_p, c_int64),
    ),
    # hps_status hps_gpr_set_text(hps_gpr* g, const char* name, const char* v)
    "hps_gpr_set_text": (
        c_int32,
        (c_void_p, c_char_p, c_char_p),
    ),
    # hps_status hps_gpr_get(const hps_gpr* g, const char* name, double* v)
    "hps_gpr_get": (
        c_int32,
        (c_void_p, c_char_p, c_void_p),
    ),
    # hps_status hps_gpr_set_soap(hps_gpr* g, const hps_soap* s)
    "hps_gpr_set_soap": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # const hps_soap* hps_gpr_soap(const hps_gpr* g)
    "hps_gpr_soap": (
        c_void_p,
        (c_void_p,),
    ),
    # hps_status hps_gpr_set_sparse(hps_gpr* g, int32_t number, int32_t n, const int64_t* indices)
    "hps_gpr_set_sparse": (
        c_int32,
        (c_void_p, c_int32, c_int32, c_void_p),
    ),
    # hps_status hps_gpr_set_sigma(hps_gpr* g, const char* config_type, double energy, double force,
    #    double virial)
    "hps_gpr_set_sigma": (
        c_int32,
        (c_void_p, c_char_p, c_double, c_double, c_double),
    ),
    # hps_status hps_gpr_get_sigma(const hps_gpr* g, const char* config_type, double* energy,
    #    double* force, double* virial)
    "hps_gpr_get_sigma": (
        c_int32,
        (c_void_p, c_char_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_memory(const hps_gpr* g, const hps_dataset* train, int64_t* bytes)
    "hps_gpr_memory": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_fit(hps_gpr* g, const hps_dataset* train)
    "hps_gpr_fit": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_fit_leave_out(hps_gpr* g, const hps_dataset* train, double* energy, double*
    #    forces, double* virial)
    "hps_gpr_fit_leave_out": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_leave_out_memory(const hps_gpr* g, const hps_dataset* train, int64_t*
    #    bytes)
    "hps_gpr_leave_out_memory": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_predict(const hps_gpr* g, const hps_dataset* d, double* energy, double*
    #    forces, double* virial)
    "hps_gpr_predict": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_predict_memory(const hps_gpr* g, const hps_dataset* d, int32_t with_forces,
    #    int32_t with_virial, int64_t* bytes)
    "hps_gpr_predict_memory": (
        c_int32,
        (c_void_p, c_void_p, c_int32, c_int32, c_void_p),
    ),
    # hps_status hps_gpr_score(const hps_gpr* g, const hps_dataset* test, hps_errors* out)
    "hps_gpr_score": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_get_report(const hps_gpr* g, hps_gpr_report* out)
    "hps_gpr_get_report": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_element(const hps_gpr* g, int32_t number, int32_t* n_sparse, double* e0)
    "hps_gpr_element": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_sparse(const hps_gpr* g, int32_t number, int32_t capacity, int32_t* n,
    #    int64_t* indices)
    "hps_gpr_sparse": (
        c_int32,
        (c_void_p, c_int32, c_int32, c_void_p, c_void_p),
    ),
    # hps_status hps_gpr_save(const hps_gpr* g, const char* path)
    "hps_gpr_save": (
        c_int32,
        (c_void_p, c_char_p),
    ),
    # hps_status hps_gpr_load(hps_gpr** out, hps_context* c, const char* path)
    "hps_gpr_load": (
        c_int32,
        (c_void_p, c_void_p, c_char_p),
    ),
    # hps_status hps_gpr_export(const hps_gpr* g, const char* format, const char* path)
    "hps_gpr_export": (
        c_int32,
        (c_void_p, c_char_p, c_char_p),
    ),
    # hps_status hps_gpr_export_files(const hps_gpr* g, const char* format, const char* path,
    #    int64_t capacity, int64_t* n, char* names)
    "hps_gpr_export_files": (
        c_int32,
        (c_void_p, c_char_p, c_char_p, c_int64, c_void_p, c_void_p),
    ),
    # void hps_gpr_destroy(hps_gpr* g)
    "hps_gpr_destroy": (
        None,
        (c_void_p,),
    ),
    # hps_status hps_path_create(hps_path** out, const hps_gpr* g, const hps_dataset* train, const
    #    hps_dataset* test)
    "hps_path_create": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_path_errors(hps_path* p, double delta, double sigma_energy, int32_t
    #    with_forces, hps_errors* out)
    "hps_path_errors": (
        c_int32,
        (c_void_p, c_double, c_double, c_int32, c_void_p),
    ),
    # hps_status hps_path_create_noises(hps_path** out, const hps_gpr* g, const hps_dataset* train,
    #    const hps_dataset* test)
    "hps_path_create_noises": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_path_errors_at(hps_path* p, double delta, double sigma_energy, double
    #    sigma_force, double sigma_virial, int32_t with_forces, hps_errors* out)
    "hps_path_errors_at": (
        c_int32,
        (c_void_p, c_double, c_double, c_double, c_double, c_int32, c_void_p),
    ),
    # hps_status hps_path_loo(const hps_path* p, double delta, double sigma_energy, hps_errors* out)
    "hps_path_loo": (
        c_int32,
        (c_void_p, c_double, c_double, c_void_p),
    ),
    # hps_status hps_path_evidence(const hps_path* p, double delta, double sigma_energy, double*
    #    minus_log_evidence, double* best_delta)
    "hps_path_evidence": (
        c_int32,
        (c_void_p, c_double, c_double, c_void_p, c_void_p),
    ),
    # void hps_path_destroy(hps_path* p)
    "hps_path_destroy": (
        None,
        (c_void_p,),
    ),

    # ---------------------------------------------------------------------- hpswarm/kernel.h

    # hps_status hps_kernel_statistics(const hps_soap* s, const hps_dataset* d, double zeta, int64_t
    #    n_references, int64_t seed, hps_kernel_stats* out, int32_t n_bins, int64_t* histogram)
    "hps_kernel_statistics": (
        c_int32,
        (c_void_p, c_void_p, c_double, c_int64, c_int64, c_void_p, c_int32, c_void_p),
    ),
    # hps_status hps_kernel_memory(const hps_soap* s, const hps_dataset* d, int64_t n_references,
    #    int64_t* bytes)
    "hps_kernel_memory": (
        c_int32,
        (c_void_p, c_void_p, c_int64, c_void_p),
    ),
    # hps_status hps_kernel_statistics_several(const hps_soap* s, const hps_dataset* d, int32_t
    #    n_zetas, const double* zeta, int32_t precision, int64_t n_references, int64_t seed,
    #    hps_kernel_stats* out, int32_t n_bins, int64_t* histogram)
    "hps_kernel_statistics_several": (
        c_int32,
        (c_void_p, c_void_p, c_int32, c_void_p, c_int32, c_int64, c_int64, c_void_p, c_int32,
           c_void_p),
    ),
    # hps_status hps_kernel_matrix(const hps_soap* s, const hps_dataset* d, double zeta, int64_t
    #    n_rows, const int64_t* rows, int64_t n_cols, const int64_t* cols, double* k)
    "hps_kernel_matrix": (
        c_int32,
        (c_void_p, c_void_p, c_double, c_int64, c_void_p, c_int64, c_void_p, c_void_p),
    ),

    # ---------------------------------------------------------------------- hpswarm/soap.h

    # hps_status hps_soap_create(hps_soap** out, hps_context* c, int32_t n_species, const int32_t*
    #    numbers)
    "hps_soap_create": (
        c_int32,
        (c_void_p, c_void_p, c_int32, c_void_p),
    ),
    # hps_status hps_soap_clone(hps_soap** out, const hps_soap* s)
    "hps_soap_clone": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_soap_set_real(hps_soap* s, const char* name, double v)
    "hps_soap_set_real": (
        c_int32,
        (c_void_p, c_char_p, c_double),
    ),
    # hps_status hps_soap_set_int(hps_soap* s, const char* name, int64_t v)
    "hps_soap_set_int": (
        c_int32,
        (c_void_p, c_char_p, c_int64),
    ),
    # hps_status hps_soap_set_text(hps_soap* s, const char* name, const char* v)
    "hps_soap_set_text": (
        c_int32,
        (c_void_p, c_char_p, c_char_p),
    ),
    # hps_status hps_soap_get(const hps_soap* s, const char* name, double* v)
    "hps_soap_get": (
        c_int32,
        (c_void_p, c_char_p, c_void_p),
    ),
    # hps_status hps_soap_check(const hps_soap* s)
    "hps_soap_check": (
        c_int32,
        (c_void_p,),
    ),
    # int32_t hps_soap_size(const hps_soap* s)
    "hps_soap_size": (
        c_int32,
        (c_void_p,),
    ),
    # hps_status hps_soap_species(const hps_soap* s, int32_t capacity, int32_t* n, int32_t* numbers)
    "hps_soap_species": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p),
    ),
    # hps_status hps_soap_compute(const hps_soap* s, const hps_dataset* d, double* values, int64_t
    #    ld)
    "hps_soap_compute": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_int64),
    ),
    # hps_status hps_soap_gradient(const hps_soap* s, const hps_dataset* d, int64_t frame, int64_t
    #    capacity, int64_t* n_pairs, int32_t* centre, int32_t* moved, double* grad)
    "hps_soap_gradient": (
        c_int32,
        (c_void_p, c_void_p, c_int64, c_int64, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_soap_adjoint(const hps_soap* s, const hps_dataset* d, int64_t frame, const
    #    double* weight, int64_t ld, double* gradient, double* virial)
    "hps_soap_adjoint": (
        c_int32,
        (c_void_p, c_void_p, c_int64, c_void_p, c_int64, c_void_p, c_void_p),
    ),
    # void hps_soap_destroy(hps_soap* s)
    "hps_soap_destroy": (
        None,
        (c_void_p,),
    ),

    # ---------------------------------------------------------------------- hpswarm/study.h

    # hps_status hps_study_create(hps_study** out, hps_context* c, const hps_space* space, const
    #    hps_gpr* base, const hps_dataset* train, const hps_dataset* test)
    "hps_study_create": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_study_set_real(hps_study* t, const char* name, double v)
    "hps_study_set_real": (
        c_int32,
        (c_void_p, c_char_p, c_double),
    ),
    # hps_status hps_study_set_int(hps_study* t, const char* name, int64_t v)
    "hps_study_set_int": (
        c_int32,
        (c_void_p, c_char_p, c_int64),
    ),
    # hps_status hps_study_set_text(hps_study* t, const char* name, const char* v)
    "hps_study_set_text": (
        c_int32,
        (c_void_p, c_char_p, c_char_p),
    ),
    # int32_t hps_study_evaluate(const hps_batch* b, double* f, int32_t* outcome, void* study)
    "hps_study_evaluate": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # const char* hps_study_reason(const hps_study* t, int32_t i)
    "hps_study_reason": (
        c_char_p,
        (c_void_p, c_int32),
    ),
    # double hps_study_seconds(const hps_study* t, int32_t i)
    "hps_study_seconds": (
        c_double,
        (c_void_p, c_int32),
    ),
    # int32_t hps_study_at_a_time(const hps_study* t, int32_t n, double* seconds)
    "hps_study_at_a_time": (
        c_int32,
        (c_void_p, c_int32, c_void_p),
    ),
    # hps_status hps_study_apply(const hps_study* t, const double* x, hps_gpr** out)
    "hps_study_apply": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_study_refit(hps_study* t, const double* x, double* f)
    "hps_study_refit": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_study_memory(const hps_study* t, int64_t* bytes)
    "hps_study_memory": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # void hps_study_destroy(hps_study* t)
    "hps_study_destroy": (
        None,
        (c_void_p,),
    ),

    # ---------------------------------------------------------------------- hpswarm/surface.h

    # hps_status hps_design_size(const hps_space* s, int32_t kind, int64_t n, int64_t* size)
    "hps_design_size": (
        c_int32,
        (c_void_p, c_int32, c_int64, c_void_p),
    ),
    # hps_status hps_design_points(const hps_space* s, int32_t kind, int64_t seed, int64_t n,
    #    double* x)
    "hps_design_points": (
        c_int32,
        (c_void_p, c_int32, c_int64, c_int64, c_void_p),
    ),
    # hps_status hps_surface_create(hps_surface** out, hps_context* c, const hps_space* s, int32_t
    #    kind)
    "hps_surface_create": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_int32),
    ),
    # hps_status hps_surface_fit(hps_surface* r, int64_t n, const double* x, const double* f)
    "hps_surface_fit": (
        c_int32,
        (c_void_p, c_int64, c_void_p, c_void_p),
    ),
    # hps_status hps_surface_predict(const hps_surface* r, int64_t n, const double* x, double* mean,
    #    double* sd)
    "hps_surface_predict": (
        c_int32,
        (c_void_p, c_int64, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_surface_get_quality(const hps_surface* r, hps_surface_quality* q)
    "hps_surface_get_quality": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_surface_lengths(const hps_surface* r, double* length)
    "hps_surface_lengths": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_surface_minimum(const hps_surface* r, double* x, double* f)
    "hps_surface_minimum": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # void hps_surface_destroy(hps_surface* r)
    "hps_surface_destroy": (
        None,
        (c_void_p,),
    ),

    # ---------------------------------------------------------------------- hpswarm/swarm.h

    # hps_status hps_space_create(hps_space** out, hps_context* c)
    "hps_space_create": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_space_add_real(hps_space* s, const char* name, double lo, double hi, int32_t
    #    scale)
    "hps_space_add_real": (
        c_int32,
        (c_void_p, c_char_p, c_double, c_double, c_int32),
    ),
    # hps_status hps_space_add_int(hps_space* s, const char* name, int64_t lo, int64_t hi, int32_t
    #    scale)
    "hps_space_add_int": (
        c_int32,
        (c_void_p, c_char_p, c_int64, c_int64, c_int32),
    ),
    # hps_status hps_space_add_choice(hps_space* s, const char* name, int32_t n, const char*const*
    #    labels)
    "hps_space_add_choice": (
        c_int32,
        (c_void_p, c_char_p, c_int32, c_void_p),
    ),
    # hps_status hps_space_fix(hps_space* s, const char* name, double value)
    "hps_space_fix": (
        c_int32,
        (c_void_p, c_char_p, c_double),
    ),
    # hps_status hps_space_unfix(hps_space* s, const char* name)
    "hps_space_unfix": (
        c_int32,
        (c_void_p, c_char_p),
    ),
    # int32_t hps_space_size(const hps_space* s)
    "hps_space_size": (
        c_int32,
        (c_void_p,),
    ),
    # int32_t hps_space_index(const hps_space* s, const char* name)
    "hps_space_index": (
        c_int32,
        (c_void_p, c_char_p),
    ),
    # hps_status hps_space_describe(const hps_space* s, int32_t i, hps_param_info* info)
    "hps_space_describe": (
        c_int32,
        (c_void_p, c_int32, c_void_p),
    ),
    # const char* hps_space_label(const hps_space* s, int32_t i, int32_t level)
    "hps_space_label": (
        c_char_p,
        (c_void_p, c_int32, c_int32),
    ),
    # void hps_space_destroy(hps_space* s)
    "hps_space_destroy": (
        None,
        (c_void_p,),
    ),
    # hps_status hps_swarm_create(hps_swarm** out, hps_context* c, const hps_space* s, int32_t
    #    n_objectives)
    "hps_swarm_create": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_int32),
    ),
    # hps_status hps_swarm_set_real(hps_swarm* e, const char* name, double v)
    "hps_swarm_set_real": (
        c_int32,
        (c_void_p, c_char_p, c_double),
    ),
    # hps_status hps_swarm_set_int(hps_swarm* e, const char* name, int64_t v)
    "hps_swarm_set_int": (
        c_int32,
        (c_void_p, c_char_p, c_int64),
    ),
    # hps_status hps_swarm_set_text(hps_swarm* e, const char* name, const char* v)
    "hps_swarm_set_text": (
        c_int32,
        (c_void_p, c_char_p, c_char_p),
    ),
    # hps_status hps_swarm_set_start(hps_swarm* e, int32_t n, const double* x)
    "hps_swarm_set_start": (
        c_int32,
        (c_void_p, c_int32, c_void_p),
    ),
    # hps_status hps_swarm_set_progress(hps_swarm* e, hps_progress_fn fn, void* user)
    "hps_swarm_set_progress": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_set_preference(hps_swarm* e, hps_prefer_fn fn, void* user)
    "hps_swarm_set_preference": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_run(hps_swarm* e, hps_evaluate_fn fn, void* user)
    "hps_swarm_run": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_ask(hps_swarm* e, int32_t capacity, int32_t* n, int64_t* id, double* x)
    "hps_swarm_ask": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_tell(hps_swarm* e, int32_t n, const int64_t* id, const double* f, const
    #    int32_t* outcome)
    "hps_swarm_tell": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_order(const hps_swarm* e, int64_t capacity, int64_t* n, int64_t* id)
    "hps_swarm_order": (
        c_int32,
        (c_void_p, c_int64, c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_set_replay(hps_swarm* e, int64_t n, const int64_t* id)
    "hps_swarm_set_replay": (
        c_int32,
        (c_void_p, c_int64, c_void_p),
    ),
    # hps_status hps_swarm_tell_external(hps_swarm* e, int32_t n, const double* x, const double* f,
    #    const int32_t* outcome)
    "hps_swarm_tell_external": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    ),
    # int32_t hps_swarm_done(const hps_swarm* e)
    "hps_swarm_done": (
        c_int32,
        (c_void_p,),
    ),
    # const char* hps_swarm_stop_reason(const hps_swarm* e)
    "hps_swarm_stop_reason": (
        c_char_p,
        (c_void_p,),
    ),
    # void hps_swarm_cancel(hps_swarm* e)
    "hps_swarm_cancel": (
        None,
        (c_void_p,),
    ),
    # hps_status hps_swarm_best(const hps_swarm* e, double* x, double* f)
    "hps_swarm_best": (
        c_int32,
        (c_void_p, c_void_p, c_void_p),
    ),
    # int64_t hps_swarm_count(const hps_swarm* e, int32_t what)
    "hps_swarm_count": (
        c_int64,
        (c_void_p, c_int32),
    ),
    # hps_status hps_swarm_get_progress(const hps_swarm* e, hps_progress* p)
    "hps_swarm_get_progress": (
        c_int32,
        (c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_history(const hps_swarm* e, int64_t capacity, int64_t* n, int64_t* id,
    #    double* x, double* f, int32_t* outcome)
    "hps_swarm_history": (
        c_int32,
        (c_void_p, c_int64, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # hps_status hps_swarm_front(const hps_swarm* e, int32_t capacity, int32_t* n, int64_t* id,
    #    double* x, double* f)
    "hps_swarm_front": (
        c_int32,
        (c_void_p, c_int32, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # void hps_swarm_destroy(hps_swarm* e)
    "hps_swarm_destroy": (
        None,
        (c_void_p,),
    ),
    # hps_status hps_swarm_save(const hps_swarm* e, const char* path)
    "hps_swarm_save": (
        c_int32,
        (c_void_p, c_char_p),
    ),
    # hps_status hps_swarm_load(hps_swarm** out, hps_context* c, const hps_space* s, const char*
    #    path)
    "hps_swarm_load": (
        c_int32,
        (c_void_p, c_void_p, c_void_p, c_char_p),
    ),
    # hps_status hps_swarm_set_autosave(hps_swarm* e, const char* path, int32_t every)
    "hps_swarm_set_autosave": (
        c_int32,
        (c_void_p, c_char_p, c_int32),
    ),
}
