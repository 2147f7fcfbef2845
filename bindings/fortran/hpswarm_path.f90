! SPDX-License-Identifier: BSD-3-Clause
!> Errors of fits for any delta and noise, from one factorisation.
module hpswarm_path
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_data
  use hpswarm_model
  implicit none
  private
  public :: hps_path

  !> All regularisations at the price of one. The sets given to create must live as long.
  type :: hps_path
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure :: create => path_create
    procedure :: errors => path_errors
    procedure :: loo => path_loo
    procedure :: evidence => path_evidence
    procedure :: destroy => path_destroy
    procedure, private :: path_assign
    generic :: assignment(=) => path_assign
    final :: path_final
  end type hps_path

contains

  !> @param model its settings are used, but delta and sigma_energy
  !> @param test absent: leave-one-out and evidence only
  !> @param noises .true.: for fits with forces and virials, and any of their noises; needs a test set
  subroutine path_create(self, model, train, test, noises, stat, errmsg)
    class(hps_path), intent(inout) :: self
    class(hps_gpr), intent(in) :: model
    class(hps_dataset), intent(in) :: train
    class(hps_dataset), intent(in), optional :: test
    logical, intent(in), optional :: noises
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out
    type(c_ptr) :: tested
    integer(c_int32_t) :: status
    logical :: all_noises

    call self%destroy()
    tested = c_null_ptr
    if (present(test)) tested = test%handle
    all_noises = .false.
    if (present(noises)) all_noises = noises
    out = c_null_ptr
    if (all_noises) then
      status = hps_path_create_noises(c_loc(out), model%handle, train%handle, tested)
    else
      status = hps_path_create(c_loc(out), model%handle, train%handle, tested)
    end if
    call hps_finish(status, stat, errmsg)
    self%handle = out
  end subroutine path_create

  !> Errors on the test set as a fit with these values would have them.
  !> @param sigma_force,sigma_virial together, of a path with noises; absent: those of its settings
  subroutine path_errors(self, delta, sigma_energy, errors, sigma_force, sigma_virial, with_forces, stat, errmsg)
    class(hps_path), intent(in) :: self
    real(c_double), intent(in) :: delta, sigma_energy
    type(hps_errors), intent(out), target :: errors
    real(c_double), intent(in), optional :: sigma_force, sigma_virial
    logical, intent(in), optional :: with_forces
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: forces, status

    errors%struct_size = int(c_sizeof(errors), c_int32_t)
    forces = 0
    if (present(with_forces)) forces = merge(1_c_int32_t, 0_c_int32_t, with_forces)
    if (present(sigma_force) .neqv. present(sigma_virial)) then ! one of them: the library refuses no path
      status = hps_path_errors(c_null_ptr, delta, sigma_energy, forces, c_loc(errors))
    else if (present(sigma_force)) then
      status = hps_path_errors_at(self%handle, delta, sigma_energy, sigma_force, sigma_virial, forces, c_loc(errors))
    else
      status = hps_path_errors(self%handle, delta, sigma_energy, forces, c_loc(errors))
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine path_errors

  !> Leave-one-structure-out errors of the training set, without a refit.
  subroutine path_loo(self, delta, sigma_energy, errors, stat, errmsg)
    class(hps_path), intent(in) :: self
    real(c_double), intent(in) :: delta, sigma_energy
    type(hps_errors), intent(out), target :: errors
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    errors%struct_size = int(c_sizeof(errors), c_int32_t)
    call hps_finish(hps_path_loo(self%handle, delta, sigma_energy, c_loc(errors)), stat, errmsg)
  end subroutine path_loo

  !> @param minus_log -ln of the marginal likelihood  @param best_delta the best for the same sigma_energy/delta
  subroutine path_evidence(self, delta, sigma_energy, minus_log, best_delta, stat, errmsg)
    class(hps_path), intent(in) :: self
    real(c_double), intent(in) :: delta, sigma_energy
    real(c_double), intent(out), target :: minus_log, best_delta
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    minus_log = 0
    best_delta = 0
    call hps_finish(hps_path_evidence(self%handle, delta, sigma_energy, c_loc(minus_log), c_loc(best_delta)), &
        stat, errmsg)
  end subroutine path_evidence

  subroutine path_destroy(self)
    class(hps_path), intent(inout) :: self

    call hps_path_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine path_destroy

  subroutine path_assign(self, other)
    class(hps_path), intent(inout) :: self
    type(hps_path), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_path')
  end subroutine path_assign

  subroutine path_final(self)
    type(hps_path), intent(inout) :: self

    call hps_path_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine path_final

end module hpswarm_path
