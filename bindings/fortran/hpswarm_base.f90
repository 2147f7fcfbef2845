! SPDX-License-Identifier: BSD-3-Clause
!> Errors, texts and addresses: what the other modules of the binding share.
!>
!> Every procedure that can fail has the optional arguments `stat` (0, or the library's status, always
!> negative) and `errmsg` (the library's message, if there was a failure; as with allocate). Without `stat`
!> a failure ends the program with the message.
module hpswarm_base
  use, intrinsic :: iso_c_binding
  use, intrinsic :: iso_fortran_env, only: error_unit
  use hpswarm_c
  implicit none
  private
  public :: hps_finish, hps_text, hps_to_c, hps_from_c, hps_refuse_copy, hps_message
  public :: hps_library_version, hps_address, hps_element
  public :: hps_optional_r1, hps_optional_r2, hps_optional_r3, hps_optional_i1

  !> Address of an array; of one without elements the null address.
  interface hps_address
    module procedure address_r1, address_r2, address_r3, address_i1, address_l1
  end interface hps_address

contains

  !> Hand a status on to the caller's stat and errmsg, or end the program.
  subroutine hps_finish(status, stat, errmsg)
    integer(c_int32_t), intent(in) :: status
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    if (present(stat)) stat = int(status)
    if (status == HPS_OK) return
    if (present(errmsg)) errmsg = hps_message()
    if (.not. present(stat)) then
      write (error_unit, '(a)') 'hpswarm: ' // hps_message()
      error stop 1
    end if
  end subroutine hps_finish

  !> The message of the last failed call on this thread.
  function hps_message() result(text)
    character(len=:), allocatable :: text

    text = hps_from_c(hps_last_error())
  end function hps_message

  !> Version of the loaded library.
  function hps_library_version() result(text)
    character(len=:), allocatable :: text

    text = hps_from_c(hps_version_text())
  end function hps_library_version

  !> Atomic number of a symbol, 0 if there is none.
  function hps_element(symbol) result(number)
    character(len=*), intent(in) :: symbol
    integer(c_int32_t) :: number
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(symbol, text)
    number = hps_element_number(c_loc(text))
  end function hps_element

  !> A text as C takes it; blanks at its end are left out.
  pure function hps_text(s) result(text)
    character(len=*), intent(in) :: s
    character(kind=c_char), allocatable :: text(:)
    integer :: i, n

    n = len_trim(s)
    allocate (text(n + 1))
    do i = 1, n
      text(i) = s(i:i)
    end do
    text(n + 1) = c_null_char
  end function hps_text

  subroutine hps_to_c(s, text)
    character(len=*), intent(in) :: s
    character(kind=c_char), allocatable, intent(out) :: text(:)

    allocate (text(len_trim(s) + 1))
    text(:) = hps_text(s)
  end subroutine hps_to_c

  !> A copy of a text of the library's; of no text ''.
  function hps_from_c(address) result(text)
    type(c_ptr), intent(in) :: address
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: letters(:)
    integer, parameter :: longest = 4096
    integer :: i, n

    text = ''
    if (.not. c_associated(address)) return
    call c_f_pointer(address, letters, [longest])
    n = 0
    do while (n < longest)
      if (letters(n + 1) == c_null_char) exit
      n = n + 1
    end do
    text = repeat(' ', n)
    do i = 1, n
      text(i:i) = letters(i)
    end do
  end function hps_from_c

  !> Handles are passed on, not copied: two owners would both release them.
  subroutine hps_refuse_copy(what)
    character(len=*), intent(in) :: what

    write (error_unit, '(a)') 'hpswarm: a ' // what // ' cannot be assigned; pass it as an argument'
    error stop 1
  end subroutine hps_refuse_copy

  function address_r1(a) result(p)
    real(c_double), intent(in), contiguous, target :: a(:)
    type(c_ptr) :: p

    p = c_null_ptr
    if (size(a) > 0) p = c_loc(a)
  end function address_r1

  function address_r2(a) result(p)
    real(c_double), intent(in), contiguous, target :: a(:, :)
    type(c_ptr) :: p

    p = c_null_ptr
    if (size(a) > 0) p = c_loc(a)
  end function address_r2

  function address_r3(a) result(p)
    real(c_double), intent(in), contiguous, target :: a(:, :, :)
    type(c_ptr) :: p

    p = c_null_ptr
    if (size(a) > 0) p = c_loc(a)
  end function address_r3

  function address_i1(a) result(p)
    integer(c_int32_t), intent(in), contiguous, target :: a(:)
    type(c_ptr) :: p

    p = c_null_ptr
    if (size(a) > 0) p = c_loc(a)
  end function address_i1

  function address_l1(a) result(p)
    integer(c_int64_t), intent(in), contiguous, target :: a(:)
    type(c_ptr) :: p

    p = c_null_ptr
    if (size(a) > 0) p = c_loc(a)
  end function address_l1

  ! The same of an argument that may be absent.

  function hps_optional_r1(a) result(p)
    real(c_double), intent(in), contiguous, optional, target :: a(:)
    type(c_ptr) :: p

    p = c_null_ptr
    if (present(a)) p = address_r1(a)
  end function hps_optional_r1

  function hps_optional_r2(a) result(p)
    real(c_double), intent(in), contiguous, optional, target :: a(:, :)
    type(c_ptr) :: p

    p = c_null_ptr
    if (present(a)) p = address_r2(a)
  end function hps_optional_r2

  function hps_optional_r3(a) result(p)
    real(c_double), intent(in), contiguous, optional, target :: a(:, :, :)
    type(c_ptr) :: p

    p = c_null_ptr
    if (present(a)) p = address_r3(a)
  end function hps_optional_r3

  function hps_optional_i1(a) result(p)
    integer(c_int32_t), intent(in), contiguous, optional, target :: a(:)
    type(c_ptr) :: p

    p = c_null_ptr
    if (present(a)) p = address_i1(a)
  end function hps_optional_i1

end module hpswarm_base
