// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaKernels
import Testing
import TestSupport

/// The vector math library for floats, run as machine code, against that for doubles, whose own error is
/// below 10⁻⁸ of a float's ulp.
@Suite(.enabled(if: !runnable.isEmpty)) struct SingleVectorMathTests {
  /// Every function stays within 1 ulp of the true value: at floats from all over their range, and at the
  /// worst of all floats. Prints the largest error of each and where.
  @Test func errorsAreAtMostOneUlp() {
    let seed: UInt64 = 20_261_125
    var generator = SplitMix64(seed: seed)
    print("function: largest error in ulp, at, of so many arguments; seed \(seed)")
    for operation in elementary {
      let points =
        operation.definition.value.operandCount == 1
        ? strided.map { [$0] } + (worstArguments[operation] ?? []).map { [Float(bitPattern: $0)] }
        : randomPairs(&generator)
      let references = values(of: operation, points.map { $0.map { Double($0) } })
      var worst = (error: 0.0, point: [Float]())
      for (point, (result, reference)) in zip(points, zip(values(of: operation, points), references)) {
        let error = error(of: result, reference)
        #expect(error <= 1, "\(operation)(\(point)) = \(result), not \(reference): \(error) ulp")
        if error > worst.error { worst = (error, point) }
      }
      let rounded = (worst.error * 1000).rounded(.up) / 1000
      print("  \(operation): \(rounded) at \(worst.point) of \(points.count)")
    }
  }

  /// NaN, infinities, zeros, domain errors and signs are those of the table's scalar function.
  @Test(arguments: elementary) func specialResultsAreTheTables(_ operation: NablaExpressions.Operation) {
    let definition = operation.definition
    let points =
      definition.value.operandCount == 1
      ? special.map { [$0] } : special.flatMap { x in special.map { [x, $0] } }
    for (point, result) in zip(points, values(of: operation, points)) {
      let expected: Float =
        switch definition.value {
        case .unary(let f): Float(f(Double(point[0])))
        case .binary(let f): Float(f(Double(point[0]), Double(point[1])))
        default: .nan
        }
      let isSpecial = { (x: Float) in x.isNaN || x.isInfinite || x == 0 }
      guard isSpecial(result) || isSpecial(expected) else { continue }
      #expect(isSame(result, expected), "\(operation)(\(point)) = \(result), by the table \(expected)")
    }
  }

  /// A lane that takes the way out to scalar code changes no other lane, wherever it lies.
  @Test(arguments: elementary) func rareArgumentsLeaveOtherLanesAlone(_ operation: NablaExpressions.Operation)
  {
    let plain: [Float] = [0.4, 0.6, 1.3, 2.5, 0.2, 0.7, 1.1, 3.5]
    let count = operation.definition.value.operandCount
    let alone = values(of: operation, plain.map { Array(repeating: $0, count: count) })
    for rare in [Float.nan, 0x1p-130, 1e6, 1e30, -Float.infinity, -95] {
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
    let positive = strided.filter { $0.sign == .plus } + [0, .leastNonzeroMagnitude]
    let results = values(of: operation, positive.map { [$0] })
    for (x, (a, b)) in zip(positive, zip(results, values(of: operation, positive.map { [-$0] }))) {
      #expect(isSame(-a, b), "\(operation)(±\(x)) = \(a), \(b)")
    }
  }
}

/// The instruction sets with machine code that this machine can run.
private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

private let elementary: [NablaExpressions.Operation] = [
  .power, .cbrt, .exp, .exp2, .expm1, .log, .log2, .log10, .log1p, .sin, .cos, .tan, .asin, .acos, .atan,
  .atan2, .asinSlope, .sinh, .cosh, .tanh, .sech, .asinh, .acosh, .atanh, .erf, .erfc, .sigmoid, .softplus,
  .hypot, .directionCosine,
]

/// One of 65 521 floats, subnormal ones, infinities and NaN included.
private let strided = stride(from: UInt32(0), to: .max, by: 65_521).map { Float(bitPattern: $0) }

/// Bases and exponents, coordinates: of moderate size, and of all magnitudes.
private func randomPairs(_ generator: inout SplitMix64) -> [[Float]] {
  let moderate: [[Float]] = randomPoints(20_000, dimension: 2, within: 10, using: &generator)
  let powers = (0..<20_000).map { _ in
    [
      Float(Double.random(in: 0...4, using: &generator)),
      Float(Double.random(in: -100...100, using: &generator)),
    ]
  }
  let all = (0..<20_000).map { _ in
    (0..<2).map { _ in Float(bitPattern: UInt32.random(in: 0...(.max), using: &generator)) }
  }
  return moderate + powers + all
}

private let special: [Float] = {
  let magnitudes: [Float] = [
    0, .leastNonzeroMagnitude, 0x1p-130, .leastNormalMagnitude, 1e-20, 0.5, 1 - 0x1p-24, 1, 1 + 0x1p-23, 1.5,
    2, 3, 10, 20, 40, 87, 88.7, 88.8, 89, 90, 103, 104, 106, 127, 128, 149, 150, 151, 152, 65_536, 65_537,
    1e10, 0x1p24, 0x1p40, 0x1p41, 1e19, 1e20, 1e30, .greatestFiniteMagnitude, .infinity,
  ]
  return magnitudes.flatMap { [$0, -$0] } + [.nan]
}()

/// An operation at points, as machine code. All instruction sets run one program: they give the same bits.
private func values<Scalar: BitwiseScalar>(
  of operation: NablaExpressions.Operation, _ points: [[Scalar]]
) -> [Scalar] {
  let (x, y) = (Expr.variable("x"), Expr.variable("y"))
  let inputs = operation.definition.value.operandCount == 1 ? [x] : [x, y]
  let output = Expr.applying(operation, to: inputs)
  let results = runnable.map { set in
    MachineKernel<Scalar>(outputs: [output], inputs: inputs, instructionSet: set).map { kernel in
      run(kernel, points).map { $0[0] }
    } ?? []
  }
  for other in results.dropFirst() { #expect(zip(results[0], other).allSatisfy(isSame)) }
  return results[0]
}

/// The distance of a float from the true value in ulps of that.
private func error(of result: Float, _ value: Double) -> Double {
  let rounded = Float(value)
  if rounded.isNaN || rounded.isInfinite && result == rounded {
    return isSame(result, rounded) ? 0 : .infinity
  }
  let magnitude = Swift.max(value.magnitude, Double(Float.leastNormalMagnitude))
  let ulp = Double(sign: .plus, exponent: Swift.min(Int(magnitude.exponent), 127) - 23, significand: 1)
  // An infinity stands one step beyond the largest float.
  let number = result.isInfinite ? (result > 0 ? 0x1p128 : -0x1p128) : Double(result)
  return abs(number - value) / ulp
}

/// The bits of those of all floats where the errors are largest.
private let worstArguments: [NablaExpressions.Operation: [UInt32]] = [
  .acos: [0x3F173DF8], .acosh: [0x3F8400CE], .asin: [0x3F001918], .asinSlope: [0x3B6E64B9],
  .asinh: [0x3E810D85], .atan: [0x3F7D46FA], .atanh: [0x3DFE29EB], .cbrt: [0x002E24B2],
  .cos: [0x46F5551A], .cosh: [0x4047A22C], .erf: [0x3F16B09D], .erfc: [0x40DC7FE5], .exp: [0x426D199B],
  .exp2: [0xBEECDFBD], .expm1: [0x3EB17920], .log: [0x3F332636], .log10: [0x3F42BC8F],
  .log1p: [0x3ECCCC38], .log2: [0x3FB30D7C], .sech: [0x42755FBA], .sigmoid: [0xC0E8E6EA],
  .sin: [0x43A61CA3], .sinh: [0x3EB19A63], .softplus: [0xB36D55F1], .tan: [0x420716B1], .tanh: [0x3E31831C],
]
