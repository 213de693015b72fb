// SPDX-License-Identifier: Apache-2.0

import Nabla

/// How Newton's method went from one start.
struct Refinement {
  let start: [Double]
  let end: StationaryPoint
  /// The kind of the point where it ended.
  let kind: CriticalPoint.Kind

  /// Whether a critical point was reached. At a degenerate one Newton's method itself cannot tell.
  var succeeded: Bool { end.converged || end.reason == .singular && kind != .regular }
}

/// The classification of given points, perhaps refined.
struct PointReport: Report {
  let variables: [String]
  let points: [CriticalPoint]
  /// In the order of the points; nil if they were not refined.
  let refinements: [Refinement]?

  private var forms: CriticalPointForms { CriticalPointForms(variables: variables, points: points) }

  var json: [(String, JSON)] {
    let forms = forms
    let list = JSON.sequence(count: points.count) { index in
      var entries = forms.json(points[index])
      if let refinement = refinements?[index] {
        entries += [
          ("start", .numbers(refinement.start)), ("iterations", .integer(refinement.end.iterations)),
          ("converged", .bool(refinement.succeeded)), ("reason", .string(refinement.end.reason.rawValue)),
        ]
      }
      return .object(entries)
    }
    return [("points", list)]
  }

  var lines: [String] {
    if points.isEmpty { return ["  no points"] }
    var lines = forms.table.lines + ["", forms.summary("points")]
    for refinement in refinements ?? [] where !refinement.succeeded {
      lines.append("from (\(Table.format(refinement.start))): \(refinement.end.reason.advice)")
    }
    return lines
  }

  var csv: CSVDocument { forms.csv }
  var array: NPYArray? { forms.array }
}
