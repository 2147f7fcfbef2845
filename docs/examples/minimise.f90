! SPDX-License-Identifier: BSD-3-Clause
! Minimise a function of one's own: Rosenbrock's valley, and a choice between two floors.
module valley_of_rosenbrock
  use hpswarm, only: HPS_EVAL_INFEASIBLE
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t
  implicit none

  type :: counter ! a context: anything that the objective needs to know
    integer :: points = 0
  end type counter

contains

  subroutine valley(x, f, outcome, context, code) ! all points of an iteration
    real(c_double), intent(in) :: x(:, :)
    real(c_double), intent(inout) :: f(:, :)
    integer(c_int32_t), intent(inout) :: outcome(:)
    class(*), intent(inout) :: context
    integer(c_int32_t), intent(inout) :: code

    select type (context)
    type is (counter)
      context%points = context%points + size(x, 2)
    class default
      code = 1 ! ends the run
    end select
    f(1, :) = (1 - x(1, :))**2 + 100 * (x(2, :) - x(1, :)**2)**2 + x(3, :)
    where (x(1, :) < -1.9_c_double) outcome = HPS_EVAL_INFEASIBLE ! an outcome, not an error
  end subroutine valley

end module valley_of_rosenbrock

program minimise
  use hpswarm
  use valley_of_rosenbrock
  implicit none
  type(hps_space) :: space
  type(hps_swarm) :: swarm
  type(counter) :: seen
  real(c_double), allocatable :: x(:)
  real(c_double) :: f

  call space%create()
  call space%add_real('a', -2.0_c_double, 2.0_c_double)
  call space%add_real('b', -1.0_c_double, 3.0_c_double)
  call space%add_choice('floor', [character(len=6) :: 'ground', 'first'])
  call swarm%create(space)
  call swarm%set('variant', 'swarm')
  call swarm%set('max_evaluations', 6000)
  call swarm%set('seed', 1)
  call swarm%run(valley, seen)
  call swarm%best(x, f)
  print '(es10.3, a, 2f8.4, 3a, i0, 2a)', f, ' at', x(:2), ', floor ', space%label(3, x(3)), ', after ', &
      seen%points, ' points; stopped by ', swarm%stop_reason()
  if (f > 1e-3_c_double) error stop 1
end program minimise
