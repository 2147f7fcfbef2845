! SPDX-License-Identifier: BSD-3-Clause
!> Contexts: threads and memory limit of what is made with them.
module hpswarm_context
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  implicit none
  private
  public :: hps_context, hps_context_handle

  !> Threads and memory limit of everything that is created with it; without one the library's default
  !> holds (OpenMP's threads, no limit). What was created keeps it alive.
  type :: hps_context
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure :: create => context_create
    procedure :: set_threads => context_set_threads
    procedure :: threads => context_threads
    procedure :: set_memory_limit => context_set_memory_limit
    procedure :: memory => context_memory
    procedure :: destroy => context_destroy
    procedure, private :: context_assign
    generic :: assignment(=) => context_assign
    final :: context_final
  end type hps_context

contains

  !> The handle of a context that may be absent.
  function hps_context_handle(context) result(handle)
    class(hps_context), intent(in), optional :: context
    type(c_ptr) :: handle

    handle = c_null_ptr
    if (present(context)) handle = context%handle
  end function hps_context_handle

  subroutine context_create(self, stat, errmsg)
    class(hps_context), intent(inout) :: self
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_context_create(c_loc(out), c_null_ptr), stat, errmsg)
    self%handle = out
  end subroutine context_create

  !> Threads of calls from now on; no result depends on them. @param n 0: OpenMP's default
  subroutine context_set_threads(self, n, stat, errmsg)
    class(hps_context), intent(in) :: self
    integer, intent(in) :: n
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_context_set_threads(self%handle, int(n, c_int32_t)), stat, errmsg)
  end subroutine context_set_threads

  !> Threads that a call uses.
  integer function context_threads(self)
    class(hps_context), intent(in) :: self

    context_threads = int(hps_context_threads(self%handle))
  end function context_threads

  !> Calls that would hold more fail with HPS_E_MEMORY. @param bytes 0: no limit
  subroutine context_set_memory_limit(self, bytes, stat, errmsg)
    class(hps_context), intent(in) :: self
    integer(c_int64_t), intent(in) :: bytes
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_context_set_memory_limit(self%handle, bytes), stat, errmsg)
  end subroutine context_set_memory_limit

  !> Bytes held now, and at most so far.
  subroutine context_memory(self, held, peak, stat, errmsg)
    class(hps_context), intent(in) :: self
    integer(c_int64_t), intent(out), target :: held, peak
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    held = 0
    peak = 0
    call hps_finish(hps_context_memory(self%handle, c_loc(held), c_loc(peak)), stat, errmsg)
  end subroutine context_memory

  subroutine context_destroy(self)
    class(hps_context), intent(inout) :: self

    call hps_context_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine context_destroy

  subroutine context_assign(self, other)
    class(hps_context), intent(inout) :: self
    type(hps_context), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_context')
  end subroutine context_assign

  subroutine context_final(self)
    type(hps_context), intent(inout) :: self

    call hps_context_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine context_final

end module hpswarm_context
