// SPDX-License-Identifier: Apache-2.0

/// How an operation is written in LaTeX.
enum LatexForm: Sendable {
  /// A number, a name or an operator: ``LatexPrinter`` has its layout.
  case structural
  /// `command\left(operand, …\right)`; a positive power may stand behind the command, as in sin²(x).
  case call(String, takesPower: Bool = false)
  /// `opening operand closing`.
  case enclosed(String, String)
  /// `left symbol right`.
  case relation(String)
  /// As the formula that the closure builds from the operands.
  case formula(@Sendable ([Expr]) -> Expr)
}

extension OperationDefinition {
  /// The LaTeX form. A function that is not listed is written by its name, a helper without a name as its
  /// formula.
  var latexForm: LatexForm {
    switch operation {
    case .sqrt: .enclosed("\\sqrt{", "}")
    case .cbrt: .enclosed("\\sqrt[3]{", "}")
    case .exp: .enclosed("e^{", "}")
    case .exp2: .enclosed("2^{", "}")
    case .expm1: .formula { exp($0[0]) - 1 }
    case .log: .call("\\log")
    case .log2: .call("\\log_{2}")
    case .log10: .call("\\log_{10}")
    case .log1p: .formula { log(1 + $0[0]) }

    case .sin: .call("\\sin", takesPower: true)
    case .cos: .call("\\cos", takesPower: true)
    case .tan: .call("\\tan", takesPower: true)
    case .asin: .call("\\arcsin")
    case .acos: .call("\\arccos")
    case .atan: .call("\\arctan")
    case .asinSlope: .formula { 1 / sqrt(1 - pow($0[0], 2)) }

    case .sinh: .call("\\sinh", takesPower: true)
    case .cosh: .call("\\cosh", takesPower: true)
    case .tanh: .call("\\tanh", takesPower: true)
    case .sech: .call("\\operatorname{sech}", takesPower: true)
    case .asinh: .call("\\operatorname{arsinh}")
    case .acosh: .call("\\operatorname{arcosh}")
    case .atanh: .call("\\operatorname{artanh}")

    case .lgamma: .enclosed("\\log\\left|\\Gamma\\left(", "\\right)\\right|")
    case .sigmoid: .call("\\sigma")

    case .hypot: .formula { sqrt(pow($0[0], 2) + pow($0[1], 2)) }
    case .directionCosine: .formula { $0[0] / sqrt(pow($0[0], 2) + pow($0[1], 2)) }
    case .abs: .enclosed("\\left|", "\\right|")
    case .sign: .call("\\operatorname{sgn}")
    case .floor: .enclosed("\\left\\lfloor ", "\\right\\rfloor")
    case .ceil: .enclosed("\\left\\lceil ", "\\right\\rceil")
    case .min: .call("\\min")
    case .max: .call("\\max")

    case .less: .relation("<")
    case .lessOrEqual: .relation("\\leq")
    case .equal: .relation("=")
    case .notEqual: .relation("\\neq")
    case .and: .relation("\\land")
    case .or: .relation("\\lor")

    case .constant, .variable, .add, .subtract, .multiply, .divide, .negate, .integerPower, .power,
      .polygamma, .sincDerivative, .custom, .customBinary, .not, .select:
      .structural
    default:
      switch notation {
      case .formula(let build): .formula(build)
      default: .call("\\operatorname{\(spelling)}")
      }
    }
  }
}
