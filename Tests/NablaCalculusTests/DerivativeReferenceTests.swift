import Foundation
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
  struct Case: Decodable, CustomStringConvertible, Sendable {
    var expression: String
    var variables: [String]
    var point: [EdgeCaseTests.Number]
    var value: EdgeCaseTests.Number
    var gradient: [EdgeCaseTests.Number]
    var hessian: [[EdgeCaseTests.Number]]

    var description: String { "\(expression) at \(point.map(\.value))" }
  }

  static let cases: [Case] = {
    let url = Bundle.module.url(forResource: "derivatives", withExtension: "json", subdirectory: "Resources")
    let data = url.flatMap { try? Data(contentsOf: $0) } ?? Data()
    return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
  }()

  @Test func allCasesAreThere() { #expect(Self.cases.count == 256) }

  /// Reverse mode, forward mode, and forward over reverse; the tolerance of an entry is the bound of the rounding
  /// errors of computing it, and some units in the last place.
  @Test(arguments: cases)
  func everyModeAgreesWithTheReference(_ reference: Case) throws {
    let f = try Function(parsing: reference.expression, variables: reference.variables)
    let point = Tensor(reference.point.map(\.value))
    let n = reference.variables.count
    let bounds = DerivativeError(of: f)
      .bounds(at: point.scalars, parameters: [], uncertainties: Array(repeating: 0, count: n))
    let gradient = reference.gradient.map(\.value)
    let hessian = reference.hessian.flatMap { $0.map(\.value) }

    let e = f.evaluate([.value, .gradient, .hessian, .laplacian], at: point)
    expect([e.value.item], [reference.value.value], [1e-14 * abs(reference.value.value)], "value")
    expect(e.gradient.scalars, gradient, bounds.gradient, "gradient, reverse mode")
    expect(e.hessian.scalars, hessian, bounds.hessian, "Hessian, reverse over reverse")

    // One unit vector after another.
    let directions = Tensor<Double>.identity(n)
    let forward = f.evaluate(
      [.jacobianVectorProduct, .hessianVectorProduct], at: point, direction: directions)
    // 0·inf is NaN where a partial derivative overflows.
    guard (gradient + hessian).allSatisfy(\.isFinite) else { return }
    expect(forward.jacobianVectorProduct.scalars, gradient, bounds.gradient, "gradient, forward mode")
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
