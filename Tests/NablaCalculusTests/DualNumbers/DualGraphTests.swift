import NablaCalculus
import NablaExpressions
import RealModule
import TestSupport
import Testing

/// Random graphs, evaluated with dual numbers, against the graphs' own derivatives: two sets of rules that
/// share no code.
@Suite struct DualGraphTests {
  /// The value of an expression, node by node, in any numbers.
  private func value<T: DualScalar>(of expression: Expr, _ variables: [Expr], at x: [T]) -> T
  where T.FloatLiteralType == Double {
    if let constant = expression.constantValue { return T(floatLiteral: constant) }
    let graph = expression.graph!
    let nodes = graph.nodes()
    let root = graph.id(of: expression)
    let needed = reachable(from: [root], in: nodes)
    let inputs = Dictionary(uniqueKeysWithValues: zip(variables.map { graph.id(of: $0) }, x))
    var values = [T](repeating: 0, count: nodes.count)
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      func operand(_ i: NodeID) -> T { values[Int(i)] }
      values[id] =
        switch node.operation {
        case .constant: T(floatLiteral: graph.constant(node))
        case .variable: inputs[NodeID(id)]!
        case .integerPower: .pow(operand(node.a), Int(node.b))
        case .polygamma: .polygamma(Int(node.b), operand(node.a))
        default:
          node.operation.definition.value.operandCount == 1
            ? apply(node.operation, operand(node.a)) : apply(node.operation, operand(node.a), operand(node.b))
        }
    }
    return values[Int(root)]
  }

  private func apply<T: DualScalar>(_ operation: NablaExpressions.Operation, _ x: T) -> T {
    switch operation {
    case .negate: -x
    case .sqrt: .sqrt(x)
    case .cbrt: .root(x, 3)
    case .exp: .exp(x)
    case .exp2: .exp2(x)
    case .expm1: .expMinusOne(x)
    case .log: .log(x)
    case .log2: .log2(x)
    case .log10: .log10(x)
    case .log1p: .log(onePlus: x)
    case .sin: .sin(x)
    case .cos: .cos(x)
    case .tan: .tan(x)
    case .asin: .asin(x)
    case .acos: .acos(x)
    case .atan: .atan(x)
    case .asinSlope: .asinSlope(x)
    case .sinh: .sinh(x)
    case .cosh: .cosh(x)
    case .tanh: .tanh(x)
    case .sech: .sech(x)
    case .asinh: .asinh(x)
    case .acosh: .acosh(x)
    case .atanh: .atanh(x)
    case .erf: .erf(x)
    case .erfc: .erfc(x)
    case .lgamma: .logGamma(x)
    case .sinc: .sin(x) / x
    case .sigmoid: 1 / (1 + .exp(-x))
    case .softplus: .maximum(x, 0) + .log(onePlus: .exp(-x.magnitude))
    default: .nan
    }
  }

  private func apply<T: DualScalar>(_ operation: NablaExpressions.Operation, _ x: T, _ y: T) -> T {
    switch operation {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .power: .pow(x, y)
    case .xlogy: x * .log(y)
    case .atan2: .atan2(y: x, x: y)
    case .hypot: .hypot(x, y)
    case .directionCosine: .directionCosine(x, y)
    default: .nan
    }
  }

  @Test func randomGraphsAgree() {
    let (seed, n) = (UInt64(2_025), 3)
    var compared = 0
    for trial in 0..<400 as Range<UInt64> {
      let variables = (0..<n).map { Expr.variable("x\($0)") }
      var random = RandomExpression(seed: seed + trial, variables: variables, smooth: true)
      let expression = random.next(size: 5)
      var generator = SplitMix64(seed: ~(seed + trial))
      let x = (0..<n).map { _ in Double.random(in: 0.2...1.8, using: &generator) }
      let (found, gradient, hessian) = HyperDual<SIMD4<Double>>.valueGradientAndHessian(
        of: { value(of: expression, variables, at: $0) }, at: x)
      let expected = naiveValue(of: expression, variables, at: x)
      let slopes = expression.gradient(by: variables).map { naiveValue(of: $0, variables, at: x) }
      let curvatures = expression.hessian(by: variables).map {
        $0.map { naiveValue(of: $0, variables, at: x) }
      }
      // Outside a domain (log of a negative number) the slope may be a number all the same.
      let all = [expected] + slopes + curvatures.flatMap { $0 }
      guard found.isFinite && all.allSatisfy({ $0.magnitude < 1e8 }) else { continue }
      compared += 1
      // Parts of a sum may cancel: the error is measured by the largest derivative of its order or below.
      let size = all.reduce(1) { Swift.max($0, $1.magnitude) }
      for i in 0..<n {
        #expect((gradient[i] - slopes[i]).magnitude <= 1e-11 * size, "seed \(seed + trial): \(expression)")
        for j in 0..<n {
          #expect(
            (hessian[i][j] - curvatures[i][j]).magnitude <= 1e-11 * size,
            "seed \(seed + trial): \(expression)")
        }
      }
    }
    #expect(compared > 200)
  }
}
