// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaIntegration
import Testing

@Suite struct RuleTests {
  /// Even monomials x^(2k) up to the degree of exactness, ∫ = 2/(2k + 1); odd ones vanish by symmetry.
  @Test(arguments: Array(1...100) + [1000])
  func gaussLegendreIsExact(_ count: Int) {
    let rule = GaussLegendre(count)
    #expect(rule.nodes.count == count && rule.weights.allSatisfy { $0 > 0 })
    #expect(zip(rule.nodes, rule.nodes.dropFirst()).allSatisfy { $0 < $1 })
    #expect(zip(rule.nodes, rule.nodes.reversed()).allSatisfy { $0 == -$1 })
    for degree in Set([0, 2 * (count / 2), 2 * count - 2]) {
      let sum = zip(rule.nodes, rule.weights).reduce(0) { $0 + $1.1 * pow($1.0, Double(degree)) }
      let exact = 2 / Double(degree + 1)
      // Rounding of x to power 2n − 2 costs some n ulps.
      #expect(abs(sum - exact) <= 2e-15 * Double(count + 4) * exact, "n = \(count), degree \(degree)")
    }
  }

  /// Abramowitz and Stegun, table 25.4, n = 5.
  @Test func gaussLegendreTable() {
    let rule = GaussLegendre(5)
    #expect(abs(rule.nodes[4] - 0.906179845938664) < 1e-15 && abs(rule.nodes[3] - 0.538469310105683) < 1e-15)
    #expect(
      abs(rule.weights[4] - 0.236926885056189) < 1e-15 && abs(rule.weights[2] - 0.568888888888889) < 1e-15)
    #expect(abs(GaussLegendre(20).integral(from: 0, to: 1) { exp($0) } - (M_E - 1)) < 1e-15)
  }

  @Test func trapezoidAndSimpson() {
    #expect(abs(trapezoid(from: 0, to: 2, intervals: 1) { 3 * $0 + 1 } - 8) < 1e-15)
    // Spectral for periodic functions: 2π I₀(1).
    #expect(abs(trapezoid(from: 0, to: 2 * .pi, intervals: 20) { exp(cos($0)) } - 7.954926521012845) < 1e-13)
    #expect(abs(simpson(from: -1, to: 3, intervals: 2) { $0 * $0 * $0 - $0 } - 16) < 1e-13)
    // Errors fall by 4 and 16 with each halving.
    func ratio(_ rule: (Int) -> Double) -> Double { (rule(8) - (M_E - 1)) / (rule(16) - (M_E - 1)) }
    #expect(abs(ratio { n in trapezoid(from: 0, to: 1, intervals: n) { exp($0) } } - 4) < 0.01)
    #expect(abs(ratio { n in simpson(from: 0, to: 1, intervals: n) { exp($0) } } - 16) < 0.05)
  }

  @Test func rombergExtrapolates() {
    let result = romberg(from: 0, to: 1, levels: 5) { 1 / (1 + $0) }
    #expect(result.table.count == 6 && result.table[5].count == 6)
    #expect(abs(result.value - log(2.0)) < 1e-10 && result.difference < 1e-8)
    #expect(romberg(from: 0, to: 1, levels: 0) { $0 }.value == 0.5)
  }
}
