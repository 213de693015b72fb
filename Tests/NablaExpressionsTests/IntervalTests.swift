// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import TestSupport
import Testing

#if arch(x86_64)
  /// Enclosures against values with 64 significant bits.
  struct IntervalFunctionTests {
    /// 25 thousand boxes for each of some forty functions: a million evaluations; a tenth of them in debug.
    private static let trials = isRelease ? 25_000 : 2_500

    @Test func unaryEnclosuresHoldTheValues() {
      for (k, c) in UnaryIntervalCase.all.enumerated() {
        var random = SplitMix64(seed: 9000 + UInt64(k))
        var failures = 0
        for trial in 0..<Self.trials {
          let box = IntervalDraws.box(&random, c.low, c.high, trial)
          let x = IntervalDraws.point(in: box, &random)
          let value = c.value(Float80(x))
          let enclosure = c.operation.enclosure(box, box, box, index: c.index)
          if !IntervalDraws.holds(enclosure, value) { failures += 1 }
        }
        #expect(failures == 0, "\(c.name), seed \(9000 + k)")
      }
    }

    /// Also the backward half: contracting to a value that is taken keeps the operands that take it.
    @Test func binaryEnclosuresHoldTheValuesAndContractionsTheOperands() {
      for (k, c) in BinaryIntervalCase.all.enumerated() {
        var random = SplitMix64(seed: 9100 + UInt64(k))
        var (failures, losses) = (0, 0)
        for trial in 0..<Self.trials {
          let (a, b) = (
            IntervalDraws.box(&random, c.a.0, c.a.1, trial),
            IntervalDraws.box(&random, c.b.0, c.b.1, trial / 2)
          )
          let (x, y) = (IntervalDraws.point(in: a, &random), IntervalDraws.point(in: b, &random))
          let value = c.value(Float80(x), Float80(y))
          guard value.isFinite else { continue }
          if !IntervalDraws.holds(c.operation.enclosure(a, b, b, index: 0), value) { failures += 1 }
          var (left, right) = (a, b)
          c.operation.contract(&left, &right, to: IntervalDraws.around(value, &random), index: 0)
          if !left.contains(x) || !right.contains(y) { losses += 1 }
        }
        #expect(failures == 0 && losses == 0, "\(c.operation), seed \(9100 + k)")
      }
    }

    @Test func unaryContractionsKeepTheOperands() {
      for (k, c) in UnaryIntervalCase.all.enumerated() {
        var random = SplitMix64(seed: 9200 + UInt64(k))
        var losses = 0
        for trial in 0..<Self.trials {
          let box = IntervalDraws.box(&random, c.low, c.high, trial)
          let x = IntervalDraws.point(in: box, &random)
          let value = c.value(Float80(x))
          guard value.isFinite, value.magnitude < 1e300 else { continue }
          var (left, other) = (box, box)
          c.operation.contract(&left, &other, to: IntervalDraws.around(value, &random), index: c.index)
          if !left.contains(x) { losses += 1 }
        }
        #expect(losses == 0, "\(c.name), seed \(9200 + k)")
      }
    }
  }
#endif

/// The traps into which interval libraries have fallen.
struct IntervalTrapTests {
  private let all = Interval.entire

  @Test func emptyAndUnboundedOperands() {
    #expect((Interval(0) * Interval.empty).isEmpty && (Interval.empty * Interval(0)).isEmpty)
    #expect((Interval.empty + Interval(1)).isEmpty)
    #expect(Interval(0) * all == Interval(0))
    #expect(all - all == all && all.squared == Interval(0, .infinity))
    #expect(all.raised(to: 3) == all && all.raised(to: 2).lower == 0)
    let huge = Interval(1e300, .infinity)
    #expect((huge * huge).lower == .greatestFiniteMagnitude && (huge * huge).upper == .infinity)
    #expect(!(huge - huge).isEmpty && (huge - huge).contains(0))
  }

  @Test func divisionByZero() {
    // 0/[−10, 10] is no single number.
    #expect(Interval(0).divided(by: Interval(-10, 10), within: all) == all)
    #expect((Interval(1) / Interval(0)).isEmpty)
    let half = Interval(1) / Interval(0, 2)
    #expect(half.lower <= 0.5 && half.lower > 0.499 && half.upper == .infinity)
    // A gap around 0 is used where the target is on one side of it.
    let part = Interval(1).divided(by: Interval(-2, 4), within: Interval(-0.4, 10))
    #expect(part.lower > 0.2499 && part.lower <= 0.25 && part.upper == 10)
    // The reciprocal of a reciprocal.
    let x = Interval(-1, 2)
    #expect(
      (Interval(1) / (Interval(1) / x)).contains(1.5) && (Interval(1) / (Interval(1) / x)).contains(-0.5))
  }

  @Test func underflowKeepsSigns() {
    let tiny = Interval(1e-200)
    #expect((tiny * tiny).lower == 0 && (tiny * tiny).upper > 0)
    #expect((-tiny * tiny).upper == 0 && (-tiny * tiny).lower < 0)
    let tail = Interval(-800, -790).exp
    #expect(tail.lower == 0 && tail.upper > 0)
    #expect(Interval(-1, 0).exp.upper == 1)
  }

  @Test func wavesReachTheirExtrema() {
    #expect(Interval(0, 2).sin.upper == 1 && Interval(0, 2).sin.lower <= 0)
    #expect(Interval(3, 4).cos.lower == -1 && Interval(3, 4).cos.upper < -0.6)
    #expect(Interval(0, 100).sin == Interval(-1, 1))
    #expect(Interval(1e300).cos == Interval(-1, 1))
    // Across a pole nothing is known, not the hull of the ends.
    #expect(Interval(1.5, 1.6).tan == all && Interval(1, 1.5).tan.upper < 15)
    #expect(Interval(-1, 1).atan.upper >= 0.785398163397448309)
  }

  @Test func powersAcrossZero() {
    #expect(Interval(-2, 3).raised(to: 2) == Interval(0, 9.000000000000002))
    #expect(Interval(-1, 1).raised(to: -2).lower > 0.99 && Interval(-1, 1).raised(to: -2).upper == .infinity)
    let root = Interval.power(Interval(-4, 4), Interval(0.5))
    #expect(root.lower == 0 && root.contains(2) && root.upper < 2.1)
    let odd = Interval.power(Interval(-2, -2), Interval(3))
    #expect(odd.contains(-8) && odd.width < 1e-14)
    let exactZero = Interval(0).raised(to: 3)
    #expect(exactZero == Interval(0) && exactZero.root(3, within: Interval(-1, 1)) == Interval(0))
  }

  @Test func undefinedParts() {
    #expect(Interval(-2, -1).log.isEmpty && Interval(-2, -1).squareRoot.isEmpty)
    #expect(Interval(-1, 4).squareRoot.contains(2) && Interval(-1, 4).squareRoot.lower == 0)
    #expect(Interval(0, 1).log.lower == -.infinity)
    #expect(Interval(2, 3).asin.isEmpty)
  }

  @Test func setOperations() {
    let x = Interval(1, 3)
    #expect(x.intersection(Interval(2, 5)) == Interval(2, 3) && x.intersection(Interval(4, 5)).isEmpty)
    #expect(x.intersection(.empty).isEmpty && Interval.empty.intersection(x).isEmpty)
    #expect(x.hull(.empty) == x && x.hull(Interval(7)) == Interval(1, 7))
    #expect(Interval.empty.isSubset(of: x) && x.isSubset(of: all) && !x.isInterior(of: x))
    #expect(x.midpoint == 2 && all.midpoint == 0 && Interval(5, .infinity).midpoint > 5)
    #expect(x.isDisjoint(from: Interval(4)) && Interval.empty.isDisjoint(from: x))
    #expect(Interval.empty == Interval.empty && "\(Interval.empty) \(x)" == "∅ [1.0, 3.0]")
  }
}
