/* SPDX-License-Identifier: BSD-3-Clause */
/* Chemical symbols, atomic numbers and covalent radii. */
#include <string.h>

#include "dataset/private.h"

static const char symbols[HPSI_N_ELEMENTS + 1][3] = {
    "",   "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si",
    "P",  "S",  "Cl", "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu",
    "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru",
    "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr",
    "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W",
    "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac",
    "Th", "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf",
    "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og"};

/* Picometre, B. Cordero et al., Dalton Trans. 2008, 2832 (carbon sp3; low spin for Mn, Fe,
 * Co); it ends with Cm. */
static const unsigned char radii[] = {
    0,   31,  28,  128, 96,  84,  76,  71,  66,  57,  58,  166, 141, 121, 111, 107, 105,
    102, 106, 203, 176, 170, 160, 153, 139, 139, 132, 126, 124, 132, 122, 122, 120, 119,
    120, 120, 116, 220, 195, 190, 175, 164, 154, 147, 146, 142, 139, 145, 144, 142, 139,
    139, 138, 139, 140, 244, 215, 207, 204, 203, 201, 199, 198, 198, 196, 194, 192, 192,
    189, 190, 187, 187, 175, 170, 162, 151, 144, 141, 136, 136, 132, 145, 146, 148, 140,
    150, 150, 255, 221, 215, 206, 200, 196, 190, 187, 180, 169};

int32_t hpsi_element_find(const char *symbol, int64_t size)
{
    if (size < 1 || size > 2) {
        return 0;
    }
    for (int32_t z = 1; z <= HPSI_N_ELEMENTS; z++) {
        if (symbols[z][0] == symbol[0] && symbols[z][1] == (size > 1 ? symbol[1] : '\0')) {
            return z;
        }
    }
    return 0;
}

int32_t hps_element_number(const char *symbol)
{
    return symbol == NULL ? 0 : hpsi_element_find(symbol, (int64_t)strnlen(symbol, 3));
}

const char *hps_element_symbol(int32_t number)
{
    return number >= 1 && number <= HPSI_N_ELEMENTS ? symbols[number] : "";
}

double hpsi_element_radius(int32_t number)
{
    const int32_t last = (int32_t)(sizeof radii / sizeof radii[0]) - 1;

    return 0.01 * (double)radii[number > last ? last : number];
}
