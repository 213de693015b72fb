// SPDX-License-Identifier: Apache-2.0

/// A program on intervals as machine code, for many boxes at a time.
package final class IntervalKernel: Sendable {
  /// Of a box, bounds counting as two.
  package let inputCount: Int
  package let outputCount: Int
  private let variants: CodeVariants
  private let code: CodeVariants.Code

  /// Numbers of boxes are multiples of this.
  package static let unit = 8

  /// Where a number of a box is, of `count` numbers for each.
  package static func place(of number: Int, box i: Int, count: Int) -> Int {
    i / unit * unit * count + unit * number + i % unit
  }

  /// The most operations of a program. So many compile in some 0.1 s.
  package static let largestProgram = 100_000

  /// nil where there is no machine code, or the program is too large.
  package init?(_ builder: IntervalBuilder) {
    let (program, inputCount, outputCount) = builder.finished()
    let set = builder.b.instructionSet
    guard set != .portable, ExecutableMemory.isGranted, program.operations.count <= Self.largestProgram else {
      return nil
    }
    (self.inputCount, self.outputCount) = (inputCount, outputCount)
    variants = CodeVariants(
      program, inputCount: inputCount, outputCount: outputCount, instructionSet: set)
    code = variants.code(
      for: CodeLayout(
        inputs: Array(repeating: .tile(columns: inputCount), count: inputCount),
        outputs: Array(repeating: .tile(columns: outputCount), count: outputCount),
        firstOfRun: Array(repeating: 0, count: inputCount)
          + Array(repeating: Int32(inputCount), count: outputCount)))
  }

  /// Computes the outputs of boxes 0 ..< `count`.
  ///
  /// - Parameters:
  ///   - count: a multiple of ``unit``.
  ///   - inputs: the numbers of the boxes, at their ``place(of:box:count:)``.
  ///   - outputs: likewise.
  package func run(
    count: Int, inputs: UnsafeMutablePointer<Double>, outputs: UnsafeMutablePointer<Double>
  ) {
    guard count > 0 else { return }
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: inputCount + outputCount) {
      let columns = $0.baseAddress!
      for c in 0..<inputCount { columns[c] = UnsafeMutableRawPointer(inputs + Self.unit * c) }
      for c in 0..<outputCount {
        columns[inputCount + c] = UnsafeMutableRawPointer(outputs + Self.unit * c)
      }
      code.run(columns, 0, count * MemoryLayout<Double>.stride)
    }
  }
}
