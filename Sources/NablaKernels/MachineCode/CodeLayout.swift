// SPDX-License-Identifier: Apache-2.0

/// Where a piece of machine code finds its inputs and puts its outputs. Code is specialised for it: rows
/// are transposed in registers, and what depends only on shared inputs is computed once.
///
/// Addresses are taken as in ``InputColumn`` and ``OutputColumn``, with byte offsets in place of
/// points i.
struct CodeLayout: Hashable, Sendable {
  enum Input: Hashable, Sendable {
    /// Point i at base + i.
    case column
    /// Point i at base + i·stride.
    case row(stride: Int)
    /// Point i at base + (i / w)·w·columns + i % w, where w is the tile's width.
    case tile(columns: Int)
    /// All points at base.
    case shared
    /// A vector of points at base + offset·columns: what pieces of a program pass on, vector by vector.
    case passed(columns: Int)
  }

  enum Output: Hashable, Sendable {
    case column
    /// A column at a multiple of a cache line, written past the caches, a line at a time.
    case streamedColumn
    case tile(columns: Int)
    /// The sum over the points, one partial sum a lane, added to what is at base.
    case sum
    /// The only point, at base.
    case scalar
    /// As for inputs.
    case passed(columns: Int)
  }

  var inputs: [Input]
  var outputs: [Output]
  /// Columns, inputs first, that lie directly behind one another, so that one address serves all: of each the first of
  /// its run, or itself. Elements of rows, shared inputs and scalars are an element apart, tiles a cache line, sums and
  /// what is passed a vector. Empty where nothing is known.
  var firstOfRun: [Int32] = []
  /// Vectors of points that each turn of the loop computes, interleaved.
  var parts = 1

  static var mostParts: Int { 2 }

  /// The most vectors that a turn can compute: of tiles it must not reach beyond one.
  func mostParts(_ instructionSet: InstructionSet) -> Int {
    let isTiled = steppings.contains { if case .tile = $0 { true } else { false } }
    return isSinglePoint || isTiled && instructionSet.vectorBytes == 64 ? 1 : Self.mostParts
  }

  /// Code for a single point: it fills all lanes with it.
  static func singlePoint(inputCount: Int, outputCount: Int) -> CodeLayout {
    CodeLayout(
      inputs: Array(repeating: .shared, count: inputCount),
      outputs: Array(repeating: .scalar, count: outputCount))
  }

  var isSinglePoint: Bool { outputs.first == .scalar }

  /// The first column of the run that a column is part of, and the elements, lines or vectors between them.
  func run(of column: Int) -> (first: Int, distance: Int) {
    guard !firstOfRun.isEmpty else { return (column, 0) }
    let first = Int(firstOfRun[column])
    return (first, column - first)
  }

  /// The layout for a piece of a program, which has some of its inputs and outputs, shared values that are common to
  /// the pieces, and what they pass on to each other.
  func forPiece(_ program: VectorProgram, commonCount: Int, passedCount: Int) -> CodeLayout {
    let (inputCount, added) = (inputs.count, commonCount + passedCount)
    var piece = CodeLayout(
      inputs: Array(repeating: .column, count: inputCount) + Array(repeating: .shared, count: commonCount)
        + Array(repeating: .passed(columns: passedCount), count: passedCount),
      outputs: Array(repeating: .column, count: outputs.count)
        + Array(repeating: .passed(columns: passedCount), count: passedCount))
    for operation in program.operations {
      let column = Int(operation.immediate)
      if operation.code == .input && column < inputCount { piece.inputs[column] = inputs[column] }
      if operation.code == .store && column < outputs.count { piece.outputs[column] = outputs[column] }
    }
    let columns = 0..<inputCount + outputs.count
    piece.firstOfRun = columns.map {
      let first = run(of: $0).first
      return Int32(first < inputCount ? first : first + added)
    }
    let passedIn = inputCount + commonCount
    piece.firstOfRun.insert(
      contentsOf: Array(repeating: Int32(inputCount), count: commonCount)
        + Array(repeating: Int32(passedIn), count: passedCount), at: inputCount)
    let passedOut = passedIn + passedCount + outputs.count
    piece.firstOfRun += Array(repeating: Int32(passedOut), count: passedCount)
    return piece
  }

  /// How the address of a point follows from its offset in a column.
  enum Stepping: Hashable {
    case row(stride: Int)
    case tile(columns: Int)
    case passed(columns: Int)
  }

  /// The steppings of inputs and outputs, each once.
  var steppings: [Stepping] {
    var steppings: [Stepping] = []
    for stepping in inputs.map(\.stepping) + outputs.map(\.stepping) {
      if let stepping, !steppings.contains(stepping) { steppings.append(stepping) }
    }
    return steppings
  }
}

extension CodeLayout.Input {
  var stepping: CodeLayout.Stepping? {
    switch self {
    case .row(let stride): .row(stride: stride)
    case .tile(let columns): .tile(columns: columns)
    case .passed(let columns): .passed(columns: columns)
    case .column, .shared: nil
    }
  }
}

extension CodeLayout.Output {
  var stepping: CodeLayout.Stepping? {
    switch self {
    case .tile(let columns): .tile(columns: columns)
    case .passed(let columns): .passed(columns: columns)
    case .column, .streamedColumn, .sum, .scalar: nil
    }
  }
}
