// SPDX-License-Identifier: Apache-2.0

/// How the entries of first and second derivatives agree with finite differences: see
/// ``Function/checkDerivatives(at:parameters:tolerance:options:)`` and
/// ``checkDerivatives(of:gradient:hessian:at:tolerance:options:)``.
///
///     let check = f.checkDerivatives(at: [1, 2])
///     print(check)              // what differs, where, and by how much
///     assert(check.passed)
public struct DerivativeCheck: Sendable {
  /// One partial derivative.
  public struct Entry: Sendable {
    /// What the comparison says.
    public enum Verdict: String, Sendable, Hashable {
      /// The two differ by no more than the tolerance and the error of the difference allow.
      case agrees
      /// The two differ by more.
      case disagrees
      /// The difference does not tell: the function has a kink here or is not finite nearby, or no step gives
      /// enough digits. ``DerivativeCheck/Entry/status`` says which.
      case undecided
    }

    /// Which output, of a function with a list of outputs.
    public let output: Int?
    /// By which variables: one of a first derivative, two of a second one.
    public let variables: [Int]
    /// In print: `∂f/∂x`, `∂²f/∂x∂y`, `∂f[2]/∂x`.
    public let name: String
    /// The derivative that was checked.
    public let derivative: Double
    /// The same by finite differences.
    public let difference: Double
    /// The estimated absolute error of ``difference``.
    public let differenceError: Double
    /// How the finite difference ended.
    public let status: FiniteDifferenceResult.Status
    /// Whether derivative and difference agree.
    public let verdict: Verdict

    /// |derivative − difference|.
    public var absoluteError: Double { abs(derivative - difference) }

    /// |derivative − difference| / max(|derivative|, |difference|), at most 2; 0 if both are 0, NaN if one is NaN.
    public var relativeError: Double {
      // Infinity differs from any number by as much as it can.
      if derivative.isInfinite && difference.isFinite { return 1 }
      return derivative == difference
        ? 0 : absoluteError / Swift.max(derivative.magnitude, difference.magnitude)
    }
  }

  /// All entries: first derivatives before second ones, row by row.
  public let entries: [Entry]

  /// The relative difference that was allowed.
  public let tolerance: Double

  /// The entries that disagree, those with the largest relative error first.
  public var disagreements: [Entry] {
    // What is NaN comes first.
    entries.filter { $0.verdict == .disagrees }
      .sorted {
        ($0.relativeError.isNaN ? 3 : $0.relativeError) > ($1.relativeError.isNaN ? 3 : $1.relativeError)
      }
  }

  /// The entries that finite differences say too little about.
  public var undecided: [Entry] { entries.filter { $0.verdict == .undecided } }

  /// Whether no entry disagrees.
  public var passed: Bool { !entries.contains { $0.verdict == .disagrees } }
}

extension DerivativeCheck: CustomStringConvertible {
  /// A line for the first and one for the second derivatives, and one for each entry that disagrees or is undecided,
  /// ten of each at most.
  public var description: String {
    var lines: [String] = []
    for (order, title) in [(1, "first derivatives"), (2, "second derivatives")] {
      let verdicts = entries.filter { $0.variables.count == order }.map(\.verdict)
      if verdicts.isEmpty { continue }
      func count(_ verdict: Entry.Verdict) -> Int { verdicts.count { $0 == verdict } }
      var line = "\(count(.disagrees) == 0 ? "ok    " : "FAILED") \(title): "
      line += "\(count(.agrees)) of \(verdicts.count) agree"
      if count(.disagrees) > 0 { line += ", \(count(.disagrees)) disagree" }
      if count(.undecided) > 0 { line += ", \(count(.undecided)) undecided" }
      lines.append(line)
    }
    lines += listed(disagreements) {
      """
      disagrees: \($0.name) is \($0.derivative); finite differences give \($0.difference) ± \
      \($0.differenceError): a relative error of \($0.relativeError)
      """
    }
    lines += listed(undecided) {
      "undecided: \($0.name) is \($0.derivative); finite differences give \($0.difference) (\($0.status.rawValue))"
    }
    return lines.joined(separator: "\n")
  }

  private func listed(_ entries: [Entry], _ line: (Entry) -> String) -> [String] {
    entries.prefix(10).map { "  " + line($0) }
      + (entries.count > 10 ? ["  and \(entries.count - 10) more"] : [])
  }
}

extension DerivativeCheck.Entry {
  init(
    output: Int?, variables: [Int], name: String, derivative: Double, difference: Double,
    differenceError: Double,
    status: FiniteDifferenceResult.Status, tolerance: Double
  ) {
    (self.output, self.variables, self.name) = (output, variables, name)
    (self.derivative, self.difference, self.differenceError) = (derivative, difference, differenceError)
    self.status = status

    let size = Swift.max(derivative.magnitude, difference.magnitude)
    let hasAllDigits = status == .converged || status == .oneSided
    // What no step resolves has an error that is unknown, too: two digits at least.
    let hasDigits = hasAllDigits || differenceError <= 0.01 * difference.magnitude
    verdict =
      if status == .kink || status == .nonFinite || !hasDigits {
        .undecided
      } else if !derivative.isFinite {
        // A slope that grows beyond all steps is inexact, too.
        hasAllDigits ? .disagrees : .undecided
      } else if abs(derivative - difference) > tolerance * size + Self.errorFactor * differenceError {
        .disagrees
      } else if hasAllDigits || differenceError <= tolerance * size {
        .agrees
      } else {
        .undecided
      }
  }

  /// Errors are estimated from differences of estimates: a few in a hundred are a few times as large.
  private static var errorFactor: Double { 8 }
}
