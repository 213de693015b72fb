// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
import Testing

/// The cases of Resources/critical.json: functions, boxes, and complete lists of their critical points,
/// proven by interval arithmetic in 200 bits and by exact algebra.
struct ReferenceCase: Decodable, Sendable, CustomTestStringConvertible {
  struct Point: Decodable, Sendable {
    let x: [String]
    let f: String
    let eigenvalues: [String]
    let type: String
    /// What a degenerate point is.
    let nature: String?
    let index: Int
  }

  struct NonIsolated: Decodable, Sendable {
    let dim: Int
  }

  let id: String
  let expr: String
  let vars: [String]
  let box: [[String]]
  let points: [Point]
  let nonisolated: [NonIsolated]?

  var testDescription: String { id }

  func function() throws -> Function {
    Function(try Expr(parsing: expr), of: vars.map { Expr.variable($0) })
  }

  func searchBox() throws -> Box {
    try Box(lower: box.map { Double($0[0])! }, upper: box.map { Double($0[1])! })
  }

  /// The reference points, each with the point that was found within a relative 10⁻¹⁰ of it; what is missing and what
  /// is left over is reported as an issue.
  func matched(with found: [CriticalPoint]) -> [(expected: Point, point: CriticalPoint)] {
    var left = found
    var pairs: [(expected: Point, point: CriticalPoint)] = []
    for expected in points {
      let x = expected.x.map { Double($0)! }
      let place = left.firstIndex { point in
        zip(point.point, x).allSatisfy { abs($0 - $1) <= 1e-10 * max(1, abs($1)) }
      }
      if let place {
        pairs.append((expected, left.remove(at: place)))
      } else {
        Issue.record("no point near \(x)")
      }
    }
    #expect(left.isEmpty, "spurious: \(left.map(\.point))")
    return pairs
  }

  static let all: [ReferenceCase] = {
    struct File: Decodable {
      let functions: [ReferenceCase]
    }
    // Empty if the file cannot be read, which `allCasesAreThere` notices.
    let url = Bundle.module.url(forResource: "critical", withExtension: "json", subdirectory: "Resources")
    let data = url.flatMap { try? Data(contentsOf: $0) } ?? Data()
    return (try? JSONDecoder().decode(File.self, from: data))?.functions ?? []
  }()
}
