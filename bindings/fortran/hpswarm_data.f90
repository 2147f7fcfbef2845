! SPDX-License-Identifier: BSD-3-Clause
!> Sets of structures, descriptors and the distribution of their kernel.
module hpswarm_data
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  implicit none
  private
  public :: hps_dataset, hps_soap, hps_kernel_distribution

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
    procedure :: subset => dataset_subset
    procedure :: split => dataset_split
    procedure :: destroy => dataset_destroy
    procedure, private :: dataset_assign
    generic :: assignment(=) => dataset_assign
    final :: dataset_final
  end type hps_dataset

  !> A descriptor.
  type :: hps_soap
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure :: create => soap_create
    procedure, private :: soap_set_real, soap_set_int, soap_set_text
    generic :: set => soap_set_real, soap_set_int, soap_set_text
    procedure :: get => soap_get
    procedure :: size => soap_size
    procedure :: compute => soap_compute
    procedure :: gradient => soap_gradient
    procedure :: adjoint => soap_adjoint
    procedure :: destroy => soap_destroy
    procedure, private :: soap_assign
    generic :: assignment(=) => soap_assign
    final :: soap_final
  end type hps_soap

contains

  ! -------------------------------------------------------------------------- data set

  subroutine dataset_create(self, stat, errmsg)
    class(hps_dataset), intent(inout) :: self
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_dataset_create(c_loc(out), c_null_ptr), stat, errmsg)
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

  ! ------------------------------------------------------------------------ descriptor

  !> @param numbers atomic numbers in the order of the components
  subroutine soap_create(self, numbers, stat, errmsg)
    class(hps_soap), intent(inout) :: self
    integer(c_int32_t), intent(in), contiguous, target :: numbers(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_soap_create(c_loc(out), c_null_ptr, int(size(numbers), c_int32_t), &
        hps_address(numbers)), stat, errmsg)
    self%handle = out
  end subroutine soap_create

  subroutine soap_set_real(self, name, value, stat, errmsg)
    class(hps_soap), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_soap_set_real(self%handle, c_loc(text), value), stat, errmsg)
  end subroutine soap_set_real

  subroutine soap_set_int(self, name, value, stat, errmsg)
    class(hps_soap), intent(in) :: self
    character(len=*), intent(in) :: name
    integer, intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_soap_set_int(self%handle, c_loc(text), int(value, c_int64_t)), stat, errmsg)
  end subroutine soap_set_int

  subroutine soap_set_text(self, name, value, stat, errmsg)
    class(hps_soap), intent(in) :: self
    character(len=*), intent(in) :: name, value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:), word(:)

    call hps_to_c(name, text)
    call hps_to_c(value, word)
    call hps_finish(hps_soap_set_text(self%handle, c_loc(text), c_loc(word)), stat, errmsg)
  end subroutine soap_set_text

  subroutine soap_get(self, name, value, stat, errmsg)
    class(hps_soap), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(out), target :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    value = 0
    call hps_to_c(name, text)
    call hps_finish(hps_soap_get(self%handle, c_loc(text), c_loc(value)), stat, errmsg)
  end subroutine soap_get

  !> Components per atom; 0 while the options contradict each other.
  integer function soap_size(self)
    class(hps_soap), intent(in) :: self

    soap_size = int(hps_soap_size(self%handle))
  end function soap_size

  !> Unit-norm descriptors of all atoms. @param values (at least size, n_atoms)
  subroutine soap_compute(self, data, values, stat, errmsg)
    class(hps_soap), intent(in) :: self
    class(hps_dataset), intent(in) :: data
    real(c_double), intent(inout), contiguous, target :: values(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: ld

    ld = size(values, 1)
    if (size(values, 2) < data%n_atoms()) ld = -1 ! the library refuses it
    call hps_finish(hps_soap_compute(self%handle, data%handle, hps_address(values), ld), stat, errmsg)
  end subroutine soap_compute

  !> Pairs of one frame (from 1): grad(:, :, k) is the derivative of the descriptor of atom centre(k)
  !> by the position of atom moved(k), both from 1. @param grad (size, 3, n_pairs)
  subroutine soap_gradient(self, data, frame, centre, moved, grad, stat, errmsg)
    class(hps_soap), intent(in) :: self
    class(hps_dataset), intent(in) :: data
    integer, intent(in) :: frame
    integer(c_int32_t), allocatable, intent(out), target :: centre(:), moved(:)
    real(c_double), allocatable, intent(out), target :: grad(:, :, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), target :: n
    integer(c_int32_t) :: status

    n = 0
    status = hps_soap_gradient(self%handle, data%handle, int(frame - 1, c_int64_t), 0_c_int64_t, c_loc(n), &
        c_null_ptr, c_null_ptr, c_null_ptr)
    allocate (centre(n), moved(n), grad(self%size(), 3, n))
    if (status == HPS_OK .or. status == HPS_E_CAPACITY) then
      status = hps_soap_gradient(self%handle, data%handle, int(frame - 1, c_int64_t), n, c_loc(n), &
          hps_address(centre), hps_address(moved), hps_address(grad))
      centre = centre + 1
      moved = moved + 1
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine soap_gradient

  !> Reverse mode for one frame (from 1).
  !> @param weight (size, n_atoms of the frame) dE/dq  @param gradient (3, n_atoms)  @param virial (3, 3)
  subroutine soap_adjoint(self, data, frame, weight, gradient, virial, stat, errmsg)
    class(hps_soap), intent(in) :: self
    class(hps_dataset), intent(in) :: data
    integer, intent(in) :: frame
    real(c_double), intent(in), contiguous, target :: weight(:, :)
    real(c_double), intent(inout), contiguous, target :: gradient(:, :)
    real(c_double), intent(inout), contiguous, optional, target :: virial(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_soap_adjoint(self%handle, data%handle, int(frame - 1, c_int64_t), hps_address(weight), &
        int(size(weight, 1), c_int64_t), hps_address(gradient), hps_optional_r2(virial)), stat, errmsg)
  end subroutine soap_adjoint

  subroutine soap_destroy(self)
    class(hps_soap), intent(inout) :: self

    call hps_soap_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine soap_destroy

  !> A copy of its own.
  subroutine soap_assign(self, other)
    class(hps_soap), intent(inout) :: self
    type(hps_soap), intent(in) :: other
    type(c_ptr), target :: out

    out = c_null_ptr
    if (c_associated(other%handle)) call hps_finish(hps_soap_clone(c_loc(out), other%handle))
    call self%destroy()
    self%handle = out
  end subroutine soap_assign

  subroutine soap_final(self)
    type(hps_soap), intent(inout) :: self

    call hps_soap_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine soap_final

  !> Moments of (q.q')^zeta over a data set. @param references 0: all
  !> @param histogram counts in equal bins over [0,1]
  subroutine hps_kernel_distribution(soap, data, zeta, statistics, references, seed, histogram, stat, errmsg)
    class(hps_soap), intent(in) :: soap
    class(hps_dataset), intent(in) :: data
    real(c_double), intent(in) :: zeta
    type(hps_kernel_stats), intent(out), target :: statistics
    integer, intent(in), optional :: references, seed
    integer(c_int64_t), intent(inout), contiguous, optional, target :: histogram(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: n_references, key
    integer(c_int32_t) :: bins
    type(c_ptr) :: counts

    n_references = 0
    if (present(references)) n_references = references
    key = 1
    if (present(seed)) key = seed
    bins = 0
    counts = c_null_ptr
    if (present(histogram)) then
      bins = int(size(histogram), c_int32_t)
      counts = hps_address(histogram)
    end if
    statistics%struct_size = int(c_sizeof(statistics), c_int32_t)
    call hps_finish(hps_kernel_statistics(soap%handle, data%handle, zeta, n_references, key, &
        c_loc(statistics), bins, counts), stat, errmsg)
  end subroutine hps_kernel_distribution

end module hpswarm_data
