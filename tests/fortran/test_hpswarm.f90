! SPDX-License-Identifier: BSD-3-Clause
! The Fortran module: usage test_hpswarm DATA.xyz. Ends with the number of failed checks.
module counting
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t
  implicit none
  integer :: failed = 0, watched = 0

  type :: bowl_at
    real(c_double) :: centre(2) = [1.0_c_double, -2.0_c_double]
    integer :: calls = 0
    integer :: stop_at = -1
  end type bowl_at

contains

  subroutine check(holds, what)
    logical, intent(in) :: holds
    character(len=*), intent(in) :: what

    if (.not. holds) then
      failed = failed + 1
      print '(a)', 'FAILED: ' // what
    end if
  end subroutine check

  subroutine bowl(x, f, outcome, context, code)
    use hpswarm, only: HPS_EVAL_INFEASIBLE
    real(c_double), intent(in) :: x(:, :)
    real(c_double), intent(inout) :: f(:, :)
    integer(c_int32_t), intent(inout) :: outcome(:)
    class(*), intent(inout) :: context
    integer(c_int32_t), intent(inout) :: code
    integer :: i

    select type (context)
    type is (bowl_at)
      context%calls = context%calls + 1
      if (context%calls == context%stop_at) code = 7
      do i = 1, size(x, 2)
        f(1, i) = sum((x(:2, i) - context%centre)**2)
        if (x(1, i) > 4.5_c_double) outcome(i) = HPS_EVAL_INFEASIBLE
      end do
    class default
      code = 1
    end select
  end subroutine bowl

  subroutine two(x, f, outcome, context, code)
    real(c_double), intent(in) :: x(:, :)
    real(c_double), intent(inout) :: f(:, :)
    integer(c_int32_t), intent(inout) :: outcome(:)
    class(*), intent(inout) :: context
    integer(c_int32_t), intent(inout) :: code

    f(1, :) = sum(x**2, dim=1)
    f(2, :) = (x(1, :) - 1)**2 + x(2, :)**2
  end subroutine two

  integer function first_objective(a, b)
    real(c_double), intent(in) :: a(:), b(:)

    first_objective = 0
    if (a(1) < b(1)) first_objective = -1
    if (a(1) > b(1)) first_objective = 1
  end function first_objective

  subroutine stop_at_four(progress, stop)
    use hpswarm, only: hps_progress
    type(hps_progress), intent(in) :: progress
    logical, intent(inout) :: stop

    watched = watched + 1
    stop = progress%iteration == 4
  end subroutine stop_at_four

end module counting

program test_hpswarm
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t
  use hpswarm
  use counting
  implicit none
  character(len=512) :: path

  call get_command_argument(1, path)
  call spaces()
  call runs()
  call several()
  call orders()
  call surfaces()
  call checkpoints()
  call descriptors()
  call models()
  call studies()
  call releases()
  if (failed > 0) error stop 1
  print '(a)', 'all checks hold with libhpswarm ' // hps_library_version()

contains

  subroutine bowl_space(space)
    type(hps_space), intent(inout) :: space

    call space%create()
    call space%add_real('x', -5.0_c_double, 5.0_c_double)
    call space%add_real('y', -5.0_c_double, 5.0_c_double)
  end subroutine bowl_space

  subroutine spaces()
    type(hps_space) :: space
    integer :: stat
    character(len=200) :: message

    call space%create(stat)
    call check(stat == HPS_OK, 'a space is made')
    call space%add_real('width', 1e-3_c_double, 1.0_c_double, log=.true.)
    call space%add_int('n', 1, 8)
    call space%add_choice('kind', [character(len=6) :: 'ground', 'first'])
    call check(space%size() == 3 .and. space%index('n') == 2 .and. space%index('none') == 0, 'sizes and places')
    call check(space%label(3, 1.0_c_double) == 'first', 'labels')
    call space%add_real('width', 0.0_c_double, 1.0_c_double, stat=stat, errmsg=message)
    call check(stat == HPS_E_ARGUMENT .and. index(message, 'width') > 0, 'a name twice is refused: ' // message)
    call space%fix('n', 3.0_c_double)
    call space%unfix('n')
  end subroutine spaces

  subroutine runs()
    type(hps_space) :: space
    type(hps_swarm) :: swarm, loop
    type(bowl_at) :: centre
    type(hps_progress) :: progress
    integer(c_int64_t), allocatable :: id(:), id2(:)
    integer(c_int32_t), allocatable :: outcome(:), outcome2(:)
    real(c_double), allocatable :: x(:), points(:, :), f(:, :), points2(:, :), f2(:, :)
    real(c_double) :: best
    integer :: stat, i
    character(len=200) :: message

    call bowl_space(space)
    call swarm%create(space)
    call swarm%set('max_evaluations', 300)
    call swarm%set('seed', 5_c_int64_t)
    call swarm%set('variant', 'swarm')
    call swarm%set('target', 1e-12_c_double)
    call swarm%set('nonsense', 1, stat, message)
    call check(stat == HPS_E_OPTION .and. index(message, 'nonsense') > 0, 'unknown option: ' // message)
    call swarm%set_start(reshape([0.5_c_double, 0.25_c_double], [2, 1]))
    centre%stop_at = 3
    call swarm%run(bowl, centre, stat, message)
    call check(stat == HPS_E_CALLBACK .and. hps_last_callback_code() == 7, 'the objective ends a run')
    centre%stop_at = -1
    call swarm%run(bowl, centre)
    call swarm%best(x, best)
    call check(best < 0.01_c_double .and. abs(x(1) - 1) < 0.1_c_double, 'the minimum is found')
    call check(swarm%stop_reason() == 'evaluations' .and. swarm%done(), 'stop reason')
    call swarm%progress(progress)
    call check(progress%n_evaluated == 300 .and. progress%best <= best, 'progress')
    call swarm%history(id, points, f, outcome)
    call check(size(id) == 300 .and. any(outcome == HPS_EVAL_INFEASIBLE), 'history')
    call check(points(1, 1) == 0.5_c_double .and. points(2, 1) == 0.25_c_double, 'the start is first')

    call loop%create(space)
    call loop%set('max_evaluations', 300)
    call loop%set('seed', 5)
    call loop%set('variant', 'swarm')
    call loop%set('target', 1e-12_c_double)
    call loop%set_start(reshape([0.5_c_double, 0.25_c_double], [2, 1]))
    do while (.not. loop%done())
      call loop%ask(id2, points2, 5)
      do i = size(id2), 1, -1
        if (points2(1, i) > 4.5_c_double) then
          call loop%tell(id2(i:i), [0.0_c_double], [HPS_EVAL_INFEASIBLE])
        else
          call loop%tell(id2(i:i), [sum((points2(:, i) - centre%centre)**2)])
        end if
      end do
    end do
    call loop%history(id2, points2, f2, outcome2)
    call check(all(points == points2) .and. all(f == f2), 'run, and ask and tell, are the same')
    call loop%tell([1_c_int64_t], [0.0_c_double, 1.0_c_double], stat=stat)
    call check(stat == HPS_E_ARGUMENT, 'values of a wrong number are refused')
  end subroutine runs

  subroutine several()
    type(hps_space) :: space
    type(hps_swarm) :: swarm
    integer(c_int64_t), allocatable :: id(:)
    real(c_double), allocatable :: x(:, :), f(:, :), point(:), all_f(:)
    real(c_double) :: best
    integer :: i
    logical :: beaten

    call bowl_space(space)
    call swarm%create(space, n_objectives=2)
    call swarm%set('max_evaluations', 300)
    call swarm%run(two)
    call swarm%front(id, x, f)
    call swarm%tell_external(reshape([3.0_c_double, 3.0_c_double], [2, 1]), [50.0_c_double, 50.0_c_double])
    call check(swarm%count(HPS_COUNT_EXTERNAL) == 1 .and. swarm%count(HPS_EVAL_OK) == 300, 'counts of points')
    beaten = .false.
    do i = 1, size(id)
      beaten = beaten .or. any(f(1, :) < f(1, i) .and. f(2, :) < f(2, i))
    end do
    call check(size(id) > 5 .and. .not. beaten, 'a front of two objectives')
    call swarm%best(point, best, all_f)
    call check(size(all_f) == 2 .and. all_f(1) == best, 'the compromise')
  end subroutine several

  subroutine orders() ! of points, and of completion
    type(hps_space) :: space
    type(hps_swarm) :: swarm, again
    integer(c_int64_t), allocatable :: id(:), id2(:), order(:), order2(:)
    integer(c_int32_t), allocatable :: outcome(:)
    real(c_double), allocatable :: x(:, :), f(:, :), x2(:, :)
    integer :: stat, i, n

    call bowl_space(space)
    call swarm%create(space, n_objectives=2)
    call swarm%set('max_evaluations', 200)
    call swarm%set_preference(first_objective)
    call swarm%set_progress(stop_at_four)
    call swarm%run(two, stat=stat)
    call check(stat == HPS_E_CANCELLED .and. watched == 4, 'a watch ends the run')
    call swarm%set_progress()
    call swarm%run(two)
    call check(watched == 4 .and. swarm%count(HPS_EVAL_OK) == 200, 'nobody watches any more')
    call swarm%front(id, x, f)
    call check(size(id) == 1, 'one point is preferred to all others')
    call swarm%set_preference()
    call swarm%front(id, x, f)
    call check(size(id) > 1, 'dominance again')

    call asynchronous(space, swarm)
    do while (.not. swarm%done()) ! the last one first
      call swarm%ask(id, x)
      n = size(id)
      do i = n, 1, -1
        call swarm%tell(id(i:i), [sum(x(:, i)**2)])
      end do
    end do
    call swarm%order(order)
    call asynchronous(space, again)
    call again%set_replay(order)
    do while (.not. again%done())
      call again%ask(id2, x2)
      do i = 1, size(id2)
        call again%tell(id2(i:i), [sum(x2(:, i)**2)])
      end do
    end do
    call again%order(order2)
    call check(size(order) == 60 .and. any(order(2:) < order(:59)), 'another order than that of the ids')
    call check(all(order == order2), 'an order is repeated')
    call swarm%history(id, x, f, outcome)
    call again%history(id2, x2, f, outcome)
    call check(all(x == x2), 'and so is the run')
  end subroutine orders

  subroutine asynchronous(space, swarm)
    type(hps_space), intent(in) :: space
    type(hps_swarm), intent(inout) :: swarm

    call swarm%create(space)
    call swarm%set('max_evaluations', 60)
    call swarm%set('asynchronous', 1)
    call swarm%set('workers', 4)
  end subroutine asynchronous

  subroutine surfaces()
    type(hps_space) :: space
    type(hps_surface) :: surface
    type(hps_surface_quality) :: quality
    real(c_double), allocatable :: x(:, :), f(:), mean(:), deviation(:), least(:), length(:)
    real(c_double) :: value
    integer :: stat
    character(len=200) :: message

    call bowl_space(space)
    call hps_design(space, HPS_DESIGN_ORTHOGONAL, 30, x)
    call check(size(x, 2) == 49, 'an orthogonal array')
    call hps_design(space, 9_c_int32_t, 30, x, stat=stat)
    call check(stat == HPS_E_ARGUMENT .and. size(x) == 0, 'an unknown design')
    call hps_design(space, HPS_DESIGN_LATIN, 30, x, seed=3)
    f = (x(1, :) - 1)**2 + (x(2, :) + 2)**2
    call surface%create(space, HPS_SURFACE_QUADRATIC)
    call surface%predict(x, f, stat=stat)
    call check(stat == HPS_E_STATE, 'no prediction before a fit')
    call surface%fit(x, f)
    call surface%minimum(least, value)
    call check(all(abs(least - [1.0_c_double, -2.0_c_double]) < 1e-6_c_double) .and. abs(value) < 1e-9_c_double, &
        'the minimum of a parabola')
    call surface%quality(quality)
    call check(quality%n_points == 30 .and. quality%r2 > 0.999999_c_double, 'quality')
    call surface%fit(x, f(2:), stat, message)
    call check(stat == HPS_E_ARGUMENT, 'a value too few is refused: ' // message)
    call surface%create(space, HPS_SURFACE_GP)
    call surface%fit(x, f)
    allocate (mean(30), deviation(30))
    call surface%predict(x, mean, deviation)
    call surface%lengths(length)
    call check(all(deviation >= 0) .and. all(abs(mean - f) < 1) .and. size(length) == 2, 'a Gaussian process')
  end subroutine surfaces

  subroutine checkpoints()
    type(hps_space) :: space
    type(hps_swarm) :: whole, part, rest
    type(bowl_at) :: centre
    real(c_double), allocatable :: x(:), y(:)
    real(c_double) :: f, g
    integer :: stat, unit, i
    character(len=*), parameter :: file = 'fortran_checkpoint.hpsw'

    call bowl_space(space)
    call whole%create(space)
    call whole%set('max_iterations', 20)
    call whole%run(bowl, centre)
    call whole%best(x, f)
    call part%create(space)
    call part%set('max_iterations', 20)
    call part%set_autosave(file, 1)
    centre%calls = 0
    centre%stop_at = 9
    call part%run(bowl, centre, stat)
    call check(stat == HPS_E_CALLBACK, 'interrupted')
    call rest%load(space, file)
    centre%stop_at = -1
    call rest%run(bowl, centre)
    call rest%best(y, g)
    call check(f == g .and. all(x == y), 'a resumed run ends where a whole one does')
    call rest%load(space, 'nowhere.hpsw', stat=stat)
    call check(stat == HPS_E_IO, 'a missing file')
    do i = 1, 2
      open (newunit=unit, file=file//merge('.previous', '         ', i == 2))
      close (unit, status='delete')
    end do
  end subroutine checkpoints

  subroutine water(data)
    type(hps_dataset), intent(inout) :: data
    real(c_double), parameter :: at(3, 3) = reshape([0.0_c_double, 0.0_c_double, 0.0_c_double, &
        0.76_c_double, 0.59_c_double, 0.0_c_double, -0.71_c_double, 0.65_c_double, 0.1_c_double], [3, 3])

    call data%create()
    call data%add([8_c_int32_t, 1_c_int32_t, 1_c_int32_t], at, energy=-14.0_c_double, config_type='wet')
  end subroutine water

  subroutine descriptors()
    type(hps_dataset) :: data
    type(hps_soap) :: soap, copy
    type(hps_kernel_stats) :: statistics
    integer(c_int32_t), allocatable :: centre(:), moved(:)
    integer(c_int64_t) :: counts(4)
    real(c_double), allocatable :: q(:, :), wide(:, :), grad(:, :, :), weight(:, :)
    real(c_double) :: gradient(3, 3), sums(3, 3), value
    integer :: stat, k, n
    character(len=200) :: message

    call water(data)
    call check(data%n_frames() == 1 .and. data%n_atoms() == 3, 'counts')
    call check(all(data%species() == [1, 8]), 'species')
    call data%add([1_c_int32_t], reshape([0.0_c_double], [1, 1]), stat=stat)
    call check(stat == HPS_E_ARGUMENT, 'positions of a wrong shape are refused')
    call soap%create([1_c_int32_t, int(hps_element('O'), c_int32_t)])
    call soap%set('n_max', 4)
    call soap%set('l_max', 3)
    call soap%set('rcut_hard', 4.0_c_double)
    call soap%set('rcut_soft', 3.5_c_double)
    call soap%set('atom_sigma_r:H', 0.3_c_double)
    call soap%set('basis', 'poly3gauss')
    call soap%get('atom_sigma_r:H', value)
    call check(value == 0.3_c_double, 'an option comes back')
    call soap%set('basis', 'poly4', stat, message)
    call check(stat == HPS_E_OPTION .and. index(message, 'poly3gauss') > 0, 'choices are named: ' // message)
    n = soap%size()
    allocate (q(n, 3), wide(2 * n, 3), weight(n, 3))
    call soap%compute(data, q)
    call check(all(abs(sum(q**2, dim=1) - 1) < 1e-12_c_double), 'unit norm')
    call soap%compute(data, wide(::2, :)) ! a section: the compiler packs it
    call check(all(wide(::2, :) == q), 'array sections')
    copy = soap
    call copy%set('n_max', 5)
    call check(copy%size() > n .and. soap%size() == n, 'descriptors are copied by assignment')
    call soap%gradient(data, 1, centre, moved, grad)
    weight = 1
    sums = 0
    do k = 1, size(centre)
      sums(:, moved(k)) = sums(:, moved(k)) + sum(grad(:, :, k), dim=1)
    end do
    call soap%adjoint(data, 1, weight, gradient)
    call check(all(abs(gradient - sums) < 1e-9_c_double), 'gradients and their adjoint agree')
    call hps_kernel_distribution(soap, data, 2.0_c_double, statistics, histogram=counts)
    call check(statistics%n_pairs == sum(counts) .and. statistics%n_pairs == 5, 'kernel statistics')
  end subroutine descriptors

  subroutine carbon(gap)
    type(hps_gpr), intent(inout) :: gap
    type(hps_soap) :: soap

    call soap%create([6_c_int32_t])
    call soap%set('n_max', 4)
    call soap%set('l_max', 4)
    call soap%set('rcut_hard', 4.5_c_double)
    call soap%set('rcut_soft', 4.0_c_double)
    call gap%create(soap)
    call gap%set('n_sparse', 20)
    call gap%set('fit_forces', 1)
    call gap%set('sigma_energy', 0.001_c_double)
  end subroutine carbon

  subroutine models()
    type(hps_dataset) :: all_data, train, test, first
    type(hps_gpr) :: gap, again
    type(hps_errors) :: errors
    real(c_double), allocatable :: energy(:), forces(:, :), virial(:, :, :), energy2(:)
    integer :: stat, unit
    character(len=*), parameter :: file = 'fortran_model.hpsm'
    character(len=200) :: message

    call all_data%create()
    call all_data%read_extxyz(trim(path))
    call all_data%split(0.2_c_double, 1, train, test)
    call check(train%n_frames() + test%n_frames() == all_data%n_frames(), 'split')
    call all_data%subset([3, 1], first)
    call check(first%n_frames() == 2, 'subset')
    call carbon(gap)
    call gap%predict(test, stat=stat)
    call check(stat == HPS_E_STATE, 'no prediction before a fit')
    call gap%fit(train)
    call gap%score(test, errors)
    call check(errors%rmse_energy_per_atom < 0.1_c_double .and. errors%n_structures == test%n_frames(), 'score')
    allocate (energy(test%n_frames()), energy2(test%n_frames()), forces(3, test%n_atoms()), &
        virial(3, 3, test%n_frames()))
    call gap%predict(test, energy, forces, virial)
    call check(abs(sum(forces)) < 1e-6_c_double, 'forces of dimers cancel')
    call gap%save(file)
    call again%load(file)
    call again%predict(test, energy2, forces)
    call check(all(energy == energy2), 'a model survives its file')
    call again%export('gap_fit', 'fortran_fit.sh')
    open (newunit=unit, file='fortran_fit.sh')
    read (unit, '(a)') message
    close (unit, status='delete')
    call check(message == '#!/bin/sh', 'the script of gap_fit')
    call again%export('quipp', 'fortran_fit.sh', stat=stat, errmsg=message)
    call check(stat == HPS_E_ARGUMENT .and. index(message, 'turbogap') > 0, 'a format that is none')
    call again%predict(test, energy2(2:), stat=stat)
    call check(stat == HPS_E_ARGUMENT, 'an energy too few is refused')
    call test%write_extxyz('fortran_out.xyz', energy, forces, virial)
    call first%read_extxyz('fortran_out.xyz', energy_key='nothing', stat=stat, errmsg=message)
    call check(stat /= HPS_OK .and. len_trim(message) > 0, 'a key that is not there')
    open (newunit=unit, file=file)
    close (unit, status='delete')
    open (newunit=unit, file='fortran_out.xyz')
    close (unit, status='delete')
  end subroutine models

  subroutine studies()
    type(hps_dataset) :: all_data, train, test
    type(hps_gpr) :: base, best
    type(hps_space) :: space
    type(hps_study) :: study
    type(hps_swarm) :: swarm
    type(hps_errors) :: errors
    real(c_double), allocatable :: x(:)
    real(c_double) :: f
    integer :: stat

    call all_data%create()
    call all_data%read_extxyz(trim(path))
    call all_data%split(0.2_c_double, 1, train, test)
    call carbon(base)
    call space%create()
    call space%add_real('gap.delta', 0.1_c_double, 5.0_c_double)
    call space%add_real('gap.sigma_energy', 1e-3_c_double, 0.1_c_double, log=.true.)
    call study%create(space, base, train, test)
    call study%set('objective', 'rmse')
    call study%set('force_weight', 0.0_c_double)
    call study%set('references', 10)
    call swarm%create(space)
    call swarm%set('max_iterations', 3)
    call study%run(swarm)
    call swarm%best(x, f)
    call study%apply(x, best)
    call best%fit(train)
    call best%score(test, errors)
    call check(abs(errors%rmse_energy_per_atom - f) < 1e-6_c_double, 'the best point keeps what it promised')
    call check(study%reason(1) == '', 'reasons')
    call study%apply(x(:1), best, stat)
    call check(stat == HPS_E_ARGUMENT, 'a point of a wrong length is refused')
  end subroutine studies

  subroutine releases()
    integer :: i

    do i = 1, 200
      call one()
    end do
  end subroutine releases

  subroutine one() ! everything is released at the end
    type(hps_space) :: space
    type(hps_swarm) :: swarm
    type(hps_soap) :: soap

    call bowl_space(space)
    call bowl_space(space)
    call swarm%create(space)
    call soap%create([6_c_int32_t])
  end subroutine one

end program test_hpswarm
