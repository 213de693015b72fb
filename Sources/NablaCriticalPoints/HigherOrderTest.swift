// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization
internal import NablaTensors

/// What a critical point is whose Hessian is singular, where derivatives up to the fourth order tell; of functions
/// of one variable, up to the twelfth.
///
/// Variables that no component of the gradient joins make f a sum, f = Σ f_B(x_B), whose parts are looked at by themselves:
/// x⁶ + y⁴ is a minimum because both are. Of a part with null vectors N and other eigenvalues λ_w (splitting lemma;
/// Gromoll and Meyer, "On differentiable functions with isolated critical points", Topology 8, 1969):
/// - eigenvalues of both signs, or a third derivative along N that is not zero, make it neither minimum nor maximum;
/// - else the quartic form q(z) = D⁴f[z,z,z,z] − 3 Σ_w (D³f[z,z,w])²/λ_w decides along N if it has one sign, the
///   second term being what the other coordinates give way by: in Peano's (y−x²)(y−3x²) it makes 72 to −24, and the
///   point a saddle that no straight line shows.
///
/// A derivative counts as zero within its rounding error with the point known to 10⁻⁷ of the scale.
///
/// Derivatives are made once and kept. Not for use by two threads at once.
final class HigherOrderTest {
  private let function: Function
  private let parameters: [Double]
  private let blocks: [[Int]]
  private var analyses: [PartialAnalysis.Key: PartialAnalysis?] = [:]

  static let positionUncertainty = 1e-7
  private static let largestDimension = 6
  private static let highestOrder = 12
  /// In null spaces of more dimensions the directions that are tried lie too far apart to tell that a form has one sign.
  private static let largestDefiniteNullity = 3

  init(_ function: Function, parameters: [Double]) {
    self.function = function
    self.parameters = parameters
    blocks = function.separableBlocks(gradient: function.outputs[0].gradient(by: function.variables))
  }

  private enum Verdict { case minimum, maximum, neither, unknown }

  /// The kind of a degenerate critical point; undetermined where the derivatives do not tell.
  ///
  /// - Parameter scales: the lengths by which coordinates are measured.
  func kind(at x: [Double], scales: [Double]) -> CriticalPoint.Kind {
    let n = x.count
    let uncertainties = scales.map { Self.positionUncertainty * $0 }
    let hessian = function.sparseHessian(
      at: .init(x), parameters: parameters.isEmpty ? nil : .init(parameters)
    )
    .dense().scalars
    let errors = function.derivativeError.bounds(
      at: x, parameters: parameters, uncertainties: uncertainties
    ).hessian
    var verdicts: [Verdict] = []
    for block in blocks {
      verdicts.append(
        verdict(
          block, at: x, uncertainties,
          hessian: block.flatMap { i in block.map { hessian[i * n + $0] } },
          errors: block.flatMap { i in block.map { errors[i * n + $0] } }))
    }
    if verdicts.contains(.neither) || (verdicts.contains(.minimum) && verdicts.contains(.maximum)) {
      return n == 1 ? .inflection : .saddle
    }
    if verdicts.contains(.unknown) { return .undetermined }
    return verdicts.contains(.minimum) ? .minimum : .maximum
  }

  private func verdict(
    _ block: [Int], at x: [Double], _ uncertainties: [Double], hessian: [Double], errors: [Double]
  ) -> Verdict {
    let m = block.count
    let solver = SymmetricEigensolver(order: m)
    guard let signs = solver.signs(of: hessian, errors: errors) else { return .unknown }
    if signs.negative > 0 && signs.positive > 0 { return .neither }
    if signs.zero == 0 { return signs.positive > 0 ? .minimum : .maximum }
    let inputs = x + parameters
    let known = x.indices.map { block.contains($0) ? uncertainties[$0] : 0 } + parameters.map { _ in 0 }
    func fixed(_ order: Int) -> Partials? {
      let key = PartialAnalysis.Key(block: block, order: order)
      if analyses[key] == nil { analyses[key] = .some(PartialAnalysis(function, key)) }
      return analyses[key]!?.partials(at: inputs, uncertainties: known)
    }
    if m == 1 { return univariate { fixed($0) } }
    guard m <= Self.largestDimension, let partials = fixed(4) else { return .unknown }
    let order = solver.values.indices.sorted { Swift.abs(solver.values[$0]) < Swift.abs(solver.values[$1]) }
    let vector = { (k: Int) in Array(solver.vectors[k * m..<(k + 1) * m]) }
    let (null, rest) = (order.prefix(signs.zero).map(vector), order.dropFirst(signs.zero))
    for a in null.indices {
      for b in null.indices[a...] {
        for c in null.indices[b...] {
          let third = partials.form([null[a], null[b], null[c]])
          if Swift.abs(third.value) > third.error { return .neither }
        }
      }
    }
    // The quartic form in coordinates of the null space, and its smallest and largest values over directions.
    let k = null.count
    let fourths = Self.tuples(k, 4).map { t in partials.form(t.map { null[$0] }) }
    let couplings = rest.map { w in
      (
        lambda: solver.values[w],
        thirds: Self.tuples(k, 2).map { t in partials.form(t.map { null[$0] } + [vector(w)]) }
      )
    }
    var (least, most, noise) = (Double.infinity, -Double.infinity, 0.0)
    for z in Self.directions(k) {
      var q = Self.contraction(fourths, z, 4)
      for (lambda, thirds) in couplings {
        let third = Self.contraction(thirds, z, 2)
        let size = third.value * third.value
        q.value -= 3 * size / lambda
        q.error +=
          3 * ((2 * Swift.abs(third.value) + third.error) * third.error + 0x1p-40 * size) / Swift.abs(lambda)
      }
      least = Swift.min(least, q.value)
      most = Swift.max(most, q.value)
      noise = Swift.max(noise, q.error)
    }
    if least < -noise && most > noise { return .neither }
    guard k <= Self.largestDefiniteNullity else { return .unknown }
    // No direction is farther than 0.07 from one that is tried, or its opposite (measured at 200,000). About its extreme
    // values, where its slope is 0, a quartic form changes along a circle by at most 16 · 0.07²/2 = 4 % of its size.
    let gap = k == 1 ? 0 : 0.1 * Swift.max(Swift.abs(least), Swift.abs(most))
    if least > noise + gap { return signs.negative == 0 ? .minimum : .neither }
    if most < -noise - gap { return signs.positive == 0 ? .maximum : .neither }
    return .unknown
  }

  /// The first derivative from the third on that is not zero.
  private func univariate(_ partials: (Int) -> Partials?) -> Verdict {
    for order in 3...Self.highestOrder {
      guard let known = partials(order) else { return .unknown }
      let value = known.form(Array(repeating: [1], count: order))
      if Swift.abs(value.value) > value.error {
        return order % 2 == 1 ? .neither : value.value > 0 ? .minimum : .maximum
      }
    }
    return .unknown
  }

  /// All lists of `length` numbers below `count`.
  private static func tuples(_ count: Int, _ length: Int) -> [[Int]] {
    length == 0 ? [[]] : tuples(count, length - 1).flatMap { t in (0..<count).map { t + [$0] } }
  }

  /// A form, by its entries in the order of ``tuples(_:_:)``, of one vector.
  private static func contraction(
    _ entries: [RunningError.Bounded], _ z: [Double], _ order: Int
  ) -> RunningError.Bounded {
    var entries = entries
    for _ in 0..<order {
      entries = stride(from: 0, to: entries.count, by: z.count).map { start in
        z.indices.reduce(into: RunningError.Bounded(value: 0, error: 0)) { sum, j in
          sum.value += entries[start + j].value * z[j]
          sum.error += entries[start + j].error * Swift.abs(z[j])
        }
      }
    }
    return entries[0]
  }

  /// Unit vectors that are spread evenly over half a sphere.
  private static func directions(_ dimension: Int) -> [[Double]] {
    if dimension == 1 { return [[1]] }
    if dimension == 2 {
      let count = 360
      var (c, s) = (1.0, 0.0)
      // A turn by π/360.
      let (dc, ds) = (0.99996192306417131, 0.0087265354983739347)
      return (0..<count).map { _ in
        defer { (c, s) = (c * dc - s * ds, c * ds + s * dc) }
        return [c, s]
      }
    }
    var sequence = StartSequence(
      in: Box(
        uncheckedLower: Array(repeating: -1, count: dimension), upper: Array(repeating: 1, count: dimension)))
    return sequence.points(4000).compactMap { point in
      let size = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return size > 0.1 && size <= 1 ? point.map { $0 / size } : nil
    }
  }
}

/// The partial derivatives of orders 3 up to some order by some of the variables, with running error analysis.
private struct PartialAnalysis {
  struct Key: Hashable {
    /// The variables by which derivatives are taken; the others are fixed.
    let block: [Int]
    let order: Int
  }

  private let analysis: RunningError
  private let indices: [[Int]]
  private let dimension: Int

  /// Derivatives of more operations than this are not made.
  private static let largestSize = 20_000

  /// - Returns: nil if the derivatives are too large.
  init?(_ function: Function, _ key: Key) {
    dimension = key.block.count
    let variables = key.block.map { function.variables[$0] }
    var level: [[Int]: Expr] = [[]: function.outputs[0]]
    var wanted: [([Int], Expr)] = []
    for depth in 1...key.order {
      var next: [[Int]: Expr] = [:]
      for (index, expression) in level {
        let first = index.last ?? 0
        let gradient = expression.gradient(by: Array(variables[first...]))
        for (j, derivative) in gradient.enumerated() { next[index + [first + j]] = derivative }
      }
      level = next
      guard Expr.operationCount(of: Array(level.values)) <= Self.largestSize else { return nil }
      if depth >= 3 { wanted += level.map { ($0.key, $0.value) } }
    }
    indices = wanted.map(\.0)
    analysis = RunningError(
      outputs: wanted.map(\.1), inputs: function.variables + function.parameters)
  }

  /// The values at a point; nil if some are not finite.
  func partials(at inputs: [Double], uncertainties: [Double]) -> Partials? {
    let results = analysis(at: inputs, uncertainties: uncertainties)
    guard results.allSatisfy({ $0.value.isFinite && $0.error.isFinite }) else { return nil }
    return Partials(values: Dictionary(uniqueKeysWithValues: zip(indices, results)), dimension: dimension)
  }
}

/// Partial derivatives at a point, by the numbers of their variables in ascending order, with error bounds.
private struct Partials {
  let values: [[Int]: RunningError.Bounded]
  let dimension: Int

  /// Dᵖf[v₁, …, vₚ], with its error bound.
  func form(_ vectors: [[Double]]) -> RunningError.Bounded {
    var sum = RunningError.Bounded(value: 0, error: 0)
    func add(_ index: [Int], _ weight: Double) {
      if weight == 0 { return }
      if index.count == vectors.count {
        let entry = values[index.sorted()]!
        sum.value += weight * entry.value
        sum.error += Swift.abs(weight) * (entry.error + 0x1p-48 * Swift.abs(entry.value))
        return
      }
      for j in 0..<dimension { add(index + [j], weight * vectors[index.count][j]) }
    }
    add([], 1)
    return sum
  }
}
