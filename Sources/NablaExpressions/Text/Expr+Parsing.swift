// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The expression that a formula stands for.
  ///
  ///     let f = try Expr(parsing: "x^2*y - exp(-x)")
  ///
  /// - Operators, from loosest: `+ -`, `* /`, prefix `-` and `+`, `^` (or `**`), which associates to the
  ///   right: `-x^2` is −(x²), `2^-1` is 0.5, `2^3^2` is 512. A product is written with `*`.
  /// - Numbers as `1`, `.5`, `5.`, `2e-3`, rounded to the nearest double. The constants `pi`, `e`, `inf`.
  /// - The functions of this module by their names (`min` and `max` of two or more arguments),
  ///   `polygamma(n, x)` and `sinc_derivative(n, x)` with a whole number n, and `where(condition, a, b)` with
  ///   `< <= > >= == != && || !` in the condition; comparisons do not chain.
  /// - Every other name is a variable: a letter or underscore, then letters, digits and underscores.
  ///   Letters are ASCII, and those Greek ones that look like no Latin letter, in lower case and
  ///   Γ Δ Θ Λ Ξ Φ Ψ Ω.
  ///
  /// Constant subexpressions are folded and simplified as by Swift's operators on `Expr`. A constant may
  /// come out infinite or NaN (`1/0`); a number that only exists as 0 or infinity (`1e-999`) is an error.
  ///
  /// - Parameters:
  ///   - text: the formula.
  ///   - variables: the names that variables may have; nil allows every name.
  /// - Throws: ``ParseError`` with the place and advice.
  /// - Complexity: O(length of the text), without recursion: any depth of nesting is read.
  public init(parsing text: String, variables: [String]? = nil) throws(ParseError) {
    self = try Expr.parse(text, isList: false, variables)[0]
  }

  /// The expressions of a text that separates them by semicolons: `"x*cos(y); x*sin(y)"`.
  ///
  /// They are nodes of one graph, so they share their common subexpressions. See ``init(parsing:variables:)`` for
  /// the language; there is at least one expression.
  ///
  /// - Throws: ``ParseError`` with the place and advice.
  public static func list(
    parsing text: String, variables: [String]? = nil
  ) throws(ParseError) -> [Expr] {
    try parse(text, isList: true, variables)
  }

  private static func parse(
    _ text: String, isList: Bool, _ variables: [String]?
  ) throws(ParseError) -> [Expr] {
    do {
      var parser = Parser(text, variables: variables)
      return try parser.expressions(isList: isList)
    } catch {
      throw ParseError(error, in: text)
    }
  }

  /// Whether a formula can call a variable so: a letter or underscore, then letters, digits and
  /// underscores, and not the name of a constant or function.
  public static func isVariableName(_ name: String) -> Bool {
    guard !["pi", "e", "inf"].contains(name), Operation.named(name) == nil else { return false }
    let bytes = Array(name.utf8)
    var position = 0
    while position < bytes.count {
      let length = Lexer.nameLength(bytes, at: position, isFirst: position == 0)
      if length == 0 { return false }
      position += length
    }
    return position > 0
  }
}
