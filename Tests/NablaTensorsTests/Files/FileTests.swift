// SPDX-License-Identifier: Apache-2.0

import LibC
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@testable import NablaTensors

@Suite struct FileTests {
  private static let seed: UInt64 = 77

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nabla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  /// Written by NumPy 2.4: `np.save` of `np.array([[1.5, -2], [3, 4]], dtype=…)`, the data behind a header that is padded
  /// to 128 bytes.
  private func file(_ type: String, fortran: Bool = false, _ data: [UInt8]) -> [UInt8] {
    var header =
      "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (2, 2), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + data
  }

  @Test func readsWhatNumPyWrites() throws {
    let rows: [UInt8] = [
      0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 8, 0x40, 0, 0, 0, 0, 0, 0,
      0x10, 0x40,
    ]
    let expected: Tensor<Double> = [[1.5, -2], [3, 4]]
    #expect(try Tensor<Double>(npy: file("<f8", rows)) == expected)
    #expect(try Tensor<Double>(npy: file("<f8", fortran: true, rows)) == expected.transposed())
    let single: [UInt8] = [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40]
    #expect(try Tensor<Float>(npy: file("<f4", single)) == Tensor<Float>(converting: expected))
    #expect(try Tensor<Double>(npy: file("|b1", [1, 0, 0, 1])) == [[1, 0], [0, 1]])
    #expect(try Tensor<Double>(npy: file(">i2", [0, 1, 0xFF, 0xFE, 0, 3, 1, 0])) == [[1, -2], [3, 256]])
    #expect(expected.npyBytes == file("<f8", rows))
    #expect(Tensor<Float>(converting: expected).npyBytes == file("<f4", single))
  }

  @Test(arguments: [[], [0], [5], [2, 3], [3, 0, 2], [2, 3, 4]]) func roundTrips(shape: [Int]) throws {
    try withFolder { folder in
      var generator = SeededGenerator(seed: Self.seed)
      let path = folder.appending(path: "a.npy").path
      let t = Tensor<Double>.normal(shape, using: &generator)
      try t.writeNPY(to: path)
      #expect(try Tensor<Double>(contentsOfNPY: path) == t)
      let view = shape.count >= 2 ? t.transposed() : t
      try view.writeNPY(to: path)
      #expect(try Tensor<Double>(contentsOfNPY: path) == view)
    }
  }

  /// Truncated and altered files are read or refused, and never crash.
  @Test func malformedFilesThrow() {
    var generator = SeededGenerator(seed: Self.seed)
    let good = Tensor<Double>.arange(12).reshaped([3, 4]).npyBytes
    for length in 0..<good.count {
      #expect(throws: FileError.self, "\(length) bytes") { try Tensor<Double>(npy: Array(good[..<length])) }
    }
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<128, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? Tensor<Double>(npy: bytes)
    }
    #expect(throws: FileError.unreadable("cannot read /nowhere/a.npy: No such file or directory")) {
      try Tensor<Double>(contentsOfNPY: "/nowhere/a.npy")
    }
    #expect(throws: FileError.unwritable("cannot write /nowhere/a.npy: No such file or directory")) {
      try Tensor<Double>([1]).writeNPY(to: "/nowhere/a.npy")
    }
  }

  /// Fortran order is the row-major order of the axes reversed; either precision is read from the other.
  @Test(arguments: [[], [3], [2, 3], [2, 3, 4], [2, 0, 4]]) func fortranOrder(shape: [Int]) throws {
    let t = Tensor<Double>.arange(shape.reduce(1, *)).reshaped(shape)
    let reversed = t.permuted(Array((0..<shape.count).reversed()))
    func fortran(_ bytes: [UInt8]) -> [UInt8] {
      let extents = { (shape: [Int]) in
        "(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
      }
      let header = String(decoding: bytes[10..<128], as: UTF8.self)
        .replacing("False", with: "True ").replacing(extents(reversed.shape), with: extents(shape))
      return bytes[..<10] + Array(header.utf8) + bytes[128...]
    }
    #expect(try Tensor<Double>(npy: fortran(reversed.npyBytes)) == t)
    #expect(try Tensor<Float>(npy: fortran(reversed.npyBytes)) == Tensor<Float>(converting: t))
    let single = Tensor<Float>(converting: t)
    #expect(try Tensor<Double>(npy: single.npyBytes) == t)
    #expect(try Tensor<Double>(npy: fortran(Tensor<Float>(converting: reversed).npyBytes)) == t)
  }

  /// Several arrays one after the other, as repeated numpy.save to one open file writes them.
  @Test func severalArraysInOneBuffer() throws {
    let tensors: [Tensor<Double>] = [
      .arange(6).reshaped([2, 3]).transposed(), Tensor(7), .zeros([0, 4]),
      Tensor<Double>.arange(5)[.reversed], Tensor(2).broadcast(to: [2, 2]),
    ]
    var bytes: [UInt8] = []
    for tensor in tensors { tensor.appendNPY(to: &bytes) }
    var rest = bytes[...]
    for tensor in tensors { #expect(try Tensor<Double>(readingNPYFrom: &rest) == tensor) }
    #expect(rest.isEmpty)
    #expect(throws: FileError.self) { try Tensor<Double>(readingNPYFrom: &rest) }
    #expect(throws: FileError.self) { try Tensor<Double>(npy: bytes) }
  }

  /// Shapes that the data cannot have, and those of no elements whose other extents no tensor can have.
  @Test(arguments: [
    "(0, 4611686018427387904, 4)", "(4611686018427387904, 4)", "(9223372036854775807,)",
    "(9223372036854775808,)", "(-1,)", "(1e3,)", "(1, 2", "1", "(4,) + (1,)",
  ]) func impossibleShapesThrow(shape: String) {
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
    #expect(throws: FileError.self) { try Tensor<Double>(npy: bytes) }
    #expect(throws: FileError.self) { try Tensor<Float>(npy: bytes + Array(repeating: 0, count: 7)) }
  }

  /// Truncated and altered tables are read or refused, and never crash.
  @Test func malformedTables() {
    var generator = SeededGenerator(seed: Self.seed)
    let good = Array("x,\"a \"\"b\"\"\",z\r\n1,2.5,-3e4\r\n\r\n\"4\",5,6\n".utf8)
    let altered = Array("\"',\r\n 09e.-+\u{FF}x".utf8)
    func read(_ bytes: [UInt8]) {
      for hasHeader in [false, true] {
        do {
          var reader = try CSVReader(bytes, file: "table", hasHeader: hasHeader)
          while let row = try reader.next() {
            for field in row { _ = try reader.number(field, column: "c") }
          }
        } catch {
          #expect(error.description.hasPrefix("table"), "\(bytes), seed \(Self.seed)")
        }
      }
    }
    for length in 0...good.count { read(Array(good[..<length])) }
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] =
          Bool.random(using: &generator)
          ? altered.randomElement(using: &generator)! : UInt8.random(in: 0...255, using: &generator)
      }
      read(bytes)
    }
  }

  /// A pipe stays one, and gets the bytes.
  @Test func pipesAreWrittenTo() throws {
    try withFolder { folder in
      let path = folder.appending(path: "pipe").path
      try #require(mkfifo(path, 0o600) == 0)
      let descriptor = open(path, O_RDWR | O_NONBLOCK)
      try #require(descriptor >= 0)
      defer { close(descriptor) }
      let t: Tensor<Double> = [1, 2, 3]
      try t.writeNPY(to: path)
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(descriptor, &bytes, bytes.count)
      #expect(try Tensor<Double>(npy: Array(bytes.prefix(max(count, 0)))) == t)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["pipe"])
    }
  }

  @Test func commaSeparatedValues() throws {
    try withFolder { folder in
      let path = folder.appending(path: "a.csv").path
      let t: Tensor<Double> = [[1, 0.1], [-3e-300, 4]]
      try t.writeCSV(to: path, columns: ["x", "a,b"])
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "x,\"a,b\"\n1.0,0.1\n-3e-300,4.0\n")
      let read = try Tensor<Double>.readingCSV(path)
      #expect(read.values == t && read.columns == ["x", "a,b"])
      // What a reader would take for an empty line, for blanks around a name, and for a byte order mark.
      for name in ["", " a", "a ", "\u{FEFF}a"] {
        try Tensor<Double>([[1]]).writeCSV(to: path, columns: [name])
        #expect(try Tensor<Double>.readingCSV(path).columns == [name])
      }
      try Tensor<Float>([0.1, 2]).writeCSV(to: path)
      let plain = try Tensor<Float>.readingCSV(path, hasHeader: false)
      #expect(plain.values == Tensor<Float>([[0.1], [2]]) && plain.columns.isEmpty)

      func refused(_ text: String, _ message: String, hasHeader: Bool = false) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: FileError.malformed("\(path):\(message)")) {
          try Tensor<Double>.readingCSV(path, hasHeader: hasHeader)
        }
      }
      try refused("1,2\n3\n", "2: 1 field, and the first row has 2")
      try refused("x,y\n1,2\n3,4,5\n", "3: 3 fields, and the header has 2", hasHeader: true)
      try refused("1,2\n3,four\n", "2: column 2: \"four\" is not a number")
      try refused("1,nan\n", "1: column 2: nan is not finite")
    }
  }

  @Test func failedWritesLeaveTheOldFile() throws {
    try withFolder { folder in
      let target = folder.appending(path: "b.npy").path
      let link = folder.appending(path: "l.npy").path
      try Tensor<Double>([1]).writeNPY(to: target)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "b.npy")
      try Tensor<Double>([2]).writeNPY(to: link)
      #expect(try Tensor<Double>(contentsOfNPY: target) == [2])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "b.npy")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["b.npy", "l.npy"])
    }
  }
}
