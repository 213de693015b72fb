// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaExpressions

/// Coefficients of a function of one variable, as taylor_functions.json has them (mpmath, 60 and 90 digits).
struct TaylorReference: Decodable, CustomStringConvertible, Sendable {
  let expression: String
  let point: Double
  let coefficients: [String]

  var order: Int { coefficients.count - 1 }
  var numbers: [Double] { coefficients.map { Double($0)! } }
  var description: String { "\(expression) at \(point) to order \(order)" }

  private struct Document: Decodable { let rows: [TaylorReference] }

  static let all: [TaylorReference] = (try? decode(Document.self, "taylor_functions").rows) ?? []
}

/// The cases of taylor.json: rigorous power series of 300 bits; points are formulas.
struct TaylorCases: Decodable {
  struct Univariate: Decodable, Sendable {
    let expr: String
    let `var`: String
    let point: String
    let order: Int
    let coefficients: [String]
  }

  struct Multivariate: Decodable, Sendable {
    let expr: String
    let vars: [String]
    let point: [String]
    let order: Int
    /// By the powers, separated by commas.
    let coefficients: [String: String]
  }

  struct Refusal: Decodable, Sendable {
    let expr: String
    let point: String
    let expected: String
  }

  let univariate: [Univariate]
  let multivariate: [Multivariate]
  let refusals: [Refusal]

  static func load() throws -> TaylorCases { try decode(TaylorCases.self, "taylor") }
}

private func decode<T: Decodable>(_ type: T.Type, _ file: String) throws -> T {
  guard let url = Bundle.module.url(forResource: file, withExtension: "json", subdirectory: "Resources")
  else {
    throw CocoaError(.fileNoSuchFile)
  }
  return try JSONDecoder().decode(type, from: try Data(contentsOf: url))
}

/// The number that a formula without variables says.
func number(_ text: String) throws -> Double { try Expr(parsing: text).value(at: [String: Double]()) }

/// The largest relative error of coefficients. A zero counts by the size of its neighbours.
func largestError(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var largest = 0.0
  for (k, (a, b)) in zip(found, expected).enumerated() {
    let near = expected[max(0, k - 2)...min(expected.count - 1, k + 2)].map(\.magnitude).max()!
    let scale = b != 0 ? b.magnitude : near > 0 ? near : 1
    let error = abs(a - b) / scale
    largest = error.isNaN ? .infinity : max(largest, error)
  }
  return largest
}
