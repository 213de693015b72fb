// SPDX-License-Identifier: Apache-2.0

/// What to write instead: the helpful half of parse errors.
enum ParserAdvice {
  /// What a character that no token begins with is, and what to write for it.
  static func unexpectedCharacter(in bytes: [UInt8], at offset: Int) -> String {
    guard let scalar = scalar(bytes, at: offset) else { return "this is not valid UTF-8" }
    let code = codePoint(scalar)
    switch scalar {
    case "=": return "unexpected \"=\"; equality in a condition is =="
    case "&": return "unexpected \"&\"; \"and\" in a condition is &&"
    case "|": return "unexpected \"|\"; an absolute value is abs(x), and \"or\" in a condition is ||"
    case "%": return "unexpected \"%\"; the remainder of x divided by y is x - y*floor(x/y)"
    case "\"", "'", "`", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2032}", "\u{AB}", "\u{BB}":
      return "unexpected quote \(scalar); names and numbers are written without quotes"
    case "[", "]", "{", "}": return "unexpected \"\(scalar)\"; only round parentheses group"
    case ":": return "unexpected \":\"; a choice is where(condition, a, b)"
    case "?": return "unexpected \"?\"; a choice is where(condition, a, b)"
    default: break
    }
    if let replacement = replacement(for: scalar) {
      return "unexpected character \"\(scalar)\" (\(code)); write \(replacement)"
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      return "unexpected invisible character \(code)\(name(scalar)); remove it"
    case .spaceSeparator: return "unexpected space character \(code)\(name(scalar)); write an ordinary space"
    case .nonspacingMark, .enclosingMark, .spacingMark:
      return "unexpected combining mark \(code)\(name(scalar)); \(names)"
    default: break
    }
    if scalar == "\u{FFFD}" { return "unexpected character U+FFFD: the text is not valid UTF-8" }
    if scalar.isASCII { return "unexpected character \"\(scalar)\"" }
    return "unexpected character \"\(scalar)\" (\(code)); \(names)"
  }

  private static let names = "names are made of ASCII letters, digits, underscores and Greek letters"

  private static func name(_ scalar: Unicode.Scalar) -> String {
    scalar.properties.name.map { " (\($0.lowercased()))" } ?? ""
  }

  private static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: Swift.max(0, 4 - digits.count)) + digits
  }

  private static func scalar(_ bytes: [UInt8], at offset: Int) -> Unicode.Scalar? {
    var decoder = UTF8()
    var iterator = bytes[offset..<Swift.min(offset + 4, bytes.count)].makeIterator()
    if case .scalarValue(let scalar) = decoder.decode(&iterator) { return scalar }
    return nil
  }

  /// What to write for a character from a textbook, a word processor or another keyboard.
  private static func replacement(for scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "\u{2212}", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{FE63}": "-"
    case "×", "·", "⋅", "•", "∙", "∗", "⨯", "✕", "✖": "*"
    case "÷", "∕", "⁄": "/"
    case "≤", "⩽": "<="
    case "≥", "⩾": ">="
    case "≠": "!="
    case "∧": "&&"
    case "∨": "||"
    case "¬": "!"
    case "π", "Π": "pi"
    case "∞": "inf"
    case "√": "sqrt(…)"
    case "∛": "cbrt(…)"
    case "ο": "the Latin o"
    case "µ": "the Greek letter μ (U+03BC) or mu"
    case "½": "0.5"
    case "¼": "0.25"
    case "¾": "0.75"
    case "¹": "^1"
    case "²": "^2"
    case "³": "^3"
    case "⁰", "⁴"..."⁹": "^\(scalar.value - 0x2070)"
    case "⁻": "^(-…)"
    case "₀"..."₉": "\(scalar.value - 0x2080)"
    case "\u{FF01}"..."\u{FF5E}": String(Unicode.Scalar(scalar.value - 0xFEE0)!)
    default: nil
    }
  }

  /// The error for `0x1F`; nil if no hexadecimal digit follows `0x`.
  static func hexadecimal(_ bytes: [UInt8], at start: Int) -> String? {
    var value: UInt64? = 0
    var index = start + 2
    while index < bytes.count, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue {
      if let current = value, current < 1 << 48 { value = current * 16 + UInt64(digit) } else { value = nil }
      index += 1
    }
    guard index > start + 2 else { return nil }
    let advice = value.map { "write \($0)" } ?? "write it in decimal"
    return "hexadecimal numbers are not accepted; \(advice)"
  }
}

// MARK: - Functions

extension ParserAdvice {
  /// The error for a call of a function that does not exist.
  static func unknownFunction(_ name: String) -> String {
    let lowercased = name.lowercased()
    let message = "unknown function \"\(name)\""
    if Operation.named(lowercased) != nil { return message + "; did you mean \(lowercased)?" }
    if let alias = aliases[lowercased] { return message + "; write \(alias)" }
    if let nearest = nearest(to: lowercased) { return message + "; did you mean \(nearest)?" }
    return message + "; for a product write \(name)*(…)"
  }

  private static let aliases: [String: String] = [
    "ln": "log(x), the natural logarithm", "lg": "log10(x)", "ld": "log2(x)", "lb": "log2(x)",
    "arcsin": "asin(x)", "arccos": "acos(x)", "arctan": "atan(x)", "arctan2": "atan2(y, x)", "tg": "tan(x)",
    "arcsinh": "asinh(x)", "arccosh": "acosh(x)", "arctanh": "atanh(x)", "arsinh": "asinh(x)",
    "arcosh": "acosh(x)", "artanh": "atanh(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "cot": "1/tan(x)",
    "sech": "1/cosh(x)", "csch": "1/sinh(x)", "coth": "1/tanh(x)", "sgn": "sign(x)", "signum": "sign(x)",
    "fabs": "abs(x)", "ceiling": "ceil(x)", "round": "floor(x + 0.5)", "trunc": "sign(x)*floor(abs(x))",
    "mod": "x - y*floor(x/y)", "fmod": "x - y*floor(x/y)", "sqr": "x^2", "square": "x^2",
    "power": "pow(x, y)",
    "exp10": "10^x", "gamma": "exp(lgamma(x))", "factorial": "exp(lgamma(x + 1))", "loggamma": "lgamma(x)",
    "gammaln": "lgamma(x)", "digamma": "polygamma(0, x)", "psi": "polygamma(0, x)",
    "trigamma": "polygamma(1, x)", "logistic": "sigmoid(x)", "expit": "sigmoid(x)",
    "logit": "log(x/(1 - x))", "step": "where(x > 0, 1, 0)", "heaviside": "where(x > 0, 1, 0)",
    "if": "where(condition, a, b)", "iif": "where(condition, a, b)", "ifelse": "where(condition, a, b)",
    "select": "where(condition, a, b)", "cond": "where(condition, a, b)",
    "piecewise": "where(condition, a, b)",
    "maximum": "max(a, b)", "minimum": "min(a, b)", "norm": "hypot(x, y)",
    "clamp": "min(max(x, lower), upper)", "clip": "min(max(x, lower), upper)", "root": "x^(1/n)",
  ]

  /// The function whose name is one edit away (two for long names).
  private static func nearest(to name: String) -> String? {
    let letters = Array(name.utf8)
    guard (2...16).contains(letters.count) else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in Operation.functionNames {
      let distance = editDistance(letters, Array(candidate.utf8))
      let allowed = letters.count >= 6 ? 2 : letters.count >= 3 ? 1 : 0
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The least number of insertions, deletions, replacements and swaps of neighbours (the restricted
  /// Damerau–Levenshtein distance).
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var distance = Swift.min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          distance = Swift.min(distance, beforeLast[j - 1] + 1)
        }
        row.append(distance)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
