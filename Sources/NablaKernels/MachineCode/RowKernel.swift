// SPDX-License-Identifier: Apache-2.0

/// Machine code for the two products that a linear model needs of a row-major matrix X [N, n], row by row:
/// zᵢ = Σⱼ xᵢⱼ wⱼ, and gⱼ + Σᵢ rᵢ xᵢⱼ.
///
/// The lanes of a vector are columns, so that rows are read as they lie. In zᵢ eight rows share each vector of w,
/// which is as many sums as two units that take four cycles keep under way. In gⱼ a strip of columns stays in
/// registers over all rows. Both run at the speed of the cache that X is in, where OpenBLAS's gemv takes up to
/// twice that (Zen 5, 10,000 × 100 in blocks of 256 KB: both 0.10 ms, gemv 0.15).
///
/// Columns that do not fill a vector are read with those before them, which are masked in z, so that no infinity
/// of theirs meets a zero, and come out twice as the same bits in g.
///
/// zᵢ adds lanes, of ⌈n / lanes⌉ products each, in the end; gⱼ adds rows one after the other. Results depend on
/// the instruction set by rounding.
package final class RowKernel<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
  private typealias Entry =
    @convention(c) (
      _ rows: UnsafeRawPointer, _ factors: UnsafeRawPointer, _ result: UnsafeMutableRawPointer,
      _ end: UnsafeRawPointer, _ mask: UnsafeRawPointer
    ) -> Void

  private let columns: Int
  /// Elements from one row to the next.
  private let stride: Int
  private let lanes: Int
  private let eightDots: ExecutableMemory
  private let oneDot: ExecutableMemory
  private let combination: ExecutableMemory
  /// A vector with the bits set of the lanes that the last vector adds to those before.
  private let mask: [UInt64]

  /// The code of wider rows would leave the caches of instructions.
  private static var mostVectors: Int { 128 }
  private static var groupSize: Int { 8 }
  /// Rows whose sums are added up at a time.
  private static var blockSize: Int { 64 }

  /// - Parameter precision: that of `Scalar`.
  /// - Returns: nil where there is no machine code, and for rows that are shorter than a vector or very long.
  package init?(
    columns: Int, stride: Int, precision: Precision, instructionSet: InstructionSet = .current
  ) {
    let lanes = instructionSet.laneCount(of: precision)
    guard instructionSet != .portable, columns >= lanes, columns <= Self.mostVectors * lanes,
      stride >= columns,
      Int32(exactly: Self.groupSize * stride * MemoryLayout<Scalar>.stride) != nil
    else { return nil }
    let emitter = RowEmitter(
      columns: columns, stride: stride, lanes: lanes, precision: precision, instructionSet: instructionSet)
    guard let eight = ExecutableMemory(emitter.dots(rows: Self.groupSize)),
      let one = ExecutableMemory(emitter.dots(rows: 1)),
      let combination = ExecutableMemory(emitter.combination())
    else { return nil }
    (self.columns, self.stride, self.lanes) = (columns, stride, lanes)
    (eightDots, oneDot, self.combination) = (eight, one, combination)
    let bits = MemoryLayout<Scalar>.size * 8
    mask = (0..<Int(instructionSet.vectorBytes) / 8).map { word in
      (0..<64 / bits).reduce(0) { mask, element in
        let isNew = word * (64 / bits) + element >= lanes - columns % lanes
        return isNew ? mask | (UInt64.max >> (64 - bits)) << (element * bits) : mask
      }
    }
  }

  /// zᵢ = Σⱼ xᵢⱼ wⱼ of `count` rows from `rows` on.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func multiply(
    _ rows: UnsafePointer<Scalar>, count: Int, by w: UnsafePointer<Scalar>,
    into z: UnsafeMutablePointer<Scalar>
  ) {
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: Self.blockSize * lanes) { sums in
      let sums = sums.baseAddress!
      for start in Swift.stride(from: 0, to: count, by: Self.blockSize) {
        let size = Swift.min(Self.blockSize, count - start)
        let whole = size / Self.groupSize * Self.groupSize
        let first = rows + start * stride
        run(eightDots, first, w, sums, rows: whole)
        run(oneDot, first + whole * stride, w, sums + whole * lanes, rows: size - whole)
        for i in 0..<size {
          let lane = sums + i &* lanes
          var (a, b, c, d) = (lane[0], lane[1], lane[2], lane[3])
          var k = 4
          while k < lanes {
            a += lane[k]
            b += lane[k &+ 1]
            c += lane[k &+ 2]
            d += lane[k &+ 3]
            k &+= 4
          }
          z[start &+ i] = (a + b) + (c + d)
        }
      }
    }
  }

  /// gⱼ += Σᵢ rᵢ xᵢⱼ over `count` rows from `rows` on.
  package func add(
    _ rows: UnsafePointer<Scalar>, count: Int, times r: UnsafePointer<Scalar>,
    to g: UnsafeMutablePointer<Scalar>
  ) {
    run(combination, rows, r, g, rows: count)
  }

  private func run(
    _ code: ExecutableMemory, _ rows: UnsafePointer<Scalar>, _ factors: UnsafePointer<Scalar>,
    _ result: UnsafeMutablePointer<Scalar>, rows count: Int
  ) {
    if count == 0 { return }
    mask.withUnsafeBufferPointer {
      unsafeBitCast(code.address, to: Entry.self)(
        rows, factors, result, rows + count * stride, $0.baseAddress!)
    }
  }
}

/// Writes the code of ``RowKernel``: functions of the rows, the factors, the result, the end of the rows, and the
/// mask of the last vector, by the calling convention of System V.
private struct RowEmitter {
  let columns: Int
  let stride: Int
  let lanes: Int
  let precision: Precision
  let instructionSet: InstructionSet

  private var rows: GeneralRegister { .rdi }
  private var factors: GeneralRegister { .rsi }
  private var result: GeneralRegister { .rdx }
  private var end: GeneralRegister { .rcx }
  private var mask: GeneralRegister { .r8 }

  private var vectorBytes: Int32 { Int32(instructionSet.vectorBytes) }
  private var rowBytes: Int32 { Int32(stride * precision.byteCount) }
  /// Where the last columns are read that do not fill a vector; nil if all do.
  private var tail: Int32? {
    columns % lanes == 0 ? nil : Int32((columns - lanes) * precision.byteCount)
  }

  /// Σⱼ xᵢⱼ wⱼ for `count` rows at a time, a vector of partial sums each.
  func dots(rows count: Int) -> [UInt8] {
    var assembler = Assembler(instructionSet: instructionSet, precision: precision)
    let (w, x, mask) = (UInt8(8), UInt8(9), UInt8(10))
    if tail != nil { load(&assembler, mask, .memory(self.mask, 0)) }
    let loop = assembler.bytes.count
    for vector in 0..<columns / lanes {
      let offset = Int32(vector) * vectorBytes
      load(&assembler, w, .memory(factors, offset))
      for row in 0..<count {
        let operand = VectorOperand.memory(rows, Int32(row) * rowBytes + offset)
        if vector == 0 {
          assembler.vector(assembler.packed, .x0F, 0x59, UInt8(row), w, operand)  // vmulpd
        } else {
          multiplyAdd(&assembler, UInt8(row), w, operand)
        }
      }
    }
    if let tail {
      and(&assembler, w, mask, .memory(factors, tail))
      for row in 0..<count {
        and(&assembler, x, mask, .memory(rows, Int32(row) * rowBytes + tail))
        multiplyAdd(&assembler, UInt8(row), w, .register(x))
      }
    }
    for row in 0..<count { store(&assembler, UInt8(row), .memory(result, Int32(row) * vectorBytes)) }
    assembler.add(result, Int32(count) * vectorBytes)
    step(&assembler, rows, by: Int32(count) * rowBytes, whileBelowEndTo: loop)
    return finish(&assembler)
  }

  /// gⱼ + Σᵢ rᵢ xᵢⱼ, a strip of columns after the other.
  func combination() -> [UInt8] {
    var assembler = Assembler(instructionSet: instructionSet, precision: precision)
    let (row, factor) = (GeneralRegister.rax, GeneralRegister.r9)
    let r = UInt8(instructionSet.registerCount - 1)
    let whole = columns / lanes
    // The columns that do not fill a vector belong to the strip of those before, whose sums they repeat.
    let strips = (whole + Int(r) - 2) / (Int(r) - 1)
    for strip in 0..<strips {
      var offsets = (strip * whole / strips..<(strip + 1) * whole / strips).map { Int32($0) * vectorBytes }
      if strip == strips - 1, let tail { offsets.append(tail) }
      for (sum, offset) in offsets.enumerated() { load(&assembler, UInt8(sum), .memory(result, offset)) }
      assembler.move(row, rows)
      assembler.move(factor, factors)
      let loop = assembler.bytes.count
      assembler.broadcast(r, .memory(factor, 0))
      for (sum, offset) in offsets.enumerated() {
        multiplyAdd(&assembler, UInt8(sum), r, .memory(row, offset))
      }
      assembler.add(factor, Int32(precision.byteCount))
      step(&assembler, row, by: rowBytes, whileBelowEndTo: loop)
      for (sum, offset) in offsets.enumerated() { store(&assembler, UInt8(sum), .memory(result, offset)) }
    }
    return finish(&assembler)
  }

  private func load(_ assembler: inout Assembler, _ register: UInt8, _ operand: VectorOperand) {
    assembler.vector(assembler.packed, .x0F, 0x10, register, 0, operand)  // vmovupd
  }

  private func store(_ assembler: inout Assembler, _ register: UInt8, _ operand: VectorOperand) {
    assembler.vector(assembler.packed, .x0F, 0x11, register, 0, operand)  // vmovupd
  }

  private func and(
    _ assembler: inout Assembler, _ register: UInt8, _ mask: UInt8, _ operand: VectorOperand
  ) {
    assembler.vector(assembler.packed, .x0F, 0x54, register, mask, operand)  // vandpd
  }

  /// sum += factor · operand
  private func multiplyAdd(
    _ assembler: inout Assembler, _ sum: UInt8, _ factor: UInt8, _ operand: VectorOperand
  ) {
    // vfmadd231pd
    assembler.vector(.x66, .x0F38, isWide: precision == .double, 0xB8, sum, factor, operand)
  }

  /// Adds to a pointer to rows, and jumps back while it is below the end.
  private func step(
    _ assembler: inout Assembler, _ pointer: GeneralRegister, by bytes: Int32, whileBelowEndTo loop: Int
  ) {
    assembler.add(pointer, bytes)
    assembler.compare(pointer, end)
    assembler.jump(if: .below, to: loop)
  }

  private func finish(_ assembler: inout Assembler) -> [UInt8] {
    assembler.emit(0xC5, 0xF8, 0x77)  // vzeroupper
    assembler.emit(0xC3)
    return assembler.finish(constants: [])
  }
}
