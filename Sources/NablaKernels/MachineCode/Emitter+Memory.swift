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
    case .column, .tile:
      let register = takeRegister(for: value)
      assembler.load(.rax, Self.columns, Int32(input) * 8)
      move(to: register, from: .indexed(.rax, offset(place.stepping)))
    case .shared:
      let register = takeRegister(for: value)
      assembler.load(.rax, Self.columns, Int32(input) * 8)
      assembler.broadcast(register, .memory(.rax, 0))
    case .row(let stride), .nextInRow(let stride):
      if let next = unread(input + 1, behind: position),
        layout.inputs[input + 1] == .nextInRow(stride: stride)
      {
        emitPair(value, next, input, stride)
      } else if place == .nextInRow(stride: stride), let previous = unread(input - 1, behind: position) {
        emitPair(previous, value, input - 1, stride)
      } else {
        emitElements(value, input, stride)
      }
    }
  }

  /// The value of an input that the code reads behind a position, and has not read yet.
  private func unread(_ input: Int, behind position: Int) -> Value? {
    guard layout.inputs.indices.contains(input), let other = positionOfInput[input], other > position,
      !uses[other].isEmpty, !isKnown(Value(other))
    else { return nil }
    return Value(other)
  }

  /// Element `index` of the vector's points in rows: of two neighbours (x, y), pairs are read into the
  /// halves of registers and transposed.
  ///
  ///     x₀ y₀ | x₂ y₂    unpack low    x₀ x₁ | x₂ x₃
  ///     x₁ y₁ | x₃ y₃    unpack high   y₀ y₁ | y₂ y₃
  private mutating func emitPair(_ x: Value, _ y: Value, _ input: Int, _ stride: Int) {
    let (low, high, scratch) = (takeRegister(for: x), takeRegister(for: y), takeScratch())
    assembler.load(.rax, Self.columns, Int32(input) * 8)
    let rows = offset(.row(stride: stride))
    for (register, first) in [(high, Int32(0)), (scratch, 1)] {
      assembler.low(.x66, .x0F, 0x10, register, 0, .indexed(.rax, rows, first * Int32(stride) * 8))
      for part in 1..<vectorBytes / 16 {
        let point = .indexed(.rax, rows, (2 * part + first) * Int32(stride) * 8) as VectorOperand
        assembler.vector(.x66, .x0F3A, 0x18, register, register, point, immediate: UInt8(part))
      }
    }
    assembler.vector(.x66, .x0F, 0x14, low, high, .register(scratch))
    assembler.vector(.x66, .x0F, 0x15, high, high, .register(scratch))
  }

  /// As above without a neighbour: elements are read one by one.
  private mutating func emitElements(_ x: Value, _ input: Int, _ stride: Int) {
    let (register, scratch) = (takeRegister(for: x), takeScratch())
    assembler.load(.rax, Self.columns, Int32(input) * 8)
    let rows = offset(.row(stride: stride))
    for part in 0..<vectorBytes / 16 {
      let target = part == 0 ? register : scratch
      assembler.low(.xF2, .x0F, 0x10, target, 0, .indexed(.rax, rows, 2 * part * Int32(stride) * 8))
      assembler.low(
        .x66, .x0F, 0x16, target, target, .indexed(.rax, rows, (2 * part + 1) * Int32(stride) * 8))
      guard part > 0 else { continue }
      assembler.vector(.x66, .x0F3A, 0x18, register, register, .register(scratch), immediate: UInt8(part))
    }
  }

  // MARK: Outputs

  mutating func emitOutput(at position: Int) {
    let operation = program.operations[position]
    let output = Int(operation.immediate)
    let place = layout.outputs[output]
    let register = inRegister(operation.a)
    if place == .sum {
      let (sum, scratch) = (VectorOperand.memory(.rsp, sumOfOutput[output]!), takeScratch())
      assembler.vector(.x66, .x0F, 0x58, scratch, register, sum)
      assembler.vector(.x66, .x0F, 0x11, scratch, 0, sum)
      return
    }
    assembler.load(.rax, Self.columns, Int32(layout.inputs.count + output) * 8)
    switch place {
    case .column, .tile:
      assembler.vector(.x66, .x0F, 0x11, register, 0, .indexed(.rax, offset(place.stepping)))
    case .streamedColumn: assembler.vector(.x66, .x0F, 0x2B, register, 0, .indexed(.rax, Self.offset))
    case .scalar: assembler.low(.xF2, .x0F, 0x11, register, 0, .memory(.rax, 0))
    case .sum: break
    }
  }

  /// Before the loop, sums are zero. No register holds a value then.
  mutating func emitSumStart() {
    guard !sumOfOutput.isEmpty else { return }
    assembler.vector(.x66, .x0F, 0x57, 0, 0, .register(0))
    for place in sumOfOutput.values.sorted() {
      assembler.vector(.x66, .x0F, 0x11, 0, 0, .memory(.rsp, place))
    }
  }

  /// Behind the loop, sums go where they belong, and streamed outputs become visible to other threads.
  mutating func emitEnd() {
    for (output, place) in sumOfOutput.sorted(by: { $0.key < $1.key }) {
      move(to: 0, from: .memory(.rsp, place))
      assembler.load(.rax, Self.columns, Int32(layout.inputs.count + output) * 8)
      assembler.vector(.x66, .x0F, 0x11, 0, 0, .memory(.rax, 0))
    }
    if layout.outputs.contains(.streamedColumn) { assembler.emit(0x0F, 0xAE, 0xF8) }  // sfence
  }
}
