! SPDX-License-Identifier: BSD-3-Clause
! Descriptors of structures that the host holds as arrays: a water molecule and its mirror image,
! which have the same ones.
program soap_arrays
  use hpswarm
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t
  implicit none
  type(hps_dataset) :: data
  type(hps_soap) :: soap
  integer(c_int32_t), parameter :: numbers(3) = [8, 1, 1]
  real(c_double) :: at(3, 3)
  real(c_double), allocatable :: q(:, :)
  real(c_double) :: k

  at = reshape([0.0_c_double, 0.0_c_double, 0.0_c_double, 0.76_c_double, 0.59_c_double, 0.0_c_double, &
      -0.71_c_double, 0.65_c_double, 0.1_c_double], [3, 3])
  call data%create()
  call data%add(numbers, at)
  at(1, :) = -at(1, :)
  call data%add(numbers, at)
  call soap%create([hps_element('H'), hps_element('O')])
  call soap%set('n_max', 6)
  call soap%set('l_max', 6)
  call soap%set('rcut_hard', 4.0_c_double)
  call soap%set('rcut_soft', 3.5_c_double)
  call soap%set('atom_sigma_r:H', 0.3_c_double) ! of one element
  allocate (q(soap%size(), data%n_atoms()))
  call soap%compute(data, q)
  k = dot_product(q(:, 1), q(:, 4)) ! of the two oxygen atoms
  print '(i0, a, f15.12)', soap%size(), ' components, q.q'' = ', k
  if (abs(k - 1) > 1e-10_c_double) error stop 1
end program soap_arrays
