! SPDX-License-Identifier: BSD-3-Clause
! main.c once more, as Fortran writes it.
program consumer
  use hpswarm
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t
  implicit none
  type(hps_space) :: space
  type(hps_swarm) :: swarm
  real(c_double), allocatable :: x(:)
  real(c_double) :: f

  call space%create()
  call space%add_real('x', -5.0_c_double, 5.0_c_double)
  call space%add_real('y', -5.0_c_double, 5.0_c_double)
  call swarm%create(space)
  call swarm%set('variant', 'swarm')
  call swarm%set('max_evaluations', 600)
  call swarm%run(bowl)
  call swarm%best(x, f)
  print '(a, 3(1x, z16.16))', hps_library_version(), transfer(f, 0_c_int64_t), &
      transfer(x(1), 0_c_int64_t), transfer(x(2), 0_c_int64_t)

contains

  subroutine bowl(x, f, outcome, context, code)
    real(c_double), intent(in) :: x(:, :)
    real(c_double), intent(inout) :: f(:, :)
    integer(c_int32_t), intent(inout) :: outcome(:)
    class(*), intent(inout) :: context
    integer(c_int32_t), intent(inout) :: code
    integer :: i

    do i = 1, size(x, 2)
      f(1, i) = (x(1, i) - 1) * (x(1, i) - 1) + (x(2, i) + 2) * (x(2, i) + 2)
    end do
  end subroutine bowl

end program consumer
