// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import Testing

/// Moré, Garbow and Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7 (1981), from
/// `Resources/mgh.json`, which says where the minima are from.
struct MGHProblem: Decodable, Sendable, CustomTestStringConvertible {
  struct Minimum: Decodable {
    let f: Double?
    let fPublished: Double?
    let kind: String
  }

  let number: Int
  let name: String
  let n: Int
  let variables: [String]
  let residuals: [String]
  let start: [Double]
  let minima: [Minimum]

  var testDescription: String { "\(name) (\(number), n = \(n))" }

  var function: Function {
    let sum = residuals.reduce(Expr(0)) { sum, text in
      sum + pow(try! Expr(parsing: text, variables: variables), 2)
    }
    return Function(sum, of: variables.map { Expr.variable($0) })
  }

  /// Whether a value is that of the best minimum known, by the rule of the literature's tables.
  func isBest(_ value: Double) -> Bool {
    let best = minima.filter { $0.kind != "asymptotic" }.compactMap { $0.f ?? $0.fPublished }.min() ?? 0
    return abs(best) < 1e-20 ? value <= 1e-8 : abs(value - best) <= 1e-4 * abs(best)
  }

  /// Whether a value is that of any minimum known. A solver that stops by the gradient may leave 10⁻¹² of the value:
  /// Watson's function of 12 variables is 5·10⁻¹⁰ at its minimum, where the Hessian's smallest eigenvalue is 2·10⁻¹¹.
  func isKnown(_ value: Double) -> Bool {
    isBest(value)
      || minima.filter { $0.kind != "asymptotic" }.compactMap { $0.f ?? $0.fPublished }.contains {
        abs(value - $0) <= max(1e-4 * abs($0), 1e-12)
      }
  }

  static let all: [MGHProblem] = {
    struct File: Decodable { let problems: [MGHProblem] }
    let url = Bundle.module.url(forResource: "mgh", withExtension: "json", subdirectory: "Resources")!
    return try! JSONDecoder().decode(File.self, from: Data(contentsOf: url)).problems
  }()
}
