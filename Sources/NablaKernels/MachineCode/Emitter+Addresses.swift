// SPDX-License-Identifier: Apache-2.0

/// Where columns are: which addresses stay in registers, and what is read where it lies.
extension Emitter {
  /// Addresses stay in registers as far as there are any: those that calls preserve, and the others where the loop
  /// calls nothing in its straight line. One serves a whole run of columns. Those come first that are needed most in
  /// every turn, then those of shared inputs, which have to be copied to the frame otherwise.
  mutating func chooseAddresses() {
    guard !layout.isSinglePoint else { return }
    var free = Array(Self.steppingRegisters.dropFirst(layout.steppings.count))
    if !hasCalls { free += Self.scratchRegisters }
    struct Uses {
      var inTurn = 0
      var shared = 0
      var displacements: [Int32] = []
    }
    var usesOfRun: [Int: Uses] = [:]
    for (position, operation) in program.operations.enumerated() {
      let isInput = operation.code == .input
      guard isInput || operation.code == .store else { continue }
      let column = Int(operation.immediate) + (isInput ? 0 : layout.inputs.count)
      let isHoisted = position < preambleCount
      if isHoisted && !canReadInPlace { continue }
      let (first, displacement) = place(of: column)
      usesOfRun[first, default: Uses()].displacements.append(displacement)
      if isHoisted {
        usesOfRun[first]!.shared += uses[position].count
      } else {
        usesOfRun[first]!.inTurn += 1
      }
    }
    let runs = usesOfRun.sorted {
      ($1.value.inTurn, $1.value.shared, $0.key) < ($0.value.inTurn, $0.value.shared, $1.key)
    }
    for (run, register) in zip(runs, free) {
      // Most of what is used lies near the median: its displacements take one byte in place of four.
      let displacements = run.value.displacements.sorted()
      let offset = displacements.last! > 1024 ? displacements[displacements.count / 2] : 0
      addressOf[run.key] = (register, offset)
    }
  }

  /// Whether shared inputs can be read where they are whenever they are used.
  private var canReadInPlace: Bool {
    assembler.instructionSet == .avx512 && !layout.isSinglePoint && !program.mayOverwriteInputs
  }

  /// Whether a value is that of a shared input whose address is in a register: it needs no place in the frame.
  func isReadInPlace(_ value: Value) -> Bool {
    guard canReadInPlace, Int(value) < preambleCount, program.operations[Int(value)].code == .input else {
      return false
    }
    return addressOf[layout.run(of: Int(program.operations[Int(value)].immediate)).first] != nil
  }

  /// The first column of the run that a column is part of, and the bytes between them.
  private func place(of column: Int) -> (first: Int, displacement: Int32) {
    let (first, distance) = layout.run(of: column)
    let unit: Int32
    if column < layout.inputs.count {
      unit =
        switch layout.inputs[column] {
        case .row, .shared: Int32(program.precision.byteCount)
        case .tile: 64
        case .passed: vectorBytes
        case .column: 0
        }
    } else {
      unit =
        switch layout.outputs[column - layout.inputs.count] {
        case .scalar: Int32(program.precision.byteCount)
        case .tile: 64
        case .sum, .passed: vectorBytes
        case .column, .streamedColumn: 0
        }
    }
    return (first, Int32(distance) * unit)
  }

  /// Where a column is: in the loop beside a register that is kept for its run, or else behind one that is loaded.
  mutating func address(of column: Int) -> (base: GeneralRegister, displacement: Int32) {
    let (first, displacement) = place(of: column)
    if isInLoop, let (register, offset) = addressOf[first] { return (register, displacement - offset) }
    assembler.load(.rax, Self.columns, Int32(first) * 8)
    return (.rax, displacement)
  }

  mutating func loadAddress(_ column: Int, _ register: GeneralRegister, _ offset: Int32) {
    assembler.load(register, Self.columns, Int32(column) * 8)
    if offset != 0 { assembler.add(register, offset) }
  }
}
