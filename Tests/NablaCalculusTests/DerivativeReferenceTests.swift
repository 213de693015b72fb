// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing
import TestSupport

/// Values, gradients and Hessians of functions of one to three variables at easy and at hard points, in every mode.
///
/// The references in Resources/derivatives.json are central differences in 900-digit arithmetic (mpmath) with steps of
/// 10⁻²⁵⁰ of the coordinates: wrong by some 10⁻⁴⁰⁰. They know no rule of differentiation.
@Suite struct DerivativeReferenceTests {
  static let cases = DerivativeReference.all(in: "derivatives")

  @Test func allCasesAreThere() { #expect(Self.cases.count == 256) }

  /// Reverse mode, forward mode, and forward over reverse; the tolerance of an entry is the bound of the rounding
  /// errors of computing it, and some units in the last place.
  @Test(arguments: cases)
  func everyModeAgreesWithTheReference(_ reference: DerivativeReference) throws {
    let f = try Function(parsing: reference.expression, variables: reference.variables)
    let point = Tensor(reference.point.map(\.value))
    let n = point.count
    let bounds = DerivativeError(of: f)
      .bounds(at: point.scalars, parameters: [], uncertainties: Array(repeating: 0, count: n))
    let gradient = reference.gradient.map(\.value)
    let hessian = reference.hessian.flatMap { $0.map(\.value) }

    // Modes that do not see the whole graph add up what it simplifies, as in 1 − sigmoid(x).
    let sums = bounds.gradient.map { $0 + 0x1p-53 * (gradient.map { abs($0) }.max() ?? 0) }

    let e = f.evaluate([.value, .gradient, .hessian, .laplacian], at: point)
    expect([e.value.item], [reference.value.value], [1e-14 * abs(reference.value.value)], "value")
    expect(e.gradient.scalars, gradient, bounds.gradient, "gradient, reverse mode")
    expect(e.hessian.scalars, hessian, bounds.hessian, "Hessian, reverse over reverse")

    // A program over dual numbers, which rounds by itself and has formulas of its own for sinc and the like.
    // There x log y has −x/y² in its second derivative, which overflows.
    if reference.description != "xlogy(x,x) at [1e-300]" {
      let evaluator = ExpressionEvaluator(f.outputs[0], f.variables)
      let dual = HyperDual<SIMD4<Double>>.valueGradientAndHessian(
        of: { evaluator.value(at: $0) }, at: point.scalars)
      expect(dual.gradient, gradient, sums.map { 8 * $0 }, "gradient, dual numbers")
      expect(dual.hessian.flatMap { $0 }, hessian, bounds.hessian.map { 8 * $0 }, "Hessian, dual numbers")
    }

    // One unit vector after another.
    let directions = Tensor<Double>.identity(n)
    let forward = f.evaluate(
      [.jacobianVectorProduct, .hessianVectorProduct], at: point, direction: directions)
    // 0·inf is NaN where a partial derivative overflows.
    guard (gradient + hessian).allSatisfy(\.isFinite) else { return }
    expect(forward.jacobianVectorProduct.scalars, gradient, sums, "gradient, forward mode")
    expect(forward.hessianVectorProduct.scalars, hessian, bounds.hessian, "Hessian, forward over reverse")
    let traceBound = (0..<n).map { bounds.hessian[$0 * n + $0] }.reduce(0, +)
    let trace = (0..<n).map { hessian[$0 * n + $0] }
    expect(
      [e.laplacian.item], [trace.reduce(0, +)], [traceBound + 1e-15 * trace.map { abs($0) }.max()!],
      "Laplacian")
  }

  private func expect(_ values: [Double], _ references: [Double], _ bounds: [Double], _ what: String) {
    for (k, (value, reference)) in zip(values, references).enumerated() {
      // Vector functions are right to 1 or 2 ulp; the bound assumes half of one. Products of a few follow.
      let tolerance = 8 * bounds[k] + 1e-14 * abs(reference)
      #expect(
        value == reference || abs(value - reference) <= tolerance,
        "\(what) [\(k)]: \(value), reference \(reference), tolerance \(tolerance)")
    }
  }
}
