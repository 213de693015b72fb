// SPDX-License-Identifier: Apache-2.0

import Testing
import TestSupport

@testable import NablaExpressions

/// The logistic function as formulas have it, and powers of two that expressions share.
@Suite struct LogisticTests {
  private let x = Expr.variable("x"), y = Expr.variable("y")

  @Test func theFormsPeopleWriteBecomeTheOperation() {
    #expect(1 / (1 + exp(-x)) == sigmoid(x))
    #expect(1 / (exp(x) + 1) == sigmoid(-x))
    #expect(3 / (1 + exp(-x)) == 3 * sigmoid(x))
    #expect(exp(x) / (1 + exp(x)) == sigmoid(x))
    #expect(1 - sigmoid(x) == sigmoid(-x))
    #expect(log(1 + exp(x)) == softplus(x) && log1p(exp(x)) == softplus(x))
    #expect(log(sigmoid(x)) == -softplus(-x))
    #expect(log(1 - 1 / (1 + exp(-x))) == -softplus(x))
  }

  @Test func othersStay() {
    #expect(exp(y) / (1 + exp(x)) != sigmoid(x))
    #expect((2 / (2 + exp(x))).operation == .divide)
    #expect(log(2 + exp(x)).operation == .log)
    #expect((2 - sigmoid(x)).operation == .subtract)
    #expect((x / (1 + exp(x))).operation == .divide)
  }

  /// Against mpmath with 40 digits, where the formula as written is infinite or NaN in double precision, or has lost
  /// all digits.
  @Test(arguments: [
    (40.0, 4.248354255291589e-18, 40.0), (-40.0, 40.0, 4.248354255291589e-18), (800.0, 0.0, 800.0),
    (-800.0, 800.0, 0.0), (0.5, 0.47407698418010668, 0.97407698418010668),
  ])
  func crossEntropyIsRightInTheTails(z: Double, whereOne: Double, whereZero: Double) throws {
    let s = 1 / (1 + exp(-x))
    let loss = -(y * log(s) + (1 - y) * log(1 - s))
    for (target, expected) in [(1.0, whereOne), (0.0, whereZero)] {
      let value = try loss.value(at: [x: z, y: target])
      #expect(Swift.abs(value - expected) <= 4e-16 * expected, "\(z), \(target): \(value)")
    }
  }

  /// y = sigmoid(x) and y = softplus(x) for y say where x is.
  @Test func enclosuresContract() throws {
    for (a, b) in [(-3.0, 2.0), (0.5, 0.5), (-50, 30)] {
      for operation in [Operation.sigmoid, .softplus] {
        guard case .unary(let f) = operation.definition.value else { continue }
        var (x, unused) = (Interval(unchecked: -100, 100), Interval.entire)
        operation.contract(&x, &unused, to: Interval(unchecked: f(a).nextDown, f(b).nextUp), index: 0)
        #expect(x.lower <= a && x.upper >= b, "\(operation): \(x)")
        #expect(x.lower > a - 1 && (x.upper < b + 1 || f(b) > 1 - 1e-12), "\(operation): \(x)")
      }
    }
  }

  @Test func commonPowersOfTwoAreTakenOut() {
    let u = x * x + y
    let (quotients, power) = dividedByCommonPowerOfTwo([4 * (x * u) + 2 * y, 2 - 8 * y, -(2 / x) + 4 * u])
    #expect(power == 2)
    #expect(quotients == [2 * (x * u) + y, 1 - 4 * y, -(1 / x) + 2 * u])
    #expect(dividedByCommonPowerOfTwo([4 * x, 4 * y]).quotients == [4 * x, 4 * y])
    #expect(dividedByCommonPowerOfTwo([2 * x, 4 * y]).quotients == [x, 2 * y])
    #expect(dividedByCommonPowerOfTwo([2 * x, x * y]).power == 1)
    #expect(dividedByCommonPowerOfTwo([6 * x, 10 * y]).power == 1)
    // A sum far deeper than the stack is.
    let long = (0..<200_000).reduce(2 * x) { sum, i in sum + 2 * Expr(Double(i) + 0.5) * y }
    #expect(dividedByCommonPowerOfTwo([long]).power == 1)
  }
}
