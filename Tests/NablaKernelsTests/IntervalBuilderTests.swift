// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import TestSupport
import Testing

@testable import NablaKernels

private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

/// One operation on intervals as machine code: its enclosure, and what contraction leaves of its operands.
private struct OperationKernel {
  struct Result {
    var value: Interval
    var x: Interval
    var y: Interval
    var isLeft: Bool
    var isDiscontinuous: Bool
  }

  private let kernel: IntervalKernel

  /// nil where the operation has no rule.
  init?(_ operation: NablaExpressions.Operation, index: Int, _ set: InstructionSet) {
    var b = IntervalBuilder(for: set)
    var (x, y) = (b.input(), b.input())
    let z = b.input()
    guard let value = b.enclosure(operation, x, y, index: index) else { return nil }
    b.output(value)
    b.output(b.takeEmptyLanes())
    let discontinuity = b.discontinuity(operation, x, y, index: index)
    b.contract(operation, &x, &y, to: z, index: index)
    b.output(x)
    b.output(y)
    b.output(b.takeEmptyLanes())
    b.output(discontinuity)
    guard let kernel = IntervalKernel(b) else { return nil }
    self.kernel = kernel
  }

  func run(_ operands: [(x: Interval, y: Interval, z: Interval)]) -> [Result] {
    kernel.results(operands.map { [$0.x, $0.y, $0.z] }).map { numbers in
      // What is marked as empty holds anything.
      func interval(_ c: Int, _ isEmpty: Bool) -> Interval {
        isEmpty ? .empty : Interval(bounds: numbers[c], numbers[c + 1])
      }
      let (isValueEmpty, isEmpty) = (numbers[2] != 0, numbers[7] != 0)
      return Result(
        value: interval(0, isValueEmpty), x: interval(3, isEmpty), y: interval(5, isEmpty), isLeft: !isEmpty,
        isDiscontinuous: numbers[8] != 0)
    }
  }
}

/// Interval code against values with 64 significant bits, and against the rules of ``Interval``, which know nothing of
/// it.
struct IntervalBuilderTests {
  /// How far a bound may be outside of the portable one, in units of its last place: both are eight and one off, and a
  /// margin of 2⁻⁴⁹ is up to sixteen.
  private static let units = 32.0

  /// Whether `x` is not much wider than `oracle`.
  private static func isTight(_ x: Interval, _ oracle: Interval, units: Double = units) -> Bool {
    if oracle.isEmpty { return true }
    func margin(_ v: Double) -> Double { v.isFinite ? units * v.ulp + 0x1p-1060 : 0 }
    let low = oracle.lower.isFinite ? oracle.lower - margin(oracle.lower) : oracle.lower
    let high = oracle.upper.isFinite ? oracle.upper + margin(oracle.upper) : oracle.upper
    return x.isEmpty || (low <= x.lower && x.upper <= high)
  }

  #if arch(x86_64)
    private static let trials = isRelease ? 25_000 : 2_500

    /// Enclosures hold the values and are not wider than the portable ones; contracting to a value that is taken
    /// keeps the operands.
    @Test(arguments: runnable)
    func unaryOperations(_ set: InstructionSet) throws {
      var count = 0
      for (k, c) in UnaryIntervalCase.all.enumerated() {
        guard let kernel = OperationKernel(c.operation, index: c.index, set) else { continue }
        count += 1
        let seed = 9300 + UInt64(k)
        var random = SplitMix64(seed: seed)
        var operands: [(x: Interval, y: Interval, z: Interval)] = []
        var points: [(x: Double, value: Float80)] = []
        while operands.count < Self.trials {
          let box = IntervalDraws.box(&random, c.low, c.high, operands.count)
          let x = IntervalDraws.point(in: box, &random)
          let value = c.value(Float80(x))
          guard value.isFinite, value.magnitude < 1e300 else { continue }
          operands.append((box, box, IntervalDraws.around(value, &random)))
          points.append((x, value))
        }
        for ((operand, point), result) in zip(zip(operands, points), kernel.run(operands)) {
          let box = operand.x
          let oracle = c.operation.enclosure(box, box, box, index: c.index)
          var (left, other) = (box, box)
          c.operation.contract(&left, &other, to: operand.z, index: c.index)
          let isSound = IntervalDraws.holds(result.value, point.value) && result.x.contains(point.x)
          // Far away the portable code and this one disagree about which extrema are near.
          let isGood = isSound && (c.high > 1e9 || Self.isTight(result.value, oracle))
          #expect(
            isGood,
            "\(c.name) on \(set), seed \(seed): \(operand) gives \(result), not \(oracle), \(left) with \(point)"
          )
          let isContinuous = c.operation.isContinuous(box, box, index: c.index)
          #expect(result.isDiscontinuous == !isContinuous, "\(c.name) over \(box)")
          if !isGood { break }
        }
      }
      #expect(count >= 35, "only \(count) have a rule")
    }

    @Test(arguments: runnable)
    func binaryOperations(_ set: InstructionSet) throws {
      for (k, c) in BinaryIntervalCase.all.enumerated() {
        guard let kernel = OperationKernel(c.operation, index: 0, set) else { continue }
        let seed = 9400 + UInt64(k)
        var random = SplitMix64(seed: seed)
        var operands: [(x: Interval, y: Interval, z: Interval)] = []
        var points: [(x: Double, y: Double, value: Float80)] = []
        while operands.count < Self.trials {
          let trial = operands.count
          let a = IntervalDraws.box(&random, c.a.0, c.a.1, trial)
          let b = IntervalDraws.box(&random, c.b.0, c.b.1, trial / 2)
          let (x, y) = (IntervalDraws.point(in: a, &random), IntervalDraws.point(in: b, &random))
          let value = c.value(Float80(x), Float80(y))
          guard value.isFinite else { continue }
          operands.append((a, b, IntervalDraws.around(value, &random)))
          points.append((x, y, value))
        }
        for ((operand, point), result) in zip(zip(operands, points), kernel.run(operands)) {
          let oracle = c.operation.enclosure(operand.x, operand.y, operand.y, index: 0)
          let isSound =
            IntervalDraws.holds(result.value, point.value) && result.x.contains(point.x)
            && result.y.contains(point.y)
          let isGood = isSound && Self.isTight(result.value, oracle)
          #expect(
            isGood,
            "\(c.operation) on \(set), seed \(seed): \(operand) gives \(result), not \(oracle), with \(point)"
          )
          if !isGood { break }
        }
      }
    }

    /// Bounds that are special, each with each: the values at them, however large they are, and contraction to what
    /// holds them.
    @Test(arguments: runnable)
    func specialBounds(_ set: InstructionSet) throws {
      let exact: Set<NablaExpressions.Operation> = [
        .add, .subtract, .multiply, .integerPower, .sqrt, .abs, .min, .max, .relu,
      ]
      var operations:
        [(operation: NablaExpressions.Operation, index: Int, value: (Float80, Float80) -> Float80)] = []
      for c in UnaryIntervalCase.all { operations.append((c.operation, c.index, { x, _ in c.value(x) })) }
      for c in BinaryIntervalCase.all { operations.append((c.operation, 0, c.value)) }
      operations.append((.negate, 0, { x, _ in -x }))
      var random = SplitMix64(seed: 9500)
      var count = 0
      for (operation, index, value) in operations {
        guard let kernel = OperationKernel(operation, index: index, set) else { continue }
        let isBinary = operation.definition.value.operandCount > 1 && operation != .integerPower
        var operands: [(x: Interval, y: Interval, z: Interval)] = []
        var points: [(x: Double, y: Double, value: Float80)] = []
        for x in Self.special {
          for y in isBinary ? Self.special : [x] {
            let (u, v) = (Self.point(in: x, &random), Self.point(in: y, &random))
            let value = value(Float80(u), Float80(v))
            guard !value.isNaN else { continue }
            operands.append((x, y, Self.around(value, &random)))
            points.append((u, v, value))
          }
        }
        count += operands.count
        for ((operand, point), result) in zip(zip(operands, points), kernel.run(operands)) {
          // A pole is no value, and √(a²+b²) is made of squares.
          let isValue = point.value.isFinite
          let isSound =
            !isValue
            || IntervalDraws.holds(result.value, point.value) && result.x.contains(point.x)
              && (!isBinary || result.y.contains(point.y))
          let oracle = operation.enclosure(operand.x, operand.y, operand.y, index: index)
          let isGood = isSound && (!exact.contains(operation) || Self.isTight(result.value, oracle))
          #expect(
            isGood, "\(operation) \(index) on \(set) of \(operand): \(result), not \(oracle), with \(point)")
          if !isGood { break }
        }
      }
      #expect(count > 100_000)
    }

    private static let special: [Interval] = {
      let (least, greatest) = (Double.leastNonzeroMagnitude, Double.greatestFiniteMagnitude)
      let bounds = [
        -.infinity, -greatest, -3, -1, -1e-200, -least, -0.0, 0, least, 1e-200, 1, 2, 1e200, greatest,
        .infinity,
      ]
      return bounds.flatMap { low in
        bounds.filter { low < .infinity && $0 >= low && $0 > -.infinity }.map { Interval(low, $0) }
      }
    }()

    /// A bound, or 0, or the largest number where there is no bound.
    private static func point(in x: Interval, _ random: inout SplitMix64) -> Double {
      let greatest = Double.greatestFiniteMagnitude
      let points = [max(x.lower, -greatest), min(x.upper, greatest), x.contains(0) ? 0 : x.midpoint]
      return points[Int.random(in: 0..<3, using: &random)]
    }

    /// Bounds on one side, on both or on none of a number that may be beyond all doubles.
    private static func around(_ value: Float80, _ random: inout SplitMix64) -> Interval {
      let (low, high) = (Double(value).nextDown, Double(value).nextUp)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: return .entire
      case 1: return Interval(min(low, .greatestFiniteMagnitude), .infinity)
      case 2: return Interval(-.infinity, max(high, -.greatestFiniteMagnitude))
      default: return Interval(min(low, .greatestFiniteMagnitude), max(high, -.greatestFiniteMagnitude))
      }
    }
  #endif

  /// 0 is no small number: what is exactly 0 stays so, which proofs of points on the edge of a box depend on.
  @Test(arguments: runnable)
  func zerosStayExact(_ set: InstructionSet) throws {
    let zero = Interval(0)
    let others = [Interval(0.1, 0.3), Interval(-3, -0.7), Interval(-1, 2), Interval(0, 1), Interval(-1, 0)]
    for (operation, index) in [
      (NablaExpressions.Operation.multiply, 0), (.divide, 0), (.integerPower, 2),
      (.integerPower, 3), (.sqrt, 0), (.cbrt, 0), (.sinh, 0), (.tanh, 0), (.sin, 0), (.tan, 0), (.expm1, 0),
      (.log1p, 0), (.asin, 0), (.atan, 0), (.erf, 0), (.asinh, 0),
    ] {
      let kernel = try #require(OperationKernel(operation, index: index, set))
      let operands = others.filter { operation != .divide || !$0.contains(0) }
        .map { (x: zero, y: $0, z: Interval.entire) }
      for result in kernel.run(operands) {
        #expect(result.value == zero, "\(operation) \(index) on \(set): \(result)")
      }
    }
    // x·y = 0 with y ≠ 0, and x − y = 0 with y = 0.
    let product = try #require(OperationKernel(.multiply, index: 0, set))
    for result in product.run([(Interval(-1, 1), others[0], zero), (Interval(-1, 1), others[1], zero)]) {
      #expect(result.isLeft && result.x == zero, "\(set): \(result)")
    }
    let difference = try #require(OperationKernel(.subtract, index: 0, set))
    let result = try #require(difference.run([(Interval(-1, 1), zero, zero)]).first)
    #expect(result.isLeft && result.x == zero, "\(set): \(result)")
  }
}
