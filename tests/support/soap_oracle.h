/* SPDX-License-Identifier: BSD-3-Clause */
/* The descriptor written down plainly and slowly, by other routes than the library's:
 * quadruple-precision quadratures of the primitive functions, S^(-1/2) from eigenvalues,
 * f_l as an integral over Legendre polynomials, the addition theorem instead of Y_lm. */
#ifndef HPS_TESTS_SOAP_ORACLE_H
#define HPS_TESTS_SOAP_ORACLE_H

enum { ORACLE_SPECIES = 8, ORACLE_N = 16, ORACLE_L = 16 };

typedef struct soap_oracle {
    int n_species, l_max, gauss, enhancement, smooth_tail;
    int lost_term; /* as soap_turbo: soap.md section 10, B */
    int compress;  /* index of the choice: none, trivial, 0_0, 0_1, .. 2_2 */
    int n_max[ORACLE_SPECIES];
    double hard[ORACLE_SPECIES], soft[ORACLE_SPECIES], nf[ORACLE_SPECIES];
    double sigma_r[ORACLE_SPECIES], sigma_t[ORACLE_SPECIES];
    double scaling_r[ORACLE_SPECIES], scaling_t[ORACLE_SPECIES];
    double amplitude[ORACLE_SPECIES], central[ORACLE_SPECIES], global[ORACLE_SPECIES];
    /* made by soap_oracle_prepare */
    double w[ORACLE_SPECIES][ORACLE_N][ORACLE_N][2]; /* S^(-1/2) as high and low part */
    double column[ORACLE_SPECIES][ORACLE_N];         /* last column of S^(1/2) */
} soap_oracle;

/* Defaults of the option table for every species. */
void soap_oracle_defaults(soap_oracle *o, int n_species);
/* To be called after the values were set. */
void soap_oracle_prepare(soap_oracle *o);
int soap_oracle_size(const soap_oracle *o);
/* sum_k W_nk I_k at distance r: no amplitude, no prefactor. */
void soap_oracle_integrals(const soap_oracle *o, int species, double r, double *out);
/* d/dr of the part of these that lost_term adds, less what soap_turbo has in its place: the
 * integrals' derivatives with moments that lack the term. */
void soap_oracle_lost_slopes(const soap_oracle *o, int species, double r, double *out);
/* b_n(r) of soap.md 3.6 */
void soap_oracle_radial(const soap_oracle *o, int species, double r, double *b);
void soap_oracle_bessel(int l_max, double x, double *f);
/* q of a centre with n neighbours at r[n][3]; returns the norm before normalisation. */
double soap_oracle_descriptor(const soap_oracle *o, int centre, int n, const int *species,
                              const double *r, double *q);

#endif
