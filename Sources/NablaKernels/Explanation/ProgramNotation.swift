// SPDX-License-Identifier: Apache-2.0

/// A vector program in a notation for people: `v2 = v0 * v1 + 3`.
///
/// Values are numbered in order, `v0`, `v1`, …; constants stand where they are used, as numbers, or as bit
/// patterns in hexadecimal where bits are combined. `a * b + c` on one line is one operation with one rounding.
/// Comparisons make masks, all ones or all zeros in a lane, and `m ? a : b` chooses by one. `int(a)` are the
/// bits of a as an integer, `<<` and `>>` shift them. `special(x) ? t : a` is a, and what the table t says where x is
/// zero, infinite, negative or NaN; `kind(a) & 0x20` a mask of the numbers that are subnormal. `low` and `high` are the
/// halves of a vector of floats. `down(a + b)` and `up(a + b)` are rounded to where they say.
struct ProgramNotation {
  private let program: VectorProgram
  private let inputNames: [String]
  /// The name of each value; empty for constants and stores.
  private var names: [String] = []

  init(_ program: VectorProgram, inputNames: [String]) {
    self.program = program
    self.inputNames = inputNames
    var count = 0
    for operation in program.operations {
      if operation.code == .constant || operation.code == .store {
        names.append("")
      } else {
        names.append("v\(count)")
        count += 1
      }
    }
  }

  /// The name of a value; nil for constants and stores, which have none.
  func name(_ position: Int) -> String? { names[position].isEmpty ? nil : names[position] }

  /// How the operation at a position computes its value; of a store, what it writes.
  func text(_ position: Int) -> String {
    let operation = program.operations[position]
    switch operation.rounding {
    case .nearest: return exactText(position)
    case .down: return "down(\(exactText(position)))"
    case .up: return "up(\(exactText(position)))"
    case .towardZero: return "toward0(\(exactText(position)))"
    }
  }

  private func exactText(_ position: Int) -> String {
    let operation = program.operations[position]
    let (a, b, c) = (number(operation.a), number(operation.b), number(operation.c))
    switch operation.code {
    case .input: return inputNames[Int(operation.immediate)]
    case .constant: return number(VectorProgram.Value(position))
    case .add: return "\(a) + \(b)"
    case .subtract: return "\(a) - \(b)"
    case .multiply: return "\(a) * \(b)"
    case .divide: return "\(a) / \(b)"
    case .squareRoot: return "sqrt(\(a))"
    case .multiplyAdd: return "\(a) * \(b) + \(c)"
    case .negativeMultiplyAdd: return "\(c) - \(a) * \(b)"
    case .multiplySubtract: return "\(a) * \(b) - \(c)"
    case .minimum: return "min(\(a), \(b))"
    case .maximum: return "max(\(a), \(b))"
    case .minimumNumber: return "minnum(\(a), \(b))"
    case .maximumNumber: return "maxnum(\(a), \(b))"
    case .round: return "\(rounding(operation.immediate))(\(a))"
    case .scale: return "\(a) * 2^\(b)"
    case .fixUp: return "special(\(b)) ? \(bits(operation.c)) : \(a)"
    case .classify: return "kind(\(a)) & 0x\(String(operation.immediate, radix: 16))"
    case .compare: return comparison(operation.immediate, a, b)
    case .blend: return "\(bits(operation.a)) ? \(b) : \(c)"
    case .and: return "\(bits(operation.a)) & \(bits(operation.b))"
    case .or: return "\(bits(operation.a)) | \(bits(operation.b))"
    case .exclusiveOr where isSignBit(operation.b): return "-\(a)"
    case .exclusiveOr: return "\(bits(operation.a)) ^ \(bits(operation.b))"
    case .andNot where isSignBit(operation.a): return "|\(b)|"
    case .andNot: return "~\(bits(operation.a)) & \(bits(operation.b))"
    case .addIntegers: return "int(\(bits(operation.a))) + int(\(bits(operation.b)))"
    case .subtractIntegers: return "int(\(bits(operation.a))) - int(\(bits(operation.b)))"
    case .shiftLeft: return "int(\(a)) << \(operation.immediate)"
    case .shiftRight: return "int(\(a)) >> \(operation.immediate)"
    case .call:
      let name = program.functions[Int(operation.immediate)].name
      return operation.b < 0 ? "\(name)(\(a))" : "\(name)(\(a), \(b))"
    case .callWhere:
      let name = program.functions[Int(operation.immediate)].name
      return "\(bits(operation.c)) ? \(name)(\(a)) : \(b)"
    case .widenLow: return "double(low(\(a)))"
    case .widenHigh: return "double(high(\(a)))"
    case .narrow: return "float(\(a), \(b))"
    case .store: return a
    }
  }

  // MARK: Operands

  /// An operand as a number.
  private func number(_ value: VectorProgram.Value) -> String {
    guard value >= 0 else { return "" }
    guard let pattern = constant(value) else { return names[Int(value)] }
    // The pattern of a NaN or a subnormal number is a mask or an integer.
    func text<Scalar: BinaryFloatingPoint & CustomStringConvertible>(_ number: Scalar) -> String {
      number.isNaN || number.isSubnormal ? bits(value) : number.plainText
    }
    return program.operations[Int(value)].precision == .double
      ? text(Double(bitPattern: pattern)) : text(Float(bitPattern: UInt32(pattern)))
  }

  /// An operand as bits.
  private func bits(_ value: VectorProgram.Value) -> String {
    guard let pattern = constant(value) else { return names[Int(value)] }
    return "0x" + String(pattern, radix: 16)
  }

  private func constant(_ value: VectorProgram.Value) -> UInt64? {
    let operation = program.operations[Int(value)]
    guard operation.code == .constant else { return nil }
    let pattern = program.constants[Int(operation.immediate)]
    // Those of single precision are in both halves.
    return operation.precision == .double ? pattern : pattern & 0xFFFF_FFFF
  }

  private func isSignBit(_ value: VectorProgram.Value) -> Bool {
    constant(value) == program.operations[Int(value)].precision.bits(-0.0)
  }

  // MARK: Immediates

  private func rounding(_ immediate: Int32) -> String {
    switch VectorProgram.Rounding(rawValue: immediate) {
    case .nearest?: "round"
    case .down?: "floor"
    case .up?: "ceil"
    case .towardZero?: "trunc"
    case nil: "round to \(immediate)"
    }
  }

  private func comparison(_ immediate: Int32, _ a: String, _ b: String) -> String {
    switch VectorProgram.Comparison(rawValue: immediate) {
    case .equal?: "\(a) == \(b)"
    case .less?: "\(a) < \(b)"
    case .lessOrEqual?: "\(a) <= \(b)"
    case .unordered?: a == b ? "isnan(\(a))" : "isnan(\(a)) | isnan(\(b))"
    case .notEqual?: "\(a) != \(b)"
    case .notLess?: "!(\(a) < \(b))"
    case .notLessOrEqual?: "!(\(a) <= \(b))"
    case nil: "compare \(immediate)(\(a), \(b))"
    }
  }
}
