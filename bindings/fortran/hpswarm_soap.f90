! SPDX-License-Identifier: BSD-3-Clause
!> Descriptors, and their kernel.
module hpswarm_soap
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_options
  use hpswarm_context
  use hpswarm_data
  implicit none
  private
  public :: hps_soap, hps_kernel_distribution, hps_kernel_distributions, hps_kernel_block

  !> A descriptor.
  type, extends(hps_options) :: hps_soap
  contains
    procedure :: create => soap_create
    procedure, nopass :: setters => soap_setters
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

  !> @param numbers atomic numbers in the order of the components
  subroutine soap_create(self, numbers, stat, errmsg, context)
    class(hps_soap), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    integer(c_int32_t), intent(in), contiguous, target :: numbers(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_soap_create(c_loc(out), hps_context_handle(context), int(size(numbers), c_int32_t), &
        hps_address(numbers)), stat, errmsg)
    self%handle = out
  end subroutine soap_create

  function soap_setters() result(setters)
    type(hps_setters) :: setters

    setters = hps_setters(hps_soap_set_real, hps_soap_set_int, hps_soap_set_text)
  end function soap_setters

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

  !> The same for several exponents from one pass. @param statistics (size of zeta)
  !> @param single .true.: products in single precision, half the time, errors below 1e-6
  subroutine hps_kernel_distributions(soap, data, zeta, statistics, references, seed, single, stat, errmsg)
    class(hps_soap), intent(in) :: soap
    class(hps_dataset), intent(in) :: data
    real(c_double), intent(in), contiguous, target :: zeta(:)
    type(hps_kernel_stats), allocatable, intent(out), target :: statistics(:)
    integer, intent(in), optional :: references, seed
    logical, intent(in), optional :: single
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: n_references, key
    integer(c_int32_t) :: precision

    n_references = 0
    if (present(references)) n_references = references
    key = 1
    if (present(seed)) key = seed
    precision = HPS_KERNEL_DOUBLE
    if (present(single)) precision = merge(HPS_KERNEL_SINGLE, HPS_KERNEL_DOUBLE, single)
    allocate (statistics(max(size(zeta), 1)))
    statistics%struct_size = int(c_sizeof(statistics(1)), c_int32_t)
    call hps_finish(hps_kernel_statistics_several(soap%handle, data%handle, int(size(zeta), c_int32_t), &
        hps_address(zeta), precision, n_references, key, c_loc(statistics), 0_c_int32_t, c_null_ptr), stat, errmsg)
  end subroutine hps_kernel_distributions

  !> (q.q')^zeta between environments, which count from 1 over all atoms of the data; absent: all of them.
  !> @param k (size of columns, size of rows)
  subroutine hps_kernel_block(soap, data, zeta, k, rows, columns, stat, errmsg)
    class(hps_soap), intent(in) :: soap
    class(hps_dataset), intent(in) :: data
    real(c_double), intent(in) :: zeta
    real(c_double), allocatable, intent(out), target :: k(:, :)
    integer, intent(in), optional :: rows(:), columns(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), allocatable, target :: r(:), c(:)

    call take_places(int(data%n_atoms()), r, rows)
    call take_places(int(data%n_atoms()), c, columns)
    allocate (k(size(c), size(r)))
    call hps_finish(hps_kernel_matrix(soap%handle, data%handle, zeta, size(r, kind=c_int64_t), hps_address(r), &
        size(c, kind=c_int64_t), hps_address(c), hps_address(k)), stat, errmsg)
  end subroutine hps_kernel_block

  subroutine take_places(n, found, wanted)
    integer, intent(in) :: n
    integer(c_int64_t), allocatable, intent(out) :: found(:)
    integer, intent(in), optional :: wanted(:)
    integer :: i

    if (present(wanted)) then
      allocate (found(size(wanted)))
      found(:) = int(wanted, c_int64_t) - 1
    else
      allocate (found(n))
      found(:) = [(int(i - 1, c_int64_t), i = 1, n)]
    end if
  end subroutine take_places

end module hpswarm_soap
