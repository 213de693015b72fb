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
    /// As `row`, and one element behind the input before this one.
    case nextInRow(stride: Int)
    /// Point i at base + (i / w)·w·columns + i % w, where w is the tile's width.
    case tile(columns: Int)
    /// All points at base.
    case shared
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
  }

  var inputs: [Input]
  var outputs: [Output]
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

  /// The layout for a piece of a program, which has some of its inputs and outputs, and columns that pieces pass on to
  /// each other.
  func forPiece(_ program: VectorProgram, passedCount: Int) -> CodeLayout {
    let columns = Array(repeating: Input.column, count: passedCount)
    var piece = CodeLayout(
      inputs: Array(repeating: .column, count: inputs.count) + columns,
      outputs: Array(repeating: .column, count: outputs.count + passedCount))
    let used = Set(program.operations.lazy.filter { $0.code == .input }.map { Int($0.immediate) })
    for i in used where i < inputs.count {
      piece.inputs[i] = inputs[i]
      if case .nextInRow(let stride) = inputs[i], !used.contains(i - 1) {
        piece.inputs[i] = .row(stride: stride)
      }
    }
    for operation in program.operations where operation.code == .store {
      let output = Int(operation.immediate)
      if output < outputs.count { piece.outputs[output] = outputs[output] }
    }
    return piece
  }

  /// How the address of a point follows from its offset in a column.
  enum Stepping: Hashable {
    case row(stride: Int)
    case tile(columns: Int)
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
    case .row(let stride), .nextInRow(let stride): .row(stride: stride)
    case .tile(let columns): .tile(columns: columns)
    case .column, .shared: nil
    }
  }
}

extension CodeLayout.Output {
  var stepping: CodeLayout.Stepping? {
    if case .tile(let columns) = self { .tile(columns: columns) } else { nil }
  }
}
