import Foundation
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
  struct Case: Decodable, CustomStringConvertible, Sendable {
    var name: String
    var expression: String
    var point: [Number]
    var value: Number
    var gradient: [Number]
    var hessian: [[Number]]

    var description: String { name }
  }

  /// A number, or "inf", "-inf" or "nan".
  struct Number: Decodable, Sendable {
    var value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        guard let value = Double(text) else {
          throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no number")
        }
        self.value = value
      } else {
        value = try container.decode(Double.self)
      }
    }
  }

  /// Empty if the file cannot be read, which `allCasesAreThere` notices.
  static let cases: [Case] = {
    let url = Bundle.module.url(forResource: "edge_cases", withExtension: "json", subdirectory: "Resources")
    let data = url.flatMap { try? Data(contentsOf: $0) } ?? Data()
    return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
  }()

  @Test func allCasesAreThere() { #expect(Self.cases.count == 36) }

  @Test(arguments: cases)
  func valueGradientAndHessian(_ edge: Case) throws {
    let f = try Function(parsing: edge.expression)
    let e = f.evaluate([.value, .gradient, .hessian], at: Tensor(edge.point.map(\.value)))
    compare(e.value.scalars, [edge.value], 1e-12, "\(edge.name): value")
    compare(e.gradient.scalars, edge.gradient, 1e-12, "\(edge.name): gradient")
    compare(e.hessian.scalars, edge.hessian.flatMap { $0 }, 1e-10, "\(edge.name): Hessian")
  }

  /// Each entry to a relative tolerance of its own, infinities and NaN exactly.
  private func compare(_ values: [Double], _ references: [Number], _ tolerance: Double, _ what: String) {
    #expect(values.count == references.count)
    for (value, reference) in zip(values, references.map(\.value)) {
      let agrees =
        isSame(value, reference) || value == reference
        || Swift.abs(value - reference) <= tolerance * Swift.abs(reference)
      #expect(agrees, "\(what): \(value), reference \(reference)")
    }
  }
}
