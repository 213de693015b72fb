import Foundation

/// Writes files so that they appear whole or not at all.
enum AtomicFile {
  /// Writes to a new file beside the old one, waits until it is on the disk, and renames it.
  ///
  /// On failure the old file, if there was one, is untouched and nothing new is left behind. A symbolic
  /// link stays one: the file it leads to is replaced.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    var template = Array((target + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    var failure: Int32 = 0
    if !writeAll(bytes, to: descriptor) { failure = errno }
    if failure == 0, fchmod(descriptor, permissions(of: target)) != 0 { failure = errno }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(template, target) != 0 { failure = errno }
    if failure != 0 {
      unlink(template)
      throw unwritable(path, failure)
    }
  }

  /// Writes all bytes to an open file; false, with `errno`, if that fails.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return true }
      var written = 0
      while written < buffer.count {
        let count = Foundation.write(descriptor, base + written, buffer.count - written)
        if count > 0 { written += count } else if errno != EINTR { return false }
      }
      return true
    }
  }

  /// Those of the file that is replaced, or those that the process gives new files.
  private static func permissions(of path: String) -> mode_t {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & 0o777 }
    let mask = umask(0)
    umask(mask)
    return 0o666 & ~mask
  }

  private static func unwritable(_ path: String, _ code: Int32) -> CommandError {
    .unwritable("cannot write \(path): \(String(cString: strerror(code)))")
  }
}
