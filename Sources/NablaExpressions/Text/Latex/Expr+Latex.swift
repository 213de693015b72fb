// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The formula in LaTeX, for mathematical mode; beyond about 10,000 characters its beginning, with dots.
  ///
  ///     (x*x/sqrt(2*y)).latex  // \frac{x^{2}}{\sqrt{2 y}}
  ///
  /// Quotients are fractions, products are written without a sign where that is unambiguous, `where` as
  /// cases, and comparisons used as numbers in brackets. Variables named after Greek letters become these,
  /// digits at the end of a name an index; longer names are upright. It needs no package but `amsmath`.
  ///
  /// It is made for reading: `expm1(x)` is eˣ − 1, `log1p(x)` is log(1 + x), `hypot(x, y)` is √(x² + y²).
  /// Numbers have all digits that tell them from others.
  ///
  /// - Complexity: O(length + depth of the graph), without recursion.
  public var latex: String {
    var printer = LatexPrinter(maximumLength: 10_000)
    return printer.print(self).formula
  }

  /// The formula in LaTeX as in ``latex``; nil if it is longer than `maximumLength` bytes.
  public func latex(maximumLength: Int) -> String? {
    var printer = LatexPrinter(maximumLength: maximumLength)
    let (formula, isComplete) = printer.print(self)
    return isComplete ? formula : nil
  }

  /// A name in LaTeX, as in formulas.
  package static func latex(ofName name: String) -> String { LatexNames.variable(name) }
}
