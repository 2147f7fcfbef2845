! SPDX-License-Identifier: BSD-3-Clause
!> Options by name, which descriptors, potentials, studies and swarms have.
module hpswarm_options
  use, intrinsic :: iso_c_binding
  use hpswarm_base
  implicit none
  private
  public :: hps_options, hps_setters

  !> What has options: `call it%set('name', value)`.
  type, abstract :: hps_options
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure(setters_of), deferred, nopass :: setters
    procedure, private :: set_real, set_int, set_long, set_text
    generic :: set => set_real, set_int, set_long, set_text
  end type hps_options

  !> The library's own functions for one type.
  type :: hps_setters
    procedure(c_set_real), pointer, nopass :: real => null()
    procedure(c_set_int), pointer, nopass :: int => null()
    procedure(c_set_text), pointer, nopass :: text => null()
  end type hps_setters

  abstract interface
    function setters_of() result(setters)
      import :: hps_setters
      type(hps_setters) :: setters
    end function setters_of
    function c_set_real(handle, name, v) bind(c) result(status)
      import :: c_ptr, c_double, c_int32_t
      type(c_ptr), value :: handle, name
      real(c_double), value :: v
      integer(c_int32_t) :: status
    end function c_set_real
    function c_set_int(handle, name, v) bind(c) result(status)
      import :: c_ptr, c_int64_t, c_int32_t
      type(c_ptr), value :: handle, name
      integer(c_int64_t), value :: v
      integer(c_int32_t) :: status
    end function c_set_int
    function c_set_text(handle, name, v) bind(c) result(status)
      import :: c_ptr, c_int32_t
      type(c_ptr), value :: handle, name, v
      integer(c_int32_t) :: status
    end function c_set_text
  end interface

contains

  subroutine set_real(self, name, value, stat, errmsg)
    class(hps_options), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)
    type(hps_setters) :: library

    call hps_to_c(name, text)
    library = self%setters()
    call hps_finish(library%real(self%handle, c_loc(text), value), stat, errmsg)
  end subroutine set_real

  subroutine set_int(self, name, value, stat, errmsg)
    class(hps_options), intent(in) :: self
    character(len=*), intent(in) :: name
    integer(c_int32_t), intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call self%set_long(name, int(value, c_int64_t), stat, errmsg)
  end subroutine set_int

  subroutine set_long(self, name, value, stat, errmsg)
    class(hps_options), intent(in) :: self
    character(len=*), intent(in) :: name
    integer(c_int64_t), intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)
    type(hps_setters) :: library

    call hps_to_c(name, text)
    library = self%setters()
    call hps_finish(library%int(self%handle, c_loc(text), value), stat, errmsg)
  end subroutine set_long

  subroutine set_text(self, name, value, stat, errmsg)
    class(hps_options), intent(in) :: self
    character(len=*), intent(in) :: name, value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:), word(:)
    type(hps_setters) :: library

    call hps_to_c(name, text)
    call hps_to_c(value, word)
    library = self%setters()
    call hps_finish(library%text(self%handle, c_loc(text), c_loc(word)), stat, errmsg)
  end subroutine set_text

end module hpswarm_options
