// SPDX-License-Identifier: Apache-2.0

/// An array of doubles in NumPy's `.npy` format
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
///
/// Read are versions 1 to 3, real floating-point, integer and truth types of at most 8 bytes and either byte order,
/// in C and Fortran order. Written is version 1.0, `<f8` or `<f4`, C order.
package struct NPYArray: Equatable {
  package var shape: [Int]
  /// The elements in C order.
  package var scalars: [Double]

  /// What is wrong with a file.
  package struct Malformed: Error {
    package let message: String
  }

  package init(shape: [Int], scalars: [Double]) {
    self.shape = shape
    self.scalars = scalars
  }
}

// MARK: - Reading

extension NPYArray {
  fileprivate static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The array that the bytes are.
  ///
  /// - Complexity: O(number of bytes).
  package init(_ bytes: [UInt8]) throws(Malformed) { self.init(try NPYContent(bytes)) }

  /// The array that a file's content is.
  fileprivate init(_ content: NPYContent) {
    let scalars = content.type.decode(content.data, count: content.count)
    self.init(
      shape: content.shape,
      scalars: content.isFortranOrder ? Self.transposed(scalars, content.shape) : scalars)
  }

  /// Elements in Fortran order (the first axis varies fastest) brought into C order.
  private static func transposed(_ scalars: [Double], _ shape: [Int]) -> [Double] {
    if shape.count < 2 || scalars.isEmpty { return scalars }
    var result: [Double] = []
    result.reserveCapacity(scalars.count)
    var index = Array(repeating: 0, count: shape.count)
    for _ in scalars.indices {
      var place = 0
      for axis in shape.indices.reversed() { place = place * shape[axis] + index[axis] }
      result.append(scalars[place])
      for axis in shape.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    return result
  }
}

/// A file taken apart: what its header says, and the bytes of its elements.
struct NPYContent {
  let shape: [Int]
  let count: Int
  let isFortranOrder: Bool
  fileprivate let type: NPYType
  let data: ArraySlice<UInt8>

  /// The one array that the bytes are.
  init(_ bytes: [UInt8]) throws(NPYArray.Malformed) {
    var rest = bytes[...]
    try self.init(readingFrom: &rest)
    guard rest.isEmpty else {
      throw NPYArray.Malformed(
        message: "the shape \(shape) does not fit the data: \(rest.count) bytes follow")
    }
  }

  /// The array at the beginning of `bytes`, which then begin behind it: a file can hold several, one after the other.
  init(readingFrom bytes: inout ArraySlice<UInt8>) throws(NPYArray.Malformed) {
    let file = bytes.startIndex
    guard bytes.starts(with: NPYArray.magic), bytes.count >= 10 else {
      throw NPYArray.Malformed(message: "this is no .npy file; it does not begin with its signature")
    }
    let version = bytes[file + 6]
    guard (1...3).contains(version) else {
      throw NPYArray.Malformed(message: "version \(version) of the .npy format is not known")
    }
    let start = version == 1 ? 10 : 12
    guard bytes.count >= start else { throw NPYArray.Malformed(message: "the file ends in its header") }
    let headerLength = bytes[(file + 8)..<(file + start)].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count - start >= headerLength else {
      throw NPYArray.Malformed(message: "the file ends in its header")
    }
    let data = bytes[(file + start + headerLength)...]
    let text = bytes[(file + start)..<(file + start + headerLength)]
    let header = try NPYHeader(String(decoding: text, as: UTF8.self))
    guard let type = NPYType(header.type) else {
      throw NPYArray.Malformed(
        message:
          "the type '\(header.type.elided())' is not read; real numbers such as '<f8', '<f4', '<i8' are")
    }
    // As the extents that are not 0 alone: a tensor of the shape must have strides.
    var bound = 1
    for extent in header.shape {
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(extent, 1))
      if overflow { throw NPYArray.Malformed(message: "the shape \(header.shape) is too large") }
      bound = product
    }
    count = header.shape.contains(0) ? 0 : bound
    let (size, overflow) = count.multipliedReportingOverflow(by: type.size)
    guard !overflow, data.count >= size else {
      throw NPYArray.Malformed(
        message: "shape \(header.shape) of '\(header.type)' does not fit the \(data.count) bytes of data")
    }
    shape = header.shape
    isFortranOrder = header.isFortranOrder
    self.type = type
    self.data = data.prefix(size)
    bytes = data.dropFirst(size)
  }
}

extension Tensor {
  /// The array that a file's content is, rounded to `Scalar`.
  init(_ content: NPYContent) {
    if content.type.isLittleEndianFloat(size: MemoryLayout<Scalar>.size) && 1.littleEndian == 1 {
      // The bytes are the elements'. Fortran order is the row-major order of the axes reversed.
      let shape = content.isFortranOrder ? content.shape.reversed() : content.shape
      let tensor = Tensor(shape: shape) { buffer in
        UnsafeMutableRawBufferPointer(buffer).copyBytes(from: content.data)
      }
      self = content.isFortranOrder ? tensor.permuted(shape.indices.reversed()).contiguous() : tensor
    } else {
      self.init(NPYArray(content))
    }
  }

  private init(_ array: NPYArray) {
    self.init(shape: array.shape, scalars: array.scalars.map { Scalar($0) })
  }
}

/// The type of an array's elements: `<f8`.
fileprivate struct NPYType {
  private let kind: Character
  let size: Int
  private let isBigEndian: Bool

  init?(_ text: String) {
    var text = text[...]
    let order = text.first
    if let order, "<>|=".contains(order) { text.removeFirst() }
    guard let kind = text.popFirst(), let size = Int(text) else { return nil }
    switch (kind, size) {
    case ("f", 4), ("f", 8), ("i", 1), ("i", 2), ("i", 4), ("i", 8), ("u", 1), ("u", 2), ("u", 4), ("u", 8),
      ("b", 1):
      self.kind = kind
      self.size = size
      isBigEndian = order == ">"
    default: return nil
    }
  }

  func isLittleEndianFloat(size: Int) -> Bool { kind == "f" && self.size == size && !isBigEndian }

  func decode(_ data: ArraySlice<UInt8>, count: Int) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(count)
    var position = data.startIndex
    for _ in 0..<count {
      var bits: UInt64 = 0
      for offset in 0..<size {
        let shift = UInt64(8 * (isBigEndian ? size - 1 - offset : offset))
        bits |= UInt64(data[position + offset]) << shift
      }
      position += size
      result.append(value(bits))
    }
    return result
  }

  private func value(_ bits: UInt64) -> Double {
    switch kind {
    case "f":
      return size == 8
        ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case "u": return Double(bits)
    case "b": return bits == 0 ? 0 : 1
    default:
      let unused = Int64(64 - 8 * size)
      return Double((Int64(bitPattern: bits) << unused) >> unused)
    }
  }
}

/// The dictionary in front of the data: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`.
private struct NPYHeader {
  var type = ""
  var isFortranOrder = false
  var shape: [Int] = []
  private var rest: Substring

  init(_ text: String) throws(NPYArray.Malformed) {
    rest = text[...]
    var keys: Set<String> = []
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr":
        skipBlanks()
        guard rest.first == "'" || rest.first == "\"" else {
          throw NPYArray.Malformed(message: "arrays of structures are not read, only of numbers")
        }
        type = try string()
      case "fortran_order": isFortranOrder = try boolean()
      case "shape": shape = try tuple()
      default: throw NPYArray.Malformed(message: "the header has an unknown entry '\(key.elided())'")
      }
      guard keys.insert(key).inserted else {
        throw NPYArray.Malformed(message: "the header has '\(key)' twice")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    guard keys.count == 3 else {
      throw NPYArray.Malformed(message: "the header lacks one of descr, fortran_order and shape")
    }
  }

  private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

  private mutating func accept(_ token: String) -> Bool {
    skipBlanks()
    guard rest.hasPrefix(token) else { return false }
    rest = rest.dropFirst(token.count)
    return true
  }

  private mutating func expect(_ token: String) throws(NPYArray.Malformed) {
    if !accept(token) {
      throw NPYArray.Malformed(
        message: "the header is malformed at \"\(rest.elided(to: 20))\"; expected \(token)")
    }
  }

  private mutating func string() throws(NPYArray.Malformed) -> String {
    let quote = accept("\"") ? "\"" : "'"
    if quote == "'" { try expect("'") }
    let content = rest.prefix { String($0) != quote }
    rest = rest.dropFirst(content.count)
    try expect(quote)
    return String(content)
  }

  private mutating func boolean() throws(NPYArray.Malformed) -> Bool {
    if accept("True") { return true }
    try expect("False")
    return false
  }

  private mutating func tuple() throws(NPYArray.Malformed) -> [Int] {
    var extents: [Int] = []
    try expect("(")
    while !accept(")") {
      skipBlanks()
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let extent = Int(digits) else {
        throw NPYArray.Malformed(
          message: "the shape in the header is malformed at \"\(rest.elided(to: 20))\"")
      }
      rest = rest.dropFirst(digits.count)
      extents.append(extent)
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return extents
  }
}

// MARK: - Writing

extension NPYArray {
  /// The file's content, with elements of type `<f8`.
  package var bytes: [UInt8] { Tensor(shape: shape, scalars: scalars).npyBytes }

  /// What stands before the elements.
  static func header(_ shape: [Int], type: String) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    // Data begins at a multiple of 64 bytes; the header ends in a line feed.
    let length = (10 + header.utf8.count + 1 + 63) / 64 * 64 - 10
    header += String(repeating: " ", count: length - header.utf8.count - 1) + "\n"
    return Self.magic + [1, 0, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
      + Array(header.utf8)
  }
}
