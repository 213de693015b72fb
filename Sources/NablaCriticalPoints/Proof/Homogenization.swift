internal import NablaExpressions

/// Polynomials in some variables x, with coefficients that may be any functions of the others, as ρᵈ p(u/ρ): with
/// x = u/ρ, and d a bound of the degree, a function that is defined at ρ = 0 too, where x is infinitely far.
struct Homogenization {
  /// The image u of each variable x that is taken to infinity.
  private let images: [Expr: Expr]
  private let scale: Expr
  private var known: [Expr: Form?] = [:]

  private struct Form {
    var expression: Expr
    var degree: Int
  }

  private static let largestDegree = 64

  /// - Parameter scale: the variable ρ.
  init(images: [Expr: Expr], scale: Expr) {
    self.images = images
    self.scale = scale
  }

  /// ρᵈ p(u/ρ); nil if the expression is no polynomial in the variables.
  mutating func callAsFunction(_ expression: Expr) -> Expr? { form(expression)?.expression }

  private mutating func form(_ expression: Expr) -> Form? {
    if let form = known[expression] { return form }
    let result = newForm(expression)
    known[expression] = .some(result)
    return result
  }

  private mutating func newForm(_ expression: Expr) -> Form? {
    if expression.operation == .variable || expression.operation == .constant {
      return images[expression].map { Form(expression: $0, degree: 1) }
        ?? Form(expression: expression, degree: 0)
    }
    var operands: [Form] = []
    for operand in expression.operands {
      guard let form = form(operand) else { return nil }
      operands.append(form)
    }
    // Of degree 0: nothing in it goes to infinity.
    if operands.allSatisfy({ $0.degree == 0 }) { return Form(expression: expression, degree: 0) }
    switch expression.operation {
    case .add, .subtract:
      let degree = Swift.max(operands[0].degree, operands[1].degree)
      let terms = operands.map { $0.expression * pow(scale, degree - $0.degree) }
      return Form(
        expression: expression.operation == .add ? terms[0] + terms[1] : terms[0] - terms[1], degree: degree)
    case .negate: return Form(expression: -operands[0].expression, degree: operands[0].degree)
    case .multiply:
      let degree = operands[0].degree + operands[1].degree
      guard degree <= Self.largestDegree else { return nil }
      return Form(expression: operands[0].expression * operands[1].expression, degree: degree)
    case .divide where operands[1].degree == 0:
      return Form(expression: operands[0].expression / operands[1].expression, degree: operands[0].degree)
    case .integerPower:
      guard let n = expression.index, n >= 0, n <= Self.largestDegree,
        operands[0].degree * n <= Self.largestDegree
      else { return nil }
      return Form(expression: pow(operands[0].expression, n), degree: operands[0].degree * n)
    default: return nil
    }
  }
}
