// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing
import TestSupport

/// Values, gradients and Hessians at hard points: huge and tiny arguments, kinks, guarded branches, and
/// the conventions of the package.
///
/// The references in Resources/edge_cases.json were made with mpmath (50 digits); each case names the
/// test suite or issue that it comes from.
@Suite struct EdgeCaseTests {
  static let cases = DerivativeReference.all(in: "edge_cases")

  @Test func allCasesAreThere() { #expect(Self.cases.count == 36) }

  @Test(arguments: cases)
  func valueGradientAndHessian(_ edge: DerivativeReference) throws {
    let f = try Function(parsing: edge.expression)
    let e = f.evaluate([.value, .gradient, .hessian], at: Tensor(edge.point.map(\.value)))
    compare(e.value.scalars, [edge.value], 1e-12, "\(edge): value")
    compare(e.gradient.scalars, edge.gradient, 1e-12, "\(edge): gradient")
    compare(e.hessian.scalars, edge.hessian.flatMap { $0 }, 1e-10, "\(edge): Hessian")
  }

  /// Where dual numbers have conventions of their own.
  private static let dualConventions: [String: String] = [
    "norm_at_0": "forward mode takes the zero derivative of x² + y² for that of a constant: 0 and not NaN",
    "norm_squared_at_0": "the same",
    "pow_var_-1_2": "swift-numerics' own power has no value at negative numbers",
  ]

  @Test(arguments: cases.filter { !dualConventions.keys.contains($0.description) })
  func dualNumbers(_ edge: DerivativeReference) throws {
    let f = try Function(parsing: edge.expression)
    let evaluator = ExpressionEvaluator(f.outputs[0], f.variables)
    let e = HyperDual<SIMD4<Double>>.valueGradientAndHessian(
      of: { evaluator.value(at: $0) }, at: edge.point.map(\.value))
    compare([e.value], [edge.value], 1e-12, "\(edge): value")
    compare(e.gradient, edge.gradient, 1e-12, "\(edge): gradient")
    compare(e.hessian.flatMap { $0 }, edge.hessian.flatMap { $0 }, 1e-10, "\(edge): Hessian")
  }

  /// Each entry to a relative tolerance of its own, infinities and NaN exactly.
  private func compare(
    _ values: [Double], _ references: [DerivativeReference.Number], _ tolerance: Double, _ what: String
  ) {
    #expect(values.count == references.count)
    for (value, reference) in zip(values, references.map(\.value)) {
      let agrees =
        isSame(value, reference) || value == reference
        || Swift.abs(value - reference) <= tolerance * Swift.abs(reference)
      #expect(agrees, "\(what): \(value), reference \(reference)")
    }
  }
}
