// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions

/// Writes a vector program on intervals, one box a lane: the rules of ``Interval`` without branches.
///
/// Bounds are never NaN, lower ones never +∞ and upper ones never −∞. There is no empty interval: where an operation
/// would give one, the lane is marked, and what it computes from there on is not to be looked at. Where a rule says
/// less than the one of ``Interval``, the result is wider.
///
/// Lower bounds are rounded down and upper ones up. The elementary functions are those of the vector math library,
/// which are off by less than one unit in the last place; each bound is moved outwards by eight.
package struct IntervalBuilder {
  package struct Value {
    var lower: VectorProgram.Value
    var upper: VectorProgram.Value
    /// Known before any number is: no number of the interval is negative.
    var isNonNegative = false
    /// Of a constant.
    var constant: Interval?
  }

  /// A condition of each lane.
  package struct Mask {
    var value: VectorProgram.Value
  }

  var b: VectorBuilder
  private var outputCount = 0
  private var inputCount = 0

  /// The lanes in which something is empty; nil if that cannot be.
  package private(set) var emptyLanes: Mask?

  package init(for instructionSet: InstructionSet) { b = VectorBuilder(.double, for: instructionSet) }

  /// Begins to mark empty lanes anew; returns the marks so far.
  package mutating func takeEmptyLanes() -> Mask? {
    defer { emptyLanes = nil }
    return emptyLanes
  }

  mutating func markEmpty(_ mask: VectorProgram.Value) {
    emptyLanes = Mask(value: emptyLanes.map { b.or($0.value, mask) } ?? mask)
  }

  // MARK: Inputs and outputs

  /// The next two inputs: a lower and an upper bound, of which neither is NaN nor the infinity of the other side.
  package mutating func input() -> Value {
    inputCount += 2
    return Value(lower: b.input(inputCount - 2), upper: b.input(inputCount - 1))
  }

  package mutating func constant(_ interval: Interval) -> Value {
    let lower = b.constant(interval.lower)
    let upper = interval.lower == interval.upper ? lower : b.constant(interval.upper)
    return Value(lower: lower, upper: upper, isNonNegative: interval.lower >= 0, constant: interval)
  }

  /// The next two outputs: the bounds.
  package mutating func output(_ value: Value) {
    b.store(value.lower, output: outputCount)
    b.store(value.upper, output: outputCount + 1)
    outputCount += 2
  }

  /// The next output: 1 where a condition holds, else 0.
  package mutating func output(_ mask: Mask?) {
    let number = mask.map { b.and($0.value, b.constant(1)) } ?? b.constant(0)
    b.store(number, output: outputCount)
    outputCount += 1
  }

  /// The next output: the upper bound.
  package mutating func outputUpper(_ value: Value) {
    b.store(value.upper, output: outputCount)
    outputCount += 1
  }

  /// The program, and the number of its inputs and outputs.
  ///
  /// Rules write whole intervals and contract all values: where one bound is asked for, or a constant is contracted,
  /// that leads to nothing.
  func finished() -> (program: VectorProgram, inputCount: Int, outputCount: Int) {
    (b.program.withoutDeadOperations(), inputCount, outputCount)
  }

  // MARK: Sets

  /// What both contain; where that is nothing, the lane is empty.
  package mutating func intersection(_ new: Value, _ old: Value) -> Value {
    let lower = b.maximum(new.lower, old.lower)
    let upper = b.minimum(new.upper, old.upper)
    markEmpty(b.compare(upper, .less, lower))
    return Value(lower: lower, upper: upper, isNonNegative: new.isNonNegative || old.isNonNegative)
  }

  /// The part of `within` in [low, gap.low] ∪ [gap.high, high], up to the smallest interval around it.
  mutating func intersection(
    _ within: Value, low: VectorProgram.Value, gap: (low: VectorProgram.Value, high: VectorProgram.Value),
    high: VectorProgram.Value
  ) -> Value {
    let isAbove = b.compare(gap.low, .less, within.lower)
    let isBelow = b.compare(within.upper, .less, gap.high)
    return intersection(
      Value(lower: b.select(isAbove, gap.high, low), upper: b.select(isBelow, gap.low, high)), within)
  }

  /// `x` where a condition holds, else `y`.
  package mutating func select(_ mask: Mask, _ x: Value, _ y: Value) -> Value {
    Value(
      lower: b.select(mask.value, x.lower, y.lower), upper: b.select(mask.value, x.upper, y.upper),
      isNonNegative: x.isNonNegative && y.isNonNegative)
  }

  // MARK: Conditions

  package mutating func and(_ x: Mask, _ y: Mask) -> Mask { Mask(value: b.and(x.value, y.value)) }
  package mutating func or(_ x: Mask, _ y: Mask) -> Mask { Mask(value: b.or(x.value, y.value)) }
  /// x and not y.
  package mutating func and(_ x: Mask, not y: Mask) -> Mask { Mask(value: b.andNot(y.value, x.value)) }

  /// Whether a number lies in an interval.
  package mutating func contains(_ x: Value, _ number: Double) -> Mask {
    let number = b.constant(number)
    return Mask(
      value: b.and(b.compare(x.lower, .lessOrEqual, number), b.compare(number, .lessOrEqual, x.upper)))
  }

  /// Whether an interval lies in another one and touches no bound of it.
  package mutating func isInterior(_ x: Value, of y: Value) -> Mask {
    Mask(value: b.and(b.compare(y.lower, .less, x.lower), b.compare(x.upper, .less, y.upper)))
  }

  /// Whether both bounds are finite.
  package mutating func isBounded(_ x: Value) -> Mask {
    let infinity = b.constant(.infinity)
    return Mask(
      value: b.and(
        b.compare(b.constant(-.infinity), .less, x.lower), b.compare(x.upper, .less, infinity)))
  }

  /// Whether x < y for all numbers of two intervals.
  package mutating func isLess(_ x: Value, _ y: Value) -> Mask {
    Mask(value: b.compare(x.upper, .less, y.lower))
  }
}
