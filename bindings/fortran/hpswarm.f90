! SPDX-License-Identifier: BSD-3-Clause
!> libhpswarm from Fortran: `use hpswarm`. Lengths in angstrom, energies in eV. Every procedure that can
!> fail has optional `stat` and `errmsg` at its end; without stat a failure ends the program.
module hpswarm
  use hpswarm_base, only: hps_message, hps_library_version, hps_element
  use hpswarm_c, only: HPS_OK, HPS_E_ARGUMENT, HPS_E_OPTION, HPS_E_STATE, HPS_E_MEMORY, HPS_E_IO, &
      HPS_E_FORMAT, HPS_E_NUMERIC, HPS_E_CALLBACK, HPS_E_CANCELLED, HPS_E_CAPACITY, HPS_E_UNSUPPORTED, &
      HPS_E_INTERNAL, HPS_EVAL_OK, HPS_EVAL_INFEASIBLE, HPS_EVAL_FAILED, HPS_EVAL_TIMEOUT, &
      HPS_COUNT_RETRIED, HPS_COUNT_EXTERNAL, HPS_COUNT_NO_NUMBER, HPS_DESIGN_LATIN, HPS_DESIGN_SOBOL, HPS_DESIGN_ORTHOGONAL, &
      HPS_SURFACE_LINEAR, HPS_SURFACE_QUADRATIC, HPS_SURFACE_RBF, HPS_SURFACE_GP, hps_errors, &
      hps_kernel_stats, hps_gpr_report, hps_finding, HPS_FINDING_CLOSE_CONTACT, HPS_FINDING_DUPLICATE, &
      HPS_FINDING_ENERGY_OUTLIER, HPS_FINDING_LARGE_FORCE, HPS_FINDING_NET_FORCE, HPS_FINDING_NO_ENERGY, &
      hps_progress, hps_surface_quality, hps_last_callback_code
  use hpswarm_options, only: hps_options
  use hpswarm_context, only: hps_context
  use hpswarm_data, only: hps_dataset, hps_compare
  use hpswarm_soap, only: hps_soap, hps_kernel_distribution, hps_kernel_distributions, hps_kernel_block
  use hpswarm_model, only: hps_gpr
  use hpswarm_study, only: hps_study
  use hpswarm_path, only: hps_path
  use hpswarm_callbacks, only: hps_objective, hps_preference, hps_watch
  use hpswarm_search, only: hps_swarm
  use hpswarm_space, only: hps_space
  use hpswarm_surface, only: hps_surface, hps_design
  implicit none
  public
end module hpswarm
