// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// Reads and writes files as a whole.
package enum WholeFile {
  /// The bytes of a file; `-` is standard input.
  ///
  /// - Parameter limit: the largest size accepted, in bytes, so that an endless device is no trap.
  package static func read(_ path: String, limit: Int = 1 << 40) throws(FileError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    let chunk = 1 << 18
    while true {
      let count = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: chunk))
      let got = bytes.withUnsafeMutableBytes { buffer in
        LibC.read(descriptor, buffer.baseAddress.map { $0 + count }, chunk)
      }
      let failure = errno
      bytes.removeLast(chunk - max(got, 0))
      if got < 0 {
        if failure == EINTR { continue }
        throw unreadable(path, failure)
      }
      if got == 0 { return bytes }
      if bytes.count > limit {
        throw .malformed("\(name(path)) is larger than \(limit >> 20) MiB")
      }
    }
  }

  /// Whether there is a file or anything else of this name.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// What messages call a file.
  package static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

  /// Writes to a new file beside the old one, waits until it is on the disk, and renames it: the file appears whole or
  /// not at all.
  ///
  /// On failure the old file, if there was one, is untouched and nothing new is left behind. A symbolic
  /// link stays one: the file it leads to is replaced. A device or a pipe, as `/dev/null`, is written to instead:
  /// renaming would put a file in its place.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let target = followingLinks(path)
    if isDeviceOrPipe(target) { return try writeDirectly(bytes, to: path) }
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
  package static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return true }
      var written = 0
      while written < buffer.count {
        let count = LibC.write(descriptor, base + written, buffer.count - written)
        if count > 0 { written += count } else if errno != EINTR { return false }
      }
      return true
    }
  }

  private static func isDeviceOrPipe(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  private static func writeDirectly(_ bytes: [UInt8], to path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    var failure: Int32 = writeAll(bytes, to: descriptor) ? 0 : errno
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure != 0 { throw unwritable(path, failure) }
  }

  /// What a chain of symbolic links leads to, which need not exist.
  private static func followingLinks(_ path: String) -> String {
    var path = path
    // As many as the system follows.
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      let count = readlink(path, &buffer, Int(PATH_MAX))
      guard count > 0 else { break }
      let link = String(decoding: buffer[..<count].map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
      if link.hasPrefix("/") {
        path = link
      } else {
        path = (path.lastIndex(of: "/").map { path[...$0] } ?? "") + link
      }
    }
    return path
  }

  /// Those of the file that is replaced, or those that the process gives new files.
  private static func permissions(of path: String) -> mode_t {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & 0o777 }
    let mask = umask(0)
    umask(mask)
    return 0o666 & ~mask
  }

  private static func unreadable(_ path: String, _ code: Int32) -> FileError {
    .unreadable("cannot read \(name(path)): \(String(cString: strerror(code)))")
  }

  private static func unwritable(_ path: String, _ code: Int32) -> FileError {
    .unwritable("cannot write \(path): \(String(cString: strerror(code)))")
  }
}
