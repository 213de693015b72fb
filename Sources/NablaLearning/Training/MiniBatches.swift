// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// The examples 0 ..< count in random order, in parts of `size`; the last part holds what is left.
///
/// The order of an epoch follows from the seed and the epoch's number alone, so that training can be taken up at any
/// epoch.
public struct MiniBatches: Sequence, Sendable {
  private let order: [Int]
  private let size: Int

  /// - Precondition: `count` ≥ 0 and `size` ≥ 1.
  public init(count: Int, size: Int, seed: UInt64, epoch: Int = 0) {
    precondition(count >= 0 && size >= 1, "There are no batches of \(size) out of \(count) examples.")
    // The epoch's generator starts at a draw of its own from the seed's.
    var seeds = SeededGenerator(seed: seed &+ UInt64(epoch) &* 0x9E37_79B9_7F4A_7C15)
    var generator = SeededGenerator(seed: seeds.next())
    order = (0..<count).shuffled(using: &generator)
    self.size = size
  }

  /// The number of batches.
  public var underestimatedCount: Int { (order.count + size - 1) / size }

  public func makeIterator() -> AnyIterator<[Int]> {
    var start = 0
    return AnyIterator {
      guard start < order.count else { return nil }
      defer { start += size }
      return Array(order[start..<Swift.min(start + size, order.count)])
    }
  }
}
