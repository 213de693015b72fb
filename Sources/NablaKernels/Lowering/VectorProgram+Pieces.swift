// SPDX-License-Identifier: Apache-2.0

extension VectorProgram {
  /// A program in pieces, which run one after the other over a block of points.
  struct Pieces {
    /// Each reads values of earlier pieces as inputs, and writes those that later ones need as outputs, behind its own.
    var programs: [VectorProgram]
    /// The values that go from one piece to another.
    var passedCount: Int
  }

  /// Pieces of about `size` operations, whose code stays in the first-level cache while a block of points runs
  /// through them, where a long program fetches all of its code anew for each vector. nil where the program is
  /// short, computes in two precisions, or shares much among its pieces.
  ///
  /// Measured with pieces of 1500 operations on Zen 5: 10,000 operations take 0.72 times as long with AVX-512 and
  /// 0.68 times with AVX2, 100,000 operations 0.54 and 0.60 times. Pieces of 1000 and of 3000 are no better.
  ///
  /// Cuts are made where few values are alive. Inputs, constants and what follows from shared inputs alone are not
  /// passed but computed again.
  func pieces(
    of size: Int, inputCount: Int, outputCount: Int, isShared: (_ input: Int) -> Bool
  ) -> Pieces? {
    guard operations.count / 2 > size, operations.allSatisfy({ $0.precision == precision }) else {
      return nil
    }
    let isHoisted = areHoisted(isShared)
    let isRepeated = operations.indices.map {
      isHoisted[$0] || operations[$0].code == .constant || operations[$0].code == .input
    }
    let cut = cut(into: size, isRepeated)
    guard cut.count > 1 else { return nil }
    var pieceOf = [Int](repeating: -1, count: operations.count)
    for (number, positions) in cut.enumerated() { for position in positions { pieceOf[position] = number } }
    // The place of a value among those that are passed.
    var passed = [Int32](repeating: -1, count: operations.count)
    var passedCount = 0
    for (position, operation) in operations.enumerated() where !isRepeated[position] {
      for operand in operation.operands.lazy.map({ Int($0) })
      where !isRepeated[operand] && pieceOf[operand] != pieceOf[position] && passed[operand] < 0 {
        passed[operand] = Int32(passedCount)
        passedCount += 1
      }
    }
    var pieces = Pieces(programs: [], passedCount: passedCount)
    var repeatedCount = 0
    for positions in cut {
      var piece = self
      piece.operations.removeAll()
      piece.constants.removeAll()
      var places = [Value](repeating: -1, count: operations.count)
      for position in positions {
        for value in missing(operations[position], places, isRepeated) {
          places[value] = Value(piece.operations.count)
          if isRepeated[value] {
            var repeated = operations[value].moved(to: places)
            if repeated.code == .constant {
              piece.constants.append(constants[Int(repeated.immediate)])
              repeated.immediate = Int32(piece.constants.count - 1)
            }
            piece.operations.append(repeated)
            if isHoisted[value] && operations[value].code != .input { repeatedCount += 1 }
          } else {
            piece.operations.append(
              .init(
                code: .input, immediate: Int32(inputCount) + passed[value], precision: precision))
          }
        }
        places[position] = Value(piece.operations.count)
        piece.operations.append(operations[position].moved(to: places))
        if passed[position] >= 0 {
          piece.operations.append(
            .init(
              code: .store, a: places[position], immediate: Int32(outputCount) + passed[position],
              precision: precision))
        }
      }
      pieces.programs.append(piece)
    }
    // Where much is shared that many pieces need, each block of points would wait for it anew.
    return repeatedCount > operations.count ? nil : pieces
  }

  /// What an operation needs that a piece does not have yet, in order: values of earlier pieces, and what is
  /// repeated with all that it needs in turn.
  private func missing(_ operation: Operation, _ places: [Value], _ isRepeated: [Bool]) -> [Int] {
    var values: Set<Int> = []
    var open = operation.operands.map { Int($0) }
    while let value = open.popLast() {
      if places[value] >= 0 || !values.insert(value).inserted { continue }
      if isRepeated[value] { open += operations[value].operands.map { Int($0) } }
    }
    return values.sorted()
  }

  /// The operations of each piece, without those that are repeated: a piece ends, from half its size on to one and
  /// a half of it, where the fewest values are alive.
  private func cut(into size: Int, _ isRepeated: [Bool]) -> [ArraySlice<Int>] {
    var lastUse = [Int](repeating: -1, count: operations.count)
    for (position, operation) in operations.enumerated() {
      for operand in operation.operands { lastUse[Int(operand)] = position }
    }
    // Values alive behind each operation.
    var alive = [Int](repeating: 0, count: operations.count)
    var count = 0
    var ending = [Int](repeating: 0, count: operations.count)
    for position in operations.indices {
      if !isRepeated[position] && lastUse[position] >= 0 {
        count += 1
        ending[lastUse[position]] += 1
      }
      count -= ending[position]
      alive[position] = count
    }
    let kept = operations.indices.filter { !isRepeated[$0] }
    var (pieces, start) = ([ArraySlice<Int>](), 0)
    while start < kept.count {
      var end = kept.count
      if kept.count - start > size / 2 * 3 {
        end = (start + size / 2..<start + size / 2 * 3).min { alive[kept[$0]] < alive[kept[$1]] }! + 1
      }
      pieces.append(kept[start..<end])
      start = end
    }
    return pieces
  }
}
