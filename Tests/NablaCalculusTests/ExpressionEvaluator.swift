// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import RealModule
import TestSupport

/// The value of an expression in numbers of any type: dual numbers, or `Float80`. It shares no value and no rule with
/// the table of operations; functions that swift-numerics lacks are programs, as a user would write them.
struct ExpressionEvaluator {
  private let nodes: [Node]
  private let needed: [Bool]
  private let root: Int
  private let constants: [Double]
  private let inputs: [Int: Int]
  private let constant: Double?

  init(_ expression: Expr, _ variables: [Expr]) {
    constant = expression.constantValue
    guard constant == nil, let graph = expression.graph else {
      (nodes, needed, root, constants, inputs) = ([], [], 0, [], [:])
      return
    }
    let nodes = graph.nodes()
    root = Int(graph.id(of: expression))
    needed = reachable(from: [graph.id(of: expression)], in: nodes)
    constants = nodes.map { $0.operation == .constant ? graph.constant($0) : .nan }
    inputs = Dictionary(
      uniqueKeysWithValues: variables.enumerated().map { (Int(graph.id(of: $1)), $0) })
    self.nodes = Array(nodes)
  }

  func value<T: DualScalar>(at x: [T]) -> T where T.FloatLiteralType == Double {
    value(at: x) { T(floatLiteral: $0) }
  }

  #if arch(x86_64)
    func value(at x: [Float80]) -> Float80 { value(at: x) { Float80($0) } }
  #endif

  private func value<T: DualScalar>(at x: [T], number: (Double) -> T) -> T {
    if let constant { return number(constant) }
    var values = [T](repeating: 0, count: nodes.count)
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      let (a, b, c) = (Int(node.a), Int(node.b), Int(node.c))
      values[id] =
        switch node.operation {
        case .constant: number(constants[id])
        case .variable: x[inputs[id]!]
        case .integerPower: .pow(values[a], b)
        case .polygamma: .polygamma(b, values[a])
        case .sincDerivative: sinc(b, values[a])
        case .select: values[a] != 0 ? values[b] : values[c]
        default:
          node.operation.definition.value.operandCount == 1
            ? apply(node.operation, values[a]) : apply(node.operation, values[a], values[b])
        }
    }
    return values[root]
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
    case .sinc: sinc(0, x)
    case .sigmoid: x < 0 ? .exp(x) / (1 + .exp(x)) : 1 / (1 + .exp(-x))
    case .softplus: x < 0 ? .log(onePlus: .exp(x)) : x + .log(onePlus: .exp(-x))
    case .abs: x.magnitude
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : .nan
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .relu: x < 0 || x == 0 ? 0 : x
    case .not: x == 0 ? 1 : 0
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
    case .min: .minimum(x, y)
    case .max: .maximum(x, y)
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .and: x != 0 && y != 0 ? 1 : 0
    case .or: x != 0 || y != 0 ? 1 : 0
    default: .nan
    }
  }

  /// The derivative of order n of sin(x)/x: near 0 by its power series
  /// Σₖ (−1)ᵏ x²ᵏ⁻ⁿ / ((2k+1) (2k−n)!), elsewhere by x s⁽ⁿ⁾ = sin⁽ⁿ⁾ x − n s⁽ⁿ⁻¹⁾.
  private func sinc<T: DualScalar>(_ n: Int, _ x: T) -> T {
    if x.magnitude < 2 {
      var (sum, k) = (T(0), (n + 1) / 2)
      // xᵐ/m!, m = 2k − n
      var term: T = n % 2 == 0 ? 1 : x
      // 2⁴⁰/40! is beyond all digits, of a second derivative too.
      while 2 * k - n < 44 {
        sum += (k % 2 == 0 ? term : -term) / T(2 * k + 1)
        term = term * x * x / T((2 * k - n + 1) * (2 * k - n + 2))
        k += 1
      }
      return sum
    }
    if n == 0 { return .sin(x) / x }
    let wave: T = [T.sin(x), T.cos(x), -T.sin(x), -T.cos(x)][n % 4]
    return (wave - T(n) * sinc(n - 1, x)) / x
  }
}
