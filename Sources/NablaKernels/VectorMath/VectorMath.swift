internal import NablaExpressions

/// The elementary functions as straight-line vector code.
enum VectorMath {
  typealias Value = VectorProgram.Value

  /// The code for an operation on vectors of operands; nil where the scalar function is called instead.
  static func lowered(
    _ operation: Operation, _ operands: [Value], _ builder: inout VectorBuilder
  ) -> Value? {
    guard let rule = rules[operation] else { return nil }
    return rule(&builder, operands)
  }

  private typealias Rule = @Sendable (inout VectorBuilder, [Value]) -> Value

  private static let rules: [Operation: Rule] = [
    .multiply: { $0.multiply($1[0], $1[1]) },
    .divide: { $0.divide($1[0], $1[1]) },
    .negate: { $0.negate($1[0]) },
    .sqrt: { $0.squareRoot($1[0]) },
    .abs: { $0.magnitude($1[0]) },
    .floor: { $0.round($1[0], .down) },
    .exp: { exp(&$0, $1[0]) },
    .log: { log(&$0, $1[0]) },
    .sin: { sin(&$0, $1[0]) },
    .cos: { cos(&$0, $1[0]) },
    .ceil: { $0.round($1[0], .up) },
  ]
}
