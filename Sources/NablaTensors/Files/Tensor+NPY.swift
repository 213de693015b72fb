// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The array in a file of NumPy's `.npy` format (`numpy.save`): real numbers of 4 or 8 bytes, integers or
  /// truth values, of either byte order, in C or Fortran order, rounded to `Scalar`.
  ///
  /// - Throws: ``FileError`` with the place and the reason.
  /// - Complexity: O(number of bytes).
  /// - Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
  public init(contentsOfNPY path: String) throws(FileError) {
    let bytes = try WholeFile.read(path)
    do {
      self.init(try NPYContent(bytes))
    } catch {
      throw .malformed("\(WholeFile.name(path)): \(error.message)")
    }
  }

  /// The array that the bytes of an `.npy` file are: see ``init(contentsOfNPY:)``.
  public init(npy bytes: [UInt8]) throws(FileError) {
    do {
      self.init(try NPYContent(bytes))
    } catch {
      throw .malformed(error.message)
    }
  }

  /// The array at the beginning of `bytes`, which then begin behind it.
  package init(readingNPYFrom bytes: inout ArraySlice<UInt8>) throws(FileError) {
    do {
      self.init(try NPYContent(readingFrom: &bytes))
    } catch {
      throw .malformed(error.message)
    }
  }

  /// Writes a file in NumPy's `.npy` format, of type `<f8` or `<f4`, whole or not at all.
  ///
  /// - Throws: ``FileError/unwritable(_:)`` with the system's reason; a file that was there is then as before.
  public func writeNPY(to path: String) throws(FileError) { try WholeFile.write(npyBytes, to: path) }

  /// The bytes of an `.npy` file: see ``writeNPY(to:)``.
  public var npyBytes: [UInt8] {
    var bytes: [UInt8] = []
    appendNPY(to: &bytes)
    return bytes
  }

  package func appendNPY(to bytes: inout [UInt8]) {
    let size = MemoryLayout<Scalar>.size
    bytes += NPYArray.header(shape, type: "<f\(size)")
    bytes.reserveCapacity(bytes.count + size * count)
    withUnsafeBufferPointer { elements in
      let raw = UnsafeRawBufferPointer(elements)
      if 1.littleEndian == 1 {
        bytes.append(contentsOf: raw)
      } else {
        for start in stride(from: 0, to: raw.count, by: size) {
          bytes.append(contentsOf: raw[start..<start + size].reversed())
        }
      }
    }
  }
}
