! SPDX-License-Identifier: BSD-3-Clause
!> Potentials.
module hpswarm_model
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_options
  use hpswarm_context
  use hpswarm_data
  use hpswarm_soap
  implicit none
  private
  public :: hps_gpr

  !> A sparse Gaussian-process potential.
  type, extends(hps_options) :: hps_gpr
  contains
    procedure :: create => gpr_create
    procedure, nopass :: setters => gpr_setters
    procedure :: get => gpr_get
    procedure :: set_sigma => gpr_set_sigma
    procedure :: get_sigma => gpr_get_sigma
    procedure :: set_soap => gpr_set_soap
    procedure :: get_soap => gpr_get_soap
    procedure :: set_sparse => gpr_set_sparse
    procedure :: sparse => gpr_sparse
    procedure :: fit => gpr_fit
    procedure :: fit_leave_out => gpr_fit_leave_out
    procedure :: memory => gpr_memory
    procedure :: report => gpr_report
    procedure :: element => gpr_element
    procedure :: copy => gpr_copy
    procedure :: predict => gpr_predict
    procedure :: score => gpr_score
    procedure :: save => gpr_save
    procedure :: load => gpr_load
    procedure :: export => gpr_export
    procedure :: destroy => gpr_destroy
    procedure, private :: gpr_assign
    generic :: assignment(=) => gpr_assign
    final :: gpr_final
  end type hps_gpr

contains

  !> @param soap copied
  subroutine gpr_create(self, soap, stat, errmsg, context)
    class(hps_gpr), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    class(hps_soap), intent(in) :: soap
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_gpr_create(c_loc(out), hps_context_handle(context), soap%handle), stat, errmsg)
    self%handle = out
  end subroutine gpr_create

  function gpr_setters() result(setters)
    type(hps_setters) :: setters

    setters = hps_setters(hps_gpr_set_real, hps_gpr_set_int, hps_gpr_set_text)
  end function gpr_setters

  subroutine gpr_get(self, name, value, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(out), target :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    value = 0
    call hps_to_c(name, text)
    call hps_finish(hps_gpr_get(self%handle, c_loc(text), c_loc(value)), stat, errmsg)
  end subroutine gpr_get

  !> Noise of the structures of a config_type; NaN: as the options say.
  subroutine gpr_set_sigma(self, config_type, energy, force, virial, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: config_type
    real(c_double), intent(in) :: energy, force, virial
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(config_type, text)
    call hps_finish(hps_gpr_set_sigma(self%handle, c_loc(text), energy, force, virial), stat, errmsg)
  end subroutine gpr_set_sigma

  !> What holds for a config_type: its own noise, or the options'.
  subroutine gpr_get_sigma(self, config_type, energy, force, virial, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: config_type
    real(c_double), intent(out), target :: energy, force, virial
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    energy = 0
    force = 0
    virial = 0
    call hps_to_c(config_type, text)
    call hps_finish(hps_gpr_get_sigma(self%handle, c_loc(text), c_loc(energy), c_loc(force), c_loc(virial)), &
        stat, errmsg)
  end subroutine gpr_get_sigma

  !> Another descriptor, copied; drops a fit.
  subroutine gpr_set_soap(self, soap, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_soap), intent(in) :: soap
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_gpr_set_soap(self%handle, soap%handle), stat, errmsg)
  end subroutine gpr_set_soap

  !> A copy of the descriptor.
  subroutine gpr_get_soap(self, soap, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    type(hps_soap), intent(inout) :: soap
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: made

    call soap%destroy()
    made = c_null_ptr
    call hps_finish(hps_soap_clone(c_loc(made), hps_gpr_soap(self%handle)), stat, errmsg)
    soap%handle = made
  end subroutine gpr_get_soap

  !> Sparse points for sparse_method file. @param number of the element
  !> @param places from 1 among all environments of the element, frame by frame
  subroutine gpr_set_sparse(self, number, places, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    integer(c_int32_t), intent(in) :: number
    integer(c_int64_t), intent(in), contiguous, target :: places(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_gpr_set_sparse(self%handle, number, int(size(places), c_int32_t), hps_address(places)), &
        stat, errmsg)
  end subroutine gpr_set_sparse

  !> The sparse points of an element in the same form; none of a loaded model.
  subroutine gpr_sparse(self, number, places, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    integer(c_int32_t), intent(in) :: number
    integer(c_int64_t), allocatable, intent(out), target :: places(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t), target :: n
    integer(c_int32_t) :: status

    n = 0
    status = hps_gpr_sparse(self%handle, number, 0_c_int32_t, c_loc(n), c_null_ptr)
    allocate (places(n))
    if (n > 0) status = hps_gpr_sparse(self%handle, number, n, c_loc(n), hps_address(places))
    call hps_finish(status, stat, errmsg)
  end subroutine gpr_sparse

  subroutine gpr_fit(self, train, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_dataset), intent(in) :: train
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_gpr_fit(self%handle, train%handle), stat, errmsg)
  end subroutine gpr_fit

  !> A fit, and what fits without one of the structures would predict of it: exactly, for each of them.
  !> @param energy (n_frames)  @param forces (3, n_atoms)  @param virial (3, 3, n_frames)
  subroutine gpr_fit_leave_out(self, train, energy, forces, virial, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_dataset), intent(in) :: train
    real(c_double), intent(inout), contiguous, optional, target :: energy(:), forces(:, :), virial(:, :, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: model

    model = self%handle
    if (.not. fits(train, energy, forces, virial)) model = c_null_ptr ! the library refuses no model
    call hps_finish(hps_gpr_fit_leave_out(model, train%handle, hps_optional_r1(energy), hps_optional_r2(forces), &
        hps_optional_r3(virial)), stat, errmsg)
  end subroutine gpr_fit_leave_out

  !> Bytes that a fit would hold at its peak, beside the data. @param leave_out .true.: fit_leave_out
  subroutine gpr_memory(self, train, bytes, leave_out, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_dataset), intent(in) :: train
    integer(c_int64_t), intent(out), target :: bytes
    logical, intent(in), optional :: leave_out
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    logical :: left

    bytes = 0
    left = .false.
    if (present(leave_out)) left = leave_out
    if (left) then
      call hps_finish(hps_gpr_leave_out_memory(self%handle, train%handle, c_loc(bytes)), stat, errmsg)
    else
      call hps_finish(hps_gpr_memory(self%handle, train%handle, c_loc(bytes)), stat, errmsg)
    end if
  end subroutine gpr_memory

  !> What the fit found.
  subroutine gpr_report(self, report, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    type(hps_gpr_report), intent(out), target :: report
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    report%struct_size = int(c_sizeof(report), c_int32_t)
    call hps_finish(hps_gpr_get_report(self%handle, c_loc(report)), stat, errmsg)
  end subroutine gpr_report

  !> Sparse points and e0 of an element of the fitted model.
  subroutine gpr_element(self, number, n_sparse, e0, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    integer(c_int32_t), intent(in) :: number
    integer(c_int32_t), intent(out), target :: n_sparse
    real(c_double), intent(out), target :: e0
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    n_sparse = 0
    e0 = 0
    call hps_finish(hps_gpr_element(self%handle, number, c_loc(n_sparse), c_loc(e0)), stat, errmsg)
  end subroutine gpr_element

  !> The settings without the fit.
  subroutine gpr_copy(self, out, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    type(hps_gpr), intent(inout) :: out
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: made

    call out%destroy()
    made = c_null_ptr
    call hps_finish(hps_gpr_clone(c_loc(made), self%handle), stat, errmsg)
    out%handle = made
  end subroutine gpr_copy

  !> Have the arrays that are there the shapes of the data?
  logical function fits(data, energy, forces, virial)
    class(hps_dataset), intent(in) :: data
    real(c_double), intent(in), optional :: energy(:), forces(:, :), virial(:, :, :)

    integer(c_int64_t) :: n_frames, n_atoms

    n_frames = data%n_frames()
    n_atoms = data%n_atoms()
    fits = .true.
    if (present(energy)) fits = size(energy) == n_frames
    if (present(forces)) fits = fits .and. size(forces, 1) == 3 .and. size(forces, 2) == n_atoms
    if (present(virial)) fits = fits .and. size(virial) == 9 * n_frames
  end function fits

  !> @param energy (n_frames)  @param forces (3, n_atoms)  @param virial (3, 3, n_frames)
  subroutine gpr_predict(self, data, energy, forces, virial, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_dataset), intent(in) :: data
    real(c_double), intent(inout), contiguous, optional, target :: energy(:), forces(:, :), virial(:, :, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: model

    model = self%handle
    if (.not. fits(data, energy, forces, virial)) model = c_null_ptr ! the library refuses no model
    call hps_finish(hps_gpr_predict(model, data%handle, hps_optional_r1(energy), hps_optional_r2(forces), &
        hps_optional_r3(virial)), stat, errmsg)
  end subroutine gpr_predict

  subroutine gpr_score(self, test, errors, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_dataset), intent(in) :: test
    type(hps_errors), intent(out), target :: errors
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    errors%struct_size = int(c_sizeof(errors), c_int32_t)
    call hps_finish(hps_gpr_score(self%handle, test%handle, c_loc(errors)), stat, errmsg)
  end subroutine gpr_score

  subroutine gpr_save(self, path, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: path
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(path, text)
    call hps_finish(hps_gpr_save(self%handle, c_loc(text)), stat, errmsg)
  end subroutine gpr_save

  !> The fitted model for another code.  @param format quip, turbogap or gap_fit
  subroutine gpr_export(self, format, path, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: format, path
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: word(:), text(:)

    call hps_to_c(format, word)
    call hps_to_c(path, text)
    call hps_finish(hps_gpr_export(self%handle, c_loc(word), c_loc(text)), stat, errmsg)
  end subroutine gpr_export

  subroutine gpr_load(self, path, stat, errmsg, context)
    class(hps_gpr), intent(inout) :: self
    class(hps_context), intent(in), optional :: context
    character(len=*), intent(in) :: path
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)
    type(c_ptr), target :: out

    call self%destroy()
    call hps_to_c(path, text)
    call hps_finish(hps_gpr_load(c_loc(out), hps_context_handle(context), c_loc(text)), stat, errmsg)
    self%handle = out
  end subroutine gpr_load

  subroutine gpr_destroy(self)
    class(hps_gpr), intent(inout) :: self

    call hps_gpr_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine gpr_destroy

  subroutine gpr_assign(self, other)
    class(hps_gpr), intent(inout) :: self
    type(hps_gpr), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_gpr')
  end subroutine gpr_assign

  subroutine gpr_final(self)
    type(hps_gpr), intent(inout) :: self

    call hps_gpr_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine gpr_final

end module hpswarm_model
