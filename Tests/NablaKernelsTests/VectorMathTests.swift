// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaKernels
import Testing
import TestSupport

/// The vector math library, run as machine code, against references of high precision.
@Suite(.enabled(if: !runnable.isEmpty)) struct VectorMathTests {
  /// Every function stays within 1 ulp of the true value. Prints the largest error of each and where.
  @Test func errorsAreAtMostOneUlp() throws {
    try #require(vectorMathReferences.count == 30)
    print("function: largest error in ulp, at, of so many arguments")
    for (name, lines) in vectorMathReferences.sorted(by: { $0.key < $1.key }) {
      let operation = try #require(NablaExpressions.Operation.allCases.first { "\($0)" == name })
      let references = try lines.map { try Reference($0) }
      let results = values(of: operation, references.map(\.arguments))
      var worst = (error: 0.0, arguments: [Double]())
      for (reference, result) in zip(references, results) {
        let error = reference.error(of: result)
        #expect(
          error <= 1, "\(name)(\(reference.arguments)) = \(result), not \(reference.value): \(error) ulp")
        if error > worst.error { worst = (error, reference.arguments) }
      }
      let rounded = (worst.error * 1000).rounded(.up) / 1000
      print("  \(name): \(rounded) at \(worst.arguments) of \(references.count)")
    }
  }

  /// NaN, infinities, zeros, domain errors and signs are those of the table's scalar function.
  @Test(arguments: elementary) func specialResultsAreTheTables(_ operation: NablaExpressions.Operation) {
    let definition = operation.definition
    let points = definition.value.operandCount == 1 ? special.map { [$0] } : pairs(special)
    for (point, result) in zip(points, values(of: operation, points)) {
      let expected: Double =
        switch definition.value {
        case .unary(let f): f(point[0])
        case .binary(let f): f(point[0], point[1])
        default: .nan
        }
      let isSpecial = { (x: Double) in x.isNaN || x.isInfinite || x == 0 }
      guard isSpecial(result) || isSpecial(expected) else { continue }
      #expect(
        isSame(result, expected) || result.isNaN && expected.isNaN,
        "\(operation)(\(point)) = \(result), by the table \(expected)")
    }
  }

  /// Choices between operands are exact: the table's bits everywhere.
  @Test(arguments: [NablaExpressions.Operation.min, .max, .relu, .sign, .abs, .floor, .ceil, .sqrt])
  func choicesAreTheTablesBits(_ operation: NablaExpressions.Operation) {
    let numbers = special + [0.3, -0.7, 1e-3, 4.5, -4.5, 1e15 + 0.5]
    switch operation.definition.value {
    case .unary(let f):
      for (x, result) in zip(numbers, values(of: operation, numbers.map { [$0] })) {
        #expect(isSame(result, f(x)), "\(operation)(\(x)) = \(result), by the table \(f(x))")
      }
    case .binary(let f):
      for (point, result) in zip(pairs(numbers), values(of: operation, pairs(numbers))) {
        let expected = f(point[0], point[1])
        #expect(isSame(result, expected), "\(operation)(\(point)) = \(result), by the table \(expected)")
      }
    default: Issue.record("\(operation) has neither one operand nor two")
    }
  }

  /// A lane that takes the way out to scalar code changes no other lane, wherever it lies.
  @Test(arguments: elementary) func rareArgumentsLeaveOtherLanesAlone(_ operation: NablaExpressions.Operation)
  {
    let plain = [0.4, 0.6, 1.3, 2.5]
    let count = operation.definition.value.operandCount
    let alone = values(of: operation, plain.map { Array(repeating: $0, count: count) })
    for rare in [Double.nan, 0x1p-1030, 1e22, -Double.infinity, -740] {
      for lane in plain.indices {
        var mixed = plain
        mixed[lane] = rare
        let together = values(of: operation, mixed.map { Array(repeating: $0, count: count) })
        for other in plain.indices where other != lane {
          #expect(
            isSame(together[other], alone[other]),
            "\(operation)(\(plain[other])) beside \(rare) is \(together[other]), not \(alone[other])")
        }
      }
    }
  }

  /// f(−x) = −f(x), for zeros and subnormal numbers too.
  @Test(arguments: [
    NablaExpressions.Operation.sin, .tan, .asin, .atan, .sinh, .tanh, .asinh, .atanh, .erf, .cbrt,
  ])
  func oddFunctionsAreOddToTheBit(_ operation: NablaExpressions.Operation) {
    var generator = SplitMix64(seed: 31)
    let numbers =
      (0..<500).map { _ in Double.random(in: 0...1, using: &generator) } + [
        0, .leastNonzeroMagnitude, 0x1p-1030,
      ]
    let positive = values(of: operation, numbers.map { [$0] })
    let negative = values(of: operation, numbers.map { [-$0] })
    for (x, (a, b)) in zip(numbers, zip(positive, negative)) {
      #expect(isSame(-a, b), "\(operation)(±\(x)) = \(a), \(b)")
    }
  }
}

/// The instruction sets with machine code that this machine can run.
private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

private let elementary: [NablaExpressions.Operation] = [
  .power, .sqrt, .cbrt, .exp, .exp2, .expm1, .log, .log2, .log10, .log1p, .sin, .cos, .tan, .asin, .acos,
  .atan, .atan2, .asinSlope, .sinh, .cosh, .tanh, .sech, .asinh, .acosh, .atanh, .erf, .erfc, .sigmoid,
  .softplus, .hypot, .directionCosine,
]

private let special: [Double] = {
  let magnitudes: [Double] = [
    0, .leastNonzeroMagnitude, 0x1p-1030, .leastNormalMagnitude, 1e-300, 1e-20, 0.5, 1 - 0x1p-53, 1,
    1 + 0x1p-52, 1.5, 2, 3, 10, 20, 40, 100, 700, 708.5, 709.7, 709.8, 710.4, 710.5, 720, 745, 745.2, 746,
    1000, 1023, 1024, 1074, 1075, 1076, 1e10, 1e16, 1e22, 1e154, 1e155, 1e300, .greatestFiniteMagnitude,
    .infinity,
  ]
  return magnitudes.flatMap { [$0, -$0] } + [.nan]
}()

private func pairs(_ numbers: [Double]) -> [[Double]] { numbers.flatMap { x in numbers.map { [x, $0] } } }

/// An operation at points, as machine code. All instruction sets run one program: they give the same bits.
private func values(of operation: NablaExpressions.Operation, _ points: [[Double]]) -> [Double] {
  let (x, y) = (Expr.variable("x"), Expr.variable("y"))
  let inputs = operation.definition.value.operandCount == 1 ? [x] : [x, y]
  let output = Expr.applying(operation, to: inputs)
  let results = runnable.map { set in
    MachineKernel<Double>(outputs: [output], inputs: inputs, instructionSet: set).map { kernel in
      run(kernel, points).map { $0[0] }
    } ?? []
  }
  for other in results.dropFirst() { #expect(zip(results[0], other).allSatisfy(isSame)) }
  return results[0]
}

private struct Reference {
  var arguments: [Double]
  var value: Double
  /// The true value less `value`, in ulps of it.
  var remainder: Double

  struct Malformed: Error { var line: Substring }

  init(_ line: Substring) throws {
    let fields = line.split(separator: " ")
    let numbers = fields.dropLast().compactMap { UInt64($0, radix: 16).map(Double.init(bitPattern:)) }
    guard numbers.count == fields.count - 1, numbers.count >= 2, let last = fields.last,
      let remainder = Double(last)
    else { throw Malformed(line: line) }
    (arguments, value, self.remainder) = (numbers.dropLast(), numbers[numbers.count - 1], remainder)
  }

  /// The distance of a result from the true value in ulps.
  func error(of result: Double) -> Double {
    if result == value { return abs(remainder) }
    guard result.isFinite else { return .infinity }
    // Differences of neighbours are exact; 2¹⁰⁰⁰ keeps those of tiny numbers normal.
    let scale = value.magnitude < 1 ? 0x1p1000 : 1
    return abs((result * scale - value * scale) / (value.ulp * scale) - remainder)
  }
}
