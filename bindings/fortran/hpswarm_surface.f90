! SPDX-License-Identifier: BSD-3-Clause
!> Offline optimisation: a design says where to evaluate, a response surface describes the values.
module hpswarm_surface
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_context
  use hpswarm_space
  implicit none
  private
  public :: hps_surface, hps_design

  !> A response surface over a space.
  type :: hps_surface
    type(c_ptr) :: handle = c_null_ptr
    integer, private :: n_params = 0
  contains
    procedure :: create => surface_create
    procedure :: fit => surface_fit
    procedure :: predict => surface_predict
    procedure :: quality => surface_quality
    procedure :: lengths => surface_lengths
    procedure :: minimum => surface_minimum
    procedure :: destroy => surface_destroy
    procedure, private :: surface_assign
    generic :: assignment(=) => surface_assign
    final :: surface_final
  end type hps_surface

contains

  !> Points to evaluate. @param kind HPS_DESIGN_LATIN, HPS_DESIGN_SOBOL or HPS_DESIGN_ORTHOGONAL
  !> @param n how many at least; an orthogonal array has q^2   @param x (n_params, points)
  subroutine hps_design(space, kind, n, x, seed, stat, errmsg)
    class(hps_space), intent(in) :: space
    integer(c_int32_t), intent(in) :: kind
    integer, intent(in) :: n
    real(c_double), allocatable, intent(out) :: x(:, :)
    integer, intent(in), optional :: seed
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double), allocatable, target :: points(:, :)
    integer(c_int64_t), target :: found
    integer(c_int64_t) :: key
    integer(c_int32_t) :: status

    key = 1
    if (present(seed)) key = seed
    found = 0
    status = hps_design_size(space%handle, kind, int(n, c_int64_t), c_loc(found))
    if (status /= HPS_OK) found = 0
    allocate (points(space%size(), found))
    if (status == HPS_OK) status = hps_design_points(space%handle, kind, key, found, hps_address(points))
    x = points
    call hps_finish(status, stat, errmsg)
  end subroutine hps_design

  !> @param kind HPS_SURFACE_LINEAR, HPS_SURFACE_QUADRATIC, HPS_SURFACE_RBF or HPS_SURFACE_GP
  subroutine surface_create(self, space, kind, stat, errmsg, context)
    class(hps_surface), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    class(hps_space), intent(in) :: space
    integer(c_int32_t), intent(in) :: kind
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    self%n_params = space%size()
    call hps_finish(hps_surface_create(c_loc(out), hps_context_handle(context), space%handle, kind), stat, errmsg)
    self%handle = out
  end subroutine surface_create

  !> Fit to points and their values; what is not finite is left out. @param x (n_params, n)  @param f (n)
  subroutine surface_fit(self, x, f, stat, errmsg)
    class(hps_surface), intent(in) :: self
    real(c_double), intent(in), contiguous, target :: x(:, :), f(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: n

    n = size(f)
    if (size(x, 1) /= self%n_params .or. size(x, 2) /= n) n = -1 ! the library refuses it
    call hps_finish(hps_surface_fit(self%handle, n, hps_address(x), hps_address(f)), stat, errmsg)
  end subroutine surface_fit

  !> @param x (n_params, n)  @param mean (n)  @param deviation (n) of a Gaussian process
  subroutine surface_predict(self, x, mean, deviation, stat, errmsg)
    class(hps_surface), intent(in) :: self
    real(c_double), intent(in), contiguous, target :: x(:, :)
    real(c_double), intent(inout), contiguous, target :: mean(:)
    real(c_double), intent(inout), contiguous, optional, target :: deviation(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: n

    n = size(x, 2)
    if (size(x, 1) /= self%n_params .or. size(mean) /= n) n = -1 ! the library refuses it
    if (present(deviation)) then
      if (size(deviation) /= size(mean)) n = -1
    end if
    call hps_finish(hps_surface_predict(self%handle, n, hps_address(x), hps_address(mean), &
        hps_optional_r1(deviation)), stat, errmsg)
  end subroutine surface_predict

  !> How well it describes its values.
  subroutine surface_quality(self, quality, stat, errmsg)
    class(hps_surface), intent(in) :: self
    type(hps_surface_quality), intent(out), target :: quality
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    quality%struct_size = int(c_sizeof(quality), c_int32_t)
    call hps_finish(hps_surface_get_quality(self%handle, c_loc(quality)), stat, errmsg)
  end subroutine surface_quality

  !> Of a Gaussian process: over which part of its range a parameter matters. @param length (n_params)
  subroutine surface_lengths(self, length, stat, errmsg)
    class(hps_surface), intent(in) :: self
    real(c_double), allocatable, intent(out) :: length(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double), allocatable, target :: found(:)

    allocate (found(self%n_params))
    found = 0
    call hps_finish(hps_surface_lengths(self%handle, hps_address(found)), stat, errmsg)
    length = found
  end subroutine surface_lengths

  !> Where the surface is least, and its value there. @param x (n_params)
  subroutine surface_minimum(self, x, f, stat, errmsg)
    class(hps_surface), intent(in) :: self
    real(c_double), allocatable, intent(out) :: x(:)
    real(c_double), intent(out), target :: f
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double), allocatable, target :: found(:)

    allocate (found(self%n_params))
    found = 0
    f = 0
    call hps_finish(hps_surface_minimum(self%handle, hps_address(found), c_loc(f)), stat, errmsg)
    x = found
  end subroutine surface_minimum

  subroutine surface_destroy(self)
    class(hps_surface), intent(inout) :: self

    call hps_surface_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine surface_destroy

  subroutine surface_assign(self, other)
    class(hps_surface), intent(inout) :: self
    type(hps_surface), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_surface')
  end subroutine surface_assign

  subroutine surface_final(self)
    type(hps_surface), intent(inout) :: self

    call hps_surface_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine surface_final

end module hpswarm_surface
