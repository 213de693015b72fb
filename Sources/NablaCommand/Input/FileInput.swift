import Foundation

/// Reads whole files and standard input.
enum FileInput {
  /// The bytes of a file; `-` is standard input.
  ///
  /// - Parameter limit: the largest size accepted, in bytes, so that an endless device is no trap.
  static func read(_ path: String, limit: Int) throws(CommandError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    let chunk = 1 << 18
    while true {
      let count = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: chunk))
      let got = bytes.withUnsafeMutableBytes { buffer in
        Foundation.read(descriptor, buffer.baseAddress.map { $0 + count }, chunk)
      }
      let failure = errno
      bytes.removeLast(chunk - max(got, 0))
      if got < 0 {
        if failure == EINTR { continue }
        errno = failure
        throw unreadable(path)
      }
      if got == 0 { return bytes }
      if bytes.count > limit {
        throw .malformedData("\(name(path)) is larger than \(limit >> 20) MiB")
      }
    }
  }

  /// What messages call a file.
  static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

  private static func unreadable(_ path: String) -> CommandError {
    .unreadable("cannot read \(name(path)): \(String(cString: strerror(errno)))")
  }
}

extension String {
  /// The text that bytes are in UTF-8 without a byte order mark; nil if they are not valid UTF-8.
  init?(strictUTF8 bytes: [UInt8]) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else { return nil }
    self = text
  }
}
