// SPDX-License-Identifier: Apache-2.0

/// Turns a vector program into a machine-code function, in one pass: registers are given out as
/// instructions are written.
///
/// A value stays in a register until its last use. When registers run out, the value whose next use is
/// farthest away leaves (Belady, 1966): a constant can be read from the pool again, another value is
/// kept in the stack frame. Constants and values in the frame serve as memory operands where they come
/// last in an instruction.
///
/// What depends only on inputs that all points share is computed once, before the loop over the points,
/// and stays in the frame: to the loop it is like a constant. With AVX-512, whose instructions can repeat a
/// number in all lanes, it is one number there, and shared inputs are read where they lie. Registers that the
/// loop leaves empty hold sums and the constants that are used most, those of integers the addresses of columns.
///
/// The function is `(columns, begin, end)`: the addresses of the inputs' and then the outputs' columns,
/// and the offsets in a column, in bytes, of the first point and behind the last one. It calls scalar
/// functions where the program does, and is otherwise free of calls and branches but for its loop.
struct Emitter {
  typealias Value = VectorProgram.Value

  /// With the operations that are done once before the others.
  let program: VectorProgram
  let preambleCount: Int
  let layout: CodeLayout
  var assembler: Assembler
  let vectorBytes: Int32

  /// The uses of each value, by descending position, so that the next one is last.
  private(set) var uses: [[Int]]
  private(set) var registerOf: [UInt8?]
  private var valueIn: [Value?]
  /// The place in the frame of a value that has been saved there.
  private var frameOf: [Int32?]
  private var freeFrames: [Int32] = []
  /// Free places for numbers that are the same in all lanes.
  private var freeNumbers: [Int32] = []
  /// The bytes of the stack that values take; known when the code has been emitted.
  private(set) var frameSize: Int32
  private(set) var isInLoop = false
  /// Registers that the instruction being written uses.
  private var locked = RegisterSet()
  private var coldBlocks: [ColdBlock] = []
  /// The operation that reads an input, by the input's number, for each of the vectors in turn.
  private(set) var positionOfInput: [Int?]

  /// Masks that are in registers of their own.
  var masks = MaskRegisters()

  private struct ColdBlock {
    var jump: Int
    var returnTo: Int
    var function: Int
    var argument: UInt8
    var result: UInt8
    /// A vector, or a mask register.
    var mask: UInt8
    var livingMasks: [UInt8]
    var precision: Precision
    var isInLoop: Bool
  }

  /// What stays in a register throughout the loop, and which.
  private(set) var residents: [Resident: UInt8] = [:]
  private let residentCount: Int
  /// The highest register that the loop used for something else.
  private(set) var highestRegister: UInt8 = 0
  /// The registers that hold the addresses of runs of columns in the loop, or `offset` bytes behind them, by the first
  /// column.
  var addressOf: [Int: (register: GeneralRegister, offset: Int32)] = [:]

  /// Where in the code an operation begins, by its position.
  private(set) var starts: [Int] = []
  /// The turn of the loop in the code, its end included.
  private(set) var loop = 0..<0
  /// Where the loop's own step to the next points begins, behind all operations.
  private(set) var loopStep = 0
  /// Where the code ends that is run in every turn or once.
  private(set) var coldStart = 0
  /// The bytes of the stack that the function takes, what it pushes aside.
  private(set) var stackSize: Int32 = 0

  enum Resident: Hashable {
    case value(Value)
    /// The sum of an output.
    case sum(Int)
  }

  /// The machine code of a program, with its constants.
  ///
  /// A first emission shows how many registers the loop leaves empty; in a second one they are used.
  static func code(
    for program: VectorProgram, layout: CodeLayout, instructionSet: InstructionSet
  ) -> [UInt8] {
    explained(program, layout: layout, instructionSet: instructionSet).code
  }

  /// The machine code, and the emitter that wrote it, which knows what lies where.
  static func explained(
    _ program: VectorProgram, layout: CodeLayout, instructionSet: InstructionSet
  ) -> (code: [UInt8], emitter: Emitter) {
    var emitter = Emitter(program, layout: layout, instructionSet: instructionSet)
    let code = emitter.emit()
    let spare = emitter.valueIn.count - 1 - Int(emitter.highestRegister)
    guard spare > 0 && !layout.isSinglePoint && !emitter.hasCalls else { return (code, emitter) }
    var second = Emitter(program, layout: layout, instructionSet: instructionSet, residentCount: spare)
    return (second.emit(), second)
  }

  /// - Parameter residentCount: registers, from the highest down, that the loop uses for nothing else than
  ///   what stays in them.
  init(
    _ program: VectorProgram, layout: CodeLayout, instructionSet: InstructionSet, residentCount: Int = 0
  ) {
    self.residentCount = residentCount
    let (hoisted, preambleCount) =
      layout.isSinglePoint ? (program, 0) : program.hoisting { layout.inputs[$0] == .shared }
    let program =
      hoisted.accumulatingProducts(behind: preambleCount) { layout.outputs[$0] == .sum }
      .interleaved(layout.parts, behind: preambleCount)
    self.program = program
    self.preambleCount = preambleCount
    self.layout = layout
    assembler = Assembler(instructionSet: instructionSet, precision: program.precision)
    vectorBytes = Int32(instructionSet.vectorBytes)
    uses = Array(repeating: [], count: program.operations.count)
    registerOf = Array(repeating: nil, count: program.operations.count)
    frameOf = Array(repeating: nil, count: program.operations.count)
    valueIn = Array(repeating: nil, count: instructionSet.registerCount)
    positionOfInput = Array(repeating: nil, count: layout.inputs.count * layout.parts)
    frameSize = 3 * vectorBytes  // Arguments and results of calls.
    for (position, operation) in program.operations.enumerated().reversed() {
      for operand in operation.operands { uses[Int(operand)].append(position) }
      if operation.code == .input {
        positionOfInput[Int(operation.part) * layout.inputs.count + Int(operation.immediate)] = position
      }
    }
    chooseAddresses()
  }

  /// Whether the loop calls functions in its straight line, which keep no vector register.
  var hasCalls: Bool { program.operations[preambleCount...].contains { $0.code == .call } }

  // What the function keeps in registers that calls preserve. The end of the loop is in the frame.
  static let columns = GeneralRegister.r12
  static let offset = GeneralRegister.r13
  /// Offsets of the points in what is no column; see ``CodeLayout/Stepping``.
  static let steppingRegisters: [GeneralRegister] = [.rbx, .r14, .r15]
  /// Registers that calls do not preserve, besides rax.
  static let scratchRegisters: [GeneralRegister] = [.rcx, .rdx, .rsi, .rdi, .r8, .r9, .r10, .r11]
  private static let saved: [GeneralRegister] = [columns, offset] + steppingRegisters
  private static let end: (base: GeneralRegister, displacement: Int32) = (.rbp, -8 * Int32(saved.count + 1))

  /// The machine code with its constants.
  mutating func emit() -> [UInt8] {
    assembler.push(.rbp)
    assembler.move(.rbp, .rsp)
    for register in Self.saved { assembler.push(register) }
    assembler.push(.rdx)
    assembler.emit(0x48, 0x83, 0xE4, 0xC0)  // and rsp, −64
    assembler.emit(0x48, 0x81, 0xEC)  // sub rsp, the size of the frame
    let frameSizePlace = assembler.bytes.count
    assembler.emit(int32: 0)
    assembler.move(Self.columns, .rdi)
    assembler.move(Self.offset, .rsi)

    for position in 0..<preambleCount { emitOperation(at: position) }
    beginLoop()
    let loopStart = assembler.bytes.count
    emitSteppings()
    for position in preambleCount..<program.operations.count { emitOperation(at: position) }
    loopStep = assembler.bytes.count
    assembler.add(Self.offset, vectorBytes * Int32(layout.parts))
    assembler.compare(Self.offset, Self.end.base, Self.end.displacement)
    assembler.jump(if: .below, to: loopStart)
    loop = loopStart..<assembler.bytes.count
    assembler.precision = program.precision
    emitEnd()

    assembler.emit(0xC5, 0xF8, 0x77)  // vzeroupper
    assembler.address(.rsp, .rbp, -8 * Int32(Self.saved.count))
    for register in Self.saved.reversed() { assembler.pop(register) }
    assembler.pop(.rbp)
    assembler.emit(0xC3)

    coldStart = assembler.bytes.count
    for block in coldBlocks { emitCold(block) }
    let saved = coldBlocks.isEmpty ? 0 : Int32(valueIn.count + 1) * vectorBytes
    stackSize = (frameSize + saved + 63) / 64 * 64
    assembler.patch(int32: stackSize, at: frameSizePlace)
    return assembler.finish(constants: program.constants)
  }

  /// Each turn of the loop finds the registers empty, and the values that were computed before in the frame.
  private mutating func beginLoop() {
    expandMasks { _ in true }
    for register in valueIn.indices {
      guard let value = valueIn[register] else { continue }
      keepInFrame(value)
      registerOf[Int(value)] = nil
      valueIn[register] = nil
    }
    isInLoop = true
    assembler.precision = program.precision
    for (column, place) in addressOf.sorted(by: { $0.key < $1.key }) {
      loadAddress(column, place.register, place.offset)
    }
    chooseResidents()
  }

  private mutating func chooseResidents() {
    guard residentCount > 0 else { return }
    let stores = program.operations.lazy.filter { [layout] in
      $0.code == .store && $0.part == 0 && layout.outputs[Int($0.immediate)] == .sum
    }
    var candidates = Set(stores.map { Int($0.immediate) }).sorted().map { Resident.sum($0) }
    let values = program.operations.indices.lazy.filter { [self] position in
      (position < preambleCount || program.operations[position].code == .constant)
        && (uses[position].first ?? -1) >= preambleCount
    }
    let useCounts = values.map { [self] position in
      (position: position, count: uses[position].count { $0 >= preambleCount })
    }
    candidates += useCounts.sorted { ($1.count, $0.position) < ($0.count, $1.position) }
      .map { .value(Value($0.position)) }
    for (index, resident) in candidates.prefix(residentCount).enumerated() {
      let register = UInt8(valueIn.count - 1 - index)
      switch resident {
      case .value(let value):
        assembler.precision = program.operations[Int(value)].precision
        move(to: register, from: memory(of: value))
        registerOf[Int(value)] = register
        valueIn[Int(register)] = value
      case .sum(let output): move(to: register, from: sumInMemory(output))
      }
      residents[resident] = register
    }
  }

  // MARK: Operations

  private mutating func emitOperation(at position: Int) {
    let operation = program.operations[position]
    let value = Value(position)
    starts.append(assembler.bytes.count)
    assembler.precision = operation.precision
    defer {
      locked = RegisterSet()
      for operand in operation.operands { release(operand, after: position) }
      if uses[position].isEmpty { free(value) }
    }
    switch operation.code {
    case .constant: break  // Read where it is used.
    case .input: emitInput(at: position)
    case .store: emitOutput(at: position)
    case .add: binary(0x58, position, isCommutative: true)
    case .multiply: binary(0x59, position, isCommutative: true)
    case .subtract: binary(0x5C, position)
    case .minimum: binary(0x5D, position)
    case .divide: binary(0x5E, position)
    case .maximum: binary(0x5F, position)
    case .and: if !combineMasks(0x41, position) { binary(0x54, position, isCommutative: true) }
    case .andNot: if !combineMasks(0x42, position) { binary(0x55, position) }
    case .or: if !combineMasks(0x45, position) { binary(0x56, position, isCommutative: true) }
    case .exclusiveOr: if !combineMasks(0x47, position) { binary(0x57, position, isCommutative: true) }
    case .minimumNumber: binary(0x50, position, prefix: .x66, map: .x0F3A, immediate: 0b0100)  // vrangepd
    case .maximumNumber: binary(0x50, position, prefix: .x66, map: .x0F3A, immediate: 0b0101)
    case .scale: binary(0x2C, position, prefix: .x66, map: .x0F38)
    case .fixUp: fixUp(position)
    case .classify: classify(position)
    case .addIntegers:
      binary(assembler.opcode(double: 0xD4, single: 0xFE), position, isCommutative: true, prefix: .x66)
    case .subtractIntegers: binary(assembler.opcode(double: 0xFB, single: 0xFA), position, prefix: .x66)
    case .squareRoot: unary(assembler.packed, .x0F, 0x51, position)
    case .round:
      unary(
        .x66, .x0F3A, assembler.opcode(double: 0x09, single: 0x08), position,
        immediate: roundingMode(operation.immediate))
    case .shiftLeft: shift(6, position)
    case .shiftRight: shift(2, position)
    case .compare: compare(position)
    case .blend: blend(position)
    case .multiplyAdd: fused(0x98, position)
    case .multiplySubtract: fused(0x9A, position)
    case .negativeMultiplyAdd: fused(0x9C, position)
    case .call: call(position)
    case .callWhere: callWhere(position)
    case .widenLow: widen(position, isHigh: false)
    case .widenHigh: widen(position, isHigh: true)
    case .narrow: narrow(position)
    }
  }

  // MARK: Calls

  /// The call itself, with its arguments in the first three places of the frame.
  private mutating func emitCall(_ entry: ScalarCalls.Entry, _ function: Int) {
    assembler.emit(0xC5, 0xF8, 0x77)  // vzeroupper: the callee uses the SSE encoding.
    assembler.address(.rdi, .rsp, 0)
    assembler.address(.rsi, .rsp, vectorBytes)
    assembler.address(.rdx, .rsp, 2 * vectorBytes)
    let object = Unmanaged.passUnretained(program.functions[function]).toOpaque()
    assembler.move(.rcx, UInt64(UInt(bitPattern: object)))
    assembler.move(.r8, UInt64(assembler.instructionSet.laneCount(of: assembler.precision)))
    let address = unsafeBitCast(entry, to: UnsafeRawPointer.self)
    assembler.move(.rax, UInt64(UInt(bitPattern: address)))
    assembler.emit(0xFF, 0xD0)  // call rax
  }

  private mutating func call(_ position: Int) {
    let operation = program.operations[position]
    save(inRegister(operation.a), at: 0)
    if operation.b >= 0 { save(inRegister(operation.b), at: vectorBytes) }
    expandMasks { [uses] value in uses[Int(value)].first.map { $0 > position } ?? false }
    // The callee may overwrite every vector register.
    for register in valueIn.indices {
      guard let value = valueIn[register] else { continue }
      if uses[Int(value)].first.map({ $0 > position }) ?? false { keepInFrame(value) }
      registerOf[Int(value)] = nil
      valueIn[register] = nil
    }
    emitCall(ScalarCalls.entry(operation.precision), Int(operation.immediate))
    locked = RegisterSet()
    move(to: takeRegister(for: Value(position)), from: .memory(.rsp, 2 * vectorBytes))
  }

  private mutating func callWhere(_ position: Int) {
    let operation = program.operations[position]
    let argument = inRegister(operation.a)
    let mask =
      assembler.instructionSet == .avx512 ? maskRegister(operation.c) : inRegister(operation.c)
    let source = inRegister(operation.b)
    let target: UInt8
    if dies(operation.b, at: position), operation.b != operation.a, operation.b != operation.c {
      target = source
      takeOver(operation.b, by: position)
    } else {
      target = takeRegister(for: Value(position))
      move(to: target, from: .register(source))
    }
    if assembler.instructionSet == .avx512 {
      // kortestb for the 8 lanes of doubles, kortestw for the 16 of floats
      assembler.vex(assembler.packed, .x0F, false, is256: false, 0x98, mask, 0, .register(mask))
    } else {
      let opcode = assembler.opcode(double: 0x0F, single: 0x0E)
      assembler.vector(.x66, .x0F38, opcode, mask, 0, .register(mask))  // vtestpd (ps)
    }
    let jump = assembler.jump(if: .notZero)
    coldBlocks.append(
      ColdBlock(
        jump: jump, returnTo: assembler.bytes.count, function: Int(operation.immediate), argument: argument,
        result: target, mask: mask, livingMasks: masks.inUse, precision: operation.precision,
        isInLoop: isInLoop))
  }

  /// The way out of the straight line: all registers are kept but the result's.
  private mutating func emitCold(_ block: ColdBlock) {
    assembler.setTarget(of: block.jump)
    assembler.precision = block.precision
    save(block.argument, at: 0)
    save(block.result, at: 2 * vectorBytes)
    for register in valueIn.indices {
      save(UInt8(register), at: frameSize + Int32(register) * vectorBytes)
    }
    let maskPlace = frameSize + Int32(valueIn.count) * vectorBytes
    if assembler.instructionSet == .avx512 {
      expand(block.mask, to: 0)
      save(0, at: vectorBytes)
      for mask in block.livingMasks { saveMask(mask, at: maskPlace + 2 * Int32(mask)) }
    } else {
      save(block.mask, at: vectorBytes)
    }
    emitCall(ScalarCalls.entryWhere(block.precision), block.function)
    for register in valueIn.indices where register != Int(block.result) {
      move(to: UInt8(register), from: .memory(.rsp, frameSize + Int32(register) * vectorBytes))
    }
    move(to: block.result, from: .memory(.rsp, 2 * vectorBytes))
    for mask in block.livingMasks { loadMask(mask, at: maskPlace + 2 * Int32(mask)) }
    if block.isInLoop {
      for (column, place) in addressOf where Self.scratchRegisters.contains(place.register) {
        loadAddress(column, place.register, place.offset)
      }
    }
    assembler.jump(to: block.returnTo)
  }

  // MARK: Registers

  mutating func move(to register: UInt8, from operand: VectorOperand) {
    let isAVX512 = assembler.instructionSet == .avx512
    switch operand {
    case .register(register): break
    case .repeated where isAVX512, .constant where isAVX512:
      // A single copy: vbroadcastsd (ss), whose memory operand is a scalar already.
      assembler.broadcast(register, operand)
    default: assembler.vector(assembler.packed, .x0F, 0x10, register, 0, operand)
    }
  }

  private mutating func save(_ register: UInt8, at place: Int32) {
    assembler.vector(assembler.packed, .x0F, 0x11, register, 0, .memory(.rsp, place))
  }

  /// Whether a value has been computed and not been forgotten.
  func isKnown(_ value: Value) -> Bool { isInVector(value) || masks[value] != nil }

  /// Whether a value is a vector in a register or in the frame, or a number in memory.
  func isInVector(_ value: Value) -> Bool {
    registerOf[Int(value)] != nil || frameOf[Int(value)] != nil || isReadInPlace(value)
  }

  /// Adds a·b to a register, or subtracts it.
  mutating func addProduct(_ a: Value, _ b: Value, to register: UInt8, isNegative: Bool) {
    let (a, b) = registerOf[Int(a)] == nil && registerOf[Int(b)] != nil ? (b, a) : (a, b)
    let left = inRegister(a)
    let right = operand(b)
    assembler.vector(
      .x66, .x0F38, isWide: assembler.precision == .double, isNegative ? 0xBC : 0xB8, register, left, right)
  }

  /// The register of a value, which is loaded if it is not in one.
  mutating func inRegister(_ value: Value) -> UInt8 {
    if let register = registerOf[Int(value)] {
      locked.insert(register)
      return register
    }
    if let mask = masks[value], !isInVector(value) { return expanded(value, from: mask) }
    let source = memory(of: value)
    let register = takeRegister(for: value)
    move(to: register, from: source)
    return register
  }

  /// A value that is in a mask register as a vector in another one.
  mutating func expanded(_ value: Value, from mask: UInt8) -> UInt8 {
    let register = takeRegister(for: value)
    let precision = assembler.precision
    assembler.precision = program.operations[Int(value)].precision
    expand(mask, to: register)
    assembler.precision = precision
    return register
  }

  /// A value as the last operand of an instruction: in its register, or in memory.
  mutating func operand(_ value: Value) -> VectorOperand {
    if let register = registerOf[Int(value)] {
      locked.insert(register)
      return .register(register)
    }
    if let mask = masks[value], !isInVector(value) { return .register(expanded(value, from: mask)) }
    return memory(of: value)
  }

  /// The same for an instruction that rounds its result: to nearest, or with all operands in registers.
  mutating func operand(_ value: Value, roundedTo rounding: VectorProgram.Rounding) -> VectorOperand {
    rounding == .nearest ? operand(value) : .register(inRegister(value))
  }

  private mutating func memory(of value: Value) -> VectorOperand {
    let operation = program.operations[Int(value)]
    if operation.code == .constant { return .constant(Int(operation.immediate)) }
    if isReadInPlace(value) {
      let (base, displacement) = address(of: Int(operation.immediate))
      return .repeated(base, displacement)
    }
    guard let place = frameOf[Int(value)] else { preconditionFailure("a value is neither here nor there") }
    return isNumberInFrame(value) ? .repeated(.rsp, place) : .memory(.rsp, place)
  }

  /// Whether the frame holds one lane of a value, since all are the same.
  private func isNumberInFrame(_ value: Value) -> Bool {
    Int(value) < preambleCount && assembler.instructionSet == .avx512
  }

  /// The register of an instruction's result: that of an operand used for the last time, or another.
  mutating func result(_ position: Int) -> UInt8 {
    for operand in program.operations[position].operands where dies(operand, at: position) {
      if let register = registerOf[Int(operand)] {
        takeOver(operand, by: position)
        return register
      }
    }
    return takeRegister(for: Value(position))
  }

  mutating func takeOver(_ operand: Value, by position: Int) {
    guard let register = registerOf[Int(operand)] else { return }
    registerOf[Int(operand)] = nil
    registerOf[position] = register
    valueIn[Int(register)] = Value(position)
    locked.insert(register)
  }

  /// A register for a value that is about to be written.
  mutating func takeRegister(for value: Value) -> UInt8 {
    let register = takeScratch()
    valueIn[Int(register)] = value
    registerOf[Int(value)] = register
    return register
  }

  /// A register that is free until the instruction's end: an empty one, or that of the value whose next use
  /// is farthest away.
  mutating func takeScratch() -> UInt8 {
    var best: (register: Int, distance: Int)?
    let available = isInLoop ? valueIn.count - residents.count : valueIn.count
    for register in 0..<available where !locked.contains(UInt8(register)) {
      guard let other = valueIn[register] else {
        best = (register, .max)
        break
      }
      let next = uses[Int(other)].last ?? Int.max - 1
      if best.map({ next > $0.distance }) ?? true { best = (register, next) }
    }
    guard let register = best?.register else { preconditionFailure("an instruction locks all registers") }
    if let other = valueIn[register] {
      keepInFrame(other)
      registerOf[Int(other)] = nil
      valueIn[register] = nil
    }
    locked.insert(UInt8(register))
    if isInLoop { highestRegister = Swift.max(highestRegister, UInt8(register)) }
    return UInt8(register)
  }

  private mutating func keepInFrame(_ value: Value) {
    guard program.operations[Int(value)].code != .constant, frameOf[Int(value)] == nil, !isReadInPlace(value),
      let register = registerOf[Int(value)]
    else { return }
    if isNumberInFrame(value) {
      if freeNumbers.isEmpty {
        freeNumbers += (0..<vectorBytes / 8).reversed().map { frameSize + 8 * $0 }
        frameSize += vectorBytes
      }
      let place = freeNumbers.removeLast()
      frameOf[Int(value)] = place
      let isDouble = program.operations[Int(value)].precision == .double
      assembler.low(
        isDouble ? .xF2 : .xF3, .x0F, isWide: isDouble, 0x11, register, 0, .memory(.rsp, place),
        memoryBytes: isDouble ? 8 : 4)
    } else {
      if freeFrames.isEmpty {
        freeFrames.append(frameSize)
        frameSize += vectorBytes
      }
      let place = freeFrames.removeLast()
      frameOf[Int(value)] = place
      save(register, at: place)
    }
  }

  func dies(_ value: Value, at position: Int) -> Bool {
    uses[Int(value)].first == position && !isResident(value)
  }

  private func isResident(_ value: Value) -> Bool { isInLoop && residents[.value(value)] != nil }

  /// Takes note of a use that has been made.
  private mutating func release(_ value: Value, after position: Int) {
    while let next = uses[Int(value)].last, next <= position, uses[Int(value)].count > 1 {
      uses[Int(value)].removeLast()
    }
    if uses[Int(value)].last == position { free(value) }
  }

  private mutating func free(_ value: Value) {
    masks.remove(value)
    if isResident(value) { return }
    if let register = registerOf[Int(value)] {
      valueIn[Int(register)] = nil
      registerOf[Int(value)] = nil
    }
    // What was computed before the loop is needed in its next turn.
    if let place = frameOf[Int(value)], !(isInLoop && Int(value) < preambleCount) {
      if isNumberInFrame(value) { freeNumbers.append(place) } else { freeFrames.append(place) }
      frameOf[Int(value)] = nil
    }
  }
}

/// Some of the vector registers.
private struct RegisterSet {
  private var bits: UInt32 = 0

  func contains(_ register: UInt8) -> Bool { bits & 1 << register != 0 }
  mutating func insert(_ register: UInt8) { bits |= 1 << register }
}
