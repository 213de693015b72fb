import TestSupport

@testable import NablaKernels

/// Runs a vector program for one point with Swift's scalar arithmetic: what machine code must equal bit by
/// bit, whatever the program.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func interpret<Scalar: BitwiseScalar>(
  _ program: VectorProgram, inputs: [Scalar], outputCount: Int
) -> [Scalar] {
  var values: [Scalar] = []
  values.reserveCapacity(program.operations.count)
  var outputs = [Scalar](repeating: .nan, count: outputCount)
  for operation in program.operations {
    let a = operation.a >= 0 ? values[Int(operation.a)] : 0
    let b = operation.b >= 0 ? values[Int(operation.b)] : 0
    let c = operation.c >= 0 ? values[Int(operation.c)] : 0
    let immediate = Int(operation.immediate)
    func bits(_ combine: (Scalar.Bits, Scalar.Bits) -> Scalar.Bits) -> Scalar {
      Scalar(bitPattern: combine(a.bitPattern, b.bitPattern))
    }
    let value: Scalar
    switch operation.code {
    case .input: value = inputs[immediate]
    case .constant: value = Scalar(bitPattern: Scalar.Bits(program.constants[immediate]))
    case .add: value = a + b
    case .subtract: value = a - b
    case .multiply: value = a * b
    case .divide: value = a / b
    case .squareRoot: value = a.squareRoot()
    case .multiplyAdd: value = c.addingProduct(a, b)
    case .negativeMultiplyAdd: value = c.addingProduct(-a, b)
    case .multiplySubtract: value = (-c).addingProduct(a, b)
    case .minimum: value = a < b ? a : b
    case .maximum: value = a > b ? a : b
    case .round:
      switch VectorProgram.Rounding(rawValue: operation.immediate)! {
      case .nearest: value = a.rounded(.toNearestOrEven)
      case .down: value = a.rounded(.down)
      case .up: value = a.rounded(.up)
      case .towardZero: value = a.rounded(.towardZero)
      }
    case .and: value = bits(&)
    case .or: value = bits(|)
    case .exclusiveOr: value = bits(^)
    case .andNot: value = bits { ~$0 & $1 }
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
      value = Scalar(bitPattern: holds ? .max : 0)
    case .blend: value = a.sign == .minus ? b : c
    case .addIntegers: value = bits(&+)
    case .subtractIntegers: value = bits(&-)
    case .shiftLeft: value = Scalar(bitPattern: a.bitPattern << immediate)
    case .shiftRight: value = Scalar(bitPattern: a.bitPattern >> immediate)
    case .call: value = Scalar(program.functions[immediate].value(Double(a), Double(b)))
    case .callWhere: value = c.sign == .minus ? Scalar(program.functions[immediate].value(Double(a), 0)) : b
    case .store:
      outputs[immediate] = a
      value = .nan
    }
    values.append(value)
  }
  return outputs
}
