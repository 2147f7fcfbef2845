! SPDX-License-Identifier: BSD-3-Clause
!> The swarm.
module hpswarm_search
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_options
  use hpswarm_context
  use hpswarm_callbacks
  use hpswarm_space
  implicit none
  private
  public :: hps_swarm

  !> A particle swarm: run it, or ask and tell in a loop of the host's own.
  type, extends(hps_options) :: hps_swarm
    integer, private :: n_params = 0
    integer, private :: n_objectives = 1
    type(told_box), pointer, private :: told => null()
  contains
    procedure :: create => swarm_create
    procedure, nopass :: setters => swarm_setters
    procedure :: set_start => swarm_set_start
    procedure :: set_preference => swarm_set_preference
    procedure :: set_progress => swarm_set_progress
    procedure :: run => swarm_run
    procedure :: ask => swarm_ask
    procedure :: tell => swarm_tell
    procedure :: tell_external => swarm_tell_external
    procedure :: order => swarm_order
    procedure :: set_replay => swarm_set_replay
    procedure :: count => swarm_count
    procedure :: done => swarm_done
    procedure :: stop_reason => swarm_stop_reason
    procedure :: cancel => swarm_cancel
    procedure :: best => swarm_best
    procedure :: progress => swarm_progress
    procedure :: history => swarm_history
    procedure :: front => swarm_front
    procedure :: save => swarm_save
    procedure :: load => swarm_load
    procedure :: set_autosave => swarm_set_autosave
    procedure :: destroy => swarm_destroy
    procedure, private :: swarm_assign
    generic :: assignment(=) => swarm_assign
    final :: swarm_final
  end type hps_swarm

contains

  ! ---------------------------------------------------------------------------- swarm

  subroutine swarm_create(self, space, n_objectives, stat, errmsg, context)
    class(hps_swarm), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    class(hps_space), intent(in) :: space
    integer, intent(in), optional :: n_objectives
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    self%n_objectives = 1
    if (present(n_objectives)) self%n_objectives = n_objectives
    self%n_params = space%size()
    call hps_finish(hps_swarm_create(c_loc(out), hps_context_handle(context), space%handle, &
        int(self%n_objectives, c_int32_t)), stat, errmsg)
    self%handle = out
  end subroutine swarm_create

  function swarm_setters() result(setters)
    type(hps_setters) :: setters

    setters = hps_setters(hps_swarm_set_real, hps_swarm_set_int, hps_swarm_set_text)
  end function swarm_setters

  !> @param x (n_params, n) the first members of the initial swarm
  subroutine swarm_set_start(self, x, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    real(c_double), intent(in), contiguous, target :: x(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: n

    n = int(size(x, 2), c_int32_t)
    if (size(x, 1) /= self%n_params) n = -1 ! the library refuses it
    call hps_finish(hps_swarm_set_start(self%handle, n, hps_address(x)), stat, errmsg)
  end subroutine swarm_set_start

  !> Another order than dominance for several objectives; absent: dominance again. Not saved.
  subroutine swarm_set_preference(self, preference, stat, errmsg)
    class(hps_swarm), intent(inout) :: self
    procedure(hps_preference), optional :: preference
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_funptr) :: prefer

    if (.not. associated(self%told)) allocate (self%told)
    prefer = c_null_funptr
    if (present(preference)) then
      self%told%preference => preference
      prefer = c_funloc(ask_preference)
    end if
    call hps_finish(hps_swarm_set_preference(self%handle, prefer, c_loc(self%told)), stat, errmsg)
  end subroutine swarm_set_preference

  !> Called after each iteration, from run and tell; absent: no more.
  subroutine swarm_set_progress(self, watch, stat, errmsg)
    class(hps_swarm), intent(inout) :: self
    procedure(hps_watch), optional :: watch
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_funptr) :: progress

    if (.not. associated(self%told)) allocate (self%told)
    progress = c_null_funptr
    if (present(watch)) then
      self%told%watch => watch
      progress = c_funloc(tell_progress)
    end if
    call hps_finish(hps_swarm_set_progress(self%handle, progress, c_loc(self%told)), stat, errmsg)
  end subroutine swarm_set_progress

  !> Evaluate until a stop criterion holds. @param context handed to the objective
  subroutine swarm_run(self, objective, context, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    procedure(hps_objective) :: objective
    class(*), intent(inout), optional, target :: context
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_box), target :: box
    integer, target :: nothing

    nothing = 0
    box%objective => objective
    box%context => nothing
    if (present(context)) box%context => context
    call hps_finish(hps_swarm_run(self%handle, c_funloc(trampoline), c_loc(box)), stat, errmsg)
  end subroutine swarm_run

  !> Points that are not handed out yet, at most n (default: 1024).
  subroutine swarm_ask(self, id, x, n, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    integer(c_int64_t), allocatable, intent(out) :: id(:)
    real(c_double), allocatable, intent(out) :: x(:, :)
    integer, intent(in), optional :: n
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), allocatable, target :: ids(:)
    real(c_double), allocatable, target :: points(:, :)
    integer(c_int32_t), target :: found
    integer :: capacity

    capacity = 1024
    if (present(n)) capacity = max(n, 1)
    allocate (ids(capacity), points(self%n_params, capacity))
    found = 0
    call hps_finish(hps_swarm_ask(self%handle, int(capacity, c_int32_t), c_loc(found), hps_address(ids), &
        hps_address(points)), stat, errmsg)
    id = ids(:found)
    x = points(:, :found)
  end subroutine swarm_ask

  !> Values of points, in any order and any split. @param f (n) of one objective, or (n_objectives*n)
  subroutine swarm_tell(self, id, f, outcome, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    integer(c_int64_t), intent(in), contiguous, target :: id(:)
    real(c_double), intent(in), contiguous, target :: f(:)
    integer(c_int32_t), intent(in), contiguous, optional, target :: outcome(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: n

    n = int(size(id), c_int32_t)
    if (size(f) /= n * self%n_objectives) n = -1 ! the library refuses it
    if (present(outcome)) then
      if (size(outcome) /= size(id)) n = -1
    end if
    call hps_finish(hps_swarm_tell(self%handle, n, hps_address(id), hps_address(f), hps_optional_i1(outcome)), &
        stat, errmsg)
  end subroutine swarm_tell

  !> Values of points from elsewhere: no evaluations, but the swarm learns from them.
  !> @param x (n_params, n)   @param f (n) of one objective, or (n_objectives*n)
  subroutine swarm_tell_external(self, x, f, outcome, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    real(c_double), intent(in), contiguous, target :: x(:, :), f(:)
    integer(c_int32_t), intent(in), contiguous, optional, target :: outcome(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: n

    n = int(size(x, 2), c_int32_t)
    if (size(f) /= n * self%n_objectives .or. size(x, 1) /= self%n_params) n = -1 ! is refused
    if (present(outcome)) then
      if (size(outcome) /= size(x, 2)) n = -1
    end if
    call hps_finish(hps_swarm_tell_external(self%handle, n, hps_address(x), hps_address(f), &
        hps_optional_i1(outcome)), stat, errmsg)
  end subroutine swarm_tell_external

  !> Ids in the order in which their evaluations were completed.
  subroutine swarm_order(self, id, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    integer(c_int64_t), allocatable, intent(out), target :: id(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), target :: n
    integer(c_int32_t) :: status

    n = 0
    status = hps_swarm_order(self%handle, 0_c_int64_t, c_loc(n), c_null_ptr)
    allocate (id(n))
    if (status == HPS_OK .or. status == HPS_E_CAPACITY) then
      status = hps_swarm_order(self%handle, n, c_loc(n), hps_address(id))
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine swarm_order

  !> Repeat the order of an asynchronous run bit for bit. @param id of order, copied
  subroutine swarm_set_replay(self, id, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    integer(c_int64_t), intent(in), contiguous, target :: id(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_swarm_set_replay(self%handle, size(id, kind=c_int64_t), hps_address(id)), stat, errmsg)
  end subroutine swarm_set_replay

  !> How many evaluations ended with an outcome (HPS_EVAL_*); HPS_COUNT_RETRIED, HPS_COUNT_EXTERNAL.
  integer(c_int64_t) function swarm_count(self, what)
    class(hps_swarm), intent(in) :: self
    integer(c_int32_t), intent(in) :: what

    swarm_count = hps_swarm_count(self%handle, what)
  end function swarm_count

  !> A stop criterion holds and every asked point was told.
  logical function swarm_done(self)
    class(hps_swarm), intent(in) :: self

    swarm_done = hps_swarm_done(self%handle) /= 0
  end function swarm_done

  function swarm_stop_reason(self) result(text)
    class(hps_swarm), intent(in) :: self
    character(len=:), allocatable :: text

    text = hps_from_c(hps_swarm_stop_reason(self%handle))
  end function swarm_stop_reason

  subroutine swarm_cancel(self)
    class(hps_swarm), intent(in) :: self

    call hps_swarm_cancel(self%handle)
  end subroutine swarm_cancel

  !> The best point. @param x (n_params)  @param f its value; of several objectives the first
  !> @param all_f (n_objectives)
  subroutine swarm_best(self, x, f, all_f, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    real(c_double), allocatable, intent(out) :: x(:)
    real(c_double), intent(out) :: f
    real(c_double), allocatable, intent(out), optional :: all_f(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double), allocatable, target :: point(:), values(:)

    allocate (point(self%n_params), values(self%n_objectives))
    values = huge(f)
    call hps_finish(hps_swarm_best(self%handle, hps_address(point), hps_address(values)), stat, errmsg)
    f = values(1)
    x = point
    if (present(all_f)) all_f = values
  end subroutine swarm_best

  subroutine swarm_progress(self, p, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    type(hps_progress), intent(out), target :: p
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    p%struct_size = int(c_sizeof(p), c_int32_t)
    call hps_finish(hps_swarm_get_progress(self%handle, c_loc(p)), stat, errmsg)
  end subroutine swarm_progress

  !> Everything evaluated. @param x (n_params, n)  @param f (n_objectives, n)
  subroutine swarm_history(self, id, x, f, outcome, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    integer(c_int64_t), allocatable, intent(out), target :: id(:)
    real(c_double), allocatable, intent(out), target :: x(:, :), f(:, :)
    integer(c_int32_t), allocatable, intent(out), target :: outcome(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t), target :: n
    integer(c_int32_t) :: status

    n = 0
    status = hps_swarm_history(self%handle, 0_c_int64_t, c_loc(n), c_null_ptr, c_null_ptr, c_null_ptr, c_null_ptr)
    allocate (id(n), x(self%n_params, n), f(self%n_objectives, n), outcome(n))
    if (status == HPS_OK .or. status == HPS_E_CAPACITY) then
      status = hps_swarm_history(self%handle, n, c_loc(n), hps_address(id), hps_address(x), hps_address(f), &
          hps_address(outcome))
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine swarm_history

  !> The points that no other beats. @param x (n_params, n)  @param f (n_objectives, n)
  subroutine swarm_front(self, id, x, f, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    integer(c_int64_t), allocatable, intent(out), target :: id(:)
    real(c_double), allocatable, intent(out), target :: x(:, :), f(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t), target :: n
    integer(c_int32_t) :: status

    n = 0
    status = hps_swarm_front(self%handle, 0_c_int32_t, c_loc(n), c_null_ptr, c_null_ptr, c_null_ptr)
    allocate (id(n), x(self%n_params, n), f(self%n_objectives, n))
    if (status == HPS_OK .or. status == HPS_E_CAPACITY) then
      status = hps_swarm_front(self%handle, n, c_loc(n), hps_address(id), hps_address(x), hps_address(f))
    end if
    call hps_finish(status, stat, errmsg)
  end subroutine swarm_front

  subroutine swarm_save(self, path, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    character(len=*), intent(in) :: path
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(path, text)
    call hps_finish(hps_swarm_save(self%handle, c_loc(text)), stat, errmsg)
  end subroutine swarm_save

  !> A saved swarm over the same space.
  subroutine swarm_load(self, space, path, n_objectives, stat, errmsg, context)
    class(hps_swarm), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    class(hps_space), intent(in) :: space
    character(len=*), intent(in) :: path
    integer, intent(in), optional :: n_objectives
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)
    type(c_ptr), target :: out

    call self%destroy()
    self%n_objectives = 1
    if (present(n_objectives)) self%n_objectives = n_objectives
    self%n_params = space%size()
    call hps_to_c(path, text)
    call hps_finish(hps_swarm_load(c_loc(out), hps_context_handle(context), space%handle, c_loc(text)), stat, errmsg)
    self%handle = out
  end subroutine swarm_load

  !> Save after every so many iterations, and when a run ends.
  subroutine swarm_set_autosave(self, path, every, stat, errmsg)
    class(hps_swarm), intent(in) :: self
    character(len=*), intent(in) :: path
    integer, intent(in) :: every
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(path, text)
    call hps_finish(hps_swarm_set_autosave(self%handle, c_loc(text), int(every, c_int32_t)), stat, errmsg)
  end subroutine swarm_set_autosave

  subroutine swarm_destroy(self)
    class(hps_swarm), intent(inout) :: self

    call hps_swarm_destroy(self%handle)
    self%handle = c_null_ptr
    if (associated(self%told)) deallocate (self%told)
  end subroutine swarm_destroy

  subroutine swarm_assign(self, other)
    class(hps_swarm), intent(inout) :: self
    type(hps_swarm), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_swarm')
  end subroutine swarm_assign

  subroutine swarm_final(self)
    type(hps_swarm), intent(inout) :: self

    call hps_swarm_destroy(self%handle)
    self%handle = c_null_ptr
    if (associated(self%told)) deallocate (self%told)
  end subroutine swarm_final

end module hpswarm_search
