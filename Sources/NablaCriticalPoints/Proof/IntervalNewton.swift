// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions

/// The interval Newton operator of Hansen and Sengupta for a gradient system, with the midpoint's inverse as
/// preconditioner. Not for use by two threads at once.
///
/// With g the system, J an enclosure of its derivative over the box X, m in X and C ≈ J(m)⁻¹, every zero x in X
/// satisfies C g(m) + (C J)(x − m) = 0. Solved for one coordinate after another this contracts X and loses no
/// zero; if each coordinate's solution lies inside X, then X holds exactly one zero (Neumaier, "Interval Methods
/// for Systems of Equations", 1990, chapter 5). g must be continuous in X with J enclosing all its difference
/// quotients.
final class IntervalNewton {
  let system: GradientSystem
  let equations: IntervalEvaluator
  private let jacobian: IntervalEvaluator
  private let n: Int

  /// The enclosure of the derivative over the box that the operator was applied to since the last ``evaluate(_:)``,
  /// row-major; nil if there is none.
  var derivative: UnsafePointer<Interval>? { isDerivativeKnown ? UnsafePointer(matrix) : nil }
  private var isDerivativeKnown = false

  // Arrays would be checked for exclusive access at every use.
  private let matrix: UnsafeMutablePointer<Interval>
  private let preconditioned: UnsafeMutablePointer<Interval>
  private let offset: UnsafeMutablePointer<Interval>
  private let middle: UnsafeMutablePointer<Double>
  private let inverse: UnsafeMutablePointer<Double>

  init(_ system: GradientSystem) {
    self.system = system
    n = system.n
    equations = IntervalEvaluator(system.equations, parameters: system.parameters)
    jacobian = IntervalEvaluator(system.jacobian, parameters: system.parameters)
    matrix = .allocate(capacity: n * n)
    matrix.initialize(repeating: Interval(0), count: n * n)
    preconditioned = .allocate(capacity: n * n)
    preconditioned.initialize(repeating: Interval(0), count: n * n)
    offset = .allocate(capacity: n)
    offset.initialize(repeating: Interval(0), count: n)
    middle = .allocate(capacity: n * n)
    middle.initialize(repeating: 0, count: n * n)
    inverse = .allocate(capacity: n * n)
    inverse.initialize(repeating: 0, count: n * n)
  }

  deinit {
    matrix.deallocate()
    preconditioned.deallocate()
    offset.deallocate()
    middle.deallocate()
    inverse.deallocate()
  }

  enum Result {
    /// There is no zero in the box.
    case empty
    /// There is exactly one zero in the box that was given, and it lies in this part.
    case unique([Interval])
    /// All zeros of the box lie in this part.
    case contracted([Interval], isRegular: Bool)
    /// Nothing is known: derivatives are unbounded, or the midpoint's is singular, or outside the domain.
    case unknown
  }

  // MARK: The parts

  /// Computes the left sides over a box; returns whether they and f are defined and continuous throughout.
  func evaluate(_ box: [Interval]) -> Bool {
    isDerivativeKnown = false
    for j in 0..<n { equations[input: j] = box[j] }
    equations.run()
    return equations.isContinuous
  }

  /// Encloses the derivative over a box; returns whether all entries are bounded.
  private func derivative(over box: [Interval]) -> Bool {
    isDerivativeKnown = false
    for j in 0..<n { jacobian[input: j] = box[j] }
    jacobian.run()
    for (k, place) in system.jacobianPlaces.enumerated() {
      let entry = jacobian[output: k]
      guard entry.isBounded else { return false }
      matrix[place.row * n + place.column] = entry
    }
    isDerivativeKnown = true
    return true
  }

  /// Inverts the midpoint of ``matrix`` by Gauss–Jordan elimination with row pivoting; returns whether it is regular.
  private func invertMiddle() -> Bool {
    for k in 0..<n * n {
      middle[k] = matrix[k].midpoint
      inverse[k] = 0
    }
    for i in 0..<n { inverse[i * n + i] = 1 }
    for column in 0..<n {
      var pivot = column
      for row in column..<n where Swift.abs(middle[row * n + column]) > Swift.abs(middle[pivot * n + column])
      {
        pivot = row
      }
      let value = middle[pivot * n + column]
      guard value != 0, value.isFinite else { return false }
      if pivot != column {
        for k in 0..<n {
          swap(&middle[pivot * n + k], &middle[column * n + k])
          swap(&inverse[pivot * n + k], &inverse[column * n + k])
        }
      }
      let reciprocal = 1 / value
      for k in 0..<n {
        middle[column * n + k] *= reciprocal
        inverse[column * n + k] *= reciprocal
      }
      for row in 0..<n where row != column {
        let factor = middle[row * n + column]
        guard factor != 0 else { continue }
        for k in 0..<n {
          middle[row * n + k] -= factor * middle[column * n + k]
          inverse[row * n + k] -= factor * inverse[column * n + k]
        }
      }
    }
    return (0..<n * n).allSatisfy { inverse[$0].isFinite }
  }

  /// g(m); returns whether it is defined.
  private func evaluate(at m: [Double]) -> Bool {
    for j in 0..<n { equations[input: j] = Interval(m[j]) }
    equations.run()
    return (0..<n).allSatisfy { equations[output: $0].isBounded }
  }

  /// C g(m) into ``offset``.
  private func precondition() {
    for i in 0..<n {
      var sum = Interval(0)
      for k in 0..<n where inverse[i * n + k] != 0 {
        sum = sum + Interval(inverse[i * n + k]) * equations[output: k]
      }
      offset[i] = sum
    }
  }

  // MARK: The operator

  /// One application to a box in which the system is continuous (``evaluate(_:)``).
  func apply(to box: [Interval]) -> Result {
    guard derivative(over: box) else { return .unknown }
    let m = box.map(\.midpoint)
    guard evaluate(at: m) else { return .unknown }
    var x = box
    var isRegular = false
    if invertMiddle() {
      precondition()
      isRegular = preconditionDerivative()
      // Existence and uniqueness follow only if the solutions are taken over the box as it was given: what other means
      // contract it by comes afterwards.
      switch solve(&x, m) {
      case .empty: return .empty
      case .inside: return .unique(x)
      case .open: break
      }
    }
    return centre(&x, m) ? .contracted(x, isRegular: isRegular) : .empty
  }

  /// C J into ``preconditioned``; returns whether every matrix in it is regular, being strictly diagonally dominant.
  private func preconditionDerivative() -> Bool {
    var isDominant = true
    for i in 0..<n {
      var off = 0.0
      for j in 0..<n {
        var sum = Interval(0)
        for k in 0..<n where inverse[i * n + k] != 0 {
          sum = sum + Interval(inverse[i * n + k]) * matrix[k * n + j]
        }
        preconditioned[i * n + j] = sum
        if j != i { off += sum.magnitude }
      }
      // The sum is rounded to nearest.
      if !(preconditioned[i * n + i].mignitude > off * (1 + 0x1p-40)) { isDominant = false }
    }
    return isDominant
  }

  private enum Solution { case empty, inside, open }

  /// Solves C g(m) + C J (x − m) = 0 for one coordinate after another; `inside` where each solution lies in the
  /// interior of its coordinate.
  private func solve(_ x: inout [Interval], _ m: [Double]) -> Solution {
    var solution = Solution.inside
    for i in 0..<n {
      var sum = offset[i]
      for j in 0..<n where j != i {
        sum = sum + preconditioned[i * n + j] * (x[j] - Interval(m[j]))
      }
      let pivot = preconditioned[i * n + i]
      let center = Interval(m[i])
      if pivot.contains(0) {
        solution = .open
        let move = (-sum).divided(by: pivot, within: x[i] - center)
        x[i] = x[i].intersection(center + move)
      } else {
        let part = center - sum / pivot
        if !part.isBounded || !part.isInterior(of: x[i]) { solution = .open }
        x[i] = x[i].intersection(part)
      }
      if x[i].isEmpty { return .empty }
    }
    return solution
  }

  /// Contracts by the mean-value form of each equation, gᵢ(m) + Σⱼ Jᵢⱼ (xⱼ − mⱼ) = 0, without a preconditioner: where
  /// the derivative is far from any one matrix, this is what still holds. Returns false if nothing is left.
  private func centre(_ x: inout [Interval], _ m: [Double]) -> Bool {
    for i in 0..<n {
      for j in 0..<n {
        let slope = matrix[i * n + j]
        if slope.lower == 0 && slope.upper == 0 { continue }
        var sum = equations[output: i]
        for k in 0..<n where k != j { sum = sum + matrix[i * n + k] * (x[k] - Interval(m[k])) }
        let center = Interval(m[j])
        x[j] = x[j].intersection(center + (-sum).divided(by: slope, within: x[j] - center))
        if x[j].isEmpty { return false }
      }
    }
    return true
  }

  /// The point to which simplified Newton steps with the last preconditioner lead from the middle of a box; nil
  /// where they do not settle.
  func limit(from box: [Interval]) -> [Double]? {
    var x = box.map(\.midpoint)
    var last = Double.infinity
    for _ in 0..<12 {
      guard evaluate(at: x) else { return nil }
      precondition()
      var size = 0.0
      for j in 0..<n {
        let step = offset[j].midpoint
        x[j] -= step
        size = Swift.max(size, Swift.abs(step) / Swift.max(1e-3 * box[j].width, 16 * x[j].ulp))
      }
      if size < 1 { return x }
      guard size < 0.9 * last else { return nil }
      last = size
    }
    return nil
  }

  /// An enclosure is tightened while one of its sides shrinks to less than this share, so many times.
  static let (smallestGain, mostTightenings) = (0.75, 12)

  /// The enclosure of the single zero in `part` of a box, tightened while it shrinks.
  func tightened(_ part: [Interval]) -> [Interval] {
    var x = part
    for _ in 0..<Self.mostTightenings {
      let next: [Interval]
      switch apply(to: x) {
      case .unique(let inner): next = inner
      case .contracted(let inner, _): next = inner
      case .empty, .unknown: return x
      }
      let isSmaller = (0..<n).contains { next[$0].width < Self.smallestGain * x[$0].width }
      x = next
      if !isSmaller { break }
    }
    return x
  }
}
