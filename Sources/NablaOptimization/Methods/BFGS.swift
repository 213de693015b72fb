// SPDX-License-Identifier: Apache-2.0

/// d = −B g with an approximation B of the inverse Hessian,
///
///     B ← (I − ρ s yᵀ) B (I − ρ y sᵀ) + ρ s sᵀ,   ρ = 1 / yᵀs,
///
/// which starts as (yᵀs / yᵀy) I and is left as it is where yᵀs is not positive.
///
/// Source: Nocedal, Wright, "Numerical Optimization", 2nd ed. (2006), equations 6.17 and 6.20.
private struct BFGS: DescentDirection {
  private let n: Int
  /// Row-major; nil for the identity.
  private var inverse: [Double]?

  init(_ n: Int) { self.n = n }

  var isSteepest: Bool { inverse == nil }

  func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    guard let inverse else { return scaled(gradient, by: -1) }
    return product(inverse, gradient).map { -$0 }
  }

  mutating func learn(step s: [Double], change y: [Double]) {
    let curvature = dot(s, y)
    guard curvature > 0x1p-52 * length(s) * length(y) else { return }
    var matrix = inverse ?? []
    if inverse == nil {
      matrix = [Double](repeating: 0, count: n * n)
      let scale = curvature / dot(y, y)
      for i in 0..<n { matrix[i * n + i] = scale }
    }
    let by = product(matrix, y)
    let factor = (1 + dot(y, by) / curvature) / curvature
    matrix.withUnsafeMutableBufferPointer { matrix in
      for i in 0..<n {
        let (a, b) = (factor * s[i] - by[i] / curvature, s[i] / curvature)
        for j in 0..<n { matrix[i * n + j] += a * s[j] - b * by[j] }
      }
    }
    inverse = isFinite(matrix) ? matrix : nil
  }

  mutating func reset() { inverse = nil }
}

extension MinimizationMethod {
  /// The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno: superlinear from gradients alone, O(n²) work
  /// and memory, for up to some hundred variables.
  public static func bfgs(lineSearch: LineSearch = .moreThuente()) -> MinimizationMethod {
    MinimizationMethod("bfgs", LineSearchDescent(makeRule: { BFGS($0.dimension) }, search: lineSearch))
  }
}
