// SPDX-License-Identifier: Apache-2.0

/// Gives the inputs of a function names that C and Swift take.
struct SourceNames {
  private var taken: Set<String>
  private var counts: [String: Int] = [:]

  /// - Parameter reserved: further names that are in use.
  init(reserved: [String]) { taken = Self.reserved.union(reserved) }

  /// A name for a variable: its own if possible, else one made from it. The same sequence of names gives
  /// the same answers.
  mutating func name(for variable: String) -> String {
    var name = ""
    for scalar in variable.unicodeScalars {
      if let letter = Self.greek[scalar] {
        name += letter
      } else if Self.isIdentifierPart(scalar) {
        name.unicodeScalars.append(scalar)
      } else {
        name += "_"
      }
    }
    // Names that begin with an underscore are the compiler's.
    if name.first.map({ $0 == "_" || $0.isNumber }) ?? true { name = "v" + name }
    if !taken.contains(name) && !Self.isReserved(name) {
      taken.insert(name)
      return name
    }
    while true {
      let count = counts[name, default: 0] + 1
      counts[name] = count
      let candidate = count == 1 ? name + "_" : "\(name)_\(count)"
      if taken.insert(candidate).inserted { return candidate }
    }
  }

  /// Whether a function may be called so in both languages.
  static func isFunctionName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first != "_", !("0"..."9").contains(first) else {
      return false
    }
    return name.unicodeScalars.allSatisfy(isIdentifierPart) && !reserved.contains(name) && !isReserved(name)
  }

  private static func isIdentifierPart(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
      || scalar == "_"
  }

  /// Temporaries are called t1, t2, …; helpers begin with `nabla_`; the C library's macros have prefixes.
  private static func isReserved(_ name: String) -> Bool {
    name.first == "t" && name.count > 1 && name.dropFirst().allSatisfy(\.isNumber)
      || ["nabla_", "M_", "FP_", "HUGE_", "MATH_", "SNAN"].contains { name.hasPrefix($0) }
  }

  private static let reserved = Set(
    """
    auto break case char const continue default do double else enum extern float for goto if inline int long \
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile \
    while asm typeof bool true false nullptr alignas alignof constexpr thread_local static_assert noreturn \
    linux unix main \
    Any Self actor as associatedtype async await borrowing catch class consume consuming convenience \
    defer deinit didSet discard dynamic each extension fallthrough fileprivate final func get guard \
    import in indirect infix init inout internal is isolated lazy let macro mutating nil nonisolated \
    nonmutating open operator optional override package postfix precedencegroup prefix private protocol \
    public repeat required rethrows self sending set some subscript super throw throws try unowned var \
    weak where willSet \
    Double Int Float Array Foundation precondition \
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp10 exp2 expm1 fabs \
    fdim floor fma fmax fmin fmod frexp hypot ilogb isfinite isgreater isgreaterequal isinf isless \
    islessequal islessgreater isnan isnormal isunordered ldexp lgamma llrint llround log log10 log1p log2 \
    logb lrint lround modf nan nearbyint nextafter nexttoward pow pow10 remainder remquo rint round scalb \
    scalbln scalbn signbit significand signgam sin sincos sinh sqrt tan tanh tgamma trunc fpclassify \
    math_errhandling INFINITY NAN DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS X_TLOSS \
    abs max min size scale root \
    variables parameters
    """.split(whereSeparator: \.isWhitespace).map(String.init))

  private static let greek: [Unicode.Scalar: String] = [
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Φ": "Phi", "Ψ": "Psi",
    "Ω": "Omega",
  ]
}
