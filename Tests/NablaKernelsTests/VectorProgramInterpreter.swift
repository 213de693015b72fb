// SPDX-License-Identifier: Apache-2.0

import LibC
import TestSupport

@testable import NablaKernels

/// Runs a vector program for one point with Swift's scalar arithmetic: what machine code must equal bit by
/// bit, whatever the program.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func interpret<Scalar: BitwiseScalar>(
  _ program: VectorProgram, inputs: [Scalar], outputCount: Int
) -> [Scalar] {
  interpretTerms(program, inputs: inputs, outputCount: outputCount).map { a, b in b.map { a * $0 } ?? a }
}

/// What is stored in outputs or added to their sums: a, or the product of a and b.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func interpretTerms<Scalar: BitwiseScalar>(
  _ program: VectorProgram, inputs: [Scalar], outputCount: Int
) -> [(a: Scalar, b: Scalar?)] {
  // The bits of each value, in the precision of its operation.
  var values: [UInt64] = []
  values.reserveCapacity(program.operations.count)
  var outputs = [(a: Scalar, b: Scalar?)](repeating: (.nan, nil), count: outputCount)
  for operation in program.operations {
    switch operation.code {
    case .input: values.append(UInt64(inputs[Int(operation.immediate)].bitPattern))
    case .store:
      let (a, b) = (values[Int(operation.a)], operation.b >= 0 ? values[Int(operation.b)] : nil)
      let factor = Scalar(bitPattern: .init(a))
      outputs[Int(operation.immediate)] = (
        operation.isNegative ? -factor : factor, b.map { Scalar(bitPattern: .init($0)) }
      )
      values.append(0)
    // One point is in both halves of a vector.
    case .widenLow, .widenHigh:
      values.append(Double(Float(bitPattern: UInt32(values[Int(operation.a)]))).bitPattern)
    case .narrow: values.append(UInt64(Float(Double(bitPattern: values[Int(operation.a)])).bitPattern))
    default:
      let result = rounding(operation.rounding) {
        operation.precision == .double
          ? value(of: operation, program, values, as: Double.self).bitPattern
          : UInt64(value(of: operation, program, values, as: Float.self).bitPattern)
      }
      values.append(result)
    }
  }
  return outputs
}

/// What `body` computes while the processor rounds its scalar arithmetic in a direction.
private func rounding(_ direction: VectorProgram.Rounding, _ body: () -> UInt64) -> UInt64 {
  guard direction != .nearest else { return body() }
  // FE_TONEAREST and so on of x86-64, in this order; the names are imported twice.
  fesetround(Int32(direction.rawValue) << 10)
  defer { fesetround(0) }
  return body()
}

/// Reads its operands from memory, which the compiler must take for changed by whatever sets the rounding.
@inline(never)
private func value<Scalar: BitwiseScalar>(
  of operation: VectorProgram.Operation, _ program: VectorProgram, _ values: [UInt64], as: Scalar.Type
) -> Scalar {
  func operand(_ value: VectorProgram.Value) -> Scalar {
    value >= 0 ? Scalar(bitPattern: .init(values[Int(value)])) : 0
  }
  let (a, b, c) = (operand(operation.a), operand(operation.b), operand(operation.c))
  let immediate = Int(operation.immediate)
  func bits(_ combine: (Scalar.Bits, Scalar.Bits) -> Scalar.Bits) -> Scalar {
    Scalar(bitPattern: combine(a.bitPattern, b.bitPattern))
  }
  switch operation.code {
  case .constant: return Scalar(bitPattern: .init(truncatingIfNeeded: program.constants[immediate]))
  case .add: return a + b
  case .subtract: return a - b
  case .multiply: return a * b
  case .divide: return a / b
  case .squareRoot: return a.squareRoot()
  case .multiplyAdd: return c.addingProduct(a, b)
  case .negativeMultiplyAdd: return c.addingProduct(-a, b)
  case .multiplySubtract: return (-c).addingProduct(a, b)
  case .minimum: return a < b ? a : b
  case .maximum: return a > b ? a : b
  case .minimumNumber, .maximumNumber:
    if a.isSignalingNaN || b.isSignalingNaN { return .nan }
    if a.isNaN || b.isNaN { return a.isNaN ? b : a }
    // The sign of zeros counts.
    let isLess = a < b || a == b && a.sign == .minus
    return isLess == (operation.code == .minimumNumber) ? a : b
  case .round:
    switch VectorProgram.Rounding(rawValue: operation.immediate)! {
    case .nearest: return a.rounded(.toNearestOrEven)
    case .down: return a.rounded(.down)
    case .up: return a.rounded(.up)
    case .towardZero: return a.rounded(.towardZero)
    }
  case .and: return bits(&)
  case .or: return bits(|)
  case .exclusiveOr: return bits(^)
  case .andNot: return bits { ~$0 & $1 }
  case .scale: return scaled(a, by: b)
  case .fixUp: return fixedUp(a, where: b, UInt32(truncatingIfNeeded: c.bitPattern))
  case .classify: return Scalar(bitPattern: a.isSubnormal ? .max : 0)
  case .compare:
    let holds: Bool
    switch VectorProgram.Comparison(rawValue: operation.immediate)! {
    case .equal: holds = a == b
    case .less: holds = a < b
    case .lessOrEqual: holds = a <= b
    case .unordered: holds = a.isNaN || b.isNaN
    case .notEqual: holds = a != b
    case .notLess: holds = !(a < b)
    case .notLessOrEqual: holds = !(a <= b)
    }
    return Scalar(bitPattern: holds ? .max : 0)
  case .blend: return a.sign == .minus ? b : c
  case .addIntegers: return bits(&+)
  case .subtractIntegers: return bits(&-)
  case .shiftLeft: return Scalar(bitPattern: a.bitPattern << immediate)
  case .shiftRight: return Scalar(bitPattern: a.bitPattern >> immediate)
  case .call: return Scalar(program.functions[immediate].value(Double(a), Double(b)))
  case .callWhere:
    return c.sign == .minus ? Scalar(program.functions[immediate].value(Double(a), 0)) : b
  case .input, .store, .widenLow, .widenHigh, .narrow: preconditionFailure("no operation on \(Scalar.self)")
  }
}

/// a·2^⌊b⌋ with one rounding, and the special cases of the instruction vscalef.
private func scaled<Scalar: BitwiseScalar>(_ a: Scalar, by b: Scalar) -> Scalar {
  if a.isSignalingNaN || b.isNaN { return .nan }
  if b.isInfinite {
    let isUp = b > 0
    if a.isNaN { return isUp ? .infinity : 0 }
    if isUp ? a == 0 : a.isInfinite { return .nan }
    let result: Scalar = isUp ? .infinity : 0
    return a.sign == .minus ? -result : result
  }
  if a.isNaN || a == 0 || a.isInfinite { return a }
  let least = Scalar.leastNormalMagnitude.exponent
  let shift = Scalar.Exponent(Swift.max(-10_000, Swift.min(10_000, b.rounded(.down))))
  let exponent = a.exponent + shift
  let magnitude: Scalar
  if exponent > Scalar.greatestFiniteMagnitude.exponent {
    magnitude = .infinity
  } else if exponent >= least {
    magnitude = Scalar(sign: .plus, exponent: exponent, significand: a.significand)
  } else {
    // Normal numbers twice, and a product that rounds.
    let down = Scalar(sign: .plus, exponent: Swift.max(least, exponent - least), significand: 1)
    magnitude = Scalar(sign: .plus, exponent: least, significand: a.significand) * down
  }
  return a.sign == .minus ? -magnitude : magnitude
}

/// What the instruction vfixupimm makes of a by a table of responses to the kinds of b.
private func fixedUp<Scalar: BitwiseScalar>(_ a: Scalar, where b: Scalar, _ table: UInt32) -> Scalar {
  let kind: UInt32 =
    b.isSignalingNaN
    ? 1 : b.isNaN ? 0 : b == 0 ? 2 : b == 1 ? 3 : b == -.infinity ? 4 : b == .infinity ? 5 : b < 0 ? 6 : 7
  switch table >> (4 * kind) & 15 {
  case 0: return a
  // A number that is subnormal stays itself where the processor does not flush it to zero.
  case 1: return b
  case 2, 3: return .nan
  case 4: return -.infinity
  case 5: return .infinity
  case 6: return b.sign == .minus ? -.infinity : .infinity
  case 7: return -0.0
  case 8: return 0
  case 9: return -1
  case 10: return 1
  case 11: return 0.5
  case 12: return 90
  case 13: return Scalar(1.5707963267948966)
  case 14: return .greatestFiniteMagnitude
  default: return -.greatestFiniteMagnitude
  }
}
