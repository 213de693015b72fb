// SPDX-License-Identifier: Apache-2.0

/// Numbers and names in LaTeX.
enum LatexNames {
  /// A number that is not negative, with powers of ten for an exponent.
  static func text(_ magnitude: Double) -> String {
    if magnitude.isNaN { return "\\mathrm{NaN}" }
    let text = FormulaPrinter.text(magnitude)
    switch text {
    case "inf": return "\\infty"
    case "pi": return "\\pi"
    default: break
    }
    guard text != "e", let mark = text.firstIndex(of: "e") else { return text }
    let (digits, exponent) = (text[..<mark], text[text.index(after: mark)...])
    return (digits == "1" ? "" : "\(digits) \\cdot ") + "10^{\(exponent)}"
  }

  /// A variable: letters of the Greek alphabet by their commands, digits behind a letter and what follows
  /// an underscore as an index, longer words upright: `alpha_1` is α₁, `x2` is x₂.
  static func variable(_ name: String) -> String {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    // An underscore at an end is part of the name.
    guard parts.allSatisfy({ !$0.isEmpty }) else { return word(Substring(name)) }
    var base = parts[0]
    var indices = parts.dropFirst().map { index($0) }
    let digits = base.suffix(while: { $0.isASCII && $0.isNumber })
    if !digits.isEmpty && digits.count < base.count {
      base = base.dropLast(digits.count)
      indices.insert(String(digits), at: 0)
    }
    return word(base) + (indices.isEmpty ? "" : "_{\(indices.joined(separator: ","))}")
  }

  private static func index(_ text: Substring) -> String {
    text.allSatisfy { $0.isASCII && $0.isNumber } ? String(text) : word(text)
  }

  /// A name without an index.
  private static func word(_ text: Substring) -> String {
    if let command = greek[String(text)] { return command }
    if text.count == 1, let letter = text.first, letter.isASCII && letter.isLetter { return String(letter) }
    return "\\mathrm{" + text.map(escaped).joined() + "}"
  }

  private static func escaped(_ character: Character) -> String {
    switch character {
    case "\\": "\\backslash "
    case "{", "}", "_", "#", "$", "%", "&": "\\\(character)"
    case "^": "\\hat{}"
    case "~": "\\sim "
    case " ", "\n", "\t", "\r", "\r\n": "\\ "
    default: greek[String(character)] ?? String(character)
    }
  }

  /// The commands of Greek letters by their names and by themselves.
  private static let greek: [String: String] = {
    let lower = [
      "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
      "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ",
      "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    ]
    let upper = [
      "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Phi": "Φ", "Psi": "Ψ",
      "Omega": "Ω",
    ]
    var commands: [String: String] = [:]
    for (name, letter) in lower.merging(upper, uniquingKeysWith: { first, _ in first }) {
      // The usual shapes: ε and φ as they are drawn in most fonts.
      let command = name == "epsilon" || name == "phi" ? "var" + name : name
      commands[name] = "\\" + command
      commands[letter] = "\\" + command
    }
    return commands
  }()
}

extension Substring {
  /// The longest end of the text whose characters all satisfy a predicate.
  fileprivate func suffix(while predicate: (Character) -> Bool) -> Substring {
    self[(lastIndex { !predicate($0) }.map { index(after: $0) } ?? startIndex)...]
  }
}
