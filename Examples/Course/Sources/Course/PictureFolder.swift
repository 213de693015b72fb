// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where pictures go; the folder is made when the first one is saved.
struct PictureFolder: Sendable {
  let path: String

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  func save(_ svg: String, as name: String) throws(Failure) {
    let file = "\(path)/\(name).svg"
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try svg.write(toFile: file, atomically: true, encoding: .utf8)
    } catch {
      throw Failure(description: "\(file) cannot be written: \(error.localizedDescription)")
    }
    print("Picture: \(file)")
  }
}
