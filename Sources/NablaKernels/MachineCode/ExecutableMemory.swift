// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// Machine code in memory of its own: written first and executable after, never both at once, and
/// released with this object.
final class ExecutableMemory: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  private let size: Int

  /// Whether the system grants executable memory at all.
  static let isGranted = ExecutableMemory([0xC3]) != nil

  /// nil where the system grants no executable memory.
  init?(_ code: [UInt8]) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    size = (code.count + page - 1) / page * page
    let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { return nil }
    address = mapped
    code.withUnsafeBytes { mapped.copyMemory(from: $0.baseAddress!, byteCount: code.count) }
    guard mprotect(mapped, size, PROT_READ | PROT_EXEC) == 0 else {
      munmap(mapped, size)
      return nil
    }
  }

  deinit { munmap(address, size) }
}
