! SPDX-License-Identifier: BSD-3-Clause
!> Contexts, frames, noise, leave-one-out, paths and blocks of the kernel from Fortran. Argument: c_dimer_gpaw.xyz.
program test_fits
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t
  use hpswarm
  implicit none
  character(len=512) :: path
  integer :: failed = 0
  integer(c_int32_t), parameter :: carbon = 6

  call get_command_argument(1, path)
  call contexts()
  call frames()
  call noise()
  call leave_out()
  call settings()
  call options()
  call paths()
  call kernels()
  call refits()
  if (failed > 0) error stop 1
  print '(a)', 'all checks hold'

contains

  subroutine check(holds, what)
    logical, intent(in) :: holds
    character(len=*), intent(in) :: what

    if (holds) return
    failed = failed + 1
    print '(2a)', 'FAILED: ', what
  end subroutine check

  logical function near(a, b, tolerance)
    real(c_double), intent(in) :: a, b, tolerance

    near = abs(a - b) <= tolerance * max(1.0_c_double, abs(b))
  end function near

  subroutine read_all(data)
    type(hps_dataset), intent(inout) :: data

    call data%create()
    call data%read_extxyz(trim(path))
  end subroutine read_all

  subroutine make_soap(soap)
    type(hps_soap), intent(inout) :: soap

    call soap%create([carbon])
    call soap%set('n_max', 4)
    call soap%set('l_max', 3)
    call soap%set('rcut_hard', 4.5_c_double)
    call soap%set('rcut_soft', 4.0_c_double)
  end subroutine make_soap

  subroutine make_gap(gap)
    type(hps_gpr), intent(inout) :: gap
    type(hps_soap) :: soap

    call make_soap(soap)
    call gap%create(soap)
    call gap%set('n_sparse', 8)
    call gap%set('sigma_energy', 0.01_c_double)
    call gap%set('e0_method', 'given')
  end subroutine make_gap

  !> One procedure for whatever has options; whole numbers of both kinds.
  subroutine options()
    type(hps_soap) :: soap
    type(hps_gpr) :: gap
    real(c_double) :: value

    call make_soap(soap)
    call make_gap(gap)
    call set_by_class(soap, 'n_max', 5_c_int64_t)
    call soap%get('n_max', value)
    call check(nint(value) == 5, 'an option of a class, of 64 bits')
    call set_by_class(gap, 'seed', 1234567_c_int64_t)
    call gap%get('seed', value)
    call check(nint(value) == 1234567, 'the same of another type')
  end subroutine options

  subroutine set_by_class(it, name, value)
    class(hps_options), intent(in) :: it
    character(len=*), intent(in) :: name
    integer(c_int64_t), intent(in) :: value
    integer :: stat

    call it%set(name, value)
    call it%set('no_such', value, stat)
    call check(stat == HPS_E_OPTION, 'an option that there is not')
  end subroutine set_by_class

  subroutine contexts()
    type(hps_context) :: context
    type(hps_dataset) :: data
    type(hps_space) :: space
    integer(c_int64_t) :: held, peak
    integer :: stat

    call context%create()
    call context%set_threads(1)
    call check(context%threads() == 1, 'threads of a context')
    call context%set_threads(-1, stat)
    call check(stat == HPS_E_ARGUMENT, 'a negative number of threads')
    call data%create(context=context)
    call data%read_extxyz(trim(path))
    call context%memory(held, peak)
    call check(held > 1000 .and. peak >= held, 'memory of a context')
    call context%set_memory_limit(held + 1)
    call space%create(stat, context=context)
    call check(stat == HPS_E_MEMORY, 'a limit of memory')
    call context%destroy()
    call check(data%n_frames() == 30, 'what was created keeps its context')
  end subroutine contexts

  subroutine frames()
    type(hps_dataset) :: data, train, test
    type(hps_finding), allocatable :: findings(:)
    integer(c_int32_t), allocatable :: numbers(:), centre(:), neighbour(:)
    real(c_double), allocatable :: at(:, :), cell(:, :), forces(:, :), virial(:, :), sigmas(:, :), vector(:, :)
    real(c_double) :: energy
    integer :: stat

    call read_all(data)
    call data%get(1, numbers, at, cell, energy, forces, virial, sigmas)
    call check(all(numbers == carbon) .and. near(energy, 11.752532376288176_c_double, 1e-15_c_double), 'numbers, energy')
    call check(near(norm2(at(:, 2) - at(:, 1)), 0.8_c_double, 1e-9_c_double), 'positions')
    call check(cell(1, 1) == 12 .and. cell(2, 2) == 8 .and. cell(2, 1) == 0, 'a cell')
    call check(all(shape(forces) == [3, 2]) .and. .not. allocated(virial) .and. .not. allocated(sigmas), 'labels')
    call check(data%config_type(1) == 'dimer' .and. data%config_type(99) == '', 'config_type')
    call data%get(31, numbers, stat=stat)
    call check(stat == HPS_E_ARGUMENT .and. .not. allocated(numbers), 'a frame that is not there')
    call data%split_every(10, train, test)
    call check(test%n_frames() == 3 .and. train%n_frames() == 27, 'every tenth')
    call data%neighbours(1, 2.0_c_double, centre, neighbour, vector)
    call check(all(centre == [1, 2]) .and. all(neighbour == [2, 1]), 'neighbours')
    call check(near(norm2(vector(:, 1)), 0.8_c_double, 1e-9_c_double), 'their vector')
    call data%check(findings)
    call check(size(findings) == 2 .and. findings(1)%kind == HPS_FINDING_LARGE_FORCE, 'findings')
    call check(findings(1)%frame == 1 .and. findings(1)%atom(1) == 1 .and. findings(1)%other == 0, 'places count from 1')
  end subroutine frames

  subroutine noise()
    type(hps_dataset) :: data, again
    type(hps_gpr) :: gap
    type(hps_errors) :: before, after
    real(c_double), allocatable :: sigmas(:, :)
    integer :: stat, unit, k

    call read_all(data)
    call make_gap(gap)
    call gap%fit(data)
    call gap%score(data, before)
    call data%set_noise(1, energy=10.0_c_double, force_mask=[.true., .false.])
    call data%set_noise(1, force_mask=[.true.], stat=stat)
    call check(stat == HPS_E_ARGUMENT, 'a mask of a wrong length')
    call gap%fit(data)
    call gap%score(data, after)
    call check(after%rmse_energy_per_atom > before%rmse_energy_per_atom, 'noise of a structure is felt')
    call data%set_force_sigmas(2, reshape([0.1_c_double, 0.2_c_double, 0.3_c_double, 0.4_c_double, 0.5_c_double, &
        0.6_c_double], [3, 2]))
    call data%write_extxyz('fortran_noise.xyz')
    call again%create()
    call again%read_extxyz('fortran_noise.xyz')
    open (newunit=unit, file='fortran_noise.xyz')
    close (unit, status='delete')
    call again%get(2, force_sigmas=sigmas)
    call check(all(shape(sigmas) == [3, 2]) .and. sigmas(3, 1) == 0.3_c_double, 'noise of single forces')
    call again%set_force_sigmas(2)
    call again%get(2, force_sigmas=sigmas)
    call check(.not. allocated(sigmas), 'none of their own')
    call again%set_force_sigmas(2, reshape([1.0_c_double], [1, 1]), stat)
    call check(stat == HPS_E_ARGUMENT, 'sigmas of a wrong shape')
    call again%set_virial_sigmas(2, reshape([(0.1_c_double * k, k=1, 9)], [3, 3]))
    call again%get(2, virial_sigmas=sigmas)
    call check(all(shape(sigmas) == 3) .and. sigmas(1, 2) == 0.1_c_double * 4, 'noise of the components of a virial')
    call again%set_virial_sigmas(2, reshape([1.0_c_double], [1, 1]), stat)
    call check(stat == HPS_E_ARGUMENT, 'sigmas of a virial of a wrong shape')
    call again%set_virial_sigmas(2)
    call again%get(2, virial_sigmas=sigmas)
    call check(.not. allocated(sigmas), 'none of its own')
  end subroutine noise

  !> What is left out of one fit is what a fit without that structure predicts.
  subroutine leave_out()
    type(hps_dataset) :: data, without, one
    type(hps_gpr) :: gap, other
    type(hps_errors) :: errors
    real(c_double) :: energy(30), forces(3, 60), alone(1)
    integer(c_int64_t), allocatable :: places(:), shifted(:)
    integer(c_int64_t) :: bytes, more
    integer :: i, stat

    call read_all(data)
    call make_gap(gap)
    call gap%fit_leave_out(data, energy, forces)
    call gap%sparse(carbon, places)
    call check(size(places) == 8, 'sparse points')
    i = 30
    do while (any((places + 1) / 2 == i)) ! a structure without a sparse point, so that these stay
      i = i - 1
    end do
    call data%subset(pack([(stat, stat=1, 30)], [(stat, stat=1, 30)] /= i), without)
    call data%subset([i], one)
    shifted = places
    where ((places + 1) / 2 > i) shifted = places - 2
    call gap%copy(other)
    call other%set('sparse_method', 'file')
    call other%set_sparse(carbon, shifted)
    call other%fit(without)
    call other%predict(one, alone)
    call check(near(energy(i), alone(1), 1e-8_c_double), 'left out is not fitted')
    call hps_compare(data, errors, energy)
    call check(errors%n_structures == 30 .and. errors%rmse_energy_per_atom > 0, 'errors of what is left out')
    call hps_compare(data, errors, energy(:3), stat=stat)
    call check(stat == HPS_E_ARGUMENT, 'energies of a wrong number')
    call gap%fit_leave_out(data, energy(:3), stat=stat)
    call check(stat == HPS_E_ARGUMENT, 'an array of a wrong size')
    call gap%memory(data, bytes)
    call gap%memory(data, more, leave_out=.true.)
    call check(more > bytes .and. bytes > 0, 'memory of both')
  end subroutine leave_out

  subroutine settings()
    type(hps_dataset) :: data
    type(hps_gpr) :: gap
    type(hps_soap) :: soap
    type(hps_gpr_report) :: report
    real(c_double) :: energy, force, virial, e0, zeta
    integer(c_int32_t) :: n
    integer :: stat

    call read_all(data)
    call make_gap(gap)
    call gap%set_sigma('wet', 0.5_c_double, 0.25_c_double, 2.0_c_double)
    call gap%get_sigma('wet', energy, force, virial)
    call check(energy == 0.5_c_double .and. force == 0.25_c_double .and. virial == 2, 'noise of a config_type')
    call gap%get_sigma('dry', energy, force, virial)
    call check(energy == 0.01_c_double, 'noise of the others')
    call gap%report(report, stat)
    call check(stat == HPS_E_STATE, 'no report before a fit')
    call gap%fit(data)
    call gap%report(report)
    call check(report%n_sparse == 8 .and. report%n_structures == 30 .and. report%delta > 0, 'a report')
    call gap%element(carbon, n, e0)
    call check(n == 8 .and. e0 == 0, 'an element')
    call gap%get_soap(soap)
    call check(soap%size() > 0, 'the descriptor of a model')
    call soap%set('n_max', 3)
    call gap%set_soap(soap)
    call gap%report(report, stat)
    call check(stat == HPS_E_STATE, 'another descriptor drops the fit')
    call gap%get('zeta', zeta)
    call check(zeta > 0, 'options stay')
  end subroutine settings

  subroutine paths()
    type(hps_dataset) :: data, train, test
    type(hps_gpr) :: gap
    type(hps_path) :: path
    type(hps_errors) :: errors, fitted
    real(c_double) :: minus_log, best, sigma(3)
    integer :: stat

    call read_all(data)
    call data%split_every(5, train, test)
    call make_gap(gap)
    call gap%set('delta', 1.5_c_double)
    call gap%fit(train)
    call gap%score(test, fitted)
    call path%create(gap, train, test)
    call path%errors(1.5_c_double, 0.01_c_double, errors)
    call check(near(errors%rmse_energy_per_atom, fitted%rmse_energy_per_atom, 1e-6_c_double), 'a path is a fit')
    call path%loo(1.5_c_double, 0.01_c_double, errors)
    call check(errors%n_structures == train%n_frames(), 'leave-one-out of a path')
    call path%evidence(1.5_c_double, 0.01_c_double, minus_log, best)
    call check(best > 0 .and. abs(minus_log) < 1e6_c_double, 'evidence')
    call path%errors(1.5_c_double, 0.01_c_double, errors, sigma_force=0.1_c_double, stat=stat)
    call check(stat == HPS_E_ARGUMENT, 'one sigma without the other')
    call gap%set('fit_forces', 1)
    call gap%fit(train)
    call gap%score(test, fitted)
    call path%create(gap, train, test, noises=.true.)
    call gap%get_sigma('', sigma(1), sigma(2), sigma(3))
    call path%errors(1.5_c_double, 0.01_c_double, errors, sigma(2), sigma(3), with_forces=.true.)
    call check(near(errors%rmse_force, fitted%rmse_force, 1e-4_c_double), 'a path with noises is a fit')
  end subroutine paths

  subroutine kernels()
    type(hps_dataset) :: data
    type(hps_soap) :: soap
    type(hps_kernel_stats), allocatable :: several(:)
    type(hps_kernel_stats) :: one
    real(c_double), allocatable :: k(:, :), part(:, :)

    call read_all(data)
    call make_soap(soap)
    call hps_kernel_distributions(soap, data, [1.0_c_double, 3.0_c_double], several)
    call hps_kernel_distribution(soap, data, 3.0_c_double, one)
    call check(size(several) == 2 .and. several(2)%mean == one%mean, 'several exponents at once')
    call hps_kernel_distributions(soap, data, [3.0_c_double], several, single=.true.)
    call check(near(several(1)%mean, one%mean, 1e-5_c_double), 'single precision')
    call hps_kernel_block(soap, data, 3.0_c_double, k)
    call check(all(shape(k) == [60, 60]) .and. near(sum(k) / 3600, one%mean, 1e-12_c_double), 'all of the kernel')
    call hps_kernel_block(soap, data, 3.0_c_double, part, rows=[2, 5], columns=[60])
    call check(all(shape(part) == [1, 2]) .and. near(part(1, 2), k(60, 5), 1e-13_c_double), 'a block of the kernel')
  end subroutine kernels

  subroutine refits()
    type(hps_dataset) :: data, train, test
    type(hps_gpr) :: gap
    type(hps_space) :: space
    type(hps_study) :: study
    type(hps_swarm) :: swarm
    real(c_double), allocatable :: x(:)
    real(c_double) :: f, refitted(1)
    integer(c_int64_t) :: bytes
    integer :: stat

    call read_all(data)
    call data%split_every(5, train, test)
    call make_gap(gap)
    call space%create()
    call space%add_real('gap.delta', 0.1_c_double, 5.0_c_double)
    call space%add_real('gap.sigma_energy', 1e-3_c_double, 0.1_c_double, log=.true.)
    call study%create(space, gap, train, test)
    call study%set('force_weight', 0.0_c_double)
    call swarm%create(space)
    call swarm%set('max_iterations', 3)
    call study%run(swarm)
    call swarm%best(x, f)
    call study%memory(bytes)
    call check(bytes > 0 .and. study%seconds(1) > 0, 'memory and seconds')
    call study%refit(x, refitted)
    call check(near(refitted(1), f, 1e-3_c_double), 'the model of a fit')
    call study%refit(x(:1), refitted, stat)
    call check(stat == HPS_E_ARGUMENT, 'a point of a wrong length')
  end subroutine refits

end program test_fits
