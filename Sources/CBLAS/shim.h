// OpenBLAS's C interface to BLAS, and LAPACKE, LAPACK's C interface.
//
// LAPACKE's default complex types are C99's, which Swift cannot import. The custom ones below are
// structures of two reals with the same layout. BLAS functions that return a complex number by
// value do not import either: use their `_sub` forms (`cblas_zdotu_sub`).
#ifndef NABLA_CBLAS_SHIM_H
#define NABLA_CBLAS_SHIM_H

typedef struct { double real, imag; } nabla_complex_double;
typedef struct { float real, imag; } nabla_complex_float;

#define LAPACK_COMPLEX_CUSTOM
#define lapack_complex_double nabla_complex_double
#define lapack_complex_float nabla_complex_float
#define lapack_complex_double_real(z) ((z).real)
#define lapack_complex_double_imag(z) ((z).imag)
#define lapack_complex_float_real(z) ((z).real)
#define lapack_complex_float_imag(z) ((z).imag)

#include <cblas.h>
#include <lapacke.h>

#endif
