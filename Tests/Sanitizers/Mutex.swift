// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// In place of Synchronization's Mutex, whose locks the thread sanitizer does not see: `Scripts/sanitize thread` puts
/// this file into every target of a copy that has one.
final class Mutex<Value>: @unchecked Sendable {
  private var value: Value
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init(_ value: sending Value) {
    self.value = value
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func withLock<Result, E: Error>(_ body: (inout Value) throws(E) -> Result) throws(E) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }

  func withLockIfAvailable<Result, E: Error>(
    _ body: (inout Value) throws(E) -> Result
  ) throws(E) -> Result? {
    guard pthread_mutex_trylock(lock) == 0 else { return nil }
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }
}
