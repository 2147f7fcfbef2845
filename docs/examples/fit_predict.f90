! SPDX-License-Identifier: BSD-3-Clause
! A potential from a file: read, split, fit, test, save, load, use. usage: fit_predict DATA.xyz
program fit_predict
  use hpswarm
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t
  implicit none
  character(len=*), parameter :: model_file = 'fit_predict_f.hpsm'
  type(hps_dataset) :: all_data, train, test, dimer
  type(hps_soap) :: soap
  type(hps_gpr) :: gap, model
  type(hps_errors) :: errors
  real(c_double) :: energy(1), forces(3, 2)
  character(len=512) :: path

  call get_command_argument(1, path)
  call all_data%create()
  call all_data%read_extxyz(path)
  call all_data%split(0.2_c_double, 1, train, test)
  call soap%create([hps_element('C')])
  call soap%set('rcut_hard', 4.5_c_double)
  call soap%set('rcut_soft', 4.0_c_double)
  call gap%create(soap)
  call gap%set('n_sparse', 20)
  call gap%set('fit_forces', 1)
  call gap%set('sigma_energy', 0.001_c_double)
  call gap%set('sigma_force', 0.02_c_double)
  call gap%fit(train)
  call gap%score(test, errors)
  print '(a, f0.2, a, f0.1, a)', 'test: ', 1e3_c_double * errors%rmse_energy_per_atom, ' meV/atom, ', &
      1e3_c_double * errors%rmse_force, ' meV/angstrom'
  call gap%save(model_file)
  call model%load(model_file)
  call dimer%create()
  call dimer%add([6_c_int32_t, 6_c_int32_t], &
      reshape([0.0_c_double, 0.0_c_double, 0.0_c_double, 1.3_c_double, 0.0_c_double, 0.0_c_double], [3, 2]))
  call model%predict(dimer, energy, forces)
  print '(a, f10.4, a, f10.4, a)', 'at 1.3 angstrom: ', energy, ' eV, ', forces(1, 2), ' eV/angstrom'
  if (abs(sum(forces)) > 1e-6_c_double) error stop 1
end program fit_predict
