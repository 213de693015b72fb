// SPDX-License-Identifier: Apache-2.0

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
  let syrk:
    @Sendable (
      CBLAS_ORDER, CBLAS_UPLO, CBLAS_TRANSPOSE, Int32, Int32, Scalar, Input, Int32, Scalar, InOut, Int32
    ) -> Void
  let getrf: @Sendable (Int32, Int32, Int32, InOut, Int32, Integers) -> Int32
  let getrs: @Sendable (Int32, CChar, Int32, Int32, Input, Int32, Pivots, InOut, Int32) -> Int32
  let getri: @Sendable (Int32, Int32, InOut, Int32, Pivots, InOut, Int32) -> Int32
  let potrf: @Sendable (Int32, CChar, Int32, InOut, Int32) -> Int32
  let potrs: @Sendable (Int32, CChar, Int32, Int32, Input, Int32, InOut, Int32) -> Int32
  let sytrf: @Sendable (Int32, CChar, Int32, InOut, Int32, Integers, InOut, Int32) -> Int32
  let sytrs: @Sendable (Int32, CChar, Int32, Int32, Input, Int32, Pivots, InOut, Int32) -> Int32
  let syev: @Sendable (Int32, CChar, CChar, Int32, InOut, Int32, InOut, InOut, Int32) -> Int32
  let syevd:
    @Sendable (Int32, CChar, CChar, Int32, InOut, Int32, InOut, InOut, Int32, Integers, Int32) -> Int32
  let sygvd:
    @Sendable (
      Int32, Int32, CChar, CChar, Int32, InOut, Int32, InOut, Int32, InOut, InOut, Int32, Integers, Int32
    ) -> Int32
  let geev:
    @Sendable (
      Int32, CChar, CChar, Int32, InOut, Int32, InOut, InOut, InOut, Int32, InOut, Int32, InOut, Int32
    ) -> Int32
  let gesdd:
    @Sendable (
      Int32, CChar, Int32, Int32, InOut, Int32, InOut, InOut, Int32, InOut, Int32, InOut, Int32, Integers
    ) -> Int32
  let gesvd:
    @Sendable (
      Int32, CChar, CChar, Int32, Int32, InOut, Int32, InOut, InOut, Int32, InOut, Int32, InOut, Int32
    ) -> Int32
  let geqrf: @Sendable (Int32, Int32, Int32, InOut, Int32, InOut, InOut, Int32) -> Int32
  let geqp3: @Sendable (Int32, Int32, Int32, InOut, Int32, Integers, InOut, InOut, Int32) -> Int32
  let orgqr: @Sendable (Int32, Int32, Int32, Int32, InOut, Int32, Input, InOut, Int32) -> Int32
  let ormqr:
    @Sendable (
      Int32, CChar, CChar, Int32, Int32, Int32, Input, Int32, Input, InOut, Int32, InOut, Int32
    ) -> Int32
  let tzrzf: @Sendable (Int32, Int32, Int32, InOut, Int32, InOut, InOut, Int32) -> Int32
  let ormrz:
    @Sendable (
      Int32, CChar, CChar, Int32, Int32, Int32, Int32, Input, Int32, Input, InOut, Int32, InOut, Int32
    ) -> Int32
  let trtrs: @Sendable (Int32, CChar, CChar, CChar, Int32, Int32, Input, Int32, InOut, Int32) -> Int32
  let trcon: @Sendable (Int32, CChar, CChar, CChar, Int32, Input, Int32, InOut, InOut, Integers) -> Int32
}

// The `_work` forms of LAPACKE neither allocate nor scan for NaN.

extension Double {
  public static let _routines = _LinearAlgebraRoutines<Double>(
    dot: cblas_ddot, gemv: cblas_dgemv, gemm: cblas_dgemm, syrk: cblas_dsyrk,
    getrf: LAPACKE_dgetrf_work, getrs: LAPACKE_dgetrs_work, getri: LAPACKE_dgetri_work,
    potrf: LAPACKE_dpotrf_work, potrs: LAPACKE_dpotrs_work,
    sytrf: LAPACKE_dsytrf_work, sytrs: LAPACKE_dsytrs_work,
    syev: LAPACKE_dsyev_work, syevd: LAPACKE_dsyevd_work, sygvd: LAPACKE_dsygvd_work,
    geev: LAPACKE_dgeev_work, gesdd: LAPACKE_dgesdd_work, gesvd: LAPACKE_dgesvd_work,
    geqrf: LAPACKE_dgeqrf_work, geqp3: LAPACKE_dgeqp3_work,
    orgqr: LAPACKE_dorgqr_work, ormqr: LAPACKE_dormqr_work,
    tzrzf: LAPACKE_dtzrzf_work, ormrz: LAPACKE_dormrz_work,
    trtrs: LAPACKE_dtrtrs_work, trcon: LAPACKE_dtrcon_work)
}

extension Float {
  public static let _routines = _LinearAlgebraRoutines<Float>(
    dot: cblas_sdot, gemv: cblas_sgemv, gemm: cblas_sgemm, syrk: cblas_ssyrk,
    getrf: LAPACKE_sgetrf_work, getrs: LAPACKE_sgetrs_work, getri: LAPACKE_sgetri_work,
    potrf: LAPACKE_spotrf_work, potrs: LAPACKE_spotrs_work,
    sytrf: LAPACKE_ssytrf_work, sytrs: LAPACKE_ssytrs_work,
    syev: LAPACKE_ssyev_work, syevd: LAPACKE_ssyevd_work, sygvd: LAPACKE_ssygvd_work,
    geev: LAPACKE_sgeev_work, gesdd: LAPACKE_sgesdd_work, gesvd: LAPACKE_sgesvd_work,
    geqrf: LAPACKE_sgeqrf_work, geqp3: LAPACKE_sgeqp3_work,
    orgqr: LAPACKE_sorgqr_work, ormqr: LAPACKE_sormqr_work,
    tzrzf: LAPACKE_stzrzf_work, ormrz: LAPACKE_sormrz_work,
    trtrs: LAPACKE_strtrs_work, trcon: LAPACKE_strcon_work)
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

/// The memory that a routine asks for, made once and used for each matrix of a batch.
struct Workspace<S: TensorScalar> {
  private let routine: StaticString
  private let storage: TensorStorage<S>
  private let count: Int32

  /// - Parameter query: calls the routine with this memory and its size: −1, upon which it writes the size it
  ///   wants to the first element.
  init(_ routine: StaticString, query: (_ memory: UnsafeMutablePointer<S>, _ count: Int32) -> Int32) {
    self.routine = routine
    var size: S = 0
    checkArguments(query(&size, -1), of: routine)
    // A size above 2²⁴ may have been rounded down in single precision.
    count = lapackInt(max(1, Int(size.nextUp.rounded(.up))))
    storage = TensorStorage(capacity: Int(count))
  }

  /// Calls the routine, for about `flops` operations, and returns its `info`, 0 or positive.
  func run(
    flops: Double, _ call: (_ memory: UnsafeMutablePointer<S>, _ count: Int32) -> Int32
  ) -> Int {
    // The pointer does not keep the storage alive by itself.
    defer { withExtendedLifetime(storage) {} }
    let info = BLASThreads.run(work: flops) { call(storage.base, count) }
    checkArguments(info, of: routine)
    return Int(info)
  }
}
