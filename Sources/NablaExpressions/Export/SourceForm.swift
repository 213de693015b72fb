// SPDX-License-Identifier: Apache-2.0

/// How an operation is written in C and Swift.
enum SourceForm: Sendable {
  /// A constant or variable.
  case leaf
  /// A text in which `$0`, `$1` and `$2` stand for the operands; Swift's where it differs.
  case template(String, swift: String? = nil)
  /// A call of a function that is written in front: `nabla_` and the operation's name.
  case helper(SourceHelper)
  /// xⁿ by multiplications.
  case integerPower
  /// There is no such function in the C library.
  case unsupported
}

/// A function that the source contains if it is used: the table's value, in either language.
struct SourceHelper: Sendable {
  let name: String
  let c: String
  let swift: String
}

extension Operation {
  /// The form in C and Swift; what it computes is what the table of operations computes, in the same order.
  var sourceForm: SourceForm {
    switch self {
    case .constant, .variable: .leaf
    case .add: .template("$0 + $1")
    case .subtract: .template("$0 - $1")
    case .multiply: .template("$0 * $1")
    case .divide: .template("$0 / $1")
    case .negate: .template("-$0")
    case .integerPower: .integerPower
    case .power: .template("pow($0, $1)")

    case .sqrt: .template("sqrt($0)")
    case .cbrt: .template("cbrt($0)")
    case .exp: .template("exp($0)")
    case .exp2: .template("exp2($0)")
    case .expm1: .template("expm1($0)")
    case .log: .template("log($0)")
    case .log2: .template("log2($0)")
    case .log10: .template("log10($0)")
    case .log1p: .template("log1p($0)")

    case .sin: .template("sin($0)")
    case .cos: .template("cos($0)")
    case .tan: .template("tan($0)")
    case .asin: .template("asin($0)")
    case .acos: .template("acos($0)")
    case .atan: .template("atan($0)")
    case .atan2: .template("atan2($0, $1)")
    case .asinSlope: .template("1.0 / sqrt((1.0 - $0) * (1.0 + $0))")

    case .sinh: .template("sinh($0)")
    case .cosh: .template("cosh($0)")
    case .tanh: .template("tanh($0)")
    case .sech: .helper(.sech)
    case .asinh: .template("asinh($0)")
    case .acosh: .template("acosh($0)")
    case .atanh: .template("atanh($0)")

    case .erf: .template("erf($0)")
    case .erfc: .template("erfc($0)")
    case .lgamma: .template("lgamma($0)", swift: "lgamma($0).0")
    case .polygamma, .sincDerivative, .custom, .customBinary: .unsupported
    case .sinc: .template("$0 == 0.0 ? 1.0 : sin($0) / $0")
    case .xlogy: .template("$0 == 0.0 && $1 == $1 ? 0.0 : $0 * log($1)")
    case .sigmoid: .helper(.sigmoid)
    case .softplus: .helper(.softplus)

    case .hypot: .template("hypot($0, $1)")
    case .directionCosine: .helper(.directionCosine)
    case .abs: .template("fabs($0)", swift: "abs($0)")
    case .sign: .template("$0 > 0.0 ? 1.0 : $0 < 0.0 ? -1.0 : $0")
    case .floor: .template("floor($0)")
    case .ceil: .template("ceil($0)")
    case .min: .template("$0 < $1 || isnan($0) ? $0 : $1", swift: "$0 < $1 || $0.isNaN ? $0 : $1")
    case .max: .template("$0 > $1 || isnan($0) ? $0 : $1", swift: "$0 > $1 || $0.isNaN ? $0 : $1")
    case .relu: .template("$0 > 0.0 || isnan($0) ? $0 : 0.0", swift: "$0 > 0.0 || $0.isNaN ? $0 : 0.0")

    case .stopGradient: .template("$0")

    case .less: .template("$0 < $1 ? 1.0 : 0.0")
    case .lessOrEqual: .template("$0 <= $1 ? 1.0 : 0.0")
    case .equal: .template("$0 == $1 ? 1.0 : 0.0")
    case .notEqual: .template("$0 != $1 ? 1.0 : 0.0")
    case .and: .template("$0 != 0.0 && $1 != 0.0 ? 1.0 : 0.0")
    case .or: .template("$0 != 0.0 || $1 != 0.0 ? 1.0 : 0.0")
    case .not: .template("$0 == 0.0 ? 1.0 : 0.0")
    case .select: .template("$0 != 0.0 ? $1 : $2")
    }
  }
}

extension SourceHelper {
  static let sech = SourceHelper(
    name: "nabla_sech",
    c: """
      static double nabla_sech(double x)
      {
        const double root = exp(-0.5 * fabs(x));
        return fabs(x) < 700.0 ? 1.0 / cosh(x) : 2.0 * root * root;
      }
      """,
    swift: """
      func nabla_sech(_ x: Double) -> Double {
        let root = exp(-0.5 * abs(x))
        return abs(x) < 700.0 ? 1.0 / cosh(x) : 2.0 * root * root
      }
      """)

  static let sigmoid = SourceHelper(
    name: "nabla_sigmoid",
    c: """
      static double nabla_sigmoid(double x)
      {
        const double t = exp(-fabs(x));
        return (x < 0.0 ? t : 1.0) / (1.0 + t);
      }
      """,
    swift: """
      func nabla_sigmoid(_ x: Double) -> Double {
        let t = exp(-abs(x))
        return (x < 0.0 ? t : 1.0) / (1.0 + t)
      }
      """)

  static let softplus = SourceHelper(
    name: "nabla_softplus",
    c: """
      static double nabla_softplus(double x)
      {
        return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
      }
      """,
    swift: """
      func nabla_softplus(_ x: Double) -> Double {
        (x > 0.0 ? x : 0.0) + log1p(exp(-abs(x)))
      }
      """)

  static let directionCosine = SourceHelper(
    name: "nabla_direction_cosine",
    c: """
      static double nabla_direction_cosine(double a, double b)
      {
        const double size = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
        const double scale = size > 0x1p1000 ? 0x1p-600 : size < 0x1p-500 ? 0x1p600 : 1.0;
        const double r = hypot(a * scale, b * scale);
        return r == 0.0 ? 0.0 : a * scale / r;
      }
      """,
    swift: """
      func nabla_direction_cosine(_ a: Double, _ b: Double) -> Double {
        let size = max(abs(a), abs(b))
        let scale = size > 0x1p1000 ? 0x1p-600 : size < 0x1p-500 ? 0x1p600 : 1.0
        let r = hypot(a * scale, b * scale)
        return r == 0.0 ? 0.0 : a * scale / r
      }
      """)
}
