// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import RealModule
import TestSupport
import Testing

/// Derivatives of random graphs of all smooth operations, by ways that share no code: the graphs' own in reverse and
/// in forward mode, dual numbers, and differences of values in extended precision.
@Suite struct RandomGraphTests {
  private static let seed: UInt64 = 20_261_125

  /// The distance of derivatives from those of the graph in reverse mode, relative to the largest of all: parts of a
  /// sum may cancel.
  private func check(
    _ found: [Double], _ expected: [Double], _ tolerances: [Double], _ what: String, _ place: String
  ) {
    for (k, (found, expected)) in zip(found, expected).enumerated() {
      #expect(
        (found - expected).magnitude <= tolerances[k],
        "\(what) [\(k)]: \(found), reverse mode \(expected), \(place)")
    }
  }

  @Test(arguments: 0..<5)
  func allWaysAgree(_ part: Int) {
    let (n, trials) = (3, 500)
    let variables = (0..<n).map { Expr.variable("x\($0)") }
    let pairs = (0..<n).flatMap { i in (0...i).map { (i, $0) } }
    var (compared, differenced) = (0, 0)
    for trial in part * trials..<(part + 1) * trials {
      let seed = Self.seed &+ UInt64(trial)
      var random = RandomExpression(seed: seed, variables: variables, smooth: true)
      let f = random.next(size: 2 + trial % 9)
      var generator = SplitMix64(seed: ~seed)
      let x = (0..<n).map { _ in Double.random(in: 0.2...1.8, using: &generator) }
      let place = "seed \(seed) at \(x): \(f)"

      // Reverse mode.
      let value = naiveValue(of: f, variables, at: x)
      let slopes = f.gradient(by: variables)
      let gradient = slopes.map { naiveValue(of: $0, variables, at: x) }
      let rows = f.hessian(by: variables)
      let hessian = pairs.map { naiveValue(of: rows[$0][$1], variables, at: x) }
      let all = [value] + gradient + hessian
      guard all.allSatisfy({ $0.magnitude < 1e8 }) else { continue }
      let size = all.reduce(1) { Swift.max($0, $1.magnitude) }

      // Forward mode: along the coordinates; of second order over reverse mode.
      func forward(_ e: Expr, _ j: Int) -> Double {
        let slope = e.directionalDerivative(by: variables, along: (0..<n).map { $0 == j ? 1 : 0 })
        return naiveValue(of: slope, variables, at: x)
      }
      let bound = 1e-11 * size
      let tolerances = Array(repeating: bound, count: n + pairs.count)
      check(
        (0..<n).map { forward(f, $0) } + pairs.map { forward(slopes[$0], $1) }, gradient + hessian,
        tolerances,
        "forward mode", place)

      // Dual numbers. Outside a domain (log of a negative number) the slope may be a number all the same.
      let evaluator = ExpressionEvaluator(f, variables)
      let dual = HyperDual<SIMD4<Double>>.valueGradientAndHessian(of: { evaluator.value(at: $0) }, at: x)
      guard dual.value.isFinite else { continue }
      compared += 1
      check(
        [dual.value] + dual.gradient + pairs.map { dual.hessian[$0][$1] }, all, tolerances + [bound],
        "dual numbers", place)

      // Differences.
      #if arch(x86_64)
        let differences = ExtendedDifferences(evaluator, at: x, pairs)
        guard differences.estimates.allSatisfy({ $0.error <= 1e-7 * size }) else { continue }
        differenced += 1
        check(
          differences.estimates.map(\.value), gradient + hessian,
          differences.estimates.map { 8 * $0.error + bound }, "differences", place)
      #else
        differenced += 1
      #endif
    }
    print(
      "RandomGraphTests: \(compared) graphs of \(trials), \(differenced) with differences, seed \(Self.seed) part \(part)"
    )
    #expect(compared > trials / 2 && differenced > trials / 3)
  }
}

#if arch(x86_64)
  /// First and second derivatives by central differences in extended precision and Richardson's extrapolation.
  private struct ExtendedDifferences {
    /// ∂ᵢ of all variables, and ∂ᵢ∂ⱼ of the pairs.
    let estimates: [(value: Double, error: Double)]

    init(_ f: ExpressionEvaluator, at x: [Double], _ pairs: [(Int, Int)]) {
      let x = x.map { Float80($0) }
      let center = f.value(at: x)
      func values(_ directions: [Int]) -> [(Float80, Float80, Float80)] {
        (4..<11).map { level in
          let h = Float80(sign: .plus, exponent: -level, significand: 1)
          var (ahead, behind) = (x, x)
          for direction in directions {
            ahead[direction] += h
            behind[direction] -= h
          }
          return (h, f.value(at: ahead), f.value(at: behind))
        }
      }
      let alone = x.indices.map { values([$0]) }
      func second(_ values: [(Float80, Float80, Float80)]) -> [Float80] {
        values.map { h, a, b in ((a - center) + (b - center)) / (h * h) }
      }
      let first = alone.map { Self.limit($0.map { h, a, b in (a - b) / (2 * h) }) }
      let mixed = pairs.map { i, j in
        if i == j { return Self.limit(second(alone[i])) }
        let (ii, jj, both) = (second(alone[i]), second(alone[j]), second(values([i, j])))
        return Self.limit(both.indices.map { (both[$0] - ii[$0] - jj[$0]) / 2 })
      }
      estimates = first + mixed
    }

    /// Of differences whose steps are halved, with an error in even powers of the step.
    private static func limit(_ differences: [Float80]) -> (value: Double, error: Double) {
      var (value, error, row) = (Float80.nan, Float80.infinity, [Float80]())
      for difference in differences {
        var next = [difference]
        for j in row.indices {
          let factor = Float80(1 << (2 * (j + 1)))
          let improved = next[j] + (next[j] - row[j]) / (factor - 1)
          next.append(improved)
          let estimate = Swift.max((improved - next[j]).magnitude, (improved - row[j]).magnitude)
          if estimate < error { (value, error) = (improved, estimate) }
        }
        row = next
      }
      return (Double(value), Double(error))
    }
  }
#endif
