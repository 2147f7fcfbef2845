! SPDX-License-Identifier: BSD-3-Clause
!> Potentials, and the search of their hyper-parameters.
module hpswarm_model
  use, intrinsic :: iso_c_binding
  use hpswarm_c
  use hpswarm_base
  use hpswarm_data
  use hpswarm_space
  use hpswarm_search
  implicit none
  private
  public :: hps_gpr, hps_study

  !> A sparse Gaussian-process potential.
  type :: hps_gpr
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure :: create => gpr_create
    procedure, private :: gpr_set_real, gpr_set_int, gpr_set_text
    generic :: set => gpr_set_real, gpr_set_int, gpr_set_text
    procedure :: get => gpr_get
    procedure :: set_sigma => gpr_set_sigma
    procedure :: fit => gpr_fit
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

  !> An objective of the paper over a space of "soap.<option>", "kernel.zeta" and "gap.<option>". The
  !> sets given to create must live as long.
  type :: hps_study
    type(c_ptr) :: handle = c_null_ptr
    integer, private :: n_params = 0
  contains
    procedure :: create => study_create
    procedure, private :: study_set_real, study_set_int, study_set_text
    generic :: set => study_set_real, study_set_int, study_set_text
    procedure :: run => study_run
    procedure :: apply => study_apply
    procedure :: reason => study_reason
    procedure :: destroy => study_destroy
    procedure, private :: study_assign
    generic :: assignment(=) => study_assign
    final :: study_final
  end type hps_study

contains

  ! ------------------------------------------------------------------------- potential

  !> @param soap copied
  subroutine gpr_create(self, soap, stat, errmsg)
    class(hps_gpr), intent(inout) :: self
    class(hps_soap), intent(in) :: soap
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out

    call self%destroy()
    call hps_finish(hps_gpr_create(c_loc(out), c_null_ptr, soap%handle), stat, errmsg)
    self%handle = out
  end subroutine gpr_create

  subroutine gpr_set_real(self, name, value, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_gpr_set_real(self%handle, c_loc(text), value), stat, errmsg)
  end subroutine gpr_set_real

  subroutine gpr_set_int(self, name, value, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: name
    integer, intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_gpr_set_int(self%handle, c_loc(text), int(value, c_int64_t)), stat, errmsg)
  end subroutine gpr_set_int

  subroutine gpr_set_text(self, name, value, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    character(len=*), intent(in) :: name, value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:), word(:)

    call hps_to_c(name, text)
    call hps_to_c(value, word)
    call hps_finish(hps_gpr_set_text(self%handle, c_loc(text), c_loc(word)), stat, errmsg)
  end subroutine gpr_set_text

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

  subroutine gpr_fit(self, train, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_dataset), intent(in) :: train
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_gpr_fit(self%handle, train%handle), stat, errmsg)
  end subroutine gpr_fit

  !> @param energy (n_frames)  @param forces (3, n_atoms)  @param virial (3, 3, n_frames)
  subroutine gpr_predict(self, data, energy, forces, virial, stat, errmsg)
    class(hps_gpr), intent(in) :: self
    class(hps_dataset), intent(in) :: data
    real(c_double), intent(inout), contiguous, optional, target :: energy(:), forces(:, :), virial(:, :, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: model
    integer(c_int64_t) :: n_frames, n_atoms

    n_frames = data%n_frames()
    n_atoms = data%n_atoms()
    model = self%handle
    ! An array of a wrong shape: the library refuses no model.
    if (present(energy)) then
      if (size(energy) /= n_frames) model = c_null_ptr
    end if
    if (present(forces)) then
      if (size(forces, 1) /= 3 .or. size(forces, 2) /= n_atoms) model = c_null_ptr
    end if
    if (present(virial)) then
      if (size(virial) /= 9 * n_frames) model = c_null_ptr
    end if
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

  subroutine gpr_load(self, path, stat, errmsg)
    class(hps_gpr), intent(inout) :: self
    character(len=*), intent(in) :: path
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)
    type(c_ptr), target :: out

    call self%destroy()
    call hps_to_c(path, text)
    call hps_finish(hps_gpr_load(c_loc(out), c_null_ptr, c_loc(text)), stat, errmsg)
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

  ! ----------------------------------------------------------------------------- study

  !> @param base settings of what is not searched  @param test absent: for kernel objectives and loo
  subroutine study_create(self, space, base, train, test, stat, errmsg)
    class(hps_study), intent(inout) :: self
    class(hps_space), intent(in) :: space
    class(hps_gpr), intent(in) :: base
    class(hps_dataset), intent(in) :: train
    class(hps_dataset), intent(in), optional :: test
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: out
    type(c_ptr) :: tested

    call self%destroy()
    self%n_params = space%size()
    tested = c_null_ptr
    if (present(test)) tested = test%handle
    call hps_finish(hps_study_create(c_loc(out), c_null_ptr, space%handle, base%handle, train%handle, tested), &
        stat, errmsg)
    self%handle = out
  end subroutine study_create

  subroutine study_set_real(self, name, value, stat, errmsg)
    class(hps_study), intent(in) :: self
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_study_set_real(self%handle, c_loc(text), value), stat, errmsg)
  end subroutine study_set_real

  subroutine study_set_int(self, name, value, stat, errmsg)
    class(hps_study), intent(in) :: self
    character(len=*), intent(in) :: name
    integer, intent(in) :: value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:)

    call hps_to_c(name, text)
    call hps_finish(hps_study_set_int(self%handle, c_loc(text), int(value, c_int64_t)), stat, errmsg)
  end subroutine study_set_int

  subroutine study_set_text(self, name, value, stat, errmsg)
    class(hps_study), intent(in) :: self
    character(len=*), intent(in) :: name, value
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), allocatable, target :: text(:), word(:)

    call hps_to_c(name, text)
    call hps_to_c(value, word)
    call hps_finish(hps_study_set_text(self%handle, c_loc(text), c_loc(word)), stat, errmsg)
  end subroutine study_set_text

  !> Run a swarm, made over the same space, on this objective.
  subroutine study_run(self, swarm, stat, errmsg)
    class(hps_study), intent(in) :: self
    class(hps_swarm), intent(in) :: swarm
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call hps_finish(hps_swarm_run(swarm%handle, c_funloc(hps_study_evaluate), self%handle), stat, errmsg)
  end subroutine study_run

  !> The settings at a point. @param x (n_params)
  subroutine study_apply(self, x, out, stat, errmsg)
    class(hps_study), intent(in) :: self
    real(c_double), intent(in), contiguous, target :: x(:)
    type(hps_gpr), intent(inout) :: out
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr), target :: made
    type(c_ptr) :: point

    call out%destroy()
    point = c_null_ptr ! the library refuses no point
    if (size(x) == self%n_params) point = hps_address(x)
    made = c_null_ptr
    call hps_finish(hps_study_apply(self%handle, point, c_loc(made)), stat, errmsg)
    out%handle = made
  end subroutine study_apply

  !> Why point i (from 1) of the last iteration failed; '' if it did not.
  function study_reason(self, i) result(text)
    class(hps_study), intent(in) :: self
    integer, intent(in) :: i
    character(len=:), allocatable :: text

    text = hps_from_c(hps_study_reason(self%handle, int(i - 1, c_int32_t)))
  end function study_reason

  subroutine study_destroy(self)
    class(hps_study), intent(inout) :: self

    call hps_study_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine study_destroy

  subroutine study_assign(self, other)
    class(hps_study), intent(inout) :: self
    type(hps_study), intent(in) :: other

    if (c_associated(self%handle) .or. c_associated(other%handle)) call hps_refuse_copy('hps_study')
  end subroutine study_assign

  subroutine study_final(self)
    type(hps_study), intent(inout) :: self

    call hps_study_destroy(self%handle)
    self%handle = c_null_ptr
  end subroutine study_final

end module hpswarm_model
