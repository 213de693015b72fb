// SPDX-License-Identifier: Apache-2.0

/// General-purpose registers by their number in encodings.
enum GeneralRegister: UInt8 {
  case rax = 0, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
}

/// Where an instruction's last vector operand is.
enum VectorOperand {
  case register(UInt8)
  /// [base + displacement]
  case memory(GeneralRegister, Int32)
  /// [base + index + displacement]
  case indexed(GeneralRegister, GeneralRegister, Int32 = 0)
  /// The number at [base + displacement] in all lanes; of AVX-512 only.
  case repeated(GeneralRegister, Int32)
  /// A constant of the pool, by its number.
  case constant(Int)
}

/// Writes x86-64 machine code. References: Intel 64 and IA-32 Architectures Software Developer's Manual,
/// volume 2, sections 2.3 (VEX) and 2.7 (EVEX).
struct Assembler {
  let instructionSet: InstructionSet
  /// Of the elements that instructions work on.
  var precision: Precision
  private(set) var bytes: [UInt8] = []
  /// The bytes of instructions, without the constants behind them; known at the end.
  private(set) var codeSize = 0
  /// Places of 32-bit displacements to constants: (place, number of the constant). Nothing of the
  /// instruction follows the displacement but `trailing` immediate bytes.
  private var constantReferences: [(place: Int, constant: Int, trailing: Int)] = []

  init(instructionSet: InstructionSet, precision: Precision) {
    self.instructionSet = instructionSet
    self.precision = precision
  }

  mutating func emit(_ code: UInt8...) { bytes += code }

  mutating func emit(int32 value: Int32) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func emit(int64 value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  // MARK: Vector instructions

  /// The opcode map of a vector instruction: 0F, 0F38, 0F3A.
  enum OpcodeMap: UInt8 { case x0F = 1, x0F38, x0F3A }
  /// The mandatory prefix that the opcode is combined with.
  enum Prefix: UInt8 { case none, x66, xF3, xF2 }

  /// What distinguishes the instructions on doubles (…pd) from those on floats (…ps) in the map 0F.
  var packed: Prefix { precision == .double ? .x66 : .none }

  /// Of an instruction whose opcode, not its prefix or W, says how wide its elements are.
  func opcode(double: UInt8, single: UInt8) -> UInt8 { precision == .double ? double : single }

  /// One instruction `opcode destination, source, operand`. Instructions with two operands leave
  /// `source` at 0.
  ///
  /// - Parameters:
  ///   - isWide: the bit W of the VEX encoding. In the EVEX encoding of all that is used here it is set for
  ///     elements of 64 bits, clear for those of 32.
  ///   - memoryBytes: what the instruction reads or writes of memory, where that is no whole vector.
  ///   - rounding: of the result, with AVX-512 and an operand in a register.
  mutating func vector(
    _ prefix: Prefix, _ map: OpcodeMap, isWide: Bool = false, _ opcode: UInt8, _ destination: UInt8,
    _ source: UInt8, _ operand: VectorOperand, memoryBytes: Int32? = nil, immediate: UInt8? = nil,
    rounding: VectorProgram.Rounding = .nearest
  ) {
    if instructionSet == .avx512 {
      evex(
        prefix, map, opcode, destination, source, operand, memoryBytes: memoryBytes ?? 64,
        immediate: immediate, rounding: rounding)
    } else {
      vex(prefix, map, isWide, is256: true, opcode, destination, source, operand, immediate: immediate)
    }
  }

  mutating func vex(
    _ prefix: Prefix, _ map: OpcodeMap, _ isWide: Bool, is256: Bool, _ opcode: UInt8, _ destination: UInt8,
    _ source: UInt8, _ operand: VectorOperand, immediate: UInt8? = nil
  ) {
    let (x, b) = extensionBits(operand)
    let first = (destination < 8 ? 0x80 : 0) | (x ? 0 : 0x40) | (b ? 0 : 0x20) | map.rawValue
    let w: UInt8 = isWide ? 0x80 : 0
    let l: UInt8 = is256 ? 0x04 : 0
    let last = (~source & 15) << 3 | l | prefix.rawValue
    if !x && !b && map == .x0F && !isWide {
      // The short form, without X, B, W and the map.
      emit(0xC5, (destination < 8 ? 0x80 : 0) | last, opcode)
    } else {
      emit(0xC4, first, w | last, opcode)
    }
    modRM(destination & 7, operand, immediate, displacementUnit: 1)
  }

  /// An instruction on the lowest 128 bits of its registers.
  mutating func low(
    _ prefix: Prefix, _ map: OpcodeMap, isWide: Bool? = nil, _ opcode: UInt8, _ destination: UInt8,
    _ source: UInt8, _ operand: VectorOperand, memoryBytes: Int32? = nil, immediate: UInt8? = nil
  ) {
    if instructionSet == .avx512 {
      evex(
        prefix, map, isWide: isWide, opcode, destination, source, operand, is512: false,
        memoryBytes: memoryBytes, immediate: immediate)
    } else {
      vex(prefix, map, false, is256: false, opcode, destination, source, operand, immediate: immediate)
    }
  }

  /// vbroadcastsd (ss) destination, operand: a scalar in memory to all lanes.
  mutating func broadcast(_ destination: UInt8, _ operand: VectorOperand) {
    let opcode = opcode(double: 0x19, single: 0x18)
    if instructionSet == .avx512 {
      evex(.x66, .x0F38, opcode, destination, 0, operand, isScalarOperand: true)
    } else {
      vex(.x66, .x0F38, false, is256: true, opcode, destination, 0, operand)
    }
  }

  /// vextractf128 (64x4) destination, source, 1: the upper half of a vector as a lower half.
  mutating func extractUpperHalf(_ destination: UInt8, _ source: UInt8) {
    if instructionSet == .avx512 {
      evex(.x66, .x0F3A, isWide: true, 0x1B, source, 0, .register(destination), immediate: 1)
    } else {
      vex(.x66, .x0F3A, false, is256: true, 0x19, source, 0, .register(destination), immediate: 1)
    }
  }

  /// vinsertf128 (64x4) destination, destination, half, 1: the lower half of `half` becomes the upper one.
  mutating func insertUpperHalf(_ destination: UInt8, _ half: UInt8) {
    if instructionSet == .avx512 {
      evex(.x66, .x0F3A, isWide: true, 0x1A, destination, destination, .register(half), immediate: 1)
    } else {
      vex(.x66, .x0F3A, false, is256: true, 0x18, destination, destination, .register(half), immediate: 1)
    }
  }

  /// - Parameters:
  ///   - isWide: the bit W, by default that of elements of the assembler's precision.
  ///   - isScalarOperand: the instruction reads a single element from memory by itself, without the
  ///     encoding's bit that asks for a broadcast.
  ///   - mask: the mask register k1 … k7 that the instruction is subject to; 0 for none.
  ///   - memoryBytes: what it reads or writes of memory, which is the unit of displacements of 8 bits; nil if they
  ///     shall have 32.
  ///   - rounding: of the result, by an instruction whose operands are in registers.
  mutating func evex(
    _ prefix: Prefix, _ map: OpcodeMap, isWide: Bool? = nil, _ opcode: UInt8, _ destination: UInt8,
    _ source: UInt8, _ operand: VectorOperand, mask: UInt8 = 0, is512: Bool = true,
    isScalarOperand: Bool = false, memoryBytes: Int32? = nil, immediate: UInt8? = nil,
    rounding: VectorProgram.Rounding = .nearest
  ) {
    var (x, b) = extensionBits(operand)
    // In the EVEX encoding X extends a vector register's number beyond 15.
    if case .register(let register) = operand { x = register & 16 != 0 }
    var isBroadcast = false
    switch operand {
    case .constant, .repeated: isBroadcast = !isScalarOperand
    case .register, .memory, .indexed: break
    }
    let r = destination & 8 != 0
    let first =
      (r ? 0 : 0x80) | (x ? 0 : 0x40) | (b ? 0 : 0x20) | (destination & 16 != 0 ? 0 : 0x10) | map.rawValue
    let w: UInt8 = isWide ?? (precision == .double) ? 0x80 : 0
    let second = w | (~source & 15) << 3 | 0x04 | prefix.rawValue
    let v: UInt8 = source & 16 != 0 ? 0 : 0x08
    // Of operands in registers the bit of the broadcast says that the length of the vector, which is known to be
    // 512 bits then, is the rounding.
    let isRounded = rounding != .nearest
    let length: UInt8 = isRounded ? UInt8(rounding.rawValue) << 5 : is512 ? 0x40 : 0
    let third = length | (isBroadcast || isRounded ? 0x10 : 0) | v | mask
    emit(0x62, first, second, third, opcode)
    let isNumber = isBroadcast || isScalarOperand
    modRM(
      destination & 7, operand, immediate,
      displacementUnit: isNumber ? Int32(precision.byteCount) : memoryBytes)
  }

  private func extensionBits(_ operand: VectorOperand) -> (x: Bool, b: Bool) {
    switch operand {
    case .register(let register): (false, register & 8 != 0)
    case .memory(let base, _), .repeated(let base, _): (false, base.rawValue >= 8)
    case .indexed(let base, let index, _): (index.rawValue >= 8, base.rawValue >= 8)
    case .constant: (false, false)
    }
  }

  /// - Parameter displacementUnit: the bytes that a displacement of 8 bits counts; nil if there shall be none.
  private mutating func modRM(
    _ register: UInt8, _ operand: VectorOperand, _ immediate: UInt8?, displacementUnit: Int32?
  ) {
    switch operand {
    case .register(let number): emit(0xC0 | register << 3 | number & 7)
    case .memory(let base, let displacement), .repeated(let base, let displacement):
      let mode = mode(of: displacement, from: base, displacementUnit)
      emit(mode | register << 3 | base.rawValue & 7)
      if base.rawValue & 7 == 4 { emit(0x24) }
      emit(displacement, mode: mode, displacementUnit)
    case .indexed(let base, let index, let displacement):
      let mode = mode(of: displacement, from: base, displacementUnit)
      emit(mode | register << 3 | 4, (index.rawValue & 7) << 3 | base.rawValue & 7)
      emit(displacement, mode: mode, displacementUnit)
    case .constant(let number):
      emit(register << 3 | 5)
      constantReferences.append((bytes.count, number, immediate == nil ? 0 : 1))
      emit(int32: 0)
    }
    if let immediate { emit(immediate) }
  }

  /// The mode bits of the shortest displacement: none, 8 or 32 bits. A base of rbp or r13 needs one.
  private func mode(of displacement: Int32, from base: GeneralRegister, _ unit: Int32?) -> UInt8 {
    if displacement == 0 { return base.rawValue & 7 != 5 ? 0 : 0x40 }
    guard let unit, displacement % unit == 0, Int8(exactly: displacement / unit) != nil else { return 0x80 }
    return 0x40
  }

  private mutating func emit(_ displacement: Int32, mode: UInt8, _ unit: Int32?) {
    switch mode {
    case 0: break
    case 0x40: emit(UInt8(bitPattern: Int8(displacement / (unit ?? 1))))
    default: emit(int32: displacement)
    }
  }

  // MARK: General instructions

  /// mov destination, [base + displacement]
  mutating func load(_ destination: GeneralRegister, _ base: GeneralRegister, _ displacement: Int32) {
    general(0x8B, destination, base, displacement)
  }

  /// lea destination, [base + displacement]
  mutating func address(_ destination: GeneralRegister, _ base: GeneralRegister, _ displacement: Int32) {
    general(0x8D, destination, base, displacement)
  }

  /// opcode register, [base + displacement]
  private mutating func general(
    _ opcode: UInt8, _ register: GeneralRegister, _ base: GeneralRegister, _ displacement: Int32
  ) {
    emit(0x48 | (register.rawValue >> 3) << 2 | base.rawValue >> 3, opcode)
    emit(0x80 | (register.rawValue & 7) << 3 | base.rawValue & 7)
    if base.rawValue & 7 == 4 { emit(0x24) }
    emit(int32: displacement)
  }

  /// mov destination, source
  mutating func move(_ destination: GeneralRegister, _ source: GeneralRegister) {
    emit(0x48 | (source.rawValue >> 3) << 2 | destination.rawValue >> 3, 0x89)
    emit(0xC0 | (source.rawValue & 7) << 3 | destination.rawValue & 7)
  }

  /// mov destination, value
  mutating func move(_ destination: GeneralRegister, _ value: UInt64) {
    emit(0x48 | destination.rawValue >> 3, 0xB8 | destination.rawValue & 7)
    emit(int64: value)
  }

  mutating func push(_ register: GeneralRegister) {
    if register.rawValue >= 8 { emit(0x41) }
    emit(0x50 | register.rawValue & 7)
  }

  mutating func pop(_ register: GeneralRegister) {
    if register.rawValue >= 8 { emit(0x41) }
    emit(0x58 | register.rawValue & 7)
  }

  /// add register, value
  mutating func add(_ register: GeneralRegister, _ value: Int32) {
    emit(0x48 | register.rawValue >> 3, 0x81, 0xC0 | register.rawValue & 7)
    emit(int32: value)
  }

  /// cmp a, [base + displacement]
  mutating func compare(_ a: GeneralRegister, _ base: GeneralRegister, _ displacement: Int32) {
    general(0x3B, a, base, displacement)
  }

  /// cmp a, b
  mutating func compare(_ a: GeneralRegister, _ b: GeneralRegister) {
    emit(0x48 | (b.rawValue >> 3) << 2 | a.rawValue >> 3, 0x39)
    emit(0xC0 | (b.rawValue & 7) << 3 | a.rawValue & 7)
  }

  /// add destination, source
  mutating func add(_ destination: GeneralRegister, _ source: GeneralRegister) {
    emit(0x48 | (source.rawValue >> 3) << 2 | destination.rawValue >> 3, 0x01)
    emit(0xC0 | (source.rawValue & 7) << 3 | destination.rawValue & 7)
  }

  /// and register, value
  mutating func and(_ register: GeneralRegister, _ value: Int32) {
    emit(0x48 | register.rawValue >> 3, 0x81, 0xE0 | register.rawValue & 7)
    emit(int32: value)
  }

  /// imul destination, source, factor
  mutating func multiply(_ destination: GeneralRegister, _ source: GeneralRegister, _ factor: Int32) {
    emit(0x48 | (destination.rawValue >> 3) << 2 | source.rawValue >> 3, 0x69)
    emit(0xC0 | (destination.rawValue & 7) << 3 | source.rawValue & 7)
    emit(int32: factor)
  }

  /// Conditions of jumps, by their number in encodings.
  enum Condition: UInt8 { case below = 2, notZero = 5 }

  /// A conditional jump; returns the place of its displacement, for ``setTarget(of:)``.
  mutating func jump(if condition: Condition) -> Int {
    emit(0x0F, 0x80 | condition.rawValue)
    emit(int32: 0)
    return bytes.count - 4
  }

  mutating func jump(if condition: Condition, to target: Int) {
    let place = jump(if: condition)
    setDisplacement(at: place, to: target)
  }

  mutating func jump(to target: Int) {
    emit(0xE9)
    emit(int32: 0)
    setDisplacement(at: bytes.count - 4, to: target)
  }

  /// Lets a jump go to what is emitted next.
  mutating func setTarget(of place: Int) { setDisplacement(at: place, to: bytes.count) }

  private mutating func setDisplacement(at place: Int, to target: Int, trailing: Int = 0) {
    withUnsafeBytes(of: Int32(target - (place + 4 + trailing)).littleEndian) { displacement in
      for i in 0..<4 { bytes[place + i] = displacement[i] }
    }
  }

  mutating func patch(int32 value: Int32, at place: Int) {
    withUnsafeBytes(of: value.littleEndian) { for i in 0..<4 { bytes[place + i] = $0[i] } }
  }

  // MARK: The end

  /// The code followed by the constants of 64 bits, at an address that is a multiple of 64: one copy of each
  /// where instructions broadcast, a vector full of them elsewhere.
  mutating func finish(constants: [UInt64]) -> [UInt8] {
    codeSize = bytes.count
    while bytes.count % 64 != 0 { emit(0xCC) }
    let pool = bytes.count
    let copies = instructionSet == .avx512 ? 1 : instructionSet.vectorBytes / 8
    for constant in constants {
      for _ in 0..<copies { emit(int64: constant) }
    }
    for (place, constant, trailing) in constantReferences {
      setDisplacement(at: place, to: pool + constant * copies * 8, trailing: trailing)
    }
    return bytes
  }
}
