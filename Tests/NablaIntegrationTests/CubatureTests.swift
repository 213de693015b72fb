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

  /// Positive and negative parts that are infinite cancel at symmetric nodes.
  @Test(arguments: ["x*y", "x+y", "sin(x+y)", "y/(1+x^2)"])
  func infinitePartsDoNotCancel(_ text: String) throws {
    let f = try Function(parsing: text, variables: ["x", "y"])
    #expect(!f.integral(over: [(-.infinity, .infinity), (-.infinity, .infinity)]).converged)
    let pole = try Function(parsing: text.hasPrefix("x") ? "1/x+y" : "x/y", variables: ["x", "y"])
    #expect(!pole.integral(over: [(-1, 1), (0, 1)]).converged)
    let odd = try Function(parsing: "x*exp(-x^2-y^2)", variables: ["x", "y"])
    let zero = odd.integral(over: [(-.infinity, .infinity), (-.infinity, .infinity)])
    #expect(zero.converged && abs(zero.value) < 1e-13)
  }

  /// All nodes of a product rule lie where the peak has underflown.
  @Test func farPeaksAreFoundOrMissedAloud() throws {
    for place in [50.0, 1000] {
      let f = try Function(parsing: "exp(-(x-\(place))^2-(y-\(place))^2)", variables: ["x", "y"])
      let result = f.integral(over: [(-.infinity, .infinity), (-.infinity, .infinity)])
      #expect(!result.converged || abs(result.value - .pi) < 1e-9, "\(place): \(result)")
    }
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
