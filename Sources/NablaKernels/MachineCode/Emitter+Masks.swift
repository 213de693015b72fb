// SPDX-License-Identifier: Apache-2.0

/// The registers k1 … k7 of AVX-512, and the values that are in them.
///
/// A comparison leaves a bit a lane in one of them, and a choice takes it from there. A vector of ones and zeros is
/// made of it only where something else asks for one.
struct MaskRegisters {
  private var values = [VectorProgram.Value](repeating: -1, count: 8)

  /// The register that a value is in.
  subscript(_ value: VectorProgram.Value) -> UInt8? {
    for register in 1..<8 where values[register] == value { return UInt8(register) }
    return nil
  }

  /// The registers that hold something, ascending.
  var inUse: [UInt8] { (1..<8).filter { values[$0] >= 0 }.map { UInt8($0) } }

  /// An empty register.
  var free: UInt8? { (1..<8).first { values[$0] < 0 }.map { UInt8($0) } }

  func value(in register: UInt8) -> VectorProgram.Value { values[Int(register)] }

  mutating func put(_ value: VectorProgram.Value, in register: UInt8) { values[Int(register)] = value }

  mutating func remove(_ value: VectorProgram.Value) {
    for register in 1..<8 where values[register] == value { values[register] = -1 }
  }

  mutating func removeAll() { for register in 1..<8 { values[register] = -1 } }
}

extension Emitter {
  /// The mask register of a value, which is made of the vector's sign bits if it is not in one.
  mutating func maskRegister(_ value: Value) -> UInt8 {
    if let register = masks[value] { return register }
    let vector = inRegister(value)
    let register = takeMask(for: value)
    assembler.evex(.xF3, .x0F38, 0x39, register, 0, .register(vector))  // vpmovq2m (d2m)
    // Sign bits are not all of a number. Of other values the vector is kept; a constant's is read again.
    if program.operations[Int(value)].code == .constant { masks.remove(value) }
    return register
  }

  /// A mask register for a value that is about to be written: an empty one, or that of the value whose next use is
  /// farthest away, which becomes a vector.
  mutating func takeMask(for value: Value) -> UInt8 {
    if let register = masks.free {
      masks.put(value, in: register)
      return register
    }
    func next(_ register: UInt8) -> Int { uses[Int(masks.value(in: register))].last ?? .max }
    let register = masks.inUse.max { next($0) < next($1) }!
    let evicted = masks.value(in: register)
    if !isInVector(evicted) { _ = expanded(evicted, from: register) }
    masks.put(value, in: register)
    return register
  }

  /// Makes vectors of the masks that are still needed, and forgets the masks.
  mutating func expandMasks(where isNeeded: (Value) -> Bool) {
    for register in masks.inUse {
      let value = masks.value(in: register)
      if isNeeded(value) && !isInVector(value) { _ = expanded(value, from: register) }
    }
    masks.removeAll()
  }

  /// A bitwise operation of two values that are masks and no vectors, by the opcode of its form for mask registers
  /// (kandw and so on); false if they are something else.
  mutating func combineMasks(_ opcode: UInt8, _ position: Int) -> Bool {
    let (a, b) = (program.operations[position].a, program.operations[position].b)
    guard let left = masks[a], let right = masks[b], !isInVector(a), !isInVector(b) else { return false }
    let target = takeMask(for: Value(position))
    assembler.vex(.none, .x0F, false, is256: true, opcode, target, left, .register(right))
    return true
  }

  /// vpmovm2q (d): all ones in the lanes that are set.
  mutating func expand(_ mask: UInt8, to register: UInt8) {
    assembler.evex(.xF3, .x0F38, 0x38, register, 0, .register(mask))
  }

  /// kmovw to and from the frame.
  mutating func saveMask(_ mask: UInt8, at place: Int32) {
    assembler.vex(.none, .x0F, false, is256: false, 0x91, mask, 0, .memory(.rsp, place))
  }

  mutating func loadMask(_ mask: UInt8, at place: Int32) {
    assembler.vex(.none, .x0F, false, is256: false, 0x90, mask, 0, .memory(.rsp, place))
  }
}
