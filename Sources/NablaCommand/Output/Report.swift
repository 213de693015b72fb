// SPDX-License-Identifier: Apache-2.0

import Nabla

/// What a command found, in every form in which it can be given.
protocol Report {
  /// The document's entries after the command, the expression and the variables.
  var json: [(String, JSON)] { get }
  /// The lines for people.
  var lines: [String] { get }
  /// The table for `--output FILE.csv`.
  var csv: CSVDocument { get }
  /// The array for `--output FILE.npy`; nil if this result has none, which the command says beforehand.
  var array: NPYArray? { get }
  /// The picture for `--output FILE.svg`; nil if this result has none, which the command says beforehand.
  var picture: String? { get }
}

extension Report {
  var picture: String? { nil }
}
