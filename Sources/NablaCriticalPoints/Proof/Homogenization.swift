// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Polynomials in some variables x, with coefficients that may be any functions of the others, as ρᵈ p(u/ρ): with
/// x = u/ρ, and d a bound of the degree, a function that is defined at ρ = 0 too, where x is infinitely far.
struct Homogenization {
  /// The image u of each variable x that is taken to infinity.
  let images: [Expr: Expr]
  /// The variable ρ.
  let scale: Expr

  private struct Form {
    var expression: Expr
    var degree: Int
  }

  private static let largestDegree = 64

  /// ρᵈ p(u/ρ) of each expression; nil if one is no polynomial in the variables.
  ///
  /// - Complexity: O(number of nodes of the graph).
  func callAsFunction(_ expressions: [Expr]) -> [Expr]? {
    guard let graph = expressions.lazy.compactMap(\.graph).first else { return expressions }
    let roots = expressions.map { graph.id(of: $0) }
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    var forms = [Form?](repeating: nil, count: nodes.count)
    for id in nodes.indices where needed[id] {
      let expression = graph.expression(NodeID(id))
      let count = nodes[id].operation.definition.value.operandCount
      let operands = (0..<count).compactMap { forms[Int(nodes[id][$0])] }
      guard operands.count == count, let form = form(of: expression, operands) else { return nil }
      forms[id] = form
    }
    return roots.map { forms[Int($0)]!.expression }
  }

  private func form(of expression: Expr, _ operands: [Form]) -> Form? {
    if let image = images[expression] { return Form(expression: image, degree: 1) }
    // Of degree 0: nothing in it goes to infinity.
    if operands.allSatisfy({ $0.degree == 0 }) { return Form(expression: expression, degree: 0) }
    let result: Form
    switch expression.operation {
    case .add, .subtract:
      let degree = Swift.max(operands[0].degree, operands[1].degree)
      let terms = operands.map { $0.expression * pow(scale, degree - $0.degree) }
      let isSum = expression.operation == .add
      result = Form(expression: isSum ? terms[0] + terms[1] : terms[0] - terms[1], degree: degree)
    case .negate: result = Form(expression: -operands[0].expression, degree: operands[0].degree)
    case .multiply:
      result = Form(
        expression: operands[0].expression * operands[1].expression,
        degree: operands[0].degree + operands[1].degree)
    case .divide where operands[1].degree == 0:
      result = Form(expression: operands[0].expression / operands[1].expression, degree: operands[0].degree)
    case .integerPower:
      guard let n = expression.index, (0...Self.largestDegree).contains(n) else { return nil }
      result = Form(expression: pow(operands[0].expression, n), degree: operands[0].degree * n)
    default: return nil
    }
    return result.degree <= Self.largestDegree ? result : nil
  }
}
