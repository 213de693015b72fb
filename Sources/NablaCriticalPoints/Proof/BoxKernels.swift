// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels

/// What ``BoxWorker`` asks of single boxes, as machine code for many at a time: constraint propagation, and the interval
/// Newton operator of ``IntervalNewton``.
struct BoxKernels: Sendable {
  let n: Int
  /// Of a box: what is left of it, and a ``Contracted`` for each flag.
  let contraction: IntervalKernel
  /// Of a box: what is left of it, a ``Newton`` for each flag, and of each variable how much its width moves the left
  /// sides.
  let newton: IntervalKernel

  /// Outputs of the contraction behind the box.
  enum Contracted: Int, CaseIterable { case isEmpty, isDiscontinuous }
  /// Outputs of the Newton operator behind the box.
  enum Newton: Int, CaseIterable { case isEmpty, isUnique, isRegular }

  /// nil where there is no machine code for the system, or it would be too large.
  init?(_ system: GradientSystem, for instructionSet: InstructionSet = .current) {
    guard instructionSet != .portable, Self.isSmall(system) else { return nil }
    let makers = [Self.contraction, Self.newton]
    let kernels = [IntervalKernel?](unsafeUninitializedCapacity: makers.count) { buffer, initialized in
      nonisolated(unsafe) let results = buffer
      Parallelism.forEachChunk(of: makers.count, costPerItem: 1e6) { range in
        for i in range { results.initializeElement(at: i, to: makers[i](system, instructionSet)) }
      }
      initialized = makers.count
    }
    guard let contraction = kernels[0], let newton = kernels[1] else { return nil }
    n = system.n
    self.contraction = contraction
    self.newton = newton
  }

  /// Whether it is worth the time to find out how long the two programs are: by some 60 operations for each step of a
  /// tape, forward and backward, and 10 n³ for the matrices of the Newton operator.
  private static func isSmall(_ system: GradientSystem) -> Bool {
    let steps = 60 * (2 * system.equations.stepCount + system.jacobian.stepCount)
    return system.n <= 20 && steps + 10 * system.n * system.n * system.n <= 2 * IntervalKernel.largestProgram
  }

  @Sendable private static func contraction(_ system: GradientSystem, _ set: InstructionSet)
    -> IntervalKernel?
  {
    var b = IntervalBuilder(for: set)
    let tape = system.equations
    let box = (0..<system.n).map { _ in b.input() }
    guard var values = tape.enclosures(over: box, parameters: system.parameters, &b) else { return nil }
    let discontinuity = tape.discontinuity(of: values, &b)
    tape.contract(&values, to: system.targets.map { $0 == .entire ? nil : b.constant($0) }, &b)
    for value in values[..<system.n] { b.output(value) }
    b.output(b.emptyLanes)
    b.output(discontinuity)
    return IntervalKernel(b)
  }

  @Sendable private static func newton(_ system: GradientSystem, _ set: InstructionSet) -> IntervalKernel? {
    let n = system.n
    var b = IntervalBuilder(for: set)
    let box = (0..<n).map { _ in b.input() }
    guard let derivatives = system.jacobian.enclosures(over: box, parameters: system.parameters, &b) else {
      return nil
    }
    var matrix = [[IntervalBuilder.Value?]](repeating: Array(repeating: nil, count: n), count: n)
    for (place, output) in zip(system.jacobianPlaces, system.jacobian.outputs) {
      matrix[place.row][place.column] = derivatives[output]
    }
    let middle = box.map { b.midpoint($0) }
    guard let values = system.equations.enclosures(over: middle, parameters: system.parameters, &b) else {
      return nil
    }
    let sides = (0..<n).map { values[system.equations.outputs[$0]] }
    var isKnown = b.isBounded(sides[0])
    for value in sides.dropFirst() + matrix.joined().compactMap({ $0 }) {
      isKnown = b.and(isKnown, b.isBounded(value))
    }
    if let isUndefined = b.takeEmptyLanes() { isKnown = b.and(isKnown, not: isUndefined) }

    var operation = NewtonOperation(b, box, middle, sides, matrix)
    let solved = operation.solve()
    operation.centre()
    b = operation.b
    let x = zip(operation.x, box).map { b.select(isKnown, $0, $1) }
    for side in x { b.output(side) }
    b.output(operation.isEmpty.map { b.and(isKnown, $0) })
    b.output(solved.map { b.and(isKnown, $0.isUnique) })
    b.output(solved.map { b.and(isKnown, $0.isRegular) })
    for smear in smears(x, matrix, &b) { b.outputUpper(smear) }
    return IntervalKernel(b)
  }

  /// Σᵢ |Jᵢⱼ| wⱼ / Σₖ |Jᵢₖ| wₖ for each variable j.
  private static func smears(
    _ x: [IntervalBuilder.Value], _ matrix: [[IntervalBuilder.Value?]], _ b: inout IntervalBuilder
  ) -> [IntervalBuilder.Value] {
    let widths = x.map { b.width($0) }
    var smears = [IntervalBuilder.Value?](repeating: nil, count: x.count)
    for row in matrix {
      let parts = zip(row, widths).map { entry, width in
        entry.map { b.multiply(b.magnitude($0), width) }
      }
      let total = parts.compactMap { $0 }.reduce(b.constant(Interval(0))) { b.add($0, $1) }
      for (j, part) in parts.enumerated() {
        guard let part else { continue }
        let share = b.divide(part, total)
        smears[j] = smears[j].map { b.add($0, share) } ?? share
      }
    }
    return smears.map { $0 ?? b.constant(Interval(0)) }
  }
}

/// The code of one application of the operator. What it is and why it holds is said at ``IntervalNewton``.
private struct NewtonOperation {
  typealias Value = IntervalBuilder.Value
  typealias Mask = IntervalBuilder.Mask

  var b: IntervalBuilder
  let n: Int
  let middle: [Value]
  let sides: [Value]
  let matrix: [[Value?]]
  private let box: [Value]
  private(set) var x: [Value]
  /// x − m.
  private var distances: [Value]
  /// The lanes in which no zero is left.
  private(set) var isEmpty: Mask?

  init(
    _ b: IntervalBuilder, _ box: [Value], _ middle: [Value], _ sides: [Value], _ matrix: [[Value?]]
  ) {
    self.b = b
    n = box.count
    (self.middle, self.sides, self.matrix, self.box) = (middle, sides, matrix, box)
    x = box
    distances = []
    for (side, point) in zip(box, middle) { distances.append(self.b.subtract(side, point)) }
  }

  /// The part of coordinate j in which the sum and the slope times the distance can cancel.
  private mutating func part(_ j: Int, _ sum: Value, _ slope: Value) -> Value {
    b.add(middle[j], b.divided(b.negate(sum), by: slope, within: distances[j]))
  }

  private mutating func setSide(_ j: Int, _ side: Value) {
    x[j] = side
    distances[j] = b.subtract(side, middle[j])
  }

  private mutating func addEmpty(in lanes: Mask?) {
    guard let marked = b.takeEmptyLanes() else { return }
    let empty = lanes.map { b.and($0, marked) } ?? marked
    isEmpty = isEmpty.map { b.or($0, empty) } ?? empty
  }

  /// Solves the preconditioned system for one coordinate after another; nil where it is singular by its structure.
  mutating func solve() -> (isUnique: Mask, isRegular: Mask)? {
    guard let inverse = b.inverse(ofMidpointsOf: matrix) else { return nil }
    let isInverted = inverse.isFinite
    var isUnique = isInverted
    var isRegular = isInverted
    var rows: [[Value?]] = []
    for i in 0..<n {
      let row = (0..<n).map { j in b.product(inverse, row: i, matrix.map { $0[j] }) }
      guard let pivot = row[i] else { return nil }
      // Strictly diagonally dominant.
      let off = row.indices.filter { $0 != i }.compactMap { row[$0] }.reduce(b.constant(Interval(0))) {
        b.add($0, b.magnitude($1))
      }
      isRegular = b.and(isRegular, b.isLess(off, b.mignitude(pivot)))
      rows.append(row)
    }
    for i in 0..<n {
      var sum = b.product(inverse, row: i, sides) ?? b.constant(Interval(0))
      for j in 0..<n where j != i {
        if let entry = rows[i][j] { sum = b.add(sum, b.multiply(entry, distances[j])) }
      }
      guard let pivot = rows[i][i] else { return nil }
      let part = part(i, sum, pivot)
      isUnique = b.and(b.and(isUnique, b.isInterior(part, of: x[i])), not: b.contains(pivot, 0))
      setSide(i, b.intersection(part, x[i]))
    }
    addEmpty(in: isInverted)
    for i in 0..<n { setSide(i, b.select(isInverted, x[i], box[i])) }
    if let isEmpty { isUnique = b.and(isUnique, not: isEmpty) }
    return (isUnique, isRegular)
  }

  /// Contracts by the mean-value form of each equation, without a preconditioner.
  mutating func centre() {
    for i in 0..<n {
      let columns = (0..<n).filter { matrix[i][$0] != nil }
      // Σ Jᵢₖ (xₖ − mₖ) over the columns behind each, which are contracted after it.
      var behind = [Value?](repeating: nil, count: columns.count)
      for place in columns.indices.dropLast().reversed() {
        let next = columns[place + 1]
        let term = b.multiply(matrix[i][next]!, distances[next])
        behind[place] = behind[place + 1].map { b.add(term, $0) } ?? term
      }
      var before = sides[i]
      for (j, rest) in zip(columns, behind) {
        let slope = matrix[i][j]!
        let sum = rest.map { b.add(before, $0) } ?? before
        setSide(j, b.intersection(part(j, sum, slope), x[j]))
        before = b.add(before, b.multiply(slope, distances[j]))
      }
    }
    addEmpty(in: nil)
  }
}
