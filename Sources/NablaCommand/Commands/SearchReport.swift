// SPDX-License-Identifier: Apache-2.0

import Nabla

/// The critical points of a box.
struct SearchReport: Report {
  let variables: [String]
  let result: CriticalPoints
  /// Draws the points over the function.
  let draw: () -> String

  var picture: String? { draw() }

  /// The most boxes that the lines list.
  private static let boxLimit = 10

  private var forms: CriticalPointForms { CriticalPointForms(variables: variables, points: result.points) }

  var json: [(String, JSON)] {
    [
      ("box", json(result.box)), ("complete", .bool(result.isComplete)),
      ("points", .array(result.points.map { .object(forms.json($0)) })),
      (
        "nonIsolated",
        .array(
          result.nonIsolated.map { .object([("dimension", .integer($0.dimension)), ("box", json($0.box))]) })
      ),
      ("unresolved", .array(result.unresolved.map(json))),
      ("statistics", statistics),
    ]
      + (result.morseCount.map {
        [
          (
            "morseCount",
            .object([("sum", .integer($0.sum)), ("expected", $0.expected.map(JSON.integer) ?? .null)])
          )
        ]
      } ?? [])
  }

  private var statistics: JSON {
    let statistics = result.statistics
    let proof: [(String, JSON)] =
      result.certification.map {
        [
          ("boxes", .integer($0.boxes)), ("undecidedBoxes", .integer($0.undecided)),
          ("proofEnd", .string($0.end.rawValue)),
        ]
      } ?? []
    return .object(
      [
        ("starts", .integer(statistics.starts)), ("converged", .integer(statistics.converged)),
        ("duplicates", .integer(statistics.duplicates)), ("outside", .integer(statistics.outside)),
        ("rejected", .integer(statistics.rejected)), ("evaluations", .integer(statistics.evaluations)),
        ("foundOnce", .integer(statistics.foundOnce)),
        ("estimatedMissing", .number(statistics.estimatedMissing)), ("images", .integer(statistics.images)),
        ("deflatedStarts", .integer(statistics.deflatedStarts)), ("end", .string(statistics.end.rawValue)),
      ] + proof)
  }

  /// What the search did not reach, in a sentence; nil if it reached all that was asked for.
  var shortcoming: String? {
    if let count = result.morseCount, let expected = count.expected, !count.fits {
      return
        "points are missing: the sum of (-1)^index is \(count.sum), and must be \(expected) where the gradient "
        + "points one way all around the box"
    }
    if let proof = result.certification, !result.isComplete {
      let rest = "--certify: the list is not proven complete; "
      return switch proof.end {
      case .maxBoxes: rest + "the proof ended at its limit of boxes: give a larger --budget"
      case .timeLimit: rest + "the proof ended at its limit of time: give a larger --budget"
      case .cancelled: rest + "the proof was interrupted"
      case .decided, .smallBoxes, .nonIsolated:
        rest + counted(result.unresolved.count, "parts") + " of the box could not be decided"
      }
    }
    return switch result.statistics.end {
    case .maxStarts:
      "the search ended at its limit of \(result.statistics.starts) starts; points are likely to be missing"
    case .timeLimit:
      "the search ended at its limit of time, after \(result.statistics.starts) starts; points are likely to be "
        + "missing"
    case .cancelled:
      "the search was interrupted, after \(result.statistics.starts) starts; points are likely to be missing"
    case .constantGradient, .noNewPoints, .notNeeded: nil
    }
  }

  /// A box as a list of [lower, upper].
  private func json(_ box: Box) -> JSON {
    .array(zip(box.lower, box.upper).map { .numbers([$0, $1]) })
  }

  var lines: [String] {
    var lines = result.points.isEmpty ? [] : forms.table.lines + [""]
    lines.append(forms.summary("critical points"))
    if !result.nonIsolated.isEmpty {
      lines.append("Critical points that are not isolated:")
      lines += result.nonIsolated.prefix(Self.boxLimit).map {
        "  a set of dimension \($0.dimension) within \(description($0.box))"
      }
      lines += more(result.nonIsolated.count)
    }
    if !result.unresolved.isEmpty {
      lines.append("Parts of the box that could not be decided:")
      lines += result.unresolved.prefix(Self.boxLimit).map { "  " + description($0) }
      lines += more(result.unresolved.count)
    }
    lines.append(verdict)
    return lines
  }

  private var verdict: String {
    if result.isComplete {
      let boxes = result.certification?.boxes ?? 0
      return "The list is proven complete, after \(boxes) \(boxes == 1 ? "box" : "boxes")."
    }
    if let proof = result.certification {
      return "The list is not proven complete, after \(proof.boxes) boxes."
    }
    if result.statistics.end == .constantGradient { return "The gradient is a constant." }
    let starts = counted(result.statistics.starts, "starts")
    return "The list comes from \(starts) of Newton's method and is not proven complete."
  }

  private func more(_ count: Int) -> [String] {
    count > Self.boxLimit ? ["  … and \(count - Self.boxLimit) more"] : []
  }

  private func description(_ box: Box) -> String {
    let ranges = zip(variables, zip(box.lower, box.upper)).prefix(Table.vectorLimit).map {
      "\($0)=\(Table.format($1.0)):\(Table.format($1.1))"
    }
    return ranges.joined(separator: ", ") + (variables.count > Table.vectorLimit ? ", …" : "")
  }

  var csv: CSVDocument { forms.csv }
  var array: NPYArray? { forms.array }
}
