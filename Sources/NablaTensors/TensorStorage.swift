// SPDX-License-Identifier: Apache-2.0

internal import LibC
internal import Synchronization

/// The memory behind one or more tensors: uninitialised, 64-byte aligned (a cache line, an AVX-512 register).
///
/// Scalars are `BitwiseCopyable`, so nothing has to be deinitialised and uninitialised memory may be
/// handed out to be filled.
///
/// Unchecked `Sendable`: a tensor writes only after `isKnownUniquelyReferenced` said that no other
/// tensor, and so no other thread, can see this memory.
@usableFromInline
package final class TensorStorage<Scalar: TensorScalar>: @unchecked Sendable {
  @usableFromInline package let base: UnsafeMutablePointer<Scalar>
  package let capacity: Int
  private let block: MemoryBlock

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package init(capacity: Int) {
    block = MemoryBlock(byteCount: max(capacity, 1) * MemoryLayout<Scalar>.stride)
    base = block.aligned.assumingMemoryBound(to: Scalar.self)
    self.capacity = capacity
  }

  deinit { block.free() }
}

/// Memory from the C library, or, from some megabytes on, pages of its own.
private struct MemoryBlock: @unchecked Sendable {
  private let start: UnsafeMutableRawPointer
  let byteCount: Int

  /// 2 MiB: the size of the processor's large pages.
  private static let largePage = 2 << 20
  /// From this size on memory comes in whole large pages.
  private static let smallestMapping = 4 << 20
  /// From this size on a block is kept for the next tensor of its size when it is freed: the C library may
  /// give it back to the system, which clears its pages anew.
  private static let smallestKept = 32 << 10

  init(byteCount: Int) {
    if byteCount < Self.smallestKept {
      // `malloc` aligns to 16 bytes, and is several times faster than the functions that align to more.
      self.init(byteCount, malloc(byteCount + 48))
      return
    }
    let unit = byteCount < Self.smallestMapping ? 4096 : Self.largePage
    let rounded = (byteCount + unit - 1) & ~(unit - 1)
    if let block = FreedBlocks.shared.take(rounded) {
      self = block
    } else {
      self.init(rounded, rounded < Self.smallestMapping ? malloc(rounded + 48) : Self.map(rounded))
    }
  }

  private init(_ byteCount: Int, _ start: UnsafeMutableRawPointer?) {
    guard let start else {
      preconditionFailure("The system has no memory left for a tensor of \(byteCount) bytes.")
    }
    self.byteCount = byteCount
    self.start = start
  }

  /// The first 64-byte boundary.
  var aligned: UnsafeMutableRawPointer { start.alignedUp(toMultipleOf: 64) }

  func free() {
    if byteCount < Self.smallestKept {
      LibC.free(start)
    } else {
      FreedBlocks.shared.keep(self)
    }
  }

  /// Gives the memory back to the C library or the system.
  func release() {
    if byteCount < Self.smallestMapping { LibC.free(start) } else { munmap(start, byteCount) }
  }

  /// Fresh pages, which the system clears when they are first written: large ones in a fraction of the time.
  private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let size = byteCount + largePage
    let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages, pages != MAP_FAILED else { return nil }
    let start = pages.alignedUp(toMultipleOf: largePage)
    let (before, behind) = (start - pages, largePage - (start - pages))
    if before > 0 { munmap(pages, before) }
    if behind > 0 { munmap(start + byteCount, behind) }
    #if os(Linux)
      madvise(start, byteCount, Int32(MADV_HUGEPAGE))
    #endif
    return start
  }
}

/// Blocks that tensors have let go of, for the next ones of their size: the system takes about as long to clear
/// fresh pages as a sum takes to be computed into them. Those that are kept longest are released first.
private final class FreedBlocks: Sendable {
  static let shared = FreedBlocks()

  private static let mostBytes = 256 << 20
  private static let mostBlocks = 32

  private let kept = Mutex<(blocks: [MemoryBlock], byteCount: Int)>(([], 0))

  func take(_ byteCount: Int) -> MemoryBlock? {
    kept.withLock { kept in
      guard let i = kept.blocks.lastIndex(where: { $0.byteCount == byteCount }) else { return nil }
      kept.byteCount -= byteCount
      return kept.blocks.remove(at: i)
    }
  }

  func keep(_ block: MemoryBlock) {
    if block.byteCount > Self.mostBytes { return block.release() }
    kept.withLock { kept in
      kept.blocks.append(block)
      kept.byteCount += block.byteCount
      while kept.byteCount > Self.mostBytes || kept.blocks.count > Self.mostBlocks {
        let oldest = kept.blocks.removeFirst()
        kept.byteCount -= oldest.byteCount
        oldest.release()
      }
    }
  }
}
