// SPDX-License-Identifier: Apache-2.0

extension VectorProgram {
  /// A program in pieces, which run one after the other over a block of points.
  struct Pieces {
    /// What follows from shared inputs alone: it runs once, and writes what pieces need of that, its only outputs.
    var common: VectorProgram
    var commonCount: Int
    /// Each reads values of `common` and of earlier pieces, in this order, as inputs behind those of the whole, and
    /// writes values that later pieces need as outputs behind those of the whole.
    var programs: [VectorProgram]
    /// The values that go from one piece to another.
    var passedCount: Int
  }

  /// Pieces of about `size` operations, whose code stays in the first-level cache while a block of points runs
  /// through them, where a long program fetches all of its code anew for each vector. nil where the program is
  /// short, or computes in two precisions.
  ///
  /// Measured with pieces of 700 operations on Zen 5, medians of three runs in turns: 10,000 operations take 0.73 times
  /// as long as in one piece with AVX-512 and 0.57 times with AVX2, 100,000 operations 0.60 and 0.57 times, and the
  /// gradient of a mixture of normal distributions (1650 sums) 0.7 times with both. That gradient takes as long with 600
  /// to 850, a little longer with 500 and 1000; Hessians of 1400 to 2500 operations are level with one piece.
  ///
  /// Cuts are made where few values are alive. Not passed but computed again is what takes no longer than to read it:
  /// constants, inputs but for those in rows, which have to be transposed, and single operations on such values.
  func pieces(of size: Int, for layout: CodeLayout) -> Pieces? {
    guard operations.count / 2 > size, operations.allSatisfy({ $0.precision == precision }) else {
      return nil
    }
    let isCommon = zip(areHoisted { layout.inputs[$0] == .shared }, operations).map {
      $0 && $1.code != .constant && $1.code != .input
    }
    let isRead = operations.map { operation in
      if operation.code == .constant { return true }
      guard operation.code == .input else { return false }
      if case .row = layout.inputs[Int(operation.immediate)] { return false }
      return true
    }
    let isRepeated = operations.indices.map { position in
      isRead[position]
        || !isCommon[position] && operations[position].code.isCheap
          && operations[position].operands.allSatisfy {
            isRead[Int($0)] || isCommon[Int($0)] || operations[Int($0)].code == .input
          }
    }
    let cut = cut(into: size, zip(isRepeated, isCommon).map { $0 || $1 })
    guard cut.count > 1 else { return nil }

    // The place of a value among those that are common to the pieces, or that are passed.
    var place = [Int32](repeating: -1, count: operations.count)
    var (commonCount, passedCount) = (0, 0)
    var pieceOf = [Int](repeating: -1, count: operations.count)
    for (number, positions) in cut.enumerated() {
      for position in positions { pieceOf[position] = number }
      func find(_ value: Int) {
        if isRepeated[value] {
          for operand in operations[value].operands { find(Int(operand)) }
        } else if place[value] >= 0 || pieceOf[value] == number {
          return
        } else if isCommon[value] {
          place[value] = Int32(commonCount)
          commonCount += 1
        } else {
          place[value] = Int32(passedCount)
          passedCount += 1
        }
      }
      for position in positions { for operand in operations[position].operands { find(Int(operand)) } }
    }

    /// - Parameters:
    ///   - output: that of a value which others need.
    ///   - input: that of a value which is computed elsewhere.
    func piece(
      _ positions: some Sequence<Int>, output: (_ value: Int) -> Int?, input: (_ value: Int) -> Int?
    ) -> VectorProgram {
      var piece = VectorProgram(precision: precision, functions: functions)
      var places = [Value](repeating: -1, count: operations.count)
      func append(_ value: Int) {
        var operation = operations[value]
        if places[value] >= 0 { return }
        if let input = input(value) {
          operation = Operation(code: .input, immediate: Int32(input), precision: precision)
        } else if operation.code == .constant {
          piece.constants.append(constants[Int(operation.immediate)])
          operation.immediate = Int32(piece.constants.count - 1)
        } else {
          for operand in operation.operands { append(Int(operand)) }
          operation = operation.moved(to: places)
        }
        places[value] = Value(piece.operations.count)
        piece.operations.append(operation)
      }
      for position in positions {
        append(position)
        if let output = output(position) {
          piece.operations.append(
            .init(code: .store, a: places[position], immediate: Int32(output), precision: precision))
        }
      }
      return piece
    }
    let (inputCount, outputCount) = (layout.inputs.count, layout.outputs.count)
    let common = piece(
      operations.indices.lazy.filter { isCommon[$0] },
      output: { place[$0] < 0 ? nil : Int(place[$0]) }, input: { _ in nil })
    let programs = cut.enumerated().map { number, positions in
      piece(
        positions, output: { place[$0] < 0 ? nil : outputCount + Int(place[$0]) },
        input: {
          if isCommon[$0] { return inputCount + Int(place[$0]) }
          return isRepeated[$0] || pieceOf[$0] == number ? nil : inputCount + commonCount + Int(place[$0])
        })
    }
    return Pieces(common: common, commonCount: commonCount, programs: programs, passedCount: passedCount)
  }

  /// The operations of each piece, without those that are `apart`: a piece ends, from half its size on to one and
  /// a half of it, where the fewest values are alive, as near to its size as there is a choice.
  private func cut(into size: Int, _ apart: [Bool]) -> [ArraySlice<Int>] {
    var lastUse = [Int](repeating: -1, count: operations.count)
    for (position, operation) in operations.enumerated() {
      for operand in operation.operands { lastUse[Int(operand)] = position }
    }
    // Values alive behind each operation.
    var alive = [Int](repeating: 0, count: operations.count)
    var count = 0
    var ending = [Int](repeating: 0, count: operations.count)
    for position in operations.indices {
      if !apart[position] && lastUse[position] >= 0 {
        count += 1
        ending[lastUse[position]] += 1
      }
      count -= ending[position]
      alive[position] = count
    }
    let kept = operations.indices.filter { !apart[$0] }
    var (pieces, start) = ([ArraySlice<Int>](), 0)
    while start < kept.count {
      var end = kept.count
      if kept.count - start > size / 2 * 3 {
        end =
          (start + size / 2..<start + size / 2 * 3).min {
            (alive[kept[$0]], abs($0 - start - size)) < (alive[kept[$1]], abs($1 - start - size))
          }! + 1
      }
      pieces.append(kept[start..<end])
      start = end
    }
    return pieces
  }
}

extension VectorProgram.Code {
  /// Whether it takes no longer than to read its result from memory.
  fileprivate var isCheap: Bool {
    switch self {
    case .add, .subtract, .multiply, .multiplyAdd, .negativeMultiplyAdd, .multiplySubtract: true
    case .minimum, .maximum, .and, .or, .exclusiveOr, .andNot: true
    case .addIntegers, .subtractIntegers, .shiftLeft, .shiftRight: true
    default: false
    }
  }
}
