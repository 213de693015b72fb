// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaIntegration
import NablaTensors
import TestSupport
import Testing

@Suite struct BatchTests {
  /// ∫₀^∞ e^(−ax²) cos(bx) dx = ½ √(π/a) e^(−b²/4a). The error is measured against ∫|f|, since b makes the value small.
  @Test func sharedRule() throws {
    let f = try Function(parsing: "exp(-a*x^2)*cos(b*x)", variables: ["x"], parameters: ["a", "b"])
    var random = SplitMix64(seed: 5)
    let count = isRelease ? 1000 : 60
    let rows = (0..<count).map { _ in
      [Double.random(in: 0.5..<2, using: &random), Double.random(in: 0..<5, using: &random)]
    }
    let results = f.integrals(from: 0, to: .infinity, parameters: Tensor(rows))
    for (row, result) in zip(rows, results) {
      let exact = 0.5 * (Double.pi / row[0]).squareRoot() * exp(-row[1] * row[1] / (4 * row[0]))
      #expect(
        result.converged && abs(result.value - exact) <= result.errorEstimate, "seed 5: \(row) \(result)")
      #expect(result.errorEstimate <= 1e-10 * exact + 1e-13)
    }
    // By the shared rule, most rows by its first size alone.
    #expect(results.allSatisfy { $0.method == .gaussLegendre && $0.evaluations <= 200 })
    #expect(results.reduce(0) { $0 + $1.evaluations } < 90 * count)
  }

  /// Families from flat to peaked or oscillating, against closed forms: errors are within the estimates.
  @Test func errorsAreWithinTheEstimates() throws {
    struct Family {
      let formula: String
      let parameter: ClosedRange<Double>
      let exact: (Double) -> Double
    }
    let families = [
      Family(formula: "1/(1+a*x^2)", parameter: 0.01...1e4) { atan($0.squareRoot()) / $0.squareRoot() },
      Family(formula: "sin(a*x)", parameter: 0.01...200) { 2 * pow(sin($0 / 2), 2) / $0 },
      Family(formula: "exp(-a*x^2)", parameter: 0.01...1e4) {
        0.5 * (Double.pi / $0).squareRoot() * erf($0.squareRoot())
      },
      Family(formula: "exp(-a*x)", parameter: 0.01...1e3) { -expm1(-$0) / $0 },
      Family(formula: "sqrt(x+a)", parameter: 1e-4...1) { 2.0 / 3 * (pow(1 + $0, 1.5) - pow($0, 1.5)) },
    ]
    for family in families {
      let (low, high) = (log(family.parameter.lowerBound), log(family.parameter.upperBound))
      let values = (0..<80).map { exp(low + (high - low) * Double($0) / 79) }
      let f = try Function(parsing: family.formula, variables: ["x"], parameters: ["a"])
      for (a, result) in zip(values, f.integrals(from: 0, to: 1, parameters: Tensor(values.map { [$0] }))) {
        let error = abs(result.value - family.exact(a))
        // The closed forms have a few roundings of their own.
        let rounding = 8 * result.value.ulp
        #expect(
          result.converged && error <= result.errorEstimate + rounding, "\(family.formula), \(a): \(result)")
      }
    }
  }

  /// Peaks at places that differ by row: nothing shared would see them.
  @Test func movingPeaks() throws {
    let f = try Function(
      parsing: "exp(-(x-m)^2/(2*s^2))/(s*sqrt(2*pi))", variables: ["x"], parameters: ["m", "s"])
    let rows = [[0.0, 1], [800, 1], [-1e5, 0.01], [3, 1e-6]]
    for result in f.integrals(from: -.infinity, to: .infinity, parameters: Tensor(rows)) {
      #expect(result.converged && abs(result.value - 1) < 1e-8, "\(result)")
    }
    for result in f.integrals(from: 0, to: 1000, parameters: Tensor([[500, 1.0], [700, 0.001]])) {
      #expect(result.converged && abs(result.value - 1) < 1e-8, "\(result)")
    }
  }

  @Test func finiteReversedAndEmpty() throws {
    let f = try Function(parsing: "x^k", variables: ["x"], parameters: ["k"])
    let rows = Tensor([[0.5], [1], [2.5], [-0.5]])
    for (k, result) in zip([0.5, 1, 2.5, -0.5], f.integrals(from: 1, to: 0, parameters: rows)) {
      #expect(result.converged && abs(result.value + 1 / (k + 1)) < 1e-10, "\(k) \(result)")
    }
    #expect(f.integrals(from: 1, to: 1, parameters: rows).allSatisfy { $0.value == 0 })
    #expect(f.integrals(from: 0, to: 1, parameters: Tensor(shape: [0, 1], scalars: [])).isEmpty)
  }
}
