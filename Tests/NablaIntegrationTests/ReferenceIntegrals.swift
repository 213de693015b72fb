// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import NablaIntegration
import NablaTensors
import Testing

/// An integral with its value, from `Resources`, whose files say where the values are from.
struct ReferenceIntegral: Decodable, Sendable, CustomTestStringConvertible {
  let id: String
  let expr: String
  let vars: [String]
  let bounds: [[String]]
  let value: String?
  let expected: String?

  var testDescription: String { id }

  var function: Function { try! Function(parsing: expr, variables: vars) }

  var ranges: [(lower: Double, upper: Double)] {
    bounds.map { (Self.number($0[0]), Self.number($0[1])) }
  }

  /// A bound: a number or a formula without variables.
  private static func number(_ text: String) -> Double {
    try! Expr(parsing: text).value(at: [Expr: Double]())
  }

  private struct File: Decodable {
    let integrals: [ReferenceIntegral]
    let undefined: [ReferenceIntegral]
  }

  private static func file(_ name: String) -> File {
    let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Resources")!
    return try! JSONDecoder().decode(File.self, from: Data(contentsOf: url))
  }

  static let all: [ReferenceIntegral] = ["references", "batteries", "cubes"].flatMap { file($0).integrals }
  static let ofOneVariable = all.filter { $0.vars.count == 1 }
  static let ofSeveral = all.filter { $0.vars.count > 1 }
  /// Divergent integrals and undefined integrands.
  static let undefined: [ReferenceIntegral] = file("batteries").undefined
}

/// How results compare with the values.
struct Score {
  var count = 0
  var right = 0
  /// Claimed errors of less than a tenth of the true ones, where it matters.
  var lies: [String] = []
  /// True errors above the estimate.
  var underestimated = 0
  var missed: [String] = []
  var evaluations: [Int] = []

  mutating func add(_ id: String, _ result: Integral, _ exact: Double) {
    count += 1
    evaluations.append(result.evaluations)
    let error = abs(result.value - exact)
    if !(error <= result.errorEstimate) { underestimated += 1 }
    // Relative where the value is not 0.
    let relative = exact == 0 ? error : error / abs(exact)
    if result.converged && relative <= 1e-8 {
      right += 1
    } else {
      missed.append("\(id): \(result.value) instead of \(exact) ± \(result.errorEstimate), \(result.reason)")
    }
    if result.converged && error > 10 * result.errorEstimate && relative > 1e-8 { lies.append(id) }
  }

  var summary: String {
    let median = evaluations.isEmpty ? 0 : evaluations.sorted()[evaluations.count / 2]
    return "\(right) of \(count) right, \(lies.count) wrong with confidence, true error above the estimate "
      + "in \(underestimated), median of values \(median)"
  }
}
