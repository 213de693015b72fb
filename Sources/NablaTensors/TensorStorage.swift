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

  package init(capacity: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(capacity, 1) * MemoryLayout<Scalar>.stride, alignment: 64)
    base = bytes.bindMemory(to: Scalar.self, capacity: capacity)
    self.capacity = capacity
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
