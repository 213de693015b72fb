import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// The instruction sets with machine code that this machine can run.
private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

/// Code for every layout of inputs and outputs gives the bits that code for columns gives.
@Suite struct CodeLayoutTests {
  /// Where the points of an input lie.
  private enum Place: CaseIterable {
    case column, rows, wideRows, reversed, shared, tiles
  }

  private let variables = ["a", "b", "c", "d", "e"].map { Expr.variable($0) }

  /// Each variable in each layout, several kinds of strides at once, numbers of points that fill vectors,
  /// tiles and turns of the loop and such that do not, and ranges that begin in the middle.
  @Test(arguments: runnable)
  func layoutsDoNotChangeBits(instructionSet: InstructionSet) throws {
    let seed: UInt64 = 20_261_124
    var generator = SplitMix64(seed: seed)
    for trial in 0..<150 {
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      let outputs = (0..<4).map { _ in expressions.next(size: 2 + trial % 60) }
      let kernel = try #require(
        MachineKernel<Double>(outputs: outputs, inputs: variables, instructionSet: instructionSet))
      let count = [1, 2, 7, 8, 24, 31, 33, 1030][trial % 8]
      let places = variables.map { _ in Place.allCases.randomElement(using: &generator)! }
      try compare(kernel, count, places, &generator, "seed \(seed), trial \(trial)")
    }
  }

  private func compare(
    _ kernel: MachineKernel<Double>, _ count: Int, _ places: [Place], _ generator: inout SplitMix64,
    _ comment: Comment
  ) throws {
    let (n, m) = (places.count, kernel.outputCount)
    let tiles = (count + 7) / 8
    // All numbers in one pool, of which each layout takes its own region.
    let region = tiles * 8 * 100
    var pool = (0..<2 * n * region).map { _ in Double.random(in: -2...2, using: &generator) }
    var columns = [Double](repeating: 0, count: n * count)
    var results = [Double](repeating: .nan, count: 3 * m * tiles * 8)
    try pool.withUnsafeMutableBufferPointer { pool in
      try columns.withUnsafeMutableBufferPointer { columns in
        try results.withUnsafeMutableBufferPointer { results in
          let base = try #require(pool.baseAddress)
          let inputs = (0..<n).map { i -> InputColumn<Double> in
            switch places[i] {
            case .column: InputColumn(base: base + i * region, stride: 1)
            case .rows: InputColumn(base: base + i, stride: n)
            case .wideRows: InputColumn(base: base + i, stride: 99)
            case .reversed: InputColumn(base: base + i * region + count, stride: -1)
            case .shared: InputColumn(base: base + i, stride: 0)
            case .tiles: InputColumn(base: base + 8 * i, tileColumns: n)
            }
          }
          for i in 0..<n {
            for point in 0..<count { columns[i * count + point] = inputs[i].address(of: point).pointee }
          }
          let plain = (0..<n).map { InputColumn(base: columns.baseAddress! + $0 * count, stride: 1) }
          let size = tiles * 8
          let expected = (0..<m).map { OutputColumn(base: results.baseAddress! + $0 * size, stride: 1) }
          kernel.run(count: count, inputs: plain, outputs: expected)
          // Outputs in columns from a point in the middle on, in tiles, and in rows.
          let start = count < 16 ? 0 : 8
          let target = results.baseAddress! + m * size
          for (outputs, range) in [
            ((0..<m).map { OutputColumn(base: target + $0 * size, stride: 1) }, start..<count),
            ((0..<m).map { OutputColumn(base: target + 8 * $0, tileColumns: m) }, 0..<count),
            ((0..<m).map { OutputColumn(base: target + $0, stride: m) }, start..<count),
          ] {
            kernel.run(points: range, inputs: inputs, outputs: outputs, isStreamed: false)
            for output in 0..<m {
              for point in range {
                let (a, b) = (outputs[output].address(of: point), expected[output].address(of: point))
                #expect(isSame(a.pointee, b.pointee), comment)
              }
            }
          }
        }
      }
    }
  }

  /// A single point has code of its own, which reads and writes numbers, not vectors.
  @Test(arguments: runnable)
  func aSinglePointHasTheSameBits(instructionSet: InstructionSet) throws {
    let seed: UInt64 = 7
    var generator = SplitMix64(seed: seed)
    for trial in 0..<200 {
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      let outputs = (0..<3).map { _ in expressions.next(size: 1 + trial % 60) }
      let kernel = try #require(
        MachineKernel<Double>(outputs: outputs, inputs: variables, instructionSet: instructionSet))
      var point = variables.map { _ in Double.random(in: -2...2, using: &generator) }
      let expected = run(kernel, [point, point])[0]
      // What lies beside the results must stay.
      var results = [Double](repeating: 17, count: 6)
      point.withUnsafeMutableBufferPointer { point in
        results.withUnsafeMutableBufferPointer { results in
          let addresses =
            point.indices.map { point.baseAddress! + $0 } + (0..<3).map { results.baseAddress! + 2 * $0 }
          kernel.run(addresses: addresses)
        }
      }
      for i in 0..<3 {
        #expect(isSame(results[2 * i], expected[i]), "seed \(seed), trial \(trial)")
        #expect(results[2 * i + 1] == 17)
      }
    }
  }

  /// Sums over a batch, of points that do not fill a block, against sums of the values in twice the
  /// precision, and by the interpreter. Each addition may round by 2⁻⁵³ of a sum of at most Σ|vᵢ|; in a block
  /// of 512 a lane makes 128, and 20 follow.
  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
  func sumsAddAllPoints(instructionSet: InstructionSet) throws {
    let seed: UInt64 = 99
    var generator = SplitMix64(seed: seed)
    let (x, y, p) = (Expr.variable("x"), Expr.variable("y"), Expr.variable("p"))
    let outputs = [sin(x * p) + y, exp(p) * x * y, p * p, x, 1 / (1 + exp(-x * y))]
    let kernel = compile(outputs: outputs, inputs: [x, y, p], for: instructionSet)
    for count in [0, 1, 3, 4, 5, 8, 511, 512, 513, 5003] {
      let points = (0..<2 * count + 1).map { _ in Double.random(in: -1...1, using: &generator) }
      var sums = [Double](repeating: .nan, count: outputs.count)
      let rows = points.withUnsafeBufferPointer { points -> [[Double]] in
        [0.75].withUnsafeBufferPointer { shared in
          let inputs = [
            InputColumn(base: points.baseAddress!, stride: 2),
            InputColumn(base: points.baseAddress! + 1, stride: 2),
            InputColumn(base: shared.baseAddress!, stride: 0),
          ]
          kernel.sum(count: count, inputs: inputs, into: &sums)
        }
        return run(kernel, (0..<count).map { [points[2 * $0], points[2 * $0 + 1], 0.75] })
      }
      for output in outputs.indices {
        var (sum, error, size) = (0.0, 0.0, 0.0)
        for row in rows {
          // Two-sum (Knuth): sum + error is exact but for the errors' own sum.
          let next = sum + row[output]
          let bend = next - sum
          error += (sum - (next - bend)) + (row[output] - bend)
          sum = next
          size += Swift.abs(row[output])
        }
        #expect(
          Swift.abs(sums[output] - (sum + error)) <= 150 * 0x1p-53 * size,
          "output \(output) of \(count) points, seed \(seed)")
      }
    }
  }

  /// What depends only on shared inputs is computed before the loop, whatever it is.
  @Test func sharedOperationsComeFirst() throws {
    let (x, p) = (Expr.variable("x"), Expr.variable("p"))
    let program = try #require(
      Lowering.program(outputs: [x * exp(p) + sin(p), p * 2], inputs: [x, p], precision: .double))
    let (hoisted, count) = program.hoisting { $0 == 1 }
    let loop = hoisted.operations[count...].map(\.code)
    #expect(loop.sorted { $0.rawValue < $1.rawValue } == [.input, .multiplyAdd, .store, .store])
    #expect(program.hoisting { _ in false }.count == 0)
  }

  /// Two vectors in each turn of the loop, as latency asks for in some programs, for programs of any kind.
  @Test func interleavedProgramsComputeTheSame() throws {
    let seed: UInt64 = 5
    for trial in 0..<100 {
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      let outputs = (0..<2).map { _ in expressions.next(size: 1 + trial % 40) }
      let program = try #require(
        Lowering.program(outputs: outputs, inputs: variables, precision: .double))
      let (hoisted, count) = program.hoisting { $0 < 2 }
      let interleaved = hoisted.interleaved(2, behind: count)
      // One of the vectors alone is the program again.
      let shared = variables.indices.map { 0.3 * Double($0) - 0.7 }
      let expected = interpret(program, inputs: shared, outputCount: 2)
      #expect(
        zip(interpret(interleaved, inputs: shared, outputCount: 2), expected).allSatisfy(isSame),
        "seed \(seed), trial \(trial)")
      #expect(
        interleaved.operations.count { $0.code == .store } == 4
          && interleaved.operations[count...].count { $0.code != .constant }
            == 2 * hoisted.operations[count...].count { $0.code != .constant }
      )
    }
  }
}
