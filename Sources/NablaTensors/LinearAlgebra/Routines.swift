internal import CBLAS

/// The BLAS and LAPACK routines of one precision, one row each: the only place where they are named.
///
/// Public because ``TensorScalar`` mentions it, and empty to the outside.
public struct _LinearAlgebraRoutines<Scalar>: Sendable {
  typealias Input = UnsafePointer<Scalar>?
  typealias InOut = UnsafeMutablePointer<Scalar>?
  typealias Pivots = UnsafePointer<Int32>?
  typealias Integers = UnsafeMutablePointer<Int32>?

  let dot: @Sendable (Int32, Input, Int32, Input, Int32) -> Scalar
  let gemv:
    @Sendable (
      CBLAS_ORDER, CBLAS_TRANSPOSE, Int32, Int32, Scalar, Input, Int32, Input, Int32, Scalar, InOut, Int32
    ) -> Void
  let gemm:
    @Sendable (
      CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, Int32, Int32, Int32, Scalar, Input, Int32, Input,
      Int32, Scalar, InOut, Int32
    ) -> Void
  let getrf: @Sendable (Int32, Int32, Int32, InOut, Int32, Integers) -> Int32
  let getrs: @Sendable (Int32, CChar, Int32, Int32, Input, Int32, Pivots, InOut, Int32) -> Int32
  let potrf: @Sendable (Int32, CChar, Int32, InOut, Int32) -> Int32
  let potrs: @Sendable (Int32, CChar, Int32, Int32, Input, Int32, InOut, Int32) -> Int32
  let sytrf: @Sendable (Int32, CChar, Int32, InOut, Int32, Integers, InOut, Int32) -> Int32
  let sytrs: @Sendable (Int32, CChar, Int32, Int32, Input, Int32, Pivots, InOut, Int32) -> Int32
  let syev: @Sendable (Int32, CChar, CChar, Int32, InOut, Int32, InOut, InOut, Int32) -> Int32
  let syevd:
    @Sendable (Int32, CChar, CChar, Int32, InOut, Int32, InOut, InOut, Int32, Integers, Int32) -> Int32
}

// The `_work` forms of LAPACKE neither allocate nor scan for NaN.

extension Double {
  public static let _routines = _LinearAlgebraRoutines<Double>(
    dot: cblas_ddot, gemv: cblas_dgemv, gemm: cblas_dgemm,
    getrf: LAPACKE_dgetrf_work, getrs: LAPACKE_dgetrs_work,
    potrf: LAPACKE_dpotrf_work, potrs: LAPACKE_dpotrs_work,
    sytrf: LAPACKE_dsytrf_work, sytrs: LAPACKE_dsytrs_work,
    syev: LAPACKE_dsyev_work, syevd: LAPACKE_dsyevd_work)
}

extension Float {
  public static let _routines = _LinearAlgebraRoutines<Float>(
    dot: cblas_sdot, gemv: cblas_sgemv, gemm: cblas_sgemm,
    getrf: LAPACKE_sgetrf_work, getrs: LAPACKE_sgetrs_work,
    potrf: LAPACKE_spotrf_work, potrs: LAPACKE_spotrs_work,
    sytrf: LAPACKE_ssytrf_work, sytrs: LAPACKE_ssytrs_work,
    syev: LAPACKE_ssyev_work, syevd: LAPACKE_ssyevd_work)
}

let columnMajor = Int32(LAPACK_COL_MAJOR)

// LAPACK sees memory by columns: its upper triangle is the lower one of a row-major matrix.
let upperTriangle = CChar(UInt8(ascii: "U"))

let lowerTriangle = CChar(UInt8(ascii: "L"))

extension CChar {
  static func letter(_ letter: Unicode.Scalar) -> CChar { CChar(UInt8(ascii: letter)) }
}

/// LAPACK counts with 32 bits.
func lapackInt(_ n: Int) -> Int32 {
  precondition(n <= Int(Int32.max), "An extent of \(n) is too large for LAPACK.")
  return Int32(n)
}

/// A negative `info` says that an argument was wrong, which is a mistake of this package.
func checkArguments(_ info: Int32, of routine: StaticString) {
  precondition(info >= 0, "\(routine) was called with an illegal argument number \(-info).")
}
