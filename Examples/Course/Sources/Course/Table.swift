// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Rows of text in aligned columns: the first ones to the left, the others, of numbers, to the right.
struct Table: CustomStringConvertible {
  private var rows: [[String]]
  private let leading: Int

  /// - Parameter leading: how many columns are aligned to the left.
  init(_ headings: [String], leading: Int = 1) {
    rows = [headings]
    self.leading = leading
  }

  mutating func row(_ cells: [String]) { rows.append(cells) }

  var description: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { cells in
      let padded = cells.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return column < leading ? cells[column] + space : space + cells[column]
      }
      return String(("  " + padded.joined(separator: "  ")).reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n") + "\n"
  }
}

/// With so many digits behind the point: 2.50.
func fixed(_ x: Double, _ digits: Int) -> String { unsigned0(String(format: "%.\(digits)f", x)) }

/// With so many significant digits: 2.5, 0.00031, 1e-09.
func short(_ x: Double, _ digits: Int = 6) -> String { unsigned0(String(format: "%.\(digits)g", x)) }

/// The size of an error: 2.3e-11; 0 where there is none.
func size(_ x: Double) -> String { x == 0 ? "0" : String(format: "%.1e", abs(x)) }

/// A number that shows nothing but zeros needs no minus.
private func unsigned0(_ text: String) -> String {
  text.contains { ("1"..."9").contains($0) } ? text : text.replacing("-", with: "")
}
