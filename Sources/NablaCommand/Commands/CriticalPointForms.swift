// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Critical points in the forms that reports give.
struct CriticalPointForms {
  let variables: [String]
  let points: [CriticalPoint]

  /// The entries of one point.
  func json(_ point: CriticalPoint) -> [(String, JSON)] {
    [
      ("point", .numbers(point.point)), ("value", .number(point.value)),
      ("gradientNorm", .number(point.gradientNorm)), ("gradient", .numbers(point.gradient)),
      ("eigenvalues", .numbers(point.eigenvalues)), ("kind", .string(point.kind.rawValue)),
      ("index", .integer(point.index)), ("degenerate", .bool(point.isDegenerate)),
      ("certified", .bool(point.isCertified)),
    ]
      + (point.enclosure.map {
        [("enclosure", .array($0.map { .numbers([$0.lower, $0.upper]) }))]
      } ?? [])
  }

  /// A row for each point.
  var table: Table {
    var table = Table()
    table.add("", vectors: points.map(\.point), titles: variables)
    table.add("f", numbers: points.map(\.value))
    if points.contains(where: { $0.kind == .regular }) {
      table.add("gradient", vectors: points.map(\.gradient))
    } else {
      table.add("|gradient|", numbers: points.map(\.gradientNorm))
    }
    table.add("eigenvalues", vectors: points.map(\.eigenvalues))
    table.add("kind", points.map(\.kind.rawValue))
    table.add("index", points.map { String($0.index) }, .right)
    if points.contains(where: \.isDegenerate) {
      table.add("", points.map { $0.isDegenerate ? "degenerate" : "" })
    }
    if points.contains(where: \.isCertified) {
      table.add("", points.map { $0.isCertified ? "proven" : "" })
    }
    return table
  }

  /// How many there are of each kind: "9 critical points: 4 minima, 1 maximum, 4 saddles".
  func summary(_ things: String) -> String {
    let counts = CriticalPoint.Kind.allCases.compactMap { kind -> String? in
      let count = points.count { $0.kind == kind }
      return count == 0 ? nil : "\(count) \(kind.noun(count))"
    }
    return counted(points.count, things)
      + (counts.isEmpty ? "" : ": " + counts.joined(separator: ", "))
  }

  var csv: CSVDocument {
    var csv = CSVDocument(
      header: variables + ["value", "gradientNorm", "kind", "index", "degenerate", "certified"]
        + variables.indices.map { "eigenvalue\($0 + 1)" })
    for point in points {
      csv.append(
        point.point.map(CSVDocument.Cell.number) + [
          .number(point.value), .number(point.gradientNorm), .text(point.kind.rawValue),
          .integer(point.index), .bool(point.isDegenerate), .bool(point.isCertified),
        ] + point.eigenvalues.map(CSVDocument.Cell.number))
    }
    return csv
  }

  var array: NPYArray {
    NPYArray(shape: [points.count, variables.count], scalars: points.flatMap(\.point))
  }
}
