! SPDX-License-Identifier: BSD-3-Clause
!> Sets of structures.
module hpswarm_data
  use, intrinsic :: iso_c_binding
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan
  use hpswarm_c
  use hpswarm_base
  use hpswarm_context
  implicit none
  private
  public :: hps_dataset, hps_compare

  !> Structures with energies (eV), forces (eV/angstrom) and virials (eV). Arrays of C's shape
  !> [n][3] are (3, n) here; the columns of a cell are its lattice vectors.
  type :: hps_dataset
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure :: create => dataset_create
    procedure :: add => dataset_add
    procedure :: read_extxyz => dataset_read_extxyz
    procedure :: write_extxyz => dataset_write_extxyz
    procedure :: n_frames => dataset_n_frames
    procedure :: n_atoms => dataset_n_atoms
    procedure :: species => dataset_species
    procedure :: get => dataset_get
    procedure :: config_type => dataset_config_type
    procedure :: set_noise => dataset_set_noise
    procedure :: set_force_sigmas => dataset_set_force_sigmas
    procedure :: set_virial_sigmas => dataset_set_virial_sigmas
    procedure :: neighbours => dataset_neighbours
    procedure :: check => dataset_check
    procedure :: subset => dataset_subset
    procedure :: split => dataset_split
    procedure :: split_every => dataset_split_every
    procedure :: destroy => dataset_destroy
    procedure, private :: dataset_assign
    generic :: assignment(=) => dataset_assign
    final :: dataset_final
  end type hps_dataset

contains

  subroutine dataset_create(self, stat, errmsg, context)
    class(hps_dataset), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_dataset_create(c_loc(out), hps_context_handle(context)), stat, errmsg)
    self%handle = out
  end subroutine dataset_create

  !> Append one structure.
  !> @param numbers (n) atomic numbers   @param positions (3, n)
  !> @param cell (3, 3) columns are lattice vectors; absent: an isolated system
  !> @param periodic (3) absent: all with a cell, none without
  !> @param forces (3, n)   @param virial (3, 3)
  subroutine dataset_add(self, numbers, positions, cell, periodic, energy, forces, virial, config_type, &
      stat, errmsg)
    class(hps_dataset), intent(in) :: self
    integer(c_int32_t), intent(in), contiguous, target :: numbers(:)
    real(c_double), intent(in), contiguous, target :: positions(:, :)
    real(c_double), intent(in), contiguous, optional, target :: cell(:, :), forces(:, :), virial(:, :)
    logical, intent(in), optional :: periodic(3)
    real(c_double), intent(in), optional, target :: energy
    character(len=*), intent(in), optional :: config_type
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)
    integer(c_int32_t), target :: flags(3)
    type(c_ptr) :: p, e
    integer(c_int32_t) :: n

    p = c_null_ptr
    e = c_null_ptr
    if (present(periodic)) then
      flags = merge(1_c_int32_t, 0_c_int32_t, periodic)
      p = c_loc(flags)
    end if
    if (present(energy)) e = c_loc(energy)
    if (present(config_type)) then
      call hps_to_c(config_type, text)
    else
      call hps_to_c('', text)
    end if
    n = int(size(numbers), c_int32_t)
    if (.not. is_shape(positions, 3, size(numbers))) n = -1 ! the library refuses it
    if (.not. is_shape(forces, 3, size(numbers))) n = -1
    if (.not. is_shape(cell, 3, 3) .or. .not. is_shape(virial, 3, 3)) n = -1
    call hps_finish(hps_dataset_add(self%handle, n, hps_address(numbers), hps_address(positions), &
        hps_optional_r2(cell), p, e, hps_optional_r2(forces), hps_optional_r2(virial), c_loc(text)), &
        stat, errmsg)
  end subroutine dataset_add

  pure logical function is_shape(a, n1, n2)
    real(c_double), intent(in), optional :: a(:, :)
    integer, intent(in) :: n1, n2

    is_shape = .true.
    if (present(a)) is_shape = size(a, 1) == n1 .and. size(a, 2) == n2
  end function is_shape

  !> Append all frames of a file. @param energy_key,force_key,virial_key absent: the usual ones
  subroutine dataset_read_extxyz(self, path, energy_key, force_key, virial_key, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    character(len=*), intent(in) :: path
    character(len=*), intent(in), optional :: energy_key, force_key, virial_key
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:), e(:), f(:), v(:)
    type(c_ptr) :: keys(3)

    call hps_to_c(path, text)
    keys = c_null_ptr
    if (present(energy_key)) then
      call hps_to_c(energy_key, e)
      keys(1) = c_loc(e)
    end if
    if (present(force_key)) then
      call hps_to_c(force_key, f)
      keys(2) = c_loc(f)
    end if
    if (present(virial_key)) then
      call hps_to_c(virial_key, v)
      keys(3) = c_loc(v)
    end if
    call hps_finish(hps_dataset_read_extxyz(self%handle, c_loc(text), keys(1), keys(2), keys(3)), stat, errmsg)
  end subroutine dataset_read_extxyz

  !> @param energy (n_frames), forces (3, n_atoms), virial (3, 3, n_frames): in place of the set's
  subroutine dataset_write_extxyz(self, path, energy, forces, virial, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    character(len=*), intent(in) :: path
    real(c_double), intent(in), contiguous, optional, target :: energy(:), forces(:, :), virial(:, :, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(path, text)
    call hps_finish(hps_dataset_write_extxyz(self%handle, c_loc(text), hps_optional_r1(energy), &
        hps_optional_r2(forces), hps_optional_r3(virial)), stat, errmsg)
  end subroutine dataset_write_extxyz

  integer(c_int64_t) function dataset_n_frames(self)
    class(hps_dataset), intent(in) :: self

    dataset_n_frames = hps_dataset_n_frames(self%handle)
  end function dataset_n_frames

  !> Over all frames.
  integer(c_int64_t) function dataset_n_atoms(self)
    class(hps_dataset), intent(in) :: self

    dataset_n_atoms = hps_dataset_n_atoms(self%handle)
  end function dataset_n_atoms

  !> Atomic numbers present, ascending.
  function dataset_species(self) result(numbers)
    class(hps_dataset), intent(in) :: self
    integer(c_int32_t), allocatable :: numbers(:)
    integer(c_int32_t), target :: found(118)
    integer(c_int32_t), target :: n

    n = 0
    if (hps_dataset_species(self%handle, 118_c_int32_t, c_loc(n), c_loc(found)) /= HPS_OK) n = 0
    allocate (numbers(n))
    numbers(:) = found(:n)
  end function dataset_species

  !> The frames named (from 1), in that order, as a set of their own.
  subroutine dataset_subset(self, frames, out, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: frames(:)
    type(hps_dataset), intent(inout) :: out
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), allocatable, target :: indices(:)
    type(c_ptr), target :: made

    call out%destroy()
    allocate (indices(size(frames)))
    indices(:) = int(frames, c_int64_t) - 1
    call hps_finish(hps_dataset_subset(c_loc(made), self%handle, int(size(frames), c_int64_t), &
        hps_address(indices)), stat, errmsg)
    out%handle = made
  end subroutine dataset_subset

  !> Seeded split within each config_type.
  subroutine dataset_split(self, test_fraction, seed, train, test, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    real(c_double), intent(in) :: test_fraction
    integer, intent(in) :: seed
    type(hps_dataset), intent(inout) :: train, test
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: made(2)

    call train%destroy()
    call test%destroy()
    made = c_null_ptr
    call hps_finish(hps_dataset_split(self%handle, test_fraction, int(seed, c_int64_t), c_loc(made(1)), &
        c_loc(made(2))), stat, errmsg)
    train%handle = made(1)
    test%handle = made(2)
  end subroutine dataset_split

  !> Frames 1, 1 + every, 1 + 2 every, ... are the test set.
  subroutine dataset_split_every(self, every, train, test, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: every
    type(hps_dataset), intent(inout) :: train, test
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: made(2)

    call train%destroy()
    call test%destroy()
    made = c_null_ptr
    call hps_finish(hps_dataset_split_every(self%handle, int(every, c_int64_t), c_loc(made(1)), c_loc(made(2))), &
        stat, errmsg)
    train%handle = made(1)
    test%handle = made(2)
  end subroutine dataset_split_every

  !> One structure (from 1) as copies; what is not known is not allocated, an energy NaN.
  subroutine dataset_get(self, frame, numbers, positions, cell, energy, forces, virial, force_sigmas, stat, errmsg, &
      virial_sigmas)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: frame
    integer(c_int32_t), allocatable, intent(out), optional :: numbers(:)
    real(c_double), allocatable, intent(out), optional :: positions(:, :), cell(:, :), forces(:, :), virial(:, :), &
        force_sigmas(:, :), virial_sigmas(:, :)
    real(c_double), intent(out), optional :: energy
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(hps_frame), target :: f
    integer(c_int32_t), pointer :: whole(:)
    integer(c_int32_t) :: status

    f%struct_size = int(c_sizeof(f), c_int32_t)
    status = hps_dataset_frame(self%handle, int(frame - 1, c_int64_t), c_loc(f))
    if (status == HPS_OK) then
      if (present(numbers)) then
        call c_f_pointer(f%numbers, whole, [f%n_atoms])
        numbers = whole
      end if
      if (present(energy)) energy = f%energy
      call copy_of(f%positions, f%n_atoms, positions)
      call copy_of(f%cell, 3_c_int32_t, cell)
      call copy_of(f%forces, f%n_atoms, forces)
      call copy_of(f%virial, 3_c_int32_t, virial)
      call copy_of(hps_dataset_force_sigmas(self%handle, int(frame - 1, c_int64_t)), f%n_atoms, force_sigmas)
      call copy_of(hps_dataset_virial_sigmas(self%handle, int(frame - 1, c_int64_t)), 3_c_int32_t, virial_sigmas)
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine dataset_get

  !> Of an array of the library's, (3, n), if it is wanted and there.
  subroutine copy_of(address, n, copy)
    type(c_ptr), intent(in) :: address
    integer(c_int32_t), intent(in) :: n
    real(c_double), allocatable, intent(out), optional :: copy(:, :)
    real(c_double), pointer :: at(:, :)

    if (.not. present(copy)) return
    if (.not. c_associated(address)) return
    call c_f_pointer(address, at, [3_c_int32_t, n])
    copy = at
  end subroutine copy_of

  !> Of a frame (from 1), '' if it has none.
  function dataset_config_type(self, frame) result(text)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: frame
    character(len=:), allocatable :: text
    type(hps_frame), target :: f

    text = ''
    f%struct_size = int(c_sizeof(f), c_int32_t)
    if (hps_dataset_frame(self%handle, int(frame - 1, c_int64_t), c_loc(f)) == HPS_OK) text = hps_from_c(f%config_type)
  end function dataset_config_type

  !> Noise of one structure (from 1) in a fit, absolute, in place of the fit's own; absent: that of the fit.
  !> @param force_mask (n_atoms) .true.: the force of the atom is left out
  subroutine dataset_set_noise(self, frame, energy, force, virial, force_mask, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: frame
    real(c_double), intent(in), optional :: energy, force, virial
    logical, intent(in), optional :: force_mask(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t), allocatable, target :: mask(:)
    type(hps_frame), target :: f
    real(c_double) :: sigma(3)
    integer(c_int64_t) :: i

    sigma = ieee_value(1.0_c_double, ieee_quiet_nan)
    if (present(energy)) sigma(1) = energy
    if (present(force)) sigma(2) = force
    if (present(virial)) sigma(3) = virial
    i = frame - 1
    if (present(force_mask)) then
      f%struct_size = int(c_sizeof(f), c_int32_t)
      if (hps_dataset_frame(self%handle, i, c_loc(f)) /= HPS_OK .or. f%n_atoms /= size(force_mask)) i = -1 ! refused
      allocate (mask(size(force_mask)))
      mask(:) = merge(1_c_int32_t, 0_c_int32_t, force_mask)
    end if
    call hps_finish(hps_dataset_set_noise(self%handle, i, sigma(1), sigma(2), sigma(3), hps_optional_i1(mask)), &
        stat, errmsg)
  end subroutine dataset_set_noise

  !> Noise of the forces of one structure (from 1), in place of any other. @param sigmas (3, n_atoms)
  !> eV/angstrom; absent: none of their own
  subroutine dataset_set_force_sigmas(self, frame, sigmas, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: frame
    real(c_double), intent(in), contiguous, optional, target :: sigmas(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(hps_frame), target :: f
    integer(c_int64_t) :: i

    i = frame - 1
    f%struct_size = int(c_sizeof(f), c_int32_t)
    if (hps_dataset_frame(self%handle, i, c_loc(f)) /= HPS_OK) then
      i = -1
    else if (.not. is_shape(sigmas, 3, int(f%n_atoms))) then
      i = -1 ! the library refuses it
    end if
    call hps_finish(hps_dataset_set_force_sigmas(self%handle, i, hps_optional_r2(sigmas)), stat, errmsg)
  end subroutine dataset_set_force_sigmas

  !> Noise of the virial of one structure (from 1), in place of any other. @param sigmas (3, 3) eV, absolute;
  !> absent: none of its own
  subroutine dataset_set_virial_sigmas(self, frame, sigmas, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: frame
    real(c_double), intent(in), contiguous, optional, target :: sigmas(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: i

    i = merge(frame - 1, -1, is_shape(sigmas, 3, 3)) ! the library refuses -1
    call hps_finish(hps_dataset_set_virial_sigmas(self%handle, i, hps_optional_r2(sigmas)), stat, errmsg)
  end subroutine dataset_set_virial_sigmas

  !> Pairs of one frame (from 1) with 0 < r < cutoff, images included: atoms from 1.
  !> @param vector (3, n_pairs) from the centre to the image
  subroutine dataset_neighbours(self, frame, cutoff, centre, neighbour, vector, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    integer, intent(in) :: frame
    real(c_double), intent(in) :: cutoff
    integer(c_int32_t), allocatable, intent(out), target :: centre(:), neighbour(:)
    real(c_double), allocatable, intent(out), target :: vector(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), target :: n
    integer(c_int32_t) :: status

    n = 0
    status = hps_dataset_neighbours(self%handle, int(frame - 1, c_int64_t), cutoff, 0_c_int64_t, c_loc(n), &
        c_null_ptr, c_null_ptr, c_null_ptr)
    allocate (centre(n), neighbour(n), vector(3, n))
    if (status == HPS_OK .and. n > 0) then
      status = hps_dataset_neighbours(self%handle, int(frame - 1, c_int64_t), cutoff, n, c_loc(n), &
          hps_address(centre), hps_address(neighbour), hps_address(vector))
      centre = centre + 1
      neighbour = neighbour + 1
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine dataset_neighbours

  !> Suspicious frames: kind is one of HPS_FINDING_*, frame, other and atom count from 1 (0: none).
  subroutine dataset_check(self, findings, stat, errmsg)
    class(hps_dataset), intent(in) :: self
    type(hps_finding), allocatable, intent(out), target :: findings(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), target :: n
    integer(c_int32_t) :: status
    integer :: i

    n = 0
    status = hps_dataset_check(self%handle, 0_c_int64_t, c_loc(n), c_null_ptr)
    allocate (findings(n))
    if ((status == HPS_OK .or. status == HPS_E_CAPACITY) .and. n > 0) then
      findings(1)%struct_size = int(c_sizeof(findings(1)), c_int32_t)
      status = hps_dataset_check(self%handle, n, c_loc(n), c_loc(findings))
      do i = 1, size(findings)
        findings(i)%frame = findings(i)%frame + 1
        findings(i)%other = findings(i)%other + 1
        findings(i)%atom = findings(i)%atom + 1
      end do
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine dataset_check

  !> Deviations of predictions from the references of a set.
  !> @param energy (n_frames), forces (3, n_atoms), virial (3, 3, n_frames)  @param config_type absent: all frames
  subroutine hps_compare(data, errors, energy, forces, virial, config_type, stat, errmsg)
    class(hps_dataset), intent(in) :: data
    type(hps_errors), intent(out), target :: errors
    real(c_double), intent(in), contiguous, optional, target :: energy(:), forces(:, :), virial(:, :, :)
    character(len=*), intent(in), optional :: config_type
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)
    type(c_ptr) :: name, handle

    name = c_null_ptr
    if (present(config_type)) then
      call hps_to_c(config_type, text)
      name = c_loc(text)
    end if
    handle = data%handle ! an array of a wrong shape: the library refuses no set
    if (present(energy)) then
      if (size(energy) /= data%n_frames()) handle = c_null_ptr
    end if
    if (present(forces)) then
      if (.not. is_shape(forces, 3, int(data%n_atoms()))) handle = c_null_ptr
    end if
    if (present(virial)) then
      if (size(virial) /= 9 * data%n_frames()) handle = c_null_ptr
    end if
    errors%struct_size = int(c_sizeof(errors), c_int32_t)
    call hps_finish(hps_errors_compute(handle, hps_optional_r1(energy), hps_optional_r2(forces), &
        hps_optional_r3(virial), name, c_loc(errors)), stat, errmsg)
  end subroutine hps_compare

  subroutine dataset_destroy(self)
    class(hps_dataset), intent(inout) :: self

    call hps_dataset_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine dataset_destroy

  subroutine dataset_assign(self, other)
    class(hps_dataset), intent(inout) :: self
    type(hps_dataset), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_dataset')
  end subroutine dataset_assign

  subroutine dataset_final(self)
    type(hps_dataset), intent(inout) :: self

    call hps_dataset_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine dataset_final

end module hpswarm_data
