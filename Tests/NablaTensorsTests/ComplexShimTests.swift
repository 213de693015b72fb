// SPDX-License-Identifier: Apache-2.0

import CBLAS
import Testing

/// The complex types of the shim: structures that Swift can fill and that BLAS and LAPACK read.
@Suite struct ComplexShimTests {
  @Test func unconjugatedDotProduct() {
    // (1+2i)(5+6i) + (3+4i)(7+8i) = (−7+16i) + (−11+52i)
    let x = [nabla_complex_double(real: 1, imag: 2), nabla_complex_double(real: 3, imag: 4)]
    let y = [nabla_complex_double(real: 5, imag: 6), nabla_complex_double(real: 7, imag: 8)]
    var dot = nabla_complex_double(real: 0, imag: 0)
    cblas_zdotu_sub(2, x, 1, y, 1, &dot)
    #expect(dot.real == -18 && dot.imag == 68)
  }

  @Test func hermitianEigenvalues() {
    // [[2, i], [−i, 2]], by columns, has the eigenvalues 1 and 3.
    var a = [
      nabla_complex_double(real: 2, imag: 0), nabla_complex_double(real: 0, imag: -1),
      nabla_complex_double(real: 0, imag: 1), nabla_complex_double(real: 2, imag: 0),
    ]
    var values = [0.0, 0.0]
    let info = LAPACKE_zheev(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "U")), 2, &a, 2, &values)
    #expect(info == 0)
    // Two roundings of numbers up to 3.
    #expect(abs(values[0] - 1) <= 4 * 3.0.ulp && abs(values[1] - 3) <= 4 * 3.0.ulp)
  }
}
