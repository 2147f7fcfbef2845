! SPDX-License-Identifier: BSD-3-Clause
! Written by bindings/generate.py from the public headers (./run bindings): do not edit.
!> Constants, structs and functions of libhpswarm as the headers have them; every pointer
!> is an address. The module hpswarm is what programs want.
module hpswarm_c
  use, intrinsic :: iso_c_binding, only: c_double, c_funptr, c_int32_t, c_int64_t, c_ptr
  implicit none
  public

  integer(c_int32_t), parameter :: HPS_OK = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_ARGUMENT = -1_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_OPTION = -2_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_STATE = -3_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_MEMORY = -4_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_IO = -5_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_FORMAT = -6_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_NUMERIC = -7_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_CALLBACK = -8_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_CANCELLED = -9_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_CAPACITY = -10_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_UNSUPPORTED = -11_c_int32_t
  integer(c_int32_t), parameter :: HPS_E_INTERNAL = -99_c_int32_t
  integer(c_int32_t), parameter :: HPS_LOG_ERROR = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_LOG_WARN = 2_c_int32_t
  integer(c_int32_t), parameter :: HPS_LOG_INFO = 3_c_int32_t
  integer(c_int32_t), parameter :: HPS_LOG_DEBUG = 4_c_int32_t
  integer(c_int32_t), parameter :: HPS_OPTION_REAL = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_OPTION_INT = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_OPTION_TEXT = 2_c_int32_t
  integer(c_int32_t), parameter :: HPS_FINDING_CLOSE_CONTACT = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_FINDING_DUPLICATE = 2_c_int32_t
  integer(c_int32_t), parameter :: HPS_FINDING_ENERGY_OUTLIER = 3_c_int32_t
  integer(c_int32_t), parameter :: HPS_FINDING_LARGE_FORCE = 4_c_int32_t
  integer(c_int32_t), parameter :: HPS_FINDING_NET_FORCE = 5_c_int32_t
  integer(c_int32_t), parameter :: HPS_FINDING_NO_ENERGY = 6_c_int32_t
  integer(c_int32_t), parameter :: HPS_KERNEL_DOUBLE = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_KERNEL_SINGLE = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_DESIGN_LATIN = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_DESIGN_SOBOL = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_DESIGN_ORTHOGONAL = 2_c_int32_t
  integer(c_int32_t), parameter :: HPS_SURFACE_LINEAR = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_SURFACE_QUADRATIC = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_SURFACE_RBF = 2_c_int32_t
  integer(c_int32_t), parameter :: HPS_SURFACE_GP = 3_c_int32_t
  integer(c_int32_t), parameter :: HPS_SCALE_LINEAR = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_SCALE_LOG = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_PARAM_REAL = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_PARAM_INT = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_PARAM_CHOICE = 2_c_int32_t
  integer(c_int32_t), parameter :: HPS_EVAL_OK = 0_c_int32_t
  integer(c_int32_t), parameter :: HPS_EVAL_INFEASIBLE = 1_c_int32_t
  integer(c_int32_t), parameter :: HPS_EVAL_FAILED = 2_c_int32_t
  integer(c_int32_t), parameter :: HPS_EVAL_TIMEOUT = 3_c_int32_t
  integer(c_int32_t), parameter :: HPS_COUNT_RETRIED = -1_c_int32_t
  integer(c_int32_t), parameter :: HPS_COUNT_EXTERNAL = -2_c_int32_t
  integer(c_int32_t), parameter :: HPS_COUNT_NO_NUMBER = -3_c_int32_t

  type, bind(c) :: hps_allocator
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: reserved
    type(c_funptr) :: allocate
    type(c_funptr) :: release
    type(c_ptr) :: user
  end type hps_allocator

  type, bind(c) :: hps_option_info
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: kind
    type(c_ptr) :: name
    type(c_ptr) :: unit
    type(c_ptr) :: choices
    type(c_ptr) :: help
    real(c_double) :: minimum
    real(c_double) :: maximum
    real(c_double) :: value
    integer(c_int32_t) :: per_species
    integer(c_int32_t) :: reserved
  end type hps_option_info

  type, bind(c) :: hps_frame
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: n_atoms
    integer(c_int32_t) :: periodic(3)
    integer(c_int32_t) :: has_energy
    real(c_double) :: energy
    type(c_ptr) :: numbers
    type(c_ptr) :: positions
    type(c_ptr) :: cell
    type(c_ptr) :: forces
    type(c_ptr) :: virial
    type(c_ptr) :: config_type
    type(c_ptr) :: source
    integer(c_int64_t) :: line
    integer(c_int64_t) :: index
    real(c_double) :: energy_sigma
    real(c_double) :: force_sigma
    real(c_double) :: virial_sigma
    type(c_ptr) :: force_mask
  end type hps_frame

  type, bind(c) :: hps_finding
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: kind
    integer(c_int64_t) :: frame
    integer(c_int64_t) :: other
    integer(c_int32_t) :: atom(2)
    real(c_double) :: value
  end type hps_finding

  type, bind(c) :: hps_errors
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: reserved
    integer(c_int64_t) :: n_structures
    integer(c_int64_t) :: n_atoms
    integer(c_int64_t) :: n_force_components
    integer(c_int64_t) :: n_virials
    real(c_double) :: rmse_energy_per_atom
    real(c_double) :: mae_energy_per_atom
    real(c_double) :: mae_energy_per_structure
    real(c_double) :: rmse_force
    real(c_double) :: mae_force
    real(c_double) :: rmse_virial_per_atom
  end type hps_errors

  type, bind(c) :: hps_gpr_report
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: n_sparse
    integer(c_int64_t) :: n_structures
    integer(c_int64_t) :: n_atoms
    integer(c_int64_t) :: n_rows
    real(c_double) :: jitter
    real(c_double) :: seconds_descriptors
    real(c_double) :: seconds_covariance
    real(c_double) :: seconds_solve
    real(c_double) :: delta
    real(c_double) :: minus_log_evidence
    real(c_double) :: best_delta
  end type hps_gpr_report

  type, bind(c) :: hps_kernel_stats
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: reserved
    integer(c_int64_t) :: n_environments
    integer(c_int64_t) :: n_references
    integer(c_int64_t) :: n_pairs
    real(c_double) :: mean
    real(c_double) :: standard_deviation
    real(c_double) :: skewness
    real(c_double) :: minimum
    real(c_double) :: maximum
  end type hps_kernel_stats

  type, bind(c) :: hps_surface_quality
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: n_terms
    integer(c_int64_t) :: n_points
    integer(c_int64_t) :: n_left_out
    real(c_double) :: r2
    real(c_double) :: r2_loo
    real(c_double) :: rmse
    real(c_double) :: rmse_loo
    real(c_double) :: noise
  end type hps_surface_quality

  type, bind(c) :: hps_param_info
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: kind
    integer(c_int32_t) :: scale
    integer(c_int32_t) :: n_labels
    integer(c_int32_t) :: fixed
    integer(c_int32_t) :: reserved
    real(c_double) :: lo
    real(c_double) :: hi
    real(c_double) :: value
    type(c_ptr) :: name
  end type hps_param_info

  type, bind(c) :: hps_batch
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: n
    integer(c_int32_t) :: n_params
    integer(c_int32_t) :: n_objectives
    integer(c_int64_t) :: iteration
    type(c_ptr) :: id
    type(c_ptr) :: particle
    type(c_ptr) :: x
  end type hps_batch

  type, bind(c) :: hps_progress
    integer(c_int32_t) :: struct_size
    integer(c_int32_t) :: n_front
    integer(c_int64_t) :: iteration
    integer(c_int64_t) :: n_evaluated
    integer(c_int64_t) :: n_failed
    real(c_double) :: seconds
    real(c_double) :: best
    real(c_double) :: diversity
  end type hps_progress

  abstract interface
      subroutine hps_log_fn(level, message, user) bind(c)
        import :: c_int32_t, c_ptr
        integer(c_int32_t), value :: level
        type(c_ptr), value :: message
        type(c_ptr), value :: user
      end subroutine hps_log_fn
      function hps_gather_fn(base, begin, user) bind(c) result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: base
        type(c_ptr), value :: begin
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_gather_fn
      function hps_evaluate_fn(b, f, outcome, user) bind(c) result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: b
        type(c_ptr), value :: f
        type(c_ptr), value :: outcome
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_evaluate_fn
      function hps_progress_fn(p, user) bind(c) result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: p
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_progress_fn
      function hps_prefer_fn(m, a, b, user) bind(c) result(result_)
        import :: c_int32_t, c_ptr
        integer(c_int32_t), value :: m
        type(c_ptr), value :: a
        type(c_ptr), value :: b
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_prefer_fn
  end interface

  interface

    ! ---------------------------------------------------------------------- hpswarm/base.h

      function hps_status_name(s) bind(c, name="hps_status_name") result(result_)
        import :: c_int32_t, c_ptr
        integer(c_int32_t), value :: s
        type(c_ptr) :: result_
      end function hps_status_name
      function hps_status_text(s) bind(c, name="hps_status_text") result(result_)
        import :: c_int32_t, c_ptr
        integer(c_int32_t), value :: s
        type(c_ptr) :: result_
      end function hps_status_text
      function hps_last_error() bind(c, name="hps_last_error") result(result_)
        import :: c_ptr
        type(c_ptr) :: result_
      end function hps_last_error
      function hps_last_callback_code() bind(c, name="hps_last_callback_code") result(result_)
        import :: c_int32_t
        integer(c_int32_t) :: result_
      end function hps_last_callback_code
      function hps_version() bind(c, name="hps_version") result(result_)
        import :: c_int32_t
        integer(c_int32_t) :: result_
      end function hps_version
      function hps_version_text() bind(c, name="hps_version_text") result(result_)
        import :: c_ptr
        type(c_ptr) :: result_
      end function hps_version_text
      function hps_build_info(what) bind(c, name="hps_build_info") result(result_)
        import :: c_ptr
        type(c_ptr), value :: what
        type(c_ptr) :: result_
      end function hps_build_info
      function hps_context_create(out, alloc) bind(c, name="hps_context_create") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: alloc
        integer(c_int32_t) :: result_
      end function hps_context_create
      function hps_context_set_threads(c, n) bind(c, name="hps_context_set_threads") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: c
        integer(c_int32_t), value :: n
        integer(c_int32_t) :: result_
      end function hps_context_set_threads
      function hps_context_set_memory_limit(c, bytes) bind(c, name="hps_context_set_memory_limit") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: c
        integer(c_int64_t), value :: bytes
        integer(c_int32_t) :: result_
      end function hps_context_set_memory_limit
      function hps_context_set_log(c, level, fn, user) bind(c, name="hps_context_set_log") &
          result(result_)
        import :: c_funptr, c_int32_t, c_ptr
        type(c_ptr), value :: c
        integer(c_int32_t), value :: level
        type(c_funptr), value :: fn
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_context_set_log
      function hps_context_threads(c) bind(c, name="hps_context_threads") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: c
        integer(c_int32_t) :: result_
      end function hps_context_threads
      function hps_context_memory(c, held, peak) bind(c, name="hps_context_memory") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: c
        type(c_ptr), value :: held
        type(c_ptr), value :: peak
        integer(c_int32_t) :: result_
      end function hps_context_memory
      function hps_context_set_team(c, rank, size, gather, user) bind(c, name="hps_context_set_team") &
          result(result_)
        import :: c_funptr, c_int32_t, c_ptr
        type(c_ptr), value :: c
        integer(c_int32_t), value :: rank
        integer(c_int32_t), value :: size
        type(c_funptr), value :: gather
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_context_set_team
      function hps_context_settle_team(c) bind(c, name="hps_context_settle_team") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: c
        integer(c_int32_t) :: result_
      end function hps_context_settle_team
      subroutine hps_context_team_seconds(c, own, all, exchange) bind(c, &
          name="hps_context_team_seconds")
        import :: c_ptr
        type(c_ptr), value :: c
        type(c_ptr), value :: own
        type(c_ptr), value :: all
        type(c_ptr), value :: exchange
      end subroutine hps_context_team_seconds
      subroutine hps_context_destroy(c) bind(c, name="hps_context_destroy")
        import :: c_ptr
        type(c_ptr), value :: c
      end subroutine hps_context_destroy
      function hps_option_describe(owner, i, info) bind(c, name="hps_option_describe") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: owner
        integer(c_int32_t), value :: i
        type(c_ptr), value :: info
        integer(c_int32_t) :: result_
      end function hps_option_describe
      function hps_option_advice(owner, i) bind(c, name="hps_option_advice") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: owner
        integer(c_int32_t), value :: i
        type(c_ptr) :: result_
      end function hps_option_advice

    ! ---------------------------------------------------------------------- hpswarm/dataset.h

      function hps_element_number(symbol) bind(c, name="hps_element_number") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: symbol
        integer(c_int32_t) :: result_
      end function hps_element_number
      function hps_element_symbol(number) bind(c, name="hps_element_symbol") result(result_)
        import :: c_int32_t, c_ptr
        integer(c_int32_t), value :: number
        type(c_ptr) :: result_
      end function hps_element_symbol
      function hps_dataset_create(out, c) bind(c, name="hps_dataset_create") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        integer(c_int32_t) :: result_
      end function hps_dataset_create
      function hps_dataset_add(d, n, numbers, positions, cell, periodic, energy, forces, virial, &
          config_type) bind(c, name="hps_dataset_add") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int32_t), value :: n
        type(c_ptr), value :: numbers
        type(c_ptr), value :: positions
        type(c_ptr), value :: cell
        type(c_ptr), value :: periodic
        type(c_ptr), value :: energy
        type(c_ptr), value :: forces
        type(c_ptr), value :: virial
        type(c_ptr), value :: config_type
        integer(c_int32_t) :: result_
      end function hps_dataset_add
      function hps_dataset_read_extxyz(d, path, energy_key, force_key, virial_key) bind(c, &
          name="hps_dataset_read_extxyz") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: d
        type(c_ptr), value :: path
        type(c_ptr), value :: energy_key
        type(c_ptr), value :: force_key
        type(c_ptr), value :: virial_key
        integer(c_int32_t) :: result_
      end function hps_dataset_read_extxyz
      function hps_dataset_key(d, quantity) bind(c, name="hps_dataset_key") result(result_)
        import :: c_ptr
        type(c_ptr), value :: d
        type(c_ptr), value :: quantity
        type(c_ptr) :: result_
      end function hps_dataset_key
      function hps_dataset_n_frames(d) bind(c, name="hps_dataset_n_frames") result(result_)
        import :: c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t) :: result_
      end function hps_dataset_n_frames
      function hps_dataset_n_atoms(d) bind(c, name="hps_dataset_n_atoms") result(result_)
        import :: c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t) :: result_
      end function hps_dataset_n_atoms
      function hps_dataset_frame(d, i, out) bind(c, name="hps_dataset_frame") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: i
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_dataset_frame
      function hps_dataset_set_noise(d, i, energy_sigma, force_sigma, virial_sigma, force_mask) &
          bind(c, name="hps_dataset_set_noise") result(result_)
        import :: c_double, c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: i
        real(c_double), value :: energy_sigma
        real(c_double), value :: force_sigma
        real(c_double), value :: virial_sigma
        type(c_ptr), value :: force_mask
        integer(c_int32_t) :: result_
      end function hps_dataset_set_noise
      function hps_dataset_set_force_sigmas(d, i, sigma) bind(c, name="hps_dataset_set_force_sigmas") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: i
        type(c_ptr), value :: sigma
        integer(c_int32_t) :: result_
      end function hps_dataset_set_force_sigmas
      function hps_dataset_force_sigmas(d, i) bind(c, name="hps_dataset_force_sigmas") &
          result(result_)
        import :: c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: i
        type(c_ptr) :: result_
      end function hps_dataset_force_sigmas
      function hps_dataset_set_virial_sigmas(d, i, sigma) bind(c, &
          name="hps_dataset_set_virial_sigmas") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: i
        type(c_ptr), value :: sigma
        integer(c_int32_t) :: result_
      end function hps_dataset_set_virial_sigmas
      function hps_dataset_virial_sigmas(d, i) bind(c, name="hps_dataset_virial_sigmas") &
          result(result_)
        import :: c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: i
        type(c_ptr) :: result_
      end function hps_dataset_virial_sigmas
      function hps_dataset_species(d, capacity, n, numbers) bind(c, name="hps_dataset_species") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int32_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: numbers
        integer(c_int32_t) :: result_
      end function hps_dataset_species
      function hps_dataset_subset(out, d, n, frames) bind(c, name="hps_dataset_subset") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: d
        integer(c_int64_t), value :: n
        type(c_ptr), value :: frames
        integer(c_int32_t) :: result_
      end function hps_dataset_subset
      function hps_dataset_split(d, test_fraction, seed, train, test) bind(c, &
          name="hps_dataset_split") result(result_)
        import :: c_double, c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        real(c_double), value :: test_fraction
        integer(c_int64_t), value :: seed
        type(c_ptr), value :: train
        type(c_ptr), value :: test
        integer(c_int32_t) :: result_
      end function hps_dataset_split
      function hps_dataset_split_every(d, every, train, test) bind(c, name="hps_dataset_split_every") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: every
        type(c_ptr), value :: train
        type(c_ptr), value :: test
        integer(c_int32_t) :: result_
      end function hps_dataset_split_every
      function hps_dataset_neighbours(d, frame, cutoff, capacity, n, centre, neighbour, vector) &
          bind(c, name="hps_dataset_neighbours") result(result_)
        import :: c_double, c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: frame
        real(c_double), value :: cutoff
        integer(c_int64_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: centre
        type(c_ptr), value :: neighbour
        type(c_ptr), value :: vector
        integer(c_int32_t) :: result_
      end function hps_dataset_neighbours
      function hps_dataset_write_extxyz(d, path, energy, forces, virial) bind(c, &
          name="hps_dataset_write_extxyz") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: d
        type(c_ptr), value :: path
        type(c_ptr), value :: energy
        type(c_ptr), value :: forces
        type(c_ptr), value :: virial
        integer(c_int32_t) :: result_
      end function hps_dataset_write_extxyz
      function hps_dataset_check(d, capacity, n, findings) bind(c, name="hps_dataset_check") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: d
        integer(c_int64_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: findings
        integer(c_int32_t) :: result_
      end function hps_dataset_check
      subroutine hps_dataset_destroy(d) bind(c, name="hps_dataset_destroy")
        import :: c_ptr
        type(c_ptr), value :: d
      end subroutine hps_dataset_destroy

    ! ---------------------------------------------------------------------- hpswarm/gpr.h

      function hps_errors_compute(d, energy, forces, virial, config_type, out) bind(c, &
          name="hps_errors_compute") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: d
        type(c_ptr), value :: energy
        type(c_ptr), value :: forces
        type(c_ptr), value :: virial
        type(c_ptr), value :: config_type
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_errors_compute
      function hps_gpr_create(out, c, s) bind(c, name="hps_gpr_create") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        type(c_ptr), value :: s
        integer(c_int32_t) :: result_
      end function hps_gpr_create
      function hps_gpr_clone(out, g) bind(c, name="hps_gpr_clone") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: g
        integer(c_int32_t) :: result_
      end function hps_gpr_clone
      function hps_gpr_set_real(g, name, v) bind(c, name="hps_gpr_set_real") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: name
        real(c_double), value :: v
        integer(c_int32_t) :: result_
      end function hps_gpr_set_real
      function hps_gpr_set_int(g, name, v) bind(c, name="hps_gpr_set_int") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: name
        integer(c_int64_t), value :: v
        integer(c_int32_t) :: result_
      end function hps_gpr_set_int
      function hps_gpr_set_text(g, name, v) bind(c, name="hps_gpr_set_text") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: name
        type(c_ptr), value :: v
        integer(c_int32_t) :: result_
      end function hps_gpr_set_text
      function hps_gpr_get(g, name, v) bind(c, name="hps_gpr_get") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: name
        type(c_ptr), value :: v
        integer(c_int32_t) :: result_
      end function hps_gpr_get
      function hps_gpr_set_soap(g, s) bind(c, name="hps_gpr_set_soap") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: s
        integer(c_int32_t) :: result_
      end function hps_gpr_set_soap
      function hps_gpr_soap(g) bind(c, name="hps_gpr_soap") result(result_)
        import :: c_ptr
        type(c_ptr), value :: g
        type(c_ptr) :: result_
      end function hps_gpr_soap
      function hps_gpr_set_sparse(g, number, n, indices) bind(c, name="hps_gpr_set_sparse") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        integer(c_int32_t), value :: number
        integer(c_int32_t), value :: n
        type(c_ptr), value :: indices
        integer(c_int32_t) :: result_
      end function hps_gpr_set_sparse
      function hps_gpr_set_sigma(g, config_type, energy, force, virial) bind(c, &
          name="hps_gpr_set_sigma") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: config_type
        real(c_double), value :: energy
        real(c_double), value :: force
        real(c_double), value :: virial
        integer(c_int32_t) :: result_
      end function hps_gpr_set_sigma
      function hps_gpr_get_sigma(g, config_type, energy, force, virial) bind(c, &
          name="hps_gpr_get_sigma") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: config_type
        type(c_ptr), value :: energy
        type(c_ptr), value :: force
        type(c_ptr), value :: virial
        integer(c_int32_t) :: result_
      end function hps_gpr_get_sigma
      function hps_gpr_memory(g, train, bytes) bind(c, name="hps_gpr_memory") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: train
        type(c_ptr), value :: bytes
        integer(c_int32_t) :: result_
      end function hps_gpr_memory
      function hps_gpr_fit(g, train) bind(c, name="hps_gpr_fit") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: train
        integer(c_int32_t) :: result_
      end function hps_gpr_fit
      function hps_gpr_fit_leave_out(g, train, energy, forces, virial) bind(c, &
          name="hps_gpr_fit_leave_out") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: train
        type(c_ptr), value :: energy
        type(c_ptr), value :: forces
        type(c_ptr), value :: virial
        integer(c_int32_t) :: result_
      end function hps_gpr_fit_leave_out
      function hps_gpr_leave_out_memory(g, train, bytes) bind(c, name="hps_gpr_leave_out_memory") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: train
        type(c_ptr), value :: bytes
        integer(c_int32_t) :: result_
      end function hps_gpr_leave_out_memory
      function hps_gpr_predict(g, d, energy, forces, virial) bind(c, name="hps_gpr_predict") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: d
        type(c_ptr), value :: energy
        type(c_ptr), value :: forces
        type(c_ptr), value :: virial
        integer(c_int32_t) :: result_
      end function hps_gpr_predict
      function hps_gpr_predict_memory(g, d, with_forces, with_virial, bytes) bind(c, &
          name="hps_gpr_predict_memory") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: d
        integer(c_int32_t), value :: with_forces
        integer(c_int32_t), value :: with_virial
        type(c_ptr), value :: bytes
        integer(c_int32_t) :: result_
      end function hps_gpr_predict_memory
      function hps_gpr_score(g, test, out) bind(c, name="hps_gpr_score") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: test
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_gpr_score
      function hps_gpr_get_report(g, out) bind(c, name="hps_gpr_get_report") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_gpr_get_report
      function hps_gpr_element(g, number, n_sparse, e0) bind(c, name="hps_gpr_element") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        integer(c_int32_t), value :: number
        type(c_ptr), value :: n_sparse
        type(c_ptr), value :: e0
        integer(c_int32_t) :: result_
      end function hps_gpr_element
      function hps_gpr_sparse(g, number, capacity, n, indices) bind(c, name="hps_gpr_sparse") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        integer(c_int32_t), value :: number
        integer(c_int32_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: indices
        integer(c_int32_t) :: result_
      end function hps_gpr_sparse
      function hps_gpr_save(g, path) bind(c, name="hps_gpr_save") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: path
        integer(c_int32_t) :: result_
      end function hps_gpr_save
      function hps_gpr_load(out, c, path) bind(c, name="hps_gpr_load") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        type(c_ptr), value :: path
        integer(c_int32_t) :: result_
      end function hps_gpr_load
      function hps_gpr_export(g, format, path) bind(c, name="hps_gpr_export") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: format
        type(c_ptr), value :: path
        integer(c_int32_t) :: result_
      end function hps_gpr_export
      function hps_gpr_export_files(g, format, path, capacity, n, names) bind(c, &
          name="hps_gpr_export_files") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: g
        type(c_ptr), value :: format
        type(c_ptr), value :: path
        integer(c_int64_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: names
        integer(c_int32_t) :: result_
      end function hps_gpr_export_files
      subroutine hps_gpr_destroy(g) bind(c, name="hps_gpr_destroy")
        import :: c_ptr
        type(c_ptr), value :: g
      end subroutine hps_gpr_destroy
      function hps_path_create(out, g, train, test) bind(c, name="hps_path_create") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: g
        type(c_ptr), value :: train
        type(c_ptr), value :: test
        integer(c_int32_t) :: result_
      end function hps_path_create
      function hps_path_errors(p, delta, sigma_energy, with_forces, out) bind(c, &
          name="hps_path_errors") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: p
        real(c_double), value :: delta
        real(c_double), value :: sigma_energy
        integer(c_int32_t), value :: with_forces
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_path_errors
      function hps_path_create_noises(out, g, train, test) bind(c, name="hps_path_create_noises") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: g
        type(c_ptr), value :: train
        type(c_ptr), value :: test
        integer(c_int32_t) :: result_
      end function hps_path_create_noises
      function hps_path_errors_at(p, delta, sigma_energy, sigma_force, sigma_virial, with_forces, &
          out) bind(c, name="hps_path_errors_at") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: p
        real(c_double), value :: delta
        real(c_double), value :: sigma_energy
        real(c_double), value :: sigma_force
        real(c_double), value :: sigma_virial
        integer(c_int32_t), value :: with_forces
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_path_errors_at
      function hps_path_loo(p, delta, sigma_energy, out) bind(c, name="hps_path_loo") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: p
        real(c_double), value :: delta
        real(c_double), value :: sigma_energy
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_path_loo
      function hps_path_evidence(p, delta, sigma_energy, minus_log_evidence, best_delta) bind(c, &
          name="hps_path_evidence") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: p
        real(c_double), value :: delta
        real(c_double), value :: sigma_energy
        type(c_ptr), value :: minus_log_evidence
        type(c_ptr), value :: best_delta
        integer(c_int32_t) :: result_
      end function hps_path_evidence
      subroutine hps_path_destroy(p) bind(c, name="hps_path_destroy")
        import :: c_ptr
        type(c_ptr), value :: p
      end subroutine hps_path_destroy

    ! ---------------------------------------------------------------------- hpswarm/kernel.h

      function hps_kernel_statistics(s, d, zeta, n_references, seed, out, n_bins, histogram) bind(c, &
          name="hps_kernel_statistics") result(result_)
        import :: c_double, c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: d
        real(c_double), value :: zeta
        integer(c_int64_t), value :: n_references
        integer(c_int64_t), value :: seed
        type(c_ptr), value :: out
        integer(c_int32_t), value :: n_bins
        type(c_ptr), value :: histogram
        integer(c_int32_t) :: result_
      end function hps_kernel_statistics
      function hps_kernel_memory(s, d, n_references, bytes) bind(c, name="hps_kernel_memory") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: d
        integer(c_int64_t), value :: n_references
        type(c_ptr), value :: bytes
        integer(c_int32_t) :: result_
      end function hps_kernel_memory
      function hps_kernel_statistics_several(s, d, n_zetas, zeta, precision, n_references, seed, out, &
          n_bins, histogram) bind(c, name="hps_kernel_statistics_several") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: d
        integer(c_int32_t), value :: n_zetas
        type(c_ptr), value :: zeta
        integer(c_int32_t), value :: precision
        integer(c_int64_t), value :: n_references
        integer(c_int64_t), value :: seed
        type(c_ptr), value :: out
        integer(c_int32_t), value :: n_bins
        type(c_ptr), value :: histogram
        integer(c_int32_t) :: result_
      end function hps_kernel_statistics_several
      function hps_kernel_matrix(s, d, zeta, n_rows, rows, n_cols, cols, k) bind(c, &
          name="hps_kernel_matrix") result(result_)
        import :: c_double, c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: d
        real(c_double), value :: zeta
        integer(c_int64_t), value :: n_rows
        type(c_ptr), value :: rows
        integer(c_int64_t), value :: n_cols
        type(c_ptr), value :: cols
        type(c_ptr), value :: k
        integer(c_int32_t) :: result_
      end function hps_kernel_matrix

    ! ---------------------------------------------------------------------- hpswarm/soap.h

      function hps_soap_create(out, c, n_species, numbers) bind(c, name="hps_soap_create") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        integer(c_int32_t), value :: n_species
        type(c_ptr), value :: numbers
        integer(c_int32_t) :: result_
      end function hps_soap_create
      function hps_soap_clone(out, s) bind(c, name="hps_soap_clone") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: s
        integer(c_int32_t) :: result_
      end function hps_soap_clone
      function hps_soap_set_real(s, name, v) bind(c, name="hps_soap_set_real") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        real(c_double), value :: v
        integer(c_int32_t) :: result_
      end function hps_soap_set_real
      function hps_soap_set_int(s, name, v) bind(c, name="hps_soap_set_int") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        integer(c_int64_t), value :: v
        integer(c_int32_t) :: result_
      end function hps_soap_set_int
      function hps_soap_set_text(s, name, v) bind(c, name="hps_soap_set_text") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        type(c_ptr), value :: v
        integer(c_int32_t) :: result_
      end function hps_soap_set_text
      function hps_soap_get(s, name, v) bind(c, name="hps_soap_get") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        type(c_ptr), value :: v
        integer(c_int32_t) :: result_
      end function hps_soap_get
      function hps_soap_check(s) bind(c, name="hps_soap_check") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t) :: result_
      end function hps_soap_check
      function hps_soap_size(s) bind(c, name="hps_soap_size") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t) :: result_
      end function hps_soap_size
      function hps_soap_species(s, capacity, n, numbers) bind(c, name="hps_soap_species") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: numbers
        integer(c_int32_t) :: result_
      end function hps_soap_species
      function hps_soap_compute(s, d, values, ld) bind(c, name="hps_soap_compute") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: d
        type(c_ptr), value :: values
        integer(c_int64_t), value :: ld
        integer(c_int32_t) :: result_
      end function hps_soap_compute
      function hps_soap_gradient(s, d, frame, capacity, n_pairs, centre, moved, grad) bind(c, &
          name="hps_soap_gradient") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: d
        integer(c_int64_t), value :: frame
        integer(c_int64_t), value :: capacity
        type(c_ptr), value :: n_pairs
        type(c_ptr), value :: centre
        type(c_ptr), value :: moved
        type(c_ptr), value :: grad
        integer(c_int32_t) :: result_
      end function hps_soap_gradient
      function hps_soap_adjoint(s, d, frame, weight, ld, gradient, virial) bind(c, &
          name="hps_soap_adjoint") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: d
        integer(c_int64_t), value :: frame
        type(c_ptr), value :: weight
        integer(c_int64_t), value :: ld
        type(c_ptr), value :: gradient
        type(c_ptr), value :: virial
        integer(c_int32_t) :: result_
      end function hps_soap_adjoint
      subroutine hps_soap_destroy(s) bind(c, name="hps_soap_destroy")
        import :: c_ptr
        type(c_ptr), value :: s
      end subroutine hps_soap_destroy

    ! ---------------------------------------------------------------------- hpswarm/study.h

      function hps_study_create(out, c, space, base, train, test) bind(c, name="hps_study_create") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        type(c_ptr), value :: space
        type(c_ptr), value :: base
        type(c_ptr), value :: train
        type(c_ptr), value :: test
        integer(c_int32_t) :: result_
      end function hps_study_create
      function hps_study_set_real(t, name, v) bind(c, name="hps_study_set_real") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: t
        type(c_ptr), value :: name
        real(c_double), value :: v
        integer(c_int32_t) :: result_
      end function hps_study_set_real
      function hps_study_set_int(t, name, v) bind(c, name="hps_study_set_int") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: t
        type(c_ptr), value :: name
        integer(c_int64_t), value :: v
        integer(c_int32_t) :: result_
      end function hps_study_set_int
      function hps_study_set_text(t, name, v) bind(c, name="hps_study_set_text") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: t
        type(c_ptr), value :: name
        type(c_ptr), value :: v
        integer(c_int32_t) :: result_
      end function hps_study_set_text
      function hps_study_evaluate(b, f, outcome, study) bind(c, name="hps_study_evaluate") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: b
        type(c_ptr), value :: f
        type(c_ptr), value :: outcome
        type(c_ptr), value :: study
        integer(c_int32_t) :: result_
      end function hps_study_evaluate
      function hps_study_reason(t, i) bind(c, name="hps_study_reason") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: t
        integer(c_int32_t), value :: i
        type(c_ptr) :: result_
      end function hps_study_reason
      function hps_study_seconds(t, i) bind(c, name="hps_study_seconds") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: t
        integer(c_int32_t), value :: i
        real(c_double) :: result_
      end function hps_study_seconds
      function hps_study_at_a_time(t, n, seconds) bind(c, name="hps_study_at_a_time") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: t
        integer(c_int32_t), value :: n
        type(c_ptr), value :: seconds
        integer(c_int32_t) :: result_
      end function hps_study_at_a_time
      function hps_study_apply(t, x, out) bind(c, name="hps_study_apply") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: t
        type(c_ptr), value :: x
        type(c_ptr), value :: out
        integer(c_int32_t) :: result_
      end function hps_study_apply
      function hps_study_refit(t, x, f) bind(c, name="hps_study_refit") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: t
        type(c_ptr), value :: x
        type(c_ptr), value :: f
        integer(c_int32_t) :: result_
      end function hps_study_refit
      function hps_study_memory(t, bytes) bind(c, name="hps_study_memory") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: t
        type(c_ptr), value :: bytes
        integer(c_int32_t) :: result_
      end function hps_study_memory
      subroutine hps_study_destroy(t) bind(c, name="hps_study_destroy")
        import :: c_ptr
        type(c_ptr), value :: t
      end subroutine hps_study_destroy

    ! ---------------------------------------------------------------------- hpswarm/surface.h

      function hps_design_size(s, kind, n, size) bind(c, name="hps_design_size") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t), value :: kind
        integer(c_int64_t), value :: n
        type(c_ptr), value :: size
        integer(c_int32_t) :: result_
      end function hps_design_size
      function hps_design_points(s, kind, seed, n, x) bind(c, name="hps_design_points") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t), value :: kind
        integer(c_int64_t), value :: seed
        integer(c_int64_t), value :: n
        type(c_ptr), value :: x
        integer(c_int32_t) :: result_
      end function hps_design_points
      function hps_surface_create(out, c, s, kind) bind(c, name="hps_surface_create") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        type(c_ptr), value :: s
        integer(c_int32_t), value :: kind
        integer(c_int32_t) :: result_
      end function hps_surface_create
      function hps_surface_fit(r, n, x, f) bind(c, name="hps_surface_fit") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: r
        integer(c_int64_t), value :: n
        type(c_ptr), value :: x
        type(c_ptr), value :: f
        integer(c_int32_t) :: result_
      end function hps_surface_fit
      function hps_surface_predict(r, n, x, mean, sd) bind(c, name="hps_surface_predict") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: r
        integer(c_int64_t), value :: n
        type(c_ptr), value :: x
        type(c_ptr), value :: mean
        type(c_ptr), value :: sd
        integer(c_int32_t) :: result_
      end function hps_surface_predict
      function hps_surface_get_quality(r, q) bind(c, name="hps_surface_get_quality") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: r
        type(c_ptr), value :: q
        integer(c_int32_t) :: result_
      end function hps_surface_get_quality
      function hps_surface_lengths(r, length) bind(c, name="hps_surface_lengths") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: r
        type(c_ptr), value :: length
        integer(c_int32_t) :: result_
      end function hps_surface_lengths
      function hps_surface_minimum(r, x, f) bind(c, name="hps_surface_minimum") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: r
        type(c_ptr), value :: x
        type(c_ptr), value :: f
        integer(c_int32_t) :: result_
      end function hps_surface_minimum
      subroutine hps_surface_destroy(r) bind(c, name="hps_surface_destroy")
        import :: c_ptr
        type(c_ptr), value :: r
      end subroutine hps_surface_destroy

    ! ---------------------------------------------------------------------- hpswarm/swarm.h

      function hps_space_create(out, c) bind(c, name="hps_space_create") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        integer(c_int32_t) :: result_
      end function hps_space_create
      function hps_space_add_real(s, name, lo, hi, scale) bind(c, name="hps_space_add_real") &
          result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        real(c_double), value :: lo
        real(c_double), value :: hi
        integer(c_int32_t), value :: scale
        integer(c_int32_t) :: result_
      end function hps_space_add_real
      function hps_space_add_int(s, name, lo, hi, scale) bind(c, name="hps_space_add_int") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        integer(c_int64_t), value :: lo
        integer(c_int64_t), value :: hi
        integer(c_int32_t), value :: scale
        integer(c_int32_t) :: result_
      end function hps_space_add_int
      function hps_space_add_choice(s, name, n, labels) bind(c, name="hps_space_add_choice") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        integer(c_int32_t), value :: n
        type(c_ptr), value :: labels
        integer(c_int32_t) :: result_
      end function hps_space_add_choice
      function hps_space_fix(s, name, value) bind(c, name="hps_space_fix") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        real(c_double), value :: value
        integer(c_int32_t) :: result_
      end function hps_space_fix
      function hps_space_unfix(s, name) bind(c, name="hps_space_unfix") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        integer(c_int32_t) :: result_
      end function hps_space_unfix
      function hps_space_size(s) bind(c, name="hps_space_size") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t) :: result_
      end function hps_space_size
      function hps_space_index(s, name) bind(c, name="hps_space_index") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        type(c_ptr), value :: name
        integer(c_int32_t) :: result_
      end function hps_space_index
      function hps_space_describe(s, i, info) bind(c, name="hps_space_describe") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t), value :: i
        type(c_ptr), value :: info
        integer(c_int32_t) :: result_
      end function hps_space_describe
      function hps_space_label(s, i, level) bind(c, name="hps_space_label") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: s
        integer(c_int32_t), value :: i
        integer(c_int32_t), value :: level
        type(c_ptr) :: result_
      end function hps_space_label
      subroutine hps_space_destroy(s) bind(c, name="hps_space_destroy")
        import :: c_ptr
        type(c_ptr), value :: s
      end subroutine hps_space_destroy
      function hps_swarm_create(out, c, s, n_objectives) bind(c, name="hps_swarm_create") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        type(c_ptr), value :: s
        integer(c_int32_t), value :: n_objectives
        integer(c_int32_t) :: result_
      end function hps_swarm_create
      function hps_swarm_set_real(e, name, v) bind(c, name="hps_swarm_set_real") result(result_)
        import :: c_double, c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_ptr), value :: name
        real(c_double), value :: v
        integer(c_int32_t) :: result_
      end function hps_swarm_set_real
      function hps_swarm_set_int(e, name, v) bind(c, name="hps_swarm_set_int") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: e
        type(c_ptr), value :: name
        integer(c_int64_t), value :: v
        integer(c_int32_t) :: result_
      end function hps_swarm_set_int
      function hps_swarm_set_text(e, name, v) bind(c, name="hps_swarm_set_text") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_ptr), value :: name
        type(c_ptr), value :: v
        integer(c_int32_t) :: result_
      end function hps_swarm_set_text
      function hps_swarm_set_start(e, n, x) bind(c, name="hps_swarm_set_start") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int32_t), value :: n
        type(c_ptr), value :: x
        integer(c_int32_t) :: result_
      end function hps_swarm_set_start
      function hps_swarm_set_progress(e, fn, user) bind(c, name="hps_swarm_set_progress") &
          result(result_)
        import :: c_funptr, c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_funptr), value :: fn
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_swarm_set_progress
      function hps_swarm_set_preference(e, fn, user) bind(c, name="hps_swarm_set_preference") &
          result(result_)
        import :: c_funptr, c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_funptr), value :: fn
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_swarm_set_preference
      function hps_swarm_run(e, fn, user) bind(c, name="hps_swarm_run") result(result_)
        import :: c_funptr, c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_funptr), value :: fn
        type(c_ptr), value :: user
        integer(c_int32_t) :: result_
      end function hps_swarm_run
      function hps_swarm_ask(e, capacity, n, id, x) bind(c, name="hps_swarm_ask") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int32_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: id
        type(c_ptr), value :: x
        integer(c_int32_t) :: result_
      end function hps_swarm_ask
      function hps_swarm_tell(e, n, id, f, outcome) bind(c, name="hps_swarm_tell") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int32_t), value :: n
        type(c_ptr), value :: id
        type(c_ptr), value :: f
        type(c_ptr), value :: outcome
        integer(c_int32_t) :: result_
      end function hps_swarm_tell
      function hps_swarm_order(e, capacity, n, id) bind(c, name="hps_swarm_order") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int64_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: id
        integer(c_int32_t) :: result_
      end function hps_swarm_order
      function hps_swarm_set_replay(e, n, id) bind(c, name="hps_swarm_set_replay") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int64_t), value :: n
        type(c_ptr), value :: id
        integer(c_int32_t) :: result_
      end function hps_swarm_set_replay
      function hps_swarm_tell_external(e, n, x, f, outcome) bind(c, name="hps_swarm_tell_external") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int32_t), value :: n
        type(c_ptr), value :: x
        type(c_ptr), value :: f
        type(c_ptr), value :: outcome
        integer(c_int32_t) :: result_
      end function hps_swarm_tell_external
      function hps_swarm_done(e) bind(c, name="hps_swarm_done") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int32_t) :: result_
      end function hps_swarm_done
      function hps_swarm_stop_reason(e) bind(c, name="hps_swarm_stop_reason") result(result_)
        import :: c_ptr
        type(c_ptr), value :: e
        type(c_ptr) :: result_
      end function hps_swarm_stop_reason
      subroutine hps_swarm_cancel(e) bind(c, name="hps_swarm_cancel")
        import :: c_ptr
        type(c_ptr), value :: e
      end subroutine hps_swarm_cancel
      function hps_swarm_best(e, x, f) bind(c, name="hps_swarm_best") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_ptr), value :: x
        type(c_ptr), value :: f
        integer(c_int32_t) :: result_
      end function hps_swarm_best
      function hps_swarm_count(e, what) bind(c, name="hps_swarm_count") result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int32_t), value :: what
        integer(c_int64_t) :: result_
      end function hps_swarm_count
      function hps_swarm_get_progress(e, p) bind(c, name="hps_swarm_get_progress") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_ptr), value :: p
        integer(c_int32_t) :: result_
      end function hps_swarm_get_progress
      function hps_swarm_history(e, capacity, n, id, x, f, outcome) bind(c, name="hps_swarm_history") &
          result(result_)
        import :: c_int32_t, c_int64_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int64_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: id
        type(c_ptr), value :: x
        type(c_ptr), value :: f
        type(c_ptr), value :: outcome
        integer(c_int32_t) :: result_
      end function hps_swarm_history
      function hps_swarm_front(e, capacity, n, id, x, f) bind(c, name="hps_swarm_front") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        integer(c_int32_t), value :: capacity
        type(c_ptr), value :: n
        type(c_ptr), value :: id
        type(c_ptr), value :: x
        type(c_ptr), value :: f
        integer(c_int32_t) :: result_
      end function hps_swarm_front
      subroutine hps_swarm_destroy(e) bind(c, name="hps_swarm_destroy")
        import :: c_ptr
        type(c_ptr), value :: e
      end subroutine hps_swarm_destroy
      function hps_swarm_save(e, path) bind(c, name="hps_swarm_save") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_ptr), value :: path
        integer(c_int32_t) :: result_
      end function hps_swarm_save
      function hps_swarm_load(out, c, s, path) bind(c, name="hps_swarm_load") result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: out
        type(c_ptr), value :: c
        type(c_ptr), value :: s
        type(c_ptr), value :: path
        integer(c_int32_t) :: result_
      end function hps_swarm_load
      function hps_swarm_set_autosave(e, path, every) bind(c, name="hps_swarm_set_autosave") &
          result(result_)
        import :: c_int32_t, c_ptr
        type(c_ptr), value :: e
        type(c_ptr), value :: path
        integer(c_int32_t), value :: every
        integer(c_int32_t) :: result_
      end function hps_swarm_set_autosave
  end interface
end module hpswarm_c
