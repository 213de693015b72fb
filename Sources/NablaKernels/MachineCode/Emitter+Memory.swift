// SPDX-License-Identifier: Apache-2.0

/// How vectors of points come from inputs in memory and go to outputs, for each layout.
extension Emitter {
  /// At the head of the loop, the offsets of its points in rows and tiles.
  mutating func emitSteppings() {
    for (stepping, register) in zip(layout.steppings, Self.steppingRegisters) {
      switch stepping {
      case .row(let stride): assembler.multiply(register, Self.offset, Int32(stride))
      case .tile(let columns) where vectorBytes == 64:
        assembler.multiply(register, Self.offset, Int32(columns))
      case .tile(let columns):
        // A tile is as wide as a cache line: whole ones, and the place in the last.
        assembler.move(register, Self.offset)
        assembler.and(register, -64)
        assembler.multiply(register, register, Int32(columns))
        assembler.move(.rax, Self.offset)
        assembler.and(.rax, 63)
        assembler.add(register, .rax)
      case .passed(let columns): assembler.multiply(register, Self.offset, Int32(columns))
      }
    }
  }

  /// The register with the offset of the loop's points, in what is stepped through so.
  private func offset(_ stepping: CodeLayout.Stepping?) -> GeneralRegister {
    guard let stepping else { return Self.offset }
    return Self.steppingRegisters[layout.steppings.firstIndex(of: stepping)!]
  }

  // MARK: Inputs

  mutating func emitInput(at position: Int) {
    let value = Value(position)
    guard !uses[position].isEmpty && !isKnown(value) else { return }
    let input = Int(program.operations[position].immediate)
    let place = layout.inputs[input]
    switch place {
    case .column, .tile, .passed:
      let register = takeRegister(for: value)
      move(to: register, from: vector(of: input, place.stepping, program.operations[position].part))
    case .shared:
      let register = takeRegister(for: value)
      let (base, displacement) = address(of: input)
      assembler.broadcast(register, .memory(base, displacement))
    case .row(let stride):
      let vector = Int(program.operations[position].part)
      if let next = unread(input + 1, vector, behind: position), layout.run(of: input + 1).distance > 0 {
        emitPair(value, next, input, stride, vector)
      } else if layout.run(of: input).distance > 0, let previous = unread(input - 1, vector, behind: position)
      {
        emitPair(previous, value, input - 1, stride, vector)
      } else {
        emitElements(value, input, stride, vector)
      }
    }
  }

  /// Where a vector of points of a column is, which is no row.
  private mutating func vector(
    of column: Int, _ stepping: CodeLayout.Stepping?, _ part: Int32
  ) -> VectorOperand {
    var distance = vectorBytes
    if case .passed(let columns) = stepping { distance *= Int32(columns) }
    let (base, displacement) = address(of: column)
    return .indexed(base, offset(stepping), displacement + part * distance)
  }

  /// The value of an input that the code reads behind a position, and has not read yet.
  private func unread(_ input: Int, _ vector: Int, behind position: Int) -> Value? {
    guard layout.inputs.indices.contains(input),
      let other = positionOfInput[vector * layout.inputs.count + input], other > position,
      !uses[other].isEmpty, !isKnown(Value(other))
    else { return nil }
    return Value(other)
  }

  /// Two neighbours (x, y) of the vector's points in rows: pairs are read into the 128-bit parts of two
  /// registers and transposed.
  ///
  ///     x₀ y₀ | x₂ y₂    unpack low    x₀ x₁ | x₂ x₃
  ///     x₁ y₁ | x₃ y₃    unpack high   y₀ y₁ | y₂ y₃
  ///
  ///     x₀ y₀ x₁ y₁ | x₄ y₄ x₅ y₅    shuffle even   x₀ x₁ x₂ x₃ | x₄ x₅ x₆ x₇
  ///     x₂ y₂ x₃ y₃ | x₆ y₆ x₇ y₇    shuffle odd    y₀ y₁ y₂ y₃ | y₄ y₅ y₆ y₇
  private mutating func emitPair(_ x: Value, _ y: Value, _ input: Int, _ stride: Int, _ vector: Int) {
    let (low, high, scratch) = (takeRegister(for: x), takeRegister(for: y), takeScratch())
    let start = vector * Int(vectorBytes) / program.precision.byteCount
    let base = address(of: input)
    if program.precision == .double {
      for (register, first) in [(high, 0), (scratch, 1)] {
        assembler.low(.x66, .x0F, 0x10, register, 0, row(start + first, stride, base))
        for part in 1..<Int(vectorBytes) / 16 {
          insert(row(start + 2 * part + first, stride, base), part, register)
        }
      }
      assembler.vector(.x66, .x0F, 0x14, low, high, .register(scratch))
      assembler.vector(.x66, .x0F, 0x15, high, high, .register(scratch))
    } else {
      for (register, first) in [(high, 0), (scratch, 2)] {
        for part in 0..<Int(vectorBytes) / 16 {
          let target = part == 0 ? register : low
          assembler.low(
            .xF2, .x0F, isWide: true, 0x10, target, 0, row(start + 4 * part + first, stride, base))
          assembler.low(.none, .x0F, 0x16, target, target, row(start + 4 * part + first + 1, stride, base))
          if part > 0 { insert(.register(target), part, register) }
        }
      }
      assembler.vector(.none, .x0F, 0xC6, low, high, .register(scratch), immediate: 0b10_00_10_00)
      assembler.vector(.none, .x0F, 0xC6, high, high, .register(scratch), immediate: 0b11_01_11_01)
    }
  }

  /// As above without a neighbour: elements are read one by one.
  private mutating func emitElements(_ x: Value, _ input: Int, _ stride: Int, _ vector: Int) {
    let (register, scratch) = (takeRegister(for: x), takeScratch())
    let start = vector * Int(vectorBytes) / program.precision.byteCount
    let base = address(of: input)
    for part in 0..<Int(vectorBytes) / 16 {
      let target = part == 0 ? register : scratch
      if program.precision == .double {
        assembler.low(.xF2, .x0F, 0x10, target, 0, row(start + 2 * part, stride, base))
        assembler.low(.x66, .x0F, 0x16, target, target, row(start + 2 * part + 1, stride, base))
      } else {
        assembler.low(.xF3, .x0F, 0x10, target, 0, row(start + 4 * part, stride, base))
        for i in 1..<4 {
          // insertps, to element i.
          let element = row(start + 4 * part + i, stride, base)
          assembler.low(.x66, .x0F3A, 0x21, target, target, element, immediate: UInt8(i) << 4)
        }
      }
      if part > 0 { insert(.register(scratch), part, register) }
    }
  }

  /// The address of row `index` of the vector's points.
  private func row(
    _ index: Int, _ stride: Int, _ start: (base: GeneralRegister, displacement: Int32)
  ) -> VectorOperand {
    .indexed(
      start.base, offset(.row(stride: stride)),
      start.displacement + Int32(index * stride * program.precision.byteCount))
  }

  /// Puts 128 bits into a part of a register.
  private mutating func insert(_ bits: VectorOperand, _ part: Int, _ register: UInt8) {
    assembler.vector(.x66, .x0F3A, 0x18, register, register, bits, memoryBytes: 16, immediate: UInt8(part))
  }

  // MARK: Outputs

  mutating func emitOutput(at position: Int) {
    let operation = program.operations[position]
    let output = Int(operation.immediate)
    let place = layout.outputs[output]
    if place == .sum { return emitSum(at: position) }
    let register = inRegister(operation.a)
    let column = layout.inputs.count + output
    switch place {
    case .column, .tile, .passed:
      let vector = vector(of: column, place.stepping, operation.part)
      assembler.vector(assembler.packed, .x0F, 0x11, register, 0, vector)
    case .streamedColumn:
      assembler.vector(assembler.packed, .x0F, 0x2B, register, 0, vector(of: column, nil, operation.part))
    case .scalar:
      let prefix: Assembler.Prefix = program.precision == .double ? .xF2 : .xF3
      let (base, displacement) = address(of: column)
      assembler.low(prefix, .x0F, 0x11, register, 0, .memory(base, displacement))
    case .sum: break
    }
  }

  /// Adds to the sum of an output what each vector of the turn has for it, one directly behind the other in the
  /// program: a sum in memory is read and written once for all.
  private mutating func emitSum(at position: Int) {
    let output = Int(program.operations[position].immediate)
    func isSame(_ position: Int) -> Bool {
      let operation = program.operations[position]
      return operation.code == .store && Int(operation.immediate) == output
    }
    // Done with the first vector.
    if program.operations[position].part > 0 && isSame(position - 1) { return }
    let stores =
      position..<(program.operations[position...].indices.first { !isSame($0) } ?? program.operations.count)
    let resident = residents[.sum(output)]
    let sum = resident ?? takeScratch()
    for store in stores {
      let (a, b) = (program.operations[store].a, program.operations[store].b)
      let isRead = resident != nil || store > position
      if b >= 0 {
        if !isRead { move(to: sum, from: sumInMemory(output)) }
        addProduct(a, b, to: sum, isNegative: program.operations[store].isNegative)
      } else {
        let summand = inRegister(a)
        assembler.vector(
          assembler.packed, .x0F, 0x58, sum, summand, isRead ? .register(sum) : sumInMemory(output))
      }
    }
    if resident == nil { assembler.vector(assembler.packed, .x0F, 0x11, sum, 0, sumInMemory(output)) }
  }

  mutating func sumInMemory(_ output: Int) -> VectorOperand {
    let (base, displacement) = address(of: layout.inputs.count + output)
    return .memory(base, displacement)
  }

  /// Behind the loop, sums in registers go back to memory, and streamed outputs become visible to other threads.
  mutating func emitEnd() {
    for (resident, register) in residents.sorted(by: { $0.value < $1.value }) {
      guard case .sum(let output) = resident else { continue }
      assembler.vector(assembler.packed, .x0F, 0x11, register, 0, sumInMemory(output))
    }
    if layout.outputs.contains(.streamedColumn) { assembler.emit(0x0F, 0xAE, 0xF8) }  // sfence
  }
}
