// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaIntegration
import NablaOptimization
import Testing

@Suite struct CubatureTests {
  @Test func boxesAndRanges() throws {
    let f = Function { x, y in x * y * y }
    let box = try Box(lower: [0, 0], upper: [1, 2])
    #expect(abs(f.integral(over: box).value - 4.0 / 3) < 1e-14)
    #expect(abs(f.integral(over: [(1, 0), (0, 2)]).value + 4.0 / 3) < 1e-14)
    #expect(abs(f.integral(over: [(1, 0), (2, 0)]).value - 4.0 / 3) < 1e-14)
    #expect(f.integral(over: [(1, 1), (0, .infinity)]).value == 0)
  }

  @Test func nothingSeenIsNotNothing() throws {
    let f = try Function(parsing: "1+exp(-1e6*((x-0.3)^2+(y-0.7)^2))", variables: ["x", "y"])
    let result = f.integral(over: [(0, 1), (0, 1)])
    #expect(!result.converged || abs(result.value - 1.00000314159265) < 1e-9)
  }

  @Test func undefinedIntegrands() throws {
    let f = try Function(parsing: "log(-1-x*x-y*y)", variables: ["x", "y"])
    let result = f.integral(over: [(0, 1), (0, 1)])
    #expect(!result.converged && result.value.isNaN)
  }

  /// ∫ Π (1 + (xⱼ − ½)/j²) = 1 over the unit cube in 8 dimensions, and Σ cos.
  @Test func quasiMonteCarlo() throws {
    let text = (1...8).map { "(1+(x\($0)-0.5)/\($0 * $0))" }.joined(separator: "*")
    var options = IntegrationOptions(relativeTolerance: 1e-3)
    options.method = .quasiMonteCarlo
    let f = try Function(parsing: text)
    let result = f.integral(over: Array(repeating: (0, 1), count: 8), options: options)
    #expect(result.converged && result.method == .quasiMonteCarlo)
    #expect(abs(result.value - 1) <= result.errorEstimate)
    // The same seed, the same points.
    #expect(f.integral(over: Array(repeating: (0, 1), count: 8), options: options).value == result.value)
  }
}
