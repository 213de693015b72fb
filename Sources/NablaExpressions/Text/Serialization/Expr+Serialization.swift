// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The expressions as a text that ``list(deserializing:)`` reads back without loss.
  ///
  /// Unlike a formula it keeps what the graph shares, each node once, the bits of every constant, and the
  /// helpers of derivatives that formulas have no name for; its length grows with the number of nodes. The
  /// same expressions give the same text. Reading and writing again gives the identical text.
  ///
  /// The text is a header with the version of the format, one line for each node, then the expressions:
  ///
  ///     nabla expressions 1
  ///     variable "x"
  ///     integerPower 2 0
  ///     expressions 1
  ///     end
  ///
  /// - Complexity: O(number of nodes of the expressions' graphs).
  public static func serialized(_ expressions: [Expr]) -> String {
    GraphText.text("expressions", [("expressions", expressions)])
  }

  /// The expressions that ``serialized(_:)`` has written, in one graph.
  ///
  /// They equal those written (`==`), also as formulas, with one exception: inputs of traced functions
  /// differ from all other variables, so they come back as variables of the same names that differ from
  /// all others again. Nothing is simplified anew.
  ///
  /// - Throws: ``SerializationError`` with the line, whatever the text is.
  /// - Complexity: O(length of the text).
  public static func list(deserializing text: String) throws(SerializationError) -> [Expr] {
    var reader = try GraphReader(text, kind: "expressions")
    let expressions = try reader.role("expressions").expressions
    try reader.end()
    return expressions
  }
}
