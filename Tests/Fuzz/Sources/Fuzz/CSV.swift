// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

/// Any bytes are read as a table or refused; what is read is written as a table that is read as the same.
func fuzzCSV(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(getpid()).csv").path
  defer { unlink(path) }
  for hasHeader in [true, false] {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes: start, count: count)) else {
      fatalError("cannot write \(path)")
    }
    guard let (table, names) = try? Tensor<Double>.readingCSV(path, hasHeader: hasHeader) else { continue }
    do {
      try table.writeCSV(to: path, columns: names)
      let (again, namesAgain) = try Tensor<Double>.readingCSV(path, hasHeader: hasHeader)
      precondition(again.shape == table.shape && again.scalars == table.scalars, "the table changed")
      precondition(namesAgain == names, "\(names) became \(namesAgain)")
    } catch {
      fatalError("written as a table that cannot be read: \(error)")
    }
  }
  return 0
}
