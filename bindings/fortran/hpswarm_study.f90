! SPDX-License-Identifier: BSD-3-Clause
!> The search of a potential's hyper-parameters.
module hpswarm_study
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_options
  use hpswarm_context
  use hpswarm_data
  use hpswarm_model
  use hpswarm_space
  use hpswarm_search
  implicit none
  private
  public :: hps_study

  !> An objective of the paper over a space of "soap.<option>", "kernel.zeta" and "gap.<option>". The
  !> sets given to create must live as long.
  type, extends(hps_options) :: hps_study
    integer, private :: n_params = 0
  contains
    procedure :: create => study_create
    procedure, nopass :: setters => study_setters
    procedure :: run => study_run
    procedure :: apply => study_apply
    procedure :: reason => study_reason
    procedure :: seconds => study_seconds
    procedure :: memory => study_memory
    procedure :: refit => study_refit
    procedure :: destroy => study_destroy
    procedure, private :: study_assign
    generic :: assignment(=) => study_assign
    final :: study_final
  end type hps_study

contains

  !> @param base settings of what is not searched  @param test absent: for kernel objectives and loo
  subroutine study_create(self, space, base, train, test, stat, errmsg, context)
    class(hps_study), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    class(hps_space), intent(in) :: space
    class(hps_gpr), intent(in) :: base
    class(hps_dataset), intent(in) :: train
    class(hps_dataset), intent(in), optional :: test
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out
    type(c_ptr) :: tested

    call self%destroy()
    self%n_params = space%size()
    tested = c_null_ptr
    if (present(test)) tested = test%handle
    call hps_finish(hps_study_create(c_loc(out), hps_context_handle(context), space%handle, base%handle, train%handle, tested), &
        stat, errmsg)
    self%handle = out
  end subroutine study_create

  function study_setters() result(setters)
    type(hps_setters) :: setters

    setters = hps_setters(hps_study_set_real, hps_study_set_int, hps_study_set_text)
  end function study_setters

  !> Run a swarm, made over the same space, on this objective.
  subroutine study_run(self, swarm, stat, errmsg)
    class(hps_study), intent(in) :: self
    class(hps_swarm), intent(in) :: swarm
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_swarm_run(swarm%handle, c_funloc(hps_study_evaluate), self%handle), stat, errmsg)
  end subroutine study_run

  !> The settings at a point. @param x (n_params)
  subroutine study_apply(self, x, out, stat, errmsg)
    class(hps_study), intent(in) :: self
    real(c_double), intent(in), contiguous, target :: x(:)
    type(hps_gpr), intent(inout) :: out
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: made
    type(c_ptr) :: point

    call out%destroy()
    point = c_null_ptr ! the library refuses no point
    if (size(x) == self%n_params) point = hps_address(x)
    made = c_null_ptr
    call hps_finish(hps_study_apply(self%handle, point, c_loc(made)), stat, errmsg)
    out%handle = made
  end subroutine study_apply

  !> Why point i (from 1) of the last iteration failed; '' if it did not.
  function study_reason(self, i) result(text)
    class(hps_study), intent(in) :: self
    integer, intent(in) :: i
    character(len=:), allocatable :: text

    text = hps_from_c(hps_study_reason(self%handle, int(i - 1, c_int32_t)))
  end function study_reason

  !> Seconds that point i (from 1) of the last iteration took.
  real(c_double) function study_seconds(self, i)
    class(hps_study), intent(in) :: self
    integer, intent(in) :: i

    study_seconds = hps_study_seconds(self%handle, int(i - 1, c_int32_t))
  end function study_seconds

  !> Bytes that the evaluation of an iteration may hold at its peak.
  subroutine study_memory(self, bytes, stat, errmsg)
    class(hps_study), intent(in) :: self
    integer(c_int64_t), intent(out), target :: bytes
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    bytes = 0
    call hps_finish(hps_study_memory(self%handle, c_loc(bytes)), stat, errmsg)
  end subroutine study_memory

  !> The objective at a point as the model of a fit has it, where the run had it from a path; else HPS_E_STATE.
  !> @param x (n_params)  @param f (values of the objective)
  subroutine study_refit(self, x, f, stat, errmsg)
    class(hps_study), intent(in) :: self
    real(c_double), intent(in), contiguous, target :: x(:)
    real(c_double), intent(out) :: f(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double), target :: values(16)
    type(c_ptr) :: point

    values = 0
    point = c_null_ptr ! the library refuses no point
    if (size(x) == self%n_params .and. size(f) <= size(values)) point = hps_address(x)
    call hps_finish(hps_study_refit(self%handle, point, c_loc(values)), stat, errmsg)
    f = values(:min(size(f), size(values)))
  end subroutine study_refit

  subroutine study_destroy(self)
    class(hps_study), intent(inout) :: self

    call hps_study_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine study_destroy

  subroutine study_assign(self, other)
    class(hps_study), intent(inout) :: self
    type(hps_study), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_study')
  end subroutine study_assign

  subroutine study_final(self)
    type(hps_study), intent(inout) :: self

    call hps_study_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine study_final

end module hpswarm_study
