// SPDX-License-Identifier: Apache-2.0

// Vectors of a chain: blocks of four numbers, the last one filled up with zeros, so that loops over them are SIMD
// loops without a rest.

typealias Block = SIMD4<Double>
typealias Blocks = UnsafeMutablePointer<SIMD4<Double>>

extension UnsafeMutablePointer where Pointee == SIMD4<Double> {
  /// The numbers one by one.
  @inline(__always)
  var scalars: UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Double.self)
  }

  /// `count` vectors' worth of zeros.
  static func zeros(_ count: Int) -> Blocks {
    let blocks = Blocks.allocate(capacity: Swift.max(1, count))
    blocks.initialize(repeating: .zero, count: Swift.max(1, count))
    return blocks
  }
}

/// The number of blocks that hold n numbers.
func blockCount(_ n: Int) -> Int { (n + 3) / 4 }
