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
  type(hps_dataset) :: dimers
  type(hps_soap) :: soap
  type(hps_gpr) :: gap
  real(c_double), allocatable :: q(:, :)
  real(c_double) :: r, energy(8), forces(3, 16)
  integer(c_int64_t) :: all_bits
  integer :: i, k

  call space%create()
  call space%add_real('x', -5.0_c_double, 5.0_c_double)
  call space%add_real('y', -5.0_c_double, 5.0_c_double)
  call swarm%create(space)
  call swarm%set('variant', 'swarm')
  call swarm%set('max_evaluations', 600)
  call swarm%run(bowl)
  call swarm%best(x, f)

  call dimers%create()
  do k = 0, 7
    r = 1 + 0.125_c_double * k
    call dimers%add([6_c_int32_t, 6_c_int32_t], reshape([0.0_c_double, 0.0_c_double, 0.0_c_double, &
        r, 0.0_c_double, 0.0_c_double], [3, 2]), energy=(r - 1.375_c_double) * (r - 1.375_c_double))
  end do
  call soap%create([6_c_int32_t])
  call soap%set('n_max', 4)
  call soap%set('rcut_hard', 4.0_c_double)
  call soap%set('rcut_soft', 3.5_c_double)
  allocate (q(soap%size(), 16))
  call soap%compute(dimers, q)
  all_bits = 0
  do k = 1, 16, 2
    do i = 1, size(q, 1)
      all_bits = ieor(all_bits, transfer(q(i, k), all_bits))
    end do
  end do
  call gap%create(soap)
  call gap%set('n_sparse', 6)
  call gap%set('sigma_energy', 0.001_c_double)
  call gap%fit(dimers)
  call gap%predict(dimers, energy, forces)
  print '(a, 6(1x, z16.16))', hps_library_version(), transfer(f, 0_c_int64_t), transfer(x(1), 0_c_int64_t), &
      transfer(x(2), 0_c_int64_t), all_bits, transfer(energy(3), 0_c_int64_t), transfer(forces(1, 6), 0_c_int64_t)

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
