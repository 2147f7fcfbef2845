! SPDX-License-Identifier: BSD-3-Clause
!> The user's procedures: what they look like, and how C comes to call them.
module hpswarm_callbacks
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  implicit none
  private
  public :: hps_objective, hps_preference, hps_watch, told_box, call_box
  public :: ask_preference, tell_progress, trampoline

  abstract interface
    !> Evaluate all points of an iteration.
    !> @param x (n_params, n)   @param f (n_objectives, n), smaller is better, NaN: failed
    !> @param outcome (n) arrives 0; HPS_EVAL_INFEASIBLE or HPS_EVAL_FAILED
    !> @param context what was given to run, or a whole number 0
    !> @param code arrives 0; any other value ends the run with HPS_E_CALLBACK
    subroutine hps_objective(x, f, outcome, context, code)
      import :: c_double, c_int32_t
      real(c_double), intent(in) :: x(:, :)
      real(c_double), intent(inout) :: f(:, :)
      integer(c_int32_t), intent(inout) :: outcome(:)
      class(*), intent(inout) :: context
      integer(c_int32_t), intent(inout) :: code
    end subroutine hps_objective

    !> Which of two points with several objectives is better: below 0 the first, above 0 the second, 0
    !> neither. A strict partial order, without side effects: it may run on several threads.
    integer function hps_preference(a, b)
      import :: c_double
      real(c_double), intent(in) :: a(:), b(:)
    end function hps_preference

    !> After each iteration. @param stop arrives .false.; .true. ends the run with HPS_E_CANCELLED
    subroutine hps_watch(progress, stop)
      import :: hps_progress
      type(hps_progress), intent(in) :: progress
      logical, intent(inout) :: stop
    end subroutine hps_watch
  end interface

  !> What the library holds on to for as long as the swarm lives.
  type :: told_box
    procedure(hps_preference), pointer, nopass :: preference => null()
    procedure(hps_watch), pointer, nopass :: watch => null()
  end type told_box

  !> What C hands back to `trampoline`.
  type :: call_box
    procedure(hps_objective), pointer, nopass :: objective => null()
    class(*), pointer :: context => null()
  end type call_box

contains

  function ask_preference(m, a, b, user) bind(c) result(code)
    integer(c_int32_t), value :: m
    type(c_ptr), value :: a, b, user
    integer(c_int32_t) :: code
    type(told_box), pointer :: box
    real(c_double), pointer :: first(:), second(:)

    call c_f_pointer(user, box)
    call c_f_pointer(a, first, [m])
    call c_f_pointer(b, second, [m])
    code = int(box%preference(first, second), c_int32_t)
  end function ask_preference

  function tell_progress(p, user) bind(c) result(code)
    type(c_ptr), value :: p, user
    integer(c_int32_t) :: code
    type(told_box), pointer :: box
    type(hps_progress), pointer :: progress
    logical :: stop

    call c_f_pointer(user, box)
    call c_f_pointer(p, progress)
    stop = .false.
    call box%watch(progress, stop)
    code = 0
    if (stop) code = 1
  end function tell_progress

  function trampoline(b, f, outcome, user) bind(c) result(code)
    type(c_ptr), value :: b, f, outcome, user
    integer(c_int32_t) :: code
    type(hps_batch), pointer :: batch
    type(call_box), pointer :: box
    real(c_double), pointer :: x(:, :), values(:, :)
    integer(c_int32_t), pointer :: outcomes(:)

    call c_f_pointer(b, batch)
    call c_f_pointer(user, box)
    call c_f_pointer(batch%x, x, [batch%n_params, batch%n])
    call c_f_pointer(f, values, [batch%n_objectives, batch%n])
    call c_f_pointer(outcome, outcomes, [batch%n])
    code = 0
    call box%objective(x, values, outcomes, box%context, code)
  end function trampoline

end module hpswarm_callbacks
