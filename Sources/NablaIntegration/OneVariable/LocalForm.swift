// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions

/// A function near a point c as an expression of the distance t = ±(x − c), in which what vanishes at c keeps its digits.
///
/// In (1 − x²)^(−1/2) at c = 1 the difference 1 − x² loses its digits as x rounds to 1. Every operation that vanishes at c
/// although its operands do not is replaced by its Taylor polynomial in t of degree 3, without the constant term: for
/// t ≤ 2⁻²⁰ |c| that is exact to rounding.
enum LocalForm {
  /// The form holds for distances up to this times |c|.
  static let reach = 0x1p-20

  /// The most operations of a function that is treated so.
  private static let sizeLimit = 300

  /// - Returns: nil where no operation vanishes, or the function is too large.
  static func expression(
    of output: Expr, variable: Expr, at c: Double, isRight: Bool, distance: Expr
  ) -> Expr? {
    guard let graph = output.graph, Expr.operationCount(of: [output]) <= sizeLimit else { return nil }
    let root = graph.id(of: output)
    let nodes = graph.nodes(from: 0).prefix(Int(root) + 1)
    let needed = reachable(from: [root], in: nodes)
    let ids = nodes.indices.filter { needed[$0] }
    let sign = isRight ? 1.0 : -1.0
    let unit = c.ulp
    func value(_ expression: Expr) -> Double { (try? expression.value(at: [variable: c])) ?? .nan }
    /// The Taylor polynomial of an operation that is zero at c to within rounding; nil if it is not, or not analytic.
    func polynomial(_ expression: Expr, _ value0: Double) -> Expr? {
      let first = expression.derivative(by: variable)
      let slope = value(first)
      guard slope.isFinite, Swift.abs(value0) <= 8 * unit * Swift.abs(slope) || value0 == 0 else {
        return nil
      }
      let second = first.derivative(by: variable)
      let (bend, third) = (value(second), value(second.derivative(by: variable)))
      guard bend.isFinite, third.isFinite, slope != 0 || bend != 0 || third != 0 else { return nil }
      let (a, b, c) = (Expr(sign * slope), Expr(0.5 * bend), Expr(sign * third / 6))
      return distance * (a + distance * (b + distance * c))
    }
    var images: [NodeID: Expr] = [:]
    var vanishes: Set<NodeID> = []
    var isUseful = false
    for id in ids {
      let node = nodes[id]
      let expression = graph.expression(NodeID(id))
      if expression == variable {
        images[NodeID(id)] = isRight ? Expr(c) + distance : Expr(c) - distance
        continue
      }
      let count = node.operation.definition.value.operandCount
      guard (0..<count).contains(where: { images[node[$0]] != nil }) else { continue }
      switch node.operation {
      case .add, .subtract, .sin, .cos, .log, .log2, .log10:
        let isInherited = (0..<count).allSatisfy { vanishes.contains(node[$0]) }
        if !isInherited, let polynomial = polynomial(expression, value(expression)) {
          images[NodeID(id)] = polynomial
          vanishes.insert(NodeID(id))
          isUseful = true
          continue
        }
      case .tan:
        let angle = graph.expression(node.a)
        let cosine = cos(angle)
        if let polynomial = polynomial(cosine, value(cosine)) {
          images[NodeID(id)] = sin(images[node.a] ?? angle) / polynomial
          isUseful = true
          continue
        }
      case .log1p:
        let argument = 1 + graph.expression(node.a)
        if let polynomial = polynomial(argument, value(argument)) {
          images[NodeID(id)] = log(polynomial)
          isUseful = true
          continue
        }
      default: break
      }
      let operands = (0..<count).map { images[node[$0]] ?? graph.expression(node[$0]) }
      images[NodeID(id)] = .applyingOperation(of: expression, to: operands)
    }
    return isUseful ? images[root] : nil
  }
}
