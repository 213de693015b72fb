// SPDX-License-Identifier: Apache-2.0

/// Straight-line code over vectors of numbers (or of the bit patterns they are made of), one lane a point:
/// what a graph is lowered to before registers are given out.
///
/// Each operation's result is one value, named by its position; operands are earlier values. Where inputs
/// and outputs are floats, a vector of them can be widened to two vectors of doubles, computed with, and
/// narrowed again: each operation has its own precision.
struct VectorProgram: Sendable {
  /// The position of the operation that computes a value.
  typealias Value = Int32

  enum Code: UInt8, Sendable {
    /// The lanes of input `immediate`.
    case input
    /// The bit pattern `constants[immediate]` in every lane.
    case constant
    case add, subtract, multiply, divide, squareRoot
    /// a·b + c, c − a·b and a·b − c with one rounding.
    case multiplyAdd, negativeMultiplyAdd, multiplySubtract
    /// a < b ? a : b and a > b ? a : b, as the instructions do: b where an operand is NaN.
    case minimum, maximum
    /// The smaller and the larger operand, the other one where one is NaN. Of AVX-512 only.
    case minimumNumber, maximumNumber
    /// The integer in the direction that `immediate` says (a ``Rounding``).
    case round
    /// Bitwise; `andNot` is ¬a ∧ b.
    case and, or, exclusiveOr, andNot
    /// All ones where the ``Comparison`` `immediate` holds, else all zeros.
    case compare
    /// b where a's sign bit is set (a is a mask), else c.
    case blend
    /// a·2ᵇ for an integral b, rounded once. Of AVX-512 only, as the next two.
    case scale
    /// a, and where b is zero, infinite, negative or NaN what the table c says (a ``SpecialCases``).
    case fixUp
    /// The mask of the lanes of a that are of the kinds `immediate` (a ``NumberClass``).
    case classify
    /// Sums, differences and shifts of the lanes' bits as integers.
    case addIntegers, subtractIntegers, shiftLeft, shiftRight
    /// The scalar function `functions[immediate]` of a (and b), lane by lane.
    case call
    /// b, and in lanes where the mask c is set the scalar function `functions[immediate]` of a: the way
    /// out for arguments that are too rare to burden the straight-line code.
    case callWhere
    /// The lower and the upper half of a vector of floats as doubles.
    case widenLow, widenHigh
    /// The doubles of a and then those of b, rounded to floats.
    case narrow
    /// Writes a to output `immediate`; with an operand b, adds a·b to the output's sum over points. It has no value.
    case store
  }

  /// In the order of the encodings of both roundings to integers and those of arithmetic.
  enum Rounding: Int32, Sendable { case nearest, down, up, towardZero }

  /// The predicates of the compare instruction. All but `notEqual` are false where an operand is NaN.
  enum Comparison: Int32, Sendable {
    case equal = 0
    case less = 1
    case lessOrEqual = 2
    case unordered = 3
    case notEqual = 4
    /// ¬(a < b) and ¬(a ≤ b), true of NaN.
    case notLess = 5
    case notLessOrEqual = 6
  }

  /// Kinds of numbers, as the instruction vfpclass knows them.
  struct NumberClass: OptionSet, Sendable {
    let rawValue: Int32
    static let subnormal = NumberClass(rawValue: 0x20)
  }

  struct Operation: Hashable, Sendable {
    var code: Code
    var a: Value = -1
    var b: Value = -1
    var c: Value = -1
    var immediate: Int32 = 0
    /// Which of several vectors of points an input or output belongs to.
    var part: Int32 = 0
    /// Of a store with an operand b: a·b is subtracted.
    var isNegative = false
    /// How the result of arithmetic is rounded; not to nearest with AVX-512 only.
    var rounding = Rounding.nearest
    /// That of the result.
    var precision = Precision.double

    var operands: Operands { Operands(a: a, b: b, c: c) }
  }

  /// The operands that an operation has, in order; no array, since compiling asks for them again and again.
  struct Operands: Sequence, IteratorProtocol {
    private var (a, b, c): (Value, Value, Value)
    private var place = 0

    init(a: Value, b: Value, c: Value) { (self.a, self.b, self.c) = (a, b, c) }

    mutating func next() -> Value? {
      while place < 3 {
        let value = place == 0 ? a : place == 1 ? b : c
        place += 1
        if value >= 0 { return value }
      }
      return nil
    }
  }

  /// That of inputs and outputs.
  let precision: Precision
  var operations: [Operation] = []
  /// Bit patterns; those of single precision are in both halves.
  var constants: [UInt64] = []
  var functions: [ScalarFunction] = []
  /// Whether an output may lie where an input does that is read before: such an input is read once, where the program
  /// says.
  var mayOverwriteInputs = false
}

extension VectorProgram {
  /// The largest number of values that are needed at one time, constants aside.
  var largestLiveCount: Int {
    var lastUse = [Int](repeating: -1, count: operations.count)
    for (position, operation) in operations.enumerated() {
      for operand in operation.operands { lastUse[Int(operand)] = position }
    }
    var (live, largest) = (0, 0)
    for (position, operation) in operations.enumerated() where operation.code != .constant {
      for operand in operation.operands.lazy.map({ Int($0) }) where lastUse[operand] == position {
        if operations[operand].code != .constant { live -= 1 }
        lastUse[operand] = -1  // An operand that is there twice ends once.
      }
      if lastUse[position] >= 0 { live += 1 }
      largest = Swift.max(largest, live)
    }
    return largest
  }

  /// The same program with the operations first whose operands are all constants or inputs that
  /// `isShared`, and the number of those: what is the same for all points of a batch.
  func hoisting(_ isShared: (_ input: Int) -> Bool) -> (program: VectorProgram, count: Int) {
    let isHoisted = areHoisted(isShared)
    guard isHoisted.contains(true) else { return (self, 0) }
    var hoisted = self
    hoisted.operations.removeAll(keepingCapacity: true)
    var places = [Value](repeating: -1, count: operations.count)
    for first in [true, false] {
      for (position, operation) in operations.enumerated() where isHoisted[position] == first {
        places[position] = Value(hoisted.operations.count)
        hoisted.operations.append(operation.moved(to: places))
      }
    }
    return (hoisted, isHoisted.count { $0 })
  }

  /// Which operations ``hoisting(_:)`` moves to the front; none if there is no shared input.
  func areHoisted(_ isShared: (_ input: Int) -> Bool) -> [Bool] {
    var isHoisted = [Bool](repeating: false, count: operations.count)
    guard operations.contains(where: { $0.code == .input && isShared(Int($0.immediate)) }) else {
      return isHoisted
    }
    for (position, operation) in operations.enumerated() {
      isHoisted[position] =
        switch operation.code {
        case .input: isShared(Int(operation.immediate))
        case .constant: true
        case .store: false
        default: operation.operands.allSatisfy { isHoisted[Int($0)] }
        }
    }
    return isHoisted
  }
}

extension VectorProgram {
  /// The same program without the operations whose values lead to no output.
  func withoutDeadOperations() -> VectorProgram {
    var isUsed = operations.map { $0.code == .store }
    for (position, operation) in operations.enumerated().reversed() where isUsed[position] {
      for operand in operation.operands { isUsed[Int(operand)] = true }
    }
    var rest = self
    rest.operations.removeAll(keepingCapacity: true)
    var places = [Value](repeating: -1, count: operations.count)
    for (position, operation) in operations.enumerated() where isUsed[position] {
      places[position] = Value(rest.operations.count)
      rest.operations.append(operation.moved(to: places, part: operation.part))
    }
    return rest
  }
}

extension VectorProgram {
  /// The same program for `parts` vectors of points, operation by operation in turn, behind the first
  /// `count` operations, which are common to all.
  func interleaved(_ parts: Int, behind count: Int) -> VectorProgram {
    guard parts > 1 else { return self }
    var interleaved = self
    interleaved.operations.removeLast(operations.count - count)
    interleaved.operations.reserveCapacity(count + parts * (operations.count - count))
    // The place of each value, part by part.
    var places = (0..<parts).map { _ in (0..<Value(operations.count)).map { $0 } }
    for position in count..<operations.count {
      for part in 0..<parts where part == 0 || operations[position].code != .constant {
        places[part][position] = Value(interleaved.operations.count)
        interleaved.operations.append(operations[position].moved(to: places[part], part: Int32(part)))
      }
      if operations[position].code == .constant {
        for part in 1..<parts { places[part][position] = places[0][position] }
      }
    }
    return interleaved
  }
}

extension VectorProgram {
  /// The same program with products that only a sum over the points takes as operands of their store: a fused
  /// multiply-add adds them, or subtracts those with an opposite that is needed for nothing else. The first `start`
  /// operations stay as they are.
  func accumulatingProducts(behind start: Int, isSum: (_ output: Int) -> Bool) -> VectorProgram {
    var useCounts = [Int](repeating: 0, count: operations.count)
    for operation in operations { for operand in operation.operands { useCounts[Int(operand)] += 1 } }
    func isAccumulated(_ store: Operation) -> Bool {
      let (product, place) = (operations[Int(store.a)], Int(store.a))
      return isSum(Int(store.immediate)) && place >= start && product.code == .multiply
        && product.precision == precision && useCounts[place] == 1
    }
    let products = Set(operations.filter { $0.code == .store && isAccumulated($0) }.map { Int($0.a) })
    if products.isEmpty { return self }

    var productCounts = [Int](repeating: 0, count: operations.count)
    for product in products { for factor in operations[product].operands { productCounts[Int(factor)] += 1 } }
    /// What a value is the opposite of, where only products use it.
    func opposite(_ value: Value) -> Value? {
      let (operation, place) = (operations[Int(value)], Int(value))
      guard operation.code == .exclusiveOr, place >= start, operation.precision == precision,
        useCounts[place] == productCounts[place], operations[Int(operation.b)].code == .constant,
        constants[Int(operations[Int(operation.b)].immediate)] == VectorBuilder.signBit(precision)
      else { return nil }
      return operation.a
    }
    var accumulating = self
    accumulating.operations.removeAll(keepingCapacity: true)
    var places = [Value](repeating: -1, count: operations.count)
    for (position, operation) in operations.enumerated() where !products.contains(position) {
      if productCounts[position] > 0 && opposite(Value(position)) != nil { continue }
      var moved = operation
      if operation.code == .store && products.contains(Int(operation.a)) {
        (moved.a, moved.b) = (operations[Int(operation.a)].a, operations[Int(operation.a)].b)
        if let a = opposite(moved.a) { (moved.a, moved.isNegative) = (a, !moved.isNegative) }
        if let b = opposite(moved.b) { (moved.b, moved.isNegative) = (b, !moved.isNegative) }
      }
      places[position] = Value(accumulating.operations.count)
      accumulating.operations.append(moved.moved(to: places, part: operation.part))
    }
    return accumulating
  }
}

extension VectorProgram.Operation {
  func moved(to places: [VectorProgram.Value], part: Int32 = 0) -> VectorProgram.Operation {
    var moved = self
    if a >= 0 { moved.a = places[Int(a)] }
    if b >= 0 { moved.b = places[Int(b)] }
    if c >= 0 { moved.c = places[Int(c)] }
    moved.part = part
    return moved
  }
}

extension VectorProgram {
  /// Whether the processor would wait for results more than it computes, so that a second vector's
  /// operations, interleaved, fill the gaps.
  ///
  /// A vector's chain of dependent operations takes `latency` cycles, all its operations `issue` cycles. A
  /// short program overlaps with the next turns of the loop by itself, as far as the processor looks ahead
  /// (some 200 operations). Many live values speak against it: they would go through memory.
  ///
  /// Measured on Zen 3, doubles: cross-entropy with 3 parameters (latency 1.3 times issue, 17 live values)
  /// takes 152 cycles a vector in place of 211, which the estimates predict; programs whose latency is below
  /// their issue gain nothing, and a camera with 46 live values loses 15 %.
  var isLatencyBound: Bool {
    var ready = [Double](repeating: 0, count: operations.count)
    var (latency, issue, count) = (0.0, 0.0, 0.0)
    for (position, operation) in operations.enumerated() where operation.code != .constant {
      let start = operation.operands.reduce(0) { Swift.max($0, ready[Int($1)]) }
      ready[position] = start + operation.code.latency
      latency = Swift.max(latency, ready[position])
      issue += operation.code.issue
      count += 1
    }
    let turnsInFlight = Swift.max(1, 200 / Swift.max(1, count))
    return latency / turnsInFlight > 1.1 * issue && largestLiveCount <= 32
  }
}

extension VectorProgram.Code {
  /// Cycles until a result can be used, about the same on all processors with these instructions.
  fileprivate var latency: Double {
    switch self {
    case .input: 7
    case .divide: 13
    case .squareRoot: 20
    case .round: 8
    case .and, .or, .exclusiveOr, .andNot, .blend, .addIntegers, .subtractIntegers, .shiftLeft, .shiftRight: 1
    case .minimum, .maximum: 2
    case .widenLow, .widenHigh, .narrow: 7
    case .constant, .store, .callWhere: 0
    case .call: 100
    default: 4
    }
  }

  /// Cycles that pass until the next operation of the kind can start, with two units for arithmetic.
  fileprivate var issue: Double {
    switch self {
    case .divide: 6
    case .squareRoot: 9
    case .store, .widenLow: 1
    case .widenHigh: 1.5
    case .narrow: 2.5
    case .constant: 0
    case .call: 100
    default: 0.5
    }
  }
}

/// A scalar function that machine code calls back. In single precision its result is rounded.
final class ScalarFunction: Sendable {
  /// What a person may call it.
  let name: String
  let value: @Sendable (Double, Double) -> Double

  init(named name: String = "scalar code", _ value: @escaping @Sendable (Double, Double) -> Double) {
    self.name = name
    self.value = value
  }
}

/// Writes a vector program, each distinct operation once.
struct VectorBuilder {
  typealias Value = VectorProgram.Value

  /// The set that the program will run on: it may have operations that others lack.
  let instructionSet: InstructionSet
  private(set) var program: VectorProgram
  private var values: [VectorProgram.Operation: Value] = [:]
  /// The places of constants in the program, by their bits.
  private var constants: [UInt64: Int32] = [:]
  /// Of the operations that are written.
  private(set) var precision: Precision

  init(_ precision: Precision, for instructionSet: InstructionSet) {
    self.instructionSet = instructionSet
    program = VectorProgram(precision: precision)
    self.precision = precision
  }

  /// The value of an operation in the current precision, an earlier one if the same was written before.
  mutating func value(_ operation: VectorProgram.Operation) -> Value {
    var operation = operation
    operation.precision = precision
    if let value = values[operation] { return value }
    program.operations.append(operation)
    let value = Value(program.operations.count - 1)
    values[operation] = value
    return value
  }

  mutating func input(_ index: Int) -> Value { value(.init(code: .input, immediate: Int32(index))) }

  /// In single precision, the lower half of `bits`.
  mutating func constant(bits: UInt64) -> Value {
    let bits = VectorBuilder.pattern(bits, precision)
    let place = constants[bits] ?? Int32(program.constants.count)
    if place == program.constants.count {
      program.constants.append(bits)
      constants[bits] = place
    }
    return value(.init(code: .constant, immediate: place))
  }

  /// How a program holds the bits of a constant.
  private static func pattern(_ bits: UInt64, _ precision: Precision) -> UInt64 {
    precision == .double ? bits : bits << 32 | bits & 0xFFFF_FFFF
  }

  /// A number, rounded to the current precision.
  mutating func constant(_ number: Double) -> Value { constant(bits: precision.bits(number)) }

  mutating func store(_ a: Value, output: Int) {
    program.operations.append(
      .init(code: .store, a: a, immediate: Int32(output), precision: program.precision))
  }

  mutating func call(_ function: ScalarFunction, _ a: Value, _ b: Value = -1) -> Value {
    program.functions.append(function)
    return value(.init(code: .call, a: a, b: b, immediate: Int32(program.functions.count - 1)))
  }

  mutating func call(_ function: ScalarFunction, of a: Value, where mask: Value, else b: Value) -> Value {
    program.functions.append(function)
    return value(.init(code: .callWhere, a: a, b: b, c: mask, immediate: Int32(program.functions.count - 1)))
  }
}

// MARK: - Mixed precision

extension VectorBuilder {
  /// What `body` computes in double precision of floats, rounded once at the end: first for the lower half of
  /// the lanes and then for the upper one.
  mutating func inDoublePrecision(
    _ operands: [Value], _ body: (inout VectorBuilder, [Value]) -> Value
  ) -> Value {
    let halves = [VectorProgram.Code.widenLow, .widenHigh].map { half in
      precision = .double
      defer { precision = .single }
      let widened = operands.map { widen($0, half) }
      return body(&self, widened)
    }
    return value(.init(code: .narrow, a: halves[0], b: halves[1]))
  }

  private mutating func widen(_ a: Value, _ half: VectorProgram.Code) -> Value {
    let operation = program.operations[Int(a)]
    guard operation.code == .constant else { return value(.init(code: half, a: a)) }
    let bits = UInt32(truncatingIfNeeded: program.constants[Int(operation.immediate)])
    return constant(Double(Float(bitPattern: bits)))
  }
}

// MARK: - Arithmetic

extension VectorBuilder {
  mutating func add(_ a: Value, _ b: Value) -> Value { value(.init(code: .add, a: a, b: b)) }
  mutating func subtract(_ a: Value, _ b: Value) -> Value { value(.init(code: .subtract, a: a, b: b)) }
  mutating func multiply(_ a: Value, _ b: Value) -> Value {
    // The same number, by a unit that is less busy.
    if isTwo(a) { return add(b, b) }
    if isTwo(b) { return add(a, a) }
    return value(.init(code: .multiply, a: a, b: b))
  }

  mutating func divide(_ a: Value, _ b: Value) -> Value { value(.init(code: .divide, a: a, b: b)) }
  mutating func squareRoot(_ a: Value) -> Value { value(.init(code: .squareRoot, a: a)) }
  mutating func minimum(_ a: Value, _ b: Value) -> Value { value(.init(code: .minimum, a: a, b: b)) }
  mutating func maximum(_ a: Value, _ b: Value) -> Value { value(.init(code: .maximum, a: a, b: b)) }

  private func isTwo(_ a: Value) -> Bool {
    let operation = program.operations[Int(a)]
    return operation.code == .constant
      && program.constants[Int(operation.immediate)]
        == VectorBuilder.pattern(operation.precision.bits(2), operation.precision)
  }

  /// 2a, if it has been computed.
  private func twice(_ a: Value) -> Value? {
    values[.init(code: .add, a: a, b: a, precision: precision)]
  }

  /// a·b + c.
  mutating func multiplyAdd(_ a: Value, _ b: Value, _ c: Value) -> Value {
    if isTwo(a), let product = twice(b) { return add(product, c) }
    if isTwo(b), let product = twice(a) { return add(product, c) }
    return value(.init(code: .multiplyAdd, a: a, b: b, c: c))
  }

  /// c − a·b.
  mutating func negativeMultiplyAdd(_ a: Value, _ b: Value, _ c: Value) -> Value {
    value(.init(code: .negativeMultiplyAdd, a: a, b: b, c: c))
  }

  /// a·b − c.
  mutating func multiplySubtract(_ a: Value, _ b: Value, _ c: Value) -> Value {
    value(.init(code: .multiplySubtract, a: a, b: b, c: c))
  }

  mutating func round(_ a: Value, _ rounding: VectorProgram.Rounding) -> Value {
    value(.init(code: .round, a: a, immediate: rounding.rawValue))
  }

  mutating func scale(_ a: Value, by b: Value) -> Value { value(.init(code: .scale, a: a, b: b)) }

  /// `a`, and what `cases` say where x is special.
  mutating func fixUp(_ a: Value, where x: Value, _ cases: SpecialCases) -> Value {
    let table = constant(bits: UInt64(cases.table))
    return value(.init(code: .fixUp, a: a, b: x, c: table))
  }

  mutating func negate(_ a: Value) -> Value { exclusiveOr(a, constant(-0.0)) }

  /// How a program holds −0, whose bits say which ones ``negate(_:)`` inverts.
  static func signBit(_ precision: Precision) -> UInt64 { pattern(precision.bits(-0.0), precision) }

  /// |a|, which is also that of −a.
  mutating func magnitude(_ a: Value) -> Value {
    let (signBit, operation) = (constant(-0.0), program.operations[Int(a)])
    let isNegated = operation.code == .exclusiveOr && operation.b == signBit
    return andNot(signBit, isNegated ? operation.a : a)
  }
}

// MARK: - Bits, masks and integers

extension VectorBuilder {
  mutating func and(_ a: Value, _ b: Value) -> Value { value(.init(code: .and, a: a, b: b)) }
  mutating func or(_ a: Value, _ b: Value) -> Value { value(.init(code: .or, a: a, b: b)) }
  mutating func exclusiveOr(_ a: Value, _ b: Value) -> Value { value(.init(code: .exclusiveOr, a: a, b: b)) }
  mutating func andNot(_ a: Value, _ b: Value) -> Value { value(.init(code: .andNot, a: a, b: b)) }

  mutating func compare(_ a: Value, _ comparison: VectorProgram.Comparison, _ b: Value) -> Value {
    value(.init(code: .compare, a: a, b: b, immediate: comparison.rawValue))
  }

  mutating func classify(_ a: Value, _ kinds: VectorProgram.NumberClass) -> Value {
    value(.init(code: .classify, a: a, immediate: kinds.rawValue))
  }

  /// `a` where the mask is set, else `b`.
  mutating func select(_ mask: Value, _ a: Value, _ b: Value) -> Value {
    value(.init(code: .blend, a: mask, b: a, c: b))
  }

  mutating func addIntegers(_ a: Value, _ b: Value) -> Value {
    value(.init(code: .addIntegers, a: a, b: b))
  }

  mutating func subtractIntegers(_ a: Value, _ b: Value) -> Value {
    value(.init(code: .subtractIntegers, a: a, b: b))
  }

  mutating func shiftLeft(_ a: Value, _ count: Int32) -> Value {
    value(.init(code: .shiftLeft, a: a, immediate: count))
  }

  /// A logical shift: zeros move in.
  mutating func shiftRight(_ a: Value, _ count: Int32) -> Value {
    value(.init(code: .shiftRight, a: a, immediate: count))
  }
}
