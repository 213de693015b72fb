// SPDX-License-Identifier: Apache-2.0

internal import NablaOptimization

/// The signs of a symmetric matrix's eigenvalues, each judged against the matrix's own error.
struct SignCount {
  var negative = 0
  var positive = 0
  /// Zero to within the error.
  var zero = 0
}

extension SymmetricEigensolver {
  /// The signs of the eigenvalues of a matrix whose entries have the given error bounds. Leaves the
  /// matrix's own eigenvalues and vectors in the solver; nil if it cannot be decomposed.
  ///
  /// By Weyl's theorem an error matrix E moves no eigenvalue by more than ‖E‖₂ ≤ min(‖E‖_F, ‖E‖_∞), and the
  /// computation by no more than n·u·‖H‖₂. Where that leaves a sign open, as with diag(10¹⁰, 10⁻¹⁰), the
  /// signs are those of DHD (``equilibrate(_:order:)``), whose errors are DED.
  func signs(of matrix: [Double], errors: [Double]) -> SignCount? {
    guard decompose(matrix) else { return nil }
    let direct = count(errorNorm(errors))
    if direct.zero == 0 || order == 1 { return direct }

    var scaled = matrix
    let scales = equilibrate(&scaled, order: order)
    var scaledErrors = errors
    for i in 0..<order {
      for j in 0..<order where errors[i * order + j] != 0 {
        scaledErrors[i * order + j] *= scales[i] * scales[j]
      }
    }
    defer { _ = decompose(matrix) }
    guard decompose(scaled) else { return direct }
    let balanced = count(errorNorm(scaledErrors))
    return balanced.zero < direct.zero ? balanced : direct
  }

  private func count(_ error: Double) -> SignCount {
    var result = SignCount()
    let largest = values.reduce(0) { Swift.max($0, Swift.abs($1)) }
    let tolerance = error + (order == 1 ? 0 : Double(order) * 0x1p-53 * largest)
    for value in values {
      if !(Swift.abs(value) > tolerance) {
        result.zero += 1
      } else if value < 0 {
        result.negative += 1
      } else {
        result.positive += 1
      }
    }
    return result
  }

  /// min(‖E‖_F, ‖E‖_∞).
  private func errorNorm(_ errors: [Double]) -> Double {
    let largest = errors.max() ?? 0
    guard largest > 0, largest.isFinite else { return largest }
    var (squares, rows) = (0.0, 0.0)
    for i in 0..<order {
      var row = 0.0
      for j in 0..<order {
        let e = errors[i * order + j]
        row += e
        squares += (e / largest) * (e / largest)
      }
      rows = Swift.max(rows, row)
    }
    return Swift.min(rows, largest * squares.squareRoot())
  }
}
