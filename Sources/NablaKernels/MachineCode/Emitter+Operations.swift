// SPDX-License-Identifier: Apache-2.0

/// The instructions of each operation on vectors.
extension Emitter {
  /// Round to the integer that the mode says, and raise no exception (bit 3).
  func roundingMode(_ rounding: Int32) -> UInt8 { 8 | UInt8(rounding) }

  /// - Parameter prefix: nil for that of arithmetic.
  mutating func binary(
    _ opcode: UInt8, _ position: Int, isCommutative: Bool = false, prefix: Assembler.Prefix? = nil,
    map: Assembler.OpcodeMap = .x0F, immediate: UInt8? = nil
  ) {
    let rounding = program.operations[position].rounding
    var (a, b) = (program.operations[position].a, program.operations[position].b)
    if isCommutative && registerOf[Int(a)] == nil && registerOf[Int(b)] != nil { swap(&a, &b) }
    let left = inRegister(a)
    let right = operand(b, roundedTo: rounding)
    assembler.vector(
      prefix ?? assembler.packed, map, opcode, result(position), left, right, immediate: immediate,
      rounding: rounding)
  }

  mutating func unary(
    _ prefix: Assembler.Prefix, _ map: Assembler.OpcodeMap, _ opcode: UInt8, _ position: Int,
    immediate: UInt8? = nil
  ) {
    let rounding = program.operations[position].rounding
    let source = operand(program.operations[position].a, roundedTo: rounding)
    assembler.vector(
      prefix, map, opcode, result(position), 0, source, immediate: immediate, rounding: rounding)
  }

  mutating func shift(_ opcodeExtension: UInt8, _ position: Int) {
    let operation = program.operations[position]
    let source = inRegister(operation.a)
    assembler.vector(
      .x66, .x0F, assembler.opcode(double: 0x73, single: 0x72), opcodeExtension, result(position),
      .register(source), immediate: UInt8(operation.immediate))
  }

  mutating func compare(_ position: Int) {
    let operation = program.operations[position]
    let left = inRegister(operation.a)
    let right = operand(operation.b)
    let predicate = UInt8(operation.immediate)
    if assembler.instructionSet == .avx512 {
      assembler.evex(
        assembler.packed, .x0F, 0xC2, takeMask(for: Value(position)), left, right, memoryBytes: vectorBytes,
        immediate: predicate)
    } else {
      assembler.vector(assembler.packed, .x0F, 0xC2, result(position), left, right, immediate: predicate)
    }
  }

  mutating func blend(_ position: Int) {
    let operation = program.operations[position]
    let mask =
      assembler.instructionSet == .avx512 ? maskRegister(operation.a) : inRegister(operation.a)
    let otherwise = inRegister(operation.c)
    let chosen = operand(operation.b)
    if assembler.instructionSet == .avx512 {
      assembler.evex(
        .x66, .x0F38, 0x65, result(position), otherwise, chosen, mask: mask, memoryBytes: vectorBytes)
    } else {
      assembler.vector(
        .x66, .x0F3A, assembler.opcode(double: 0x4B, single: 0x4A), result(position), otherwise, chosen,
        immediate: mask << 4)
    }
  }

  /// a·b ± c. The instruction overwrites one of its operands; `opcode` is the form that overwrites a
  /// factor and has the other as its last operand (132); 213 and 231 follow at 16 and 32.
  mutating func fused(_ opcode: UInt8, _ position: Int) {
    var (a, b, c) = (
      program.operations[position].a, program.operations[position].b, program.operations[position].c
    )
    let isWide = assembler.precision == .double
    let rounding = program.operations[position].rounding
    // The factor in a register comes first.
    if registerOf[Int(a)] == nil && registerOf[Int(b)] != nil { swap(&a, &b) }
    if dies(c, at: position), c != a, c != b, registerOf[Int(c)] != nil {
      let target = inRegister(c)
      let left = inRegister(a)
      let right = operand(b, roundedTo: rounding)
      takeOver(c, by: position)
      assembler.vector(
        .x66, .x0F38, isWide: isWide, opcode + 0x20, target, left, right, rounding: rounding)
      return
    }
    if dies(b, at: position), !dies(a, at: position), registerOf[Int(b)] != nil { swap(&a, &b) }
    let factor = inRegister(a)
    // The other factor in a register and the summand last, or the other way round.
    let summandLast = registerOf[Int(b)] != nil || registerOf[Int(c)] == nil
    let middle = inRegister(summandLast ? b : c)
    let last = operand(summandLast ? c : b, roundedTo: rounding)
    var target = factor
    if dies(a, at: position), a != b, a != c {
      takeOver(a, by: position)
    } else {
      target = takeRegister(for: Value(position))
      move(to: target, from: .register(factor))
    }
    assembler.vector(
      .x66, .x0F38, isWide: isWide, opcode + (summandLast ? 0x10 : 0), target, middle, last,
      rounding: rounding)
  }

  /// The instruction overwrites the result that it corrects.
  mutating func fixUp(_ position: Int) {
    let operation = program.operations[position]
    let argument = inRegister(operation.b)
    let source = inRegister(operation.a)
    // Last, since its address may be in a register that loads of the others take.
    let table = operand(operation.c)
    var target = source
    if dies(operation.a, at: position), operation.a != operation.b, operation.a != operation.c {
      takeOver(operation.a, by: position)
    } else {
      target = takeRegister(for: Value(position))
      move(to: target, from: .register(source))
    }
    assembler.vector(.x66, .x0F3A, 0x54, target, argument, table, immediate: 0)
  }

  mutating func classify(_ position: Int) {
    let operation = program.operations[position]
    let argument = inRegister(operation.a)
    assembler.evex(
      .x66, .x0F3A, 0x66, takeMask(for: Value(position)), 0, .register(argument),
      immediate: UInt8(operation.immediate))
  }

  // MARK: Mixed precision

  // vcvtps2pd and vcvtpd2ps are one opcode: it converts from the precision that its other bits say.

  mutating func widen(_ position: Int, isHigh: Bool) {
    assembler.precision = .single
    var source = operand(program.operations[position].a)
    let target = result(position)
    if isHigh {
      switch source {
      case .memory(let base, let place): source = .memory(base, place + vectorBytes / 2)
      case .register(let register):
        assembler.extractUpperHalf(target, register)
        source = .register(target)
      case .repeated: break
      case .indexed, .constant: preconditionFailure("the builder widens constants")
      }
    }
    assembler.vector(assembler.packed, .x0F, 0x5A, target, 0, source, memoryBytes: vectorBytes / 2)
  }

  mutating func narrow(_ position: Int) {
    let operation = program.operations[position]
    assembler.precision = .double
    let low = operand(operation.a)
    let high = operand(operation.b)
    let upper = takeScratch()
    assembler.vector(assembler.packed, .x0F, 0x5A, upper, 0, high)
    let target = result(position)
    assembler.vector(assembler.packed, .x0F, 0x5A, target, 0, low)
    assembler.insertUpperHalf(target, upper)
  }
}
