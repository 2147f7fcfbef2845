! SPDX-License-Identifier: BSD-3-Clause
!> Search spaces.
module hpswarm_space
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_context
  implicit none
  private
  public :: hps_space

  !> A search space of named parameters. Released with the variable.
  type :: hps_space
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure :: create => space_create
    procedure :: add_real => space_add_real
    procedure :: add_int => space_add_int
    procedure :: add_choice => space_add_choice
    procedure :: fix => space_fix
    procedure :: unfix => space_unfix
    procedure :: size => space_size
    procedure :: index => space_index
    procedure :: label => space_label
    procedure :: destroy => space_destroy
    procedure, private :: space_assign
    generic :: assignment(=) => space_assign
    final :: space_final
  end type hps_space

contains

  subroutine space_create(self, stat, errmsg, context)
    class(hps_space), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_space_create(c_loc(out), hps_context_handle(context)), stat, errmsg)
    self%handle = out
  end subroutine space_create

  !> @param log .true.: searched on a logarithmic scale
  subroutine space_add_real(self, name, lo, hi, log, stat, errmsg)
    class(hps_space), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: lo, hi
    logical, intent(in), optional :: log
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_space_add_real(self%handle, c_loc(text), lo, hi, scale_of(log)), stat, errmsg)
  end subroutine space_add_real

  subroutine space_add_int(self, name, lo, hi, log, stat, errmsg)
    class(hps_space), intent(in) :: self
    character(len=*), intent(in) :: name
    integer, intent(in) :: lo, hi
    logical, intent(in), optional :: log
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_space_add_int(self%handle, c_loc(text), int(lo, c_int64_t), int(hi, c_int64_t), &
        scale_of(log)), stat, errmsg)
  end subroutine space_add_int

  !> @param labels a point has the 0-based place of one of them
  subroutine space_add_choice(self, name, labels, stat, errmsg)
    class(hps_space), intent(in) :: self
    character(len=*), intent(in) :: name
    character(len=*), intent(in) :: labels(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:), words(:, :)
    type(c_ptr), allocatable, target :: addresses(:)
    integer :: i

    call hps_to_c(name, text)
    allocate (words(len(labels) + 1, size(labels)), addresses(size(labels) + 1))
    do i = 1, size(labels)
      words(1:len_trim(labels(i)) + 1, i) = hps_text(labels(i))
      addresses(i) = c_loc(words(1, i))
    end do
    call hps_finish(hps_space_add_choice(self%handle, c_loc(text), int(size(labels), c_int32_t), &
        c_loc(addresses)), stat, errmsg)
  end subroutine space_add_choice

  !> Take a parameter out of the search and pin it.
  subroutine space_fix(self, name, value, stat, errmsg)
    class(hps_space), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_space_fix(self%handle, c_loc(text), value), stat, errmsg)
  end subroutine space_fix

  subroutine space_unfix(self, name, stat, errmsg)
    class(hps_space), intent(in) :: self
    character(len=*), intent(in) :: name
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_space_unfix(self%handle, c_loc(text)), stat, errmsg)
  end subroutine space_unfix

  integer function space_size(self)
    class(hps_space), intent(in) :: self

    space_size = 0
    if (c_associated(self%handle)) space_size = int(hps_space_size(self%handle))
  end function space_size

  !> Place of a parameter in a point, from 1; 0 if there is none of that name.
  integer function space_index(self, name)
    class(hps_space), intent(in) :: self
    character(len=*), intent(in) :: name
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    space_index = int(hps_space_index(self%handle, c_loc(text))) + 1
  end function space_index

  !> Label of a choice: of parameter i (from 1) the one that the value x of a point stands for.
  function space_label(self, i, x) result(text)
    class(hps_space), intent(in) :: self
    integer, intent(in) :: i
    real(c_double), intent(in) :: x
    character(len=:), allocatable :: text

    text = hps_from_c(hps_space_label(self%handle, int(i - 1, c_int32_t), int(x, c_int32_t)))
  end function space_label

  subroutine space_destroy(self)
    class(hps_space), intent(inout) :: self

    call hps_space_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine space_destroy

  subroutine space_assign(self, other)
    class(hps_space), intent(inout) :: self
    type(hps_space), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_space')
  end subroutine space_assign

  subroutine space_final(self)
    type(hps_space), intent(inout) :: self

    call hps_space_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine space_final

  pure function scale_of(log) result(scale)
    logical, intent(in), optional :: log
    integer(c_int32_t) :: scale

    scale = HPS_SCALE_LINEAR
    if (present(log)) then
      if (log) scale = HPS_SCALE_LOG
    end if
  end function scale_of

end module hpswarm_space
