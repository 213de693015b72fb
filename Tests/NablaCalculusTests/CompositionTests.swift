// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing
import TestSupport

/// Functions made of functions, and partial derivatives of any order.
@Suite struct CompositionTests {
  private let distance = Function { x, y in hypot(x, y) }

  @Test func functionsAreBlocksOfOthers() {
    let f = Function { x, y in exp(-self.distance(x - 1, 2 * y)) }
    let byHand = Function { x, y in exp(-hypot(x - 1, 2 * y)) }
    #expect(f.hessian(at: [0.3, 0.7]).scalars == byHand.hessian(at: [0.3, 0.7]).scalars)
    #expect(f.description == byHand.description)
  }

  @Test func compositionKeepsVariablesOfOneNameApart() throws {
    // Both call their variable x: (2x + 1)² with x → sin x.
    let outer = try Function(parsing: "(a*x + 1)^2", variables: ["x"], parameters: ["a"])
    let inner = try Function(parsing: "sin(a*x)", variables: ["x"], parameters: ["a"])
    let f = outer.composed(with: inner)
    #expect(f.parameters.count == 2)
    let expected = try Function(parsing: "(b*sin(a*x) + 1)^2", variables: ["x"], parameters: ["b", "a"])
    let (point, parameters): (Tensor<Double>, Tensor<Double>) = ([0.4], [2, 3])
    #expect(
      f.evaluate([.value, .gradient, .hessian], at: point, parameters: parameters).hessian.scalars
        == expected.hessian(at: point, parameters: parameters).scalars)
  }

  @Test func partialApplicationFoldsConstants() throws {
    let f = try Function(parsing: "a*exp(-b*x)*y", variables: ["x", "y"], parameters: ["a", "b"])
    let g = f.fixing(["b": 0, "a": 2, "x": 5])
    #expect(g.description == "f(y) = 2*y")
    #expect(g.gradient(at: [3]).scalars == [2])
  }

  @Test func derivativesWithRespectToParameters() throws {
    let model = try Function(parsing: "a*exp(-b*x)", variables: ["x"], parameters: ["a", "b"])
    let fit = model.differentiated(by: ["a", "b"])
    #expect(fit.description == "f(a, b; x) = a*exp(-b*x)" || fit.description == "f(a, b; x) = a*exp(-(b*x))")
    let x: Tensor<Double> = [[0], [1]]
    let gradient = fit.gradient(at: [2, 0.5], parameters: x)
    #expect(gradient.shape == [2, 2])
    // ∂a = exp(−bx), ∂b = −a x exp(−bx); exp(−1/2) (mpmath).
    let e = 0.606530659712633423603799534991180453
    for (value, expected) in zip(gradient.scalars, [1, 0, e, -2 * e]) {
      #expect(abs(value - expected) < 1e-15)
    }
  }

  @Test func mixedPartialsOfAnyOrder() {
    // ∂ⁱ⁺ʲ of exp(2x + 3y) is 2ⁱ3ʲ times it; of x⁴y³ by the rule of powers.
    let exponential = Function { x, y in exp(2 * x + 3 * y) }
    let partials = exponential.partials(upTo: 4)
    #expect(partials.multiIndices.count == 15)
    #expect(Array(partials.multiIndices.prefix(6)) == [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]])
    let values = partials.function.value(at: [[0.1, -0.2], [0, 0]])
    for (place, index) in partials.multiIndices.enumerated() {
      #expect(partials.place(of: index) == place)
      var factor = 1.0
      for _ in 0..<index[0] { factor *= 2 }
      for _ in 0..<index[1] { factor *= 3 }
      #expect(values[1, place].item == factor)
      let expected = factor * exponential(0.1, -0.2)
      #expect(abs(values[0, place].item - expected) <= 1e-14 * expected)
    }
    let power = Function { x, y in pow(x, 4) * pow(y, 3) }
    #expect(power.partial(orders: [3, 2])(2, 5) == 24 * 2 * 6 * 5)
    #expect(power.partial(by: "x0", "x1", "x0")(2, 5) == 12 * 4 * 3 * 25)
    #expect(power.partial(orders: [5, 0])(2, 5) == 0)
    #expect(power.derivative.derivative.value(at: [2, 5]).scalars == power.hessian(at: [2, 5]).scalars)
  }

  @Test func boundedLoopsAreUnrolled() {
    // Heron's root: as many passes as each point needs; the derivative of √x is 1/(2√x).
    let root = Function { x in
      loop([x], atMost: 40, while: { abs($0[0] * $0[0] - x) .> 1e-14 * x }) { [($0[0] + x / $0[0]) / 2] }[0]
    }
    let e = root.evaluate([.value, .gradient], at: [[2], [100], [1e6]])
    for (value, expected) in zip(e.value.scalars, [Double(2).squareRoot(), 10, 1000]) {
      #expect(abs(value - expected) <= 1e-13 * expected)
    }
    for (slope, expected) in zip(e.gradient.scalars, [0.5 / Double(2).squareRoot(), 0.05, 0.0005]) {
      // The derivative converges one pass behind the value.
      #expect(abs(slope - expected) <= 1e-6 * expected)
    }
    // The state stays where the condition has failed, also where it would hold again.
    let stopped = Function { x in loop([x], atMost: 5, while: { $0[0] .< 3 }) { [$0[0] + 1] }[0] }
    #expect(stopped(0.5) == 3.5 && stopped(7) == 7 && stopped(-10) == -5)
  }

  @Test func sizesAreKnownBefore() {
    let f = Function(100) { x in x.reduce(0 as Expr) { $0 + $1 * $1 } }
    #expect(f.byteCount(of: [.value, .gradient, .hessian], count: 1000) == (1 + 100 + 10_000) * 8000)
    #expect(f.byteCount(of: .compactHessian) == 800)
    let huge = Function(1_000_000) { x in x[0] * x[999_999] }
    #expect(huge.byteCount(of: .hessian) == 8_000_000_000_000)
    #expect(huge.byteCount(of: .hessian, count: 1 << 40) == .max)
    #expect(f.operationCount(of: .value) == 199)
  }
}
