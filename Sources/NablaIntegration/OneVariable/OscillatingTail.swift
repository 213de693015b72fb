// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaOptimization

/// The integral of an oscillating integrand over a range that reaches to infinity and is not damped exponentially:
/// sin(x)/x, cos(x²), (sin(x)/x)².
///
/// The range is cut where the phase θ of the slowest sine or cosine is a multiple of π. The integrals over the parts are
/// terms of a series, whose sum Levin's u-transform extrapolates. Two starts must agree. Several frequencies that have no
/// ratio are a limit of the method; the result then says that it has not converged.
///
/// Longman, "Note on a method for computing infinite integrals of oscillatory functions", Proc. Camb. Phil. Soc. 52 (1956);
/// Sidi, "Practical extrapolation methods" (2003), chapter 11.
struct OscillatingTail {
  /// The phase and its variable.
  let phase: Expr
  let variable: Expr
  /// 1 for ranges that reach to ∞, −1 for −∞.
  let direction: Double

  private static let termLimit = 60

  struct Result {
    var value = 0.0
    var error = Double.infinity
    var absolute = 0.0
    /// The sign of a divergent sum, NaN of one whose terms do not fall.
    var divergence: Double?
  }

  /// |θ| at a distance y ≥ 0 along the direction.
  private func angle(_ y: Double) -> Double {
    Swift.abs((try? phase.value(at: [variable: direction * y])) ?? .nan)
  }

  /// The y > `start` at which |θ| is the next multiple of π that is `count` away; nil where θ does not grow steadily.
  private func place(_ count: Double, after start: Double, step: Double) -> Double? {
    let first = angle(start)
    let target = ((first / .pi * (1 + 1e-12)).rounded(.down) + count) * .pi
    var (low, high) = (start, start + step)
    for _ in 0..<200 {
      let value = angle(high)
      guard value.isFinite, value >= first || high - start <= step else { return nil }
      if value >= target {
        return try? findRoot(in: low...high) { angle($0) - target }.root
      }
      low = high
      high = start + 2 * (high - start)
    }
    return nil
  }

  /// Where the tail of a range from `end` on begins: some oscillations away, and beyond the origin.
  func start(from end: Double) -> Double? {
    place(4, after: Swift.max(0, direction * end), step: 1).map { direction * $0 }
  }

  /// - Parameters:
  ///   - start: from ``start(from:)``.
  ///   - integral: of a finite range, with ∫|f|.
  func run(
    from start: Double,
    integral: (_ lower: Double, _ upper: Double) -> (value: Double, error: Double, absolute: Double)
  ) -> Result {
    var (y, step) = (direction * start, 1.0)
    var terms: [Double] = []
    var (sum, errors) = (0.0, 0.0)
    // Terms are numbered from the origin of the phase.
    let number = Swift.max(1, (angle(y) / .pi).rounded())
    var (full, late) = (LevinTransform(beta: number), LevinTransform(beta: number + 5))
    var result = Result()
    var lateSum = 0.0
    while terms.count < Self.termLimit, let next = place(1, after: y, step: step), next > y {
      let part = direction > 0 ? integral(y, next) : integral(-next, -y)
      step = next - y
      y = next
      guard part.value.isFinite else { return result }
      sum += part.value
      errors += part.error
      result.absolute += part.absolute
      terms.append(part.value)
      if part.value == 0 { break }
      full.add(sum: sum, term: part.value)
      if terms.count > 5 {
        lateSum += part.value
        late.add(sum: lateSum, term: part.value)
      }
      guard terms.count >= 16, terms.count % 4 == 0 else { continue }
      let head = terms.prefix(5).reduce(0, +)
      let (a, b) = (full.best, late.best)
      let error = Swift.max(Swift.abs(a.value - (b.value + head)), Swift.max(a.error, b.error))
      if error < result.error { (result.value, result.error) = (a.value, error) }
      if error <= 1e-14 * Swift.abs(a.value) { break }
    }
    guard terms.count >= 16 else { return Result() }
    // A sum exists only if its terms fall; those of one sign faster than 1/n.
    let n = terms.count
    let ratio = mean(terms[(n - 4)...]) / mean(terms[(n / 2 - 2)..<(n / 2 + 2)])
    let isOneSigned = terms.allSatisfy { $0 >= 0 } || terms.allSatisfy { $0 <= 0 }
    if isOneSigned && ratio > 0.53 { result.divergence = terms[0] > 0 ? 1 : -1 }
    if !isOneSigned && ratio > 0.95 { result.divergence = .nan }
    result.error += errors
    return result
  }

  private func mean(_ terms: ArraySlice<Double>) -> Double {
    terms.reduce(0) { $0 + Swift.abs($1) } / Double(terms.count)
  }
}

extension Integrand {
  /// The slowest oscillation of the integrand far out, if it has one and is not damped.
  func oscillation(direction: Double) -> OscillatingTail? {
    guard let (output, variable) = graph, let enclosures, let graph = output.graph else { return nil }
    let far = direction > 0 ? enclosures(1e8, 1e9) : enclosures(-1e9, -1e8)
    guard !far.value.isEmpty, far.value.magnitude > 1e-100 else { return nil }
    let nodes = graph.nodes()
    let needed = reachable(from: [graph.id(of: output)], in: nodes)
    var slowest: (phase: Expr, size: Double)?
    for id in nodes.indices where needed[id] && [.sin, .cos].contains(nodes[id].operation) {
      let phase = graph.expression(nodes[id].a)
      let values = [1e6, 2e6].map { Swift.abs((try? phase.value(at: [variable: direction * $0])) ?? .nan) }
      guard values.allSatisfy(\.isFinite), values[1] - values[0] >= 10 else { continue }
      if values[0] < slowest?.size ?? .infinity { slowest = (phase, values[0]) }
    }
    return slowest.map { OscillatingTail(phase: $0.phase, variable: variable, direction: direction) }
  }
}
